"""Changes of a document, and the kind of each."""

from __future__ import annotations

import json
from typing import Any

ITEM = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "parent": {"$ref": "#/components/schemas/Item"},
    },
}
BASE: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Shop", "version": "1.0.0"},
    "paths": {
        "/items/{id}": {
            "put": {
                "operationId": "put_item",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                    {"name": "dry", "in": "query", "schema": {"type": "boolean"}},
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}
                },
                "responses": {
                    "200": {
                        "description": "",
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
                    },
                    "404": {"description": ""},
                },
                "security": [{"bearer": ["read"]}],
            }
        }
    },
    "components": {
        "schemas": {"Item": ITEM, "Answer": ITEM},
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    },
}
BASE["components"]["schemas"]["Answer"] = json.loads(
    json.dumps(ITEM).replace("schemas/Item", "schemas/Answer")
)

OPERATION = "paths //items/{id} put"
QUERY = f"{OPERATION} parameters 1"
BODY = f"{OPERATION} requestBody"
ANSWER = f"{OPERATION} responses 200"

# The change, what it is, and what its reverse is.
DOCUMENT = [
    ("version", {"info version": "1.1.0"}, "version-changed", "version-changed"),
    ("title", {"info title": "Store"}, "title-changed", "title-changed"),
    ("description", {"info description": "More"}, "title-changed", "title-changed"),
    ("scheme", {"components securitySchemes key": {"type": "apiKey"}}, "security-scheme-added", "security-scheme-removed"),
    ("scheme's type", {"components securitySchemes bearer scheme": "basic"}, "security-scheme-changed", "security-scheme-changed"),
    ("operation", {"paths /new": {"get": {}}}, "operation-added", "operation-removed"),
    ("deprecation", {f"{OPERATION} deprecated": True}, "operation-deprecated", "operation-undeprecated"),
    ("operation id", {f"{OPERATION} operationId": "x"}, "operation-id-changed", "operation-id-changed"),
    ("licence", {"info license": {"name": "MIT"}}, "title-changed", "title-changed"),
    ("tags of the document", {"tags": [{"name": "x"}]}, "documentation-changed", "documentation-changed"),
    ("summary", {f"{OPERATION} summary": "x"}, "documentation-changed", "documentation-changed"),
    ("tags", {f"{OPERATION} tags": ["x"]}, "documentation-changed", "documentation-changed"),
    ("example", {f"{BODY} content application/json example": {}}, "documentation-changed", "documentation-changed"),
    ("public", {f"{OPERATION} security": []}, "security-loosened", "security-tightened"),
    ("one more scope", {f"{OPERATION} security": [{"bearer": ["read", "write"]}]}, "security-tightened", "security-loosened"),
    ("one more way in", {f"{OPERATION} security": [{"bearer": ["read"]}, {"key": []}]}, "security-loosened", "security-tightened"),
    ("optional parameter", {f"{OPERATION} parameters 2": {"name": "x", "in": "query"}}, "parameter-added", "parameter-removed"),
    ("required parameter", {f"{OPERATION} parameters 2": {"name": "x", "in": "query", "required": True}}, "required-parameter-added", "parameter-removed"),
    ("parameter required", {f"{QUERY} required": True}, "parameter-became-required", "parameter-became-optional"),
    ("parameter's place", {f"{QUERY} in": "header"}, "parameter-added", "parameter-added"),
    ("parameter's style", {f"{QUERY} explode": False}, "parameter-style-changed", "parameter-style-changed"),
    ("parameter deprecated", {f"{QUERY} deprecated": True}, "parameter-deprecated", "parameter-undeprecated"),
    ("parameter's schema", {f"{QUERY} schema": {"enum": [True]}}, "request-enum-narrowed", "request-enum-widened"),
    ("parameter's description", {f"{QUERY} description": "x"}, "documentation-changed", "documentation-changed"),
    ("body required", {f"{BODY} required": True}, "body-became-required", "body-became-optional"),
    ("body gone", {BODY: ...}, "body-removed", "body-added"),
    ("body type", {f"{BODY} content text/csv": {}}, "request-media-type-added", "request-media-type-removed"),
    ("answer type", {f"{ANSWER} content text/csv": {}}, "response-media-type-added", "response-media-type-removed"),
    ("success", {f"{OPERATION} responses 202": {}}, "success-added", "success-removed"),
    ("failure", {f"{OPERATION} responses 409": {}}, "error-added", "error-removed"),
    ("answer's description", {f"{ANSWER} description": "x"}, "documentation-changed", "documentation-changed"),
    ("schema's description", {f"{BODY} content application/json schema": {"$ref": "#/components/schemas/Item", "description": "x"}}, "documentation-changed", "documentation-changed"),
    ("member deprecated", {"components schemas Item properties name deprecated": True}, "value-deprecated", "value-undeprecated"),
    ("header required", {f"{ANSWER} headers ETag required": True}, "response-header-became-required", "response-header-became-optional"),
    ("answer's header", {f"{ANSWER} headers Link": {}}, "response-header-added", "response-header-removed"),
]  # fmt: skip

NUMBER, TEXT, LIST = {"type": "number"}, {"type": "string"}, {"type": "array", "items": {"type": "string"}}
CAT = {"type": "object", "properties": {"kind": {"const": "cat"}}, "required": ["kind"]}
DOG = {"type": "object", "properties": {"kind": {"const": "dog"}}, "required": ["kind"]}
OBJECT = {"type": "object", "properties": {"a": TEXT}}

# From, to, and what it is without the direction; the reverse is the opposite.
SCHEMAS = [
    ("type", TEXT, NUMBER, "type-changed", "type-changed"),
    ("integer", NUMBER, {"type": "integer"}, "type-narrowed", "type-widened"),
    ("two types", {"type": ["string", "integer"]}, TEXT, "type-narrowed", "type-widened"),
    ("null", {"type": ["string", "null"]}, TEXT, "null-narrowed", "null-widened"),
    ("null in a union", {"anyOf": [TEXT, {"type": "null"}]}, TEXT, "null-narrowed", "null-widened"),
    ("union", {"oneOf": [CAT, DOG]}, CAT, "union-narrowed", "union-widened"),
    ("enum", TEXT, {**TEXT, "enum": ["a"]}, "enum-narrowed", "enum-widened"),
    ("enum's value", {"enum": ["a", "b"]}, {"enum": ["a"]}, "enum-narrowed", "enum-widened"),
    ("const", {"enum": ["a", "b"]}, {"const": "a"}, "enum-narrowed", "enum-widened"),
    ("format", TEXT, {**TEXT, "format": "date"}, "format-narrowed", "format-widened"),
    ("format's name", {**TEXT, "format": "uuid"}, {**TEXT, "format": "date"}, "format-changed", "format-changed"),
    ("pattern", TEXT, {**TEXT, "pattern": "a"}, "pattern-narrowed", "pattern-widened"),
    ("other pattern", {**TEXT, "pattern": "b"}, {**TEXT, "pattern": "a"}, "pattern-changed", "pattern-changed"),
    ("minimum", NUMBER, {**NUMBER, "minimum": 1}, "range-narrowed", "range-widened"),
    ("higher minimum", {**NUMBER, "minimum": 1}, {**NUMBER, "minimum": 2}, "range-narrowed", "range-widened"),
    ("maximum", {**NUMBER, "maximum": 3}, {**NUMBER, "maximum": 2}, "range-narrowed", "range-widened"),
    ("exclusive minimum", NUMBER, {**NUMBER, "exclusiveMinimum": 0}, "range-narrowed", "range-widened"),
    ("exclusive maximum", NUMBER, {**NUMBER, "exclusiveMaximum": 0}, "range-narrowed", "range-widened"),
    ("multiple", NUMBER, {**NUMBER, "multipleOf": 2}, "multiple-narrowed", "multiple-widened"),
    ("multiple of a multiple", {**NUMBER, "multipleOf": 2}, {**NUMBER, "multipleOf": 4}, "multiple-narrowed", "multiple-widened"),
    ("minimum length", TEXT, {**TEXT, "minLength": 1}, "length-narrowed", "length-widened"),
    ("maximum length", TEXT, {**TEXT, "maxLength": 1}, "length-narrowed", "length-widened"),
    ("minimum count", LIST, {**LIST, "minItems": 1}, "count-narrowed", "count-widened"),
    ("maximum count", LIST, {**LIST, "maxItems": 1}, "count-narrowed", "count-widened"),
    ("uniqueness", LIST, {**LIST, "uniqueItems": True}, "uniqueness-narrowed", "uniqueness-widened"),
    ("minimum size", OBJECT, {**OBJECT, "minProperties": 1}, "size-narrowed", "size-widened"),
    ("maximum size", OBJECT, {**OBJECT, "maxProperties": 1}, "size-narrowed", "size-widened"),
    ("items", LIST, {"type": "array", "items": {"type": "integer"}}, "type-changed", "type-changed"),
    ("positions", {"type": "array", "prefixItems": [TEXT]}, {"type": "array", "prefixItems": [TEXT, TEXT]}, "type-narrowed", "type-widened"),
    ("position", {"type": "array", "prefixItems": [TEXT]}, {"type": "array", "prefixItems": [NUMBER]}, "type-changed", "type-changed"),
    ("closed", OBJECT, {**OBJECT, "additionalProperties": False}, "members-closed", "members-opened"),
    ("typed members", OBJECT, {**OBJECT, "additionalProperties": TEXT}, "members-closed", "members-opened"),
    ("members' type", {**OBJECT, "additionalProperties": TEXT}, {**OBJECT, "additionalProperties": NUMBER}, "type-changed", "type-changed"),
    ("required", OBJECT, {**OBJECT, "required": ["a"]}, "property-became-required", "property-became-optional"),
    ("anything", {}, TEXT, "type-narrowed", "type-widened"),
    ("anything in a union", {"anyOf": [{}, NUMBER]}, {"anyOf": [TEXT, NUMBER]}, "type-narrowed", "type-widened"),
    ("nothing", TEXT, False, "union-narrowed", "union-widened"),
    ("type of an enum", {"enum": ["a", 1]}, {"enum": ["a"]}, "type-narrowed", "type-widened"),
    ("const of an enum", {"type": "string", "enum": ["a", "b"]}, {"enum": ["a", "b"], "const": "a"}, "enum-narrowed", "enum-widened"),
    ("nullable as in 3.0", {**TEXT, "nullable": True}, TEXT, "null-narrowed", "null-widened"),
    ("null's constraints", {"type": ["string", "null"]}, {"type": ["string", "null"], "maxLength": 3}, "length-narrowed", "length-widened"),
    ("type beside null", {"type": ["string", "null"]}, {"type": ["integer", "null"]}, "type-changed", "type-changed"),
    ("other multiple", {**NUMBER, "multipleOf": 2}, {**NUMBER, "multipleOf": 3}, "multiple-changed", "multiple-changed"),
    ("multiple of no number", {**NUMBER, "multipleOf": 2}, {**NUMBER, "multipleOf": "x"}, "multiple-changed", "multiple-changed"),
    ("multiple of a fraction", {**NUMBER, "multipleOf": 0.01}, {**NUMBER, "multipleOf": 0.1}, "multiple-narrowed", "multiple-widened"),
    ("exclusive limit", {**NUMBER, "minimum": 0}, {**NUMBER, "exclusiveMinimum": 0}, "range-narrowed", "range-widened"),
    ("exclusive limit as in 3.0", {**NUMBER, "maximum": 5}, {**NUMBER, "maximum": 5, "exclusiveMaximum": True}, "range-narrowed", "range-widened"),
    ("huge limits", {**NUMBER, "minimum": 1.5}, {**NUMBER, "minimum": 10**400}, "range-narrowed", "range-widened"),
    ("media type of a text", TEXT, {**TEXT, "contentMediaType": "text/csv"}, "content-narrowed", "content-widened"),
    ("encoding of a text", {**TEXT, "contentEncoding": "base64"}, {**TEXT, "contentEncoding": "base64url"}, "content-changed", "content-changed"),
    ("items of anything", {"type": "array"}, LIST, "type-narrowed", "type-widened"),
    ("no more items", {"type": "array", "prefixItems": [TEXT]}, {"type": "array", "prefixItems": [TEXT], "items": False}, "count-narrowed", "count-widened"),
    ("one more position of a tuple", {"type": "array", "prefixItems": [TEXT, TEXT], "items": False}, {"type": "array", "prefixItems": [TEXT], "items": False}, "count-narrowed", "count-widened"),
    ("names of members", {"type": "object", "propertyNames": {"enum": ["a", "b"]}}, {"type": "object", "propertyNames": {"enum": ["a"]}}, "enum-narrowed", "enum-widened"),
    ("members of a pattern", {"type": "object", "patternProperties": {"^a": TEXT}}, {"type": "object", "patternProperties": {"^a": NUMBER}}, "type-changed", "type-changed"),
    ("pattern of members", OBJECT, {**OBJECT, "patternProperties": {"^b": TEXT}}, "members-closed", "members-opened"),
    ("not", TEXT, {**TEXT, "not": {"const": "a"}}, "rule-narrowed", "rule-widened"),
    ("other condition", {"if": TEXT, "then": {"minLength": 1}}, {"if": TEXT, "then": {"minLength": 2}}, "rule-changed", "rule-changed"),
    ("members that need another", OBJECT, {**OBJECT, "dependentRequired": {"a": ["b"]}}, "rule-narrowed", "rule-widened"),
    ("limit in allOf", {"allOf": [{"type": "integer", "minimum": 5}, {"minimum": 1}]}, {"allOf": [{"type": "integer", "minimum": 9}, {"minimum": 1}]}, "range-narrowed", "range-widened"),
    ("type in allOf", {"allOf": [{"type": ["string", "integer"]}, {"type": ["string", "number"]}]}, {"allOf": [TEXT, {"type": ["string", "null"]}]}, "type-narrowed", "type-widened"),
    ("enum in allOf", {"allOf": [{"enum": ["a", "b", "c"]}, {"enum": ["a", "b"]}]}, {"allOf": [{"enum": ["a", "c"]}, {"enum": ["a", "b"]}]}, "enum-narrowed", "enum-widened"),
    ("union in allOf", {"allOf": [{"anyOf": [TEXT, NUMBER]}, {"anyOf": [TEXT, NUMBER]}]}, {"allOf": [{"anyOf": [TEXT]}, {"anyOf": [TEXT, NUMBER]}]}, "type-narrowed", "type-widened"),
    ("const in allOf", {"allOf": [{}, {"const": 1}]}, {"allOf": [{"const": 1, "enum": [1]}, {"const": None}]}, "union-narrowed", "union-widened"),
    ("multiple in allOf", {"allOf": [{"type": "number", "multipleOf": 2}, {"multipleOf": 3}]}, {"allOf": [{"type": "number", "multipleOf": 4}, {"multipleOf": 3}]}, "multiple-narrowed", "multiple-widened"),
    ("odd multiple in allOf", {"allOf": [{"type": "number", "multipleOf": "x"}, {"multipleOf": 3}]}, {"allOf": [{"type": "number", "multipleOf": "x"}, {"multipleOf": 6.5}]}, "multiple-changed", "multiple-changed"),
    ("condition in allOf", {"allOf": [{"type": "string", "if": {"const": "a"}, "then": False}, {"if": {"const": "b"}, "then": False}]}, {"allOf": [{"type": "string", "if": {"const": "c"}, "then": False}, {"if": {"const": "b"}, "then": False}]}, "rule-changed", "rule-changed"),
    ("member in allOf", {"allOf": [OBJECT, {"properties": {"a": {"maxLength": 3}}}]}, {"allOf": [OBJECT, {"properties": {"a": {"maxLength": 2}}}]}, "length-narrowed", "length-widened"),
    ("position in allOf", {"allOf": [{"type": "array", "prefixItems": [TEXT, TEXT]}, {"prefixItems": [{"minLength": 1}]}]}, {"allOf": [{"type": "array", "prefixItems": [TEXT, TEXT]}, {"prefixItems": [{"minLength": 2}]}]}, "length-narrowed", "length-widened"),
    ("beside a union", {**OBJECT, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {**OBJECT, "properties": {"a": NUMBER}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "type-changed", "type-changed"),
    ("mapping", {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/x", "kitten": "#/x"}}}, {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/x"}}}, "mapping-narrowed", "mapping-widened"),
    ("discriminator", {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}}, {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "type"}}, "discriminator-changed", "discriminator-changed"),
]  # fmt: skip

PROPERTY = "components schemas {} properties extra"
PROPERTIES = [
    ("optional in a request", "Item", False, "request-property-added", "request-property-removed"),
    ("required in a request", "Item", True, "request-required-property-added", "request-property-removed"),
    (
        "optional in a response",
        "Answer",
        False,
        "response-property-added",
        "response-optional-property-removed",
    ),
    ("required in a response", "Answer", True, "response-property-added", "response-property-removed"),
]
