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
    ("parameter deprecated", {f"{QUERY} deprecated": True}, "parameter-deprecated", None),
    ("parameter's schema", {f"{QUERY} schema": {"enum": [True]}}, "request-type-changed", "request-type-changed"),
    ("body required", {f"{BODY} required": True}, "body-became-required", "body-became-optional"),
    ("body gone", {BODY: ...}, "body-removed", "body-added"),
    ("body type", {f"{BODY} content text/csv": {}}, "request-media-type-added", "request-media-type-removed"),
    ("answer type", {f"{ANSWER} content text/csv": {}}, "response-media-type-added", "response-media-type-removed"),
    ("success", {f"{OPERATION} responses 202": {}}, "success-added", "success-removed"),
    ("failure", {f"{OPERATION} responses 409": {}}, "error-added", "error-removed"),
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
    ("positions", {"type": "array", "prefixItems": [TEXT]}, {"type": "array", "prefixItems": [TEXT, TEXT]}, "count-narrowed", "count-widened"),
    ("position", {"type": "array", "prefixItems": [TEXT]}, {"type": "array", "prefixItems": [NUMBER]}, "type-changed", "type-changed"),
    ("closed", OBJECT, {**OBJECT, "additionalProperties": False}, "members-closed", "members-opened"),
    ("typed members", OBJECT, {**OBJECT, "additionalProperties": TEXT}, "members-closed", "members-opened"),
    ("members' type", {**OBJECT, "additionalProperties": TEXT}, {**OBJECT, "additionalProperties": NUMBER}, "type-changed", "type-changed"),
    ("required", OBJECT, {**OBJECT, "required": ["a"]}, "property-became-required", "property-became-optional"),
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
