"""Settings that are not safe or mean nothing, and the line that refuses each."""

from __future__ import annotations

from typing import Any

from .asking import GOOD, PATTERN

LIST_PATHS = 'write it as {"/api": {"origins": ["https://app.example.com"]}}'


def origins(*values: str) -> dict[str, Any]:
    return {"cors_origins": [*values]}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "star-with-credentials": (
        {**origins("*"), "cors_credentials": True, "cors_public": True},
        "CREDENTIALS (app.config): lets every site act as its visitor, with * as origin. "
        "Fix: list the origins, or set it to false.",
    ),
    "star-in-production": (
        origins("*"),
        "ORIGINS (app.config): lets every site read the answers, with *. "
        "Fix: list the origins, or set BASELINE_CORS_PUBLIC if everybody may.",
    ),
    "star-beside-others": (
        {**origins(GOOD, "*"), "cors_public": True},
        "ORIGINS (app.config): has * beside others, which it includes. Fix: keep one of the two.",
    ),
    "star-beside-patterns": (
        {**origins("*"), "cors_origin_patterns": [PATTERN], "cors_public": True},
        "ORIGINS (app.config): has * beside others, which it includes. Fix: keep one of the two.",
    ),
    "null": (
        origins("null"),
        "ORIGINS (app.config): origin 1 is null, which every sandboxed frame and local file is. "
        "Fix: remove it.",
    ),
    "path": (
        origins(GOOD, "https://a.example/app"),
        "ORIGINS (app.config): origin 2 has a path or a slash at its end, which browsers do not send. "
        "Fix: remove it.",
    ),
    "slash": (
        origins(f"{GOOD}/"),
        "ORIGINS (app.config): origin 1 has a path or a slash at its end, which browsers do not send. "
        "Fix: remove it.",
    ),
    "user": (
        origins("https://planted-5ecr3t@a.example"),
        "ORIGINS (app.config): origin 1 has a user, which browsers do not send. Fix: remove it.",
    ),
    "wildcard": (
        origins("https://*.example.com"),
        "ORIGINS (app.config): origin 1 has a wildcard. Fix: set BASELINE_CORS_ORIGIN_PATTERNS to a regular "
        r"expression such as https://[a-z0-9-]+\.example\.com.",
    ),
    "question-mark": (
        origins("https://a?.example.com"),
        "ORIGINS (app.config): origin 1 has a wildcard. Fix: set BASELINE_CORS_ORIGIN_PATTERNS to a regular "
        r"expression such as https://[a-z0-9-]+\.example\.com.",
    ),
    "upper-case": (
        origins("https://App.example.com"),
        "ORIGINS (app.config): origin 1 has upper case, which browsers do not send. "
        "Fix: write it in lower case.",
    ),
    "default-port": (
        origins("https://a.example:443"),
        "ORIGINS (app.config): origin 1 has the default port, which browsers leave out. "
        "Fix: remove the port.",
    ),
    "international": (
        origins("https://\u00e4.example"),
        "ORIGINS (app.config): origin 1 has an international name, which browsers send in its ASCII form. "
        "Fix: write it as https://xn--bcher-kva.example.",
    ),
    "no-scheme": (
        origins("a.example"),
        "ORIGINS (app.config): origin 1 has no scheme. Fix: write it as https://app.example.com.",
    ),
    "trailing-dot": (
        origins("https://a.example."),
        "ORIGINS (app.config): origin 1 is not an origin. Fix: write it as https://app.example.com.",
    ),
    "empty-origin": (
        origins(""),
        "ORIGINS (app.config): origin 1 has no scheme. Fix: write it as https://app.example.com.",
    ),
    "http-in-production": (
        origins("http://a.example"),
        "ORIGINS (app.config): origin 1 is plain http, which anybody on its network can be. Fix: use https.",
    ),
    "localhost-in-production": (
        origins("https://localhost:3000"),
        "ORIGINS (app.config): origin 1 is the developer's own machine. "
        "Fix: list it in the profile dev alone.",
    ),
    "loopback-in-production": (
        origins("https://[::1]"),
        "ORIGINS (app.config): origin 1 is the developer's own machine. "
        "Fix: list it in the profile dev alone.",
    ),
    "star-headers-with-credentials": (
        {**origins(GOOD), "cors_credentials": True, "cors_allow_headers": ["*"]},
        "ALLOW_HEADERS (app.config): has *, which means nothing with credentials. Fix: list the headers.",
    ),
    "star-exposed-with-credentials": (
        {**origins(GOOD), "cors_credentials": True, "cors_expose_headers": ["*"]},
        "EXPOSE_HEADERS (app.config): has *, which means nothing with credentials. Fix: list the headers.",
    ),
    "pattern-of-headers": (
        {**origins(GOOD), "cors_allow_headers": ["X-*"]},
        "ALLOW_HEADERS (app.config): has something that is no header. Fix: list names such as Content-Type.",
    ),
    "line-end-in-a-header": (
        {**origins(GOOD), "cors_expose_headers": ["X-A\r\nX-B"]},
        "EXPOSE_HEADERS (app.config): has something that is no header. Fix: list names such as Content-Type.",
    ),
    "method": (
        {**origins(GOOD), "cors_methods": ["get"]},
        "METHODS (app.config): has something that is no method. "
        "Fix: list methods such as GET, in upper case.",
    ),
    "max-age": (
        {**origins(GOOD), "cors_max_age": 86_401},
        "MAX_AGE (app.config): is out of range. Fix: set it to a whole number, at least 0 and at most 86400.",
    ),
    "path-without-a-slash": (
        {**origins(GOOD), "cors_paths": ["api"]},
        "PATHS (app.config): has something that is no path. "
        "Fix: list paths such as /api, which has all below it.",
    ),
    "pattern-of-paths": (
        {**origins(GOOD), "cors_paths": ["/api/*"]},
        "PATHS (app.config): has something that is no path. "
        "Fix: list paths such as /api, which has all below it.",
    ),
    "no-path": (
        {**origins(GOOD), "cors_paths": []},
        "PATHS (app.config): has something that is no path. "
        "Fix: list paths such as /api, which has all below it.",
    ),
    "paths-beside-resources": (
        {**origins(GOOD), "cors_paths": ["/api"], "cors_resources": {"/api": {}}},
        "PATHS (app.config): is not used beside BASELINE_CORS_RESOURCES. Fix: remove one of the two.",
    ),
    "origin-of-a-path": (
        {"cors_resources": {"/a": {"origins": GOOD}, "/b": {"origins": "null"}}},
        "RESOURCES (app.config): has wrong origins for path 2: origin 1 is null, which every sandboxed frame "
        "and local file is. Fix: remove it.",
    ),
    "type-of-a-path": (
        {"cors_resources": {"/a": {"origins": GOOD, "max_age": "soon"}}},
        "RESOURCES (app.config): has wrong max_age for path 1: has the wrong type. Fix: see the reference.",
    ),
    "range-of-a-path": (
        {"cors_resources": {"/a": {"origins": GOOD, "max_age": -1}}},
        "RESOURCES (app.config): has wrong max_age for path 1: is out of range. Fix: see the reference.",
    ),
    "no-list-for-a-path": (
        {"cors_resources": {"/a": {"origins": 5}, "/b": {"origins": GOOD}}},
        "RESOURCES (app.config): has wrong origins for path 1: has the wrong type. Fix: see the reference.",
    ),
    "option-of-a-path": (
        {"cors_resources": {"/a": {"origins": GOOD, "orgins": "x"}}},
        "RESOURCES (app.config): has something that is neither a path nor an option of one. "
        f"Fix: {LIST_PATHS}.",
    ),
    "resource-without-a-slash": (
        {"cors_resources": {"a": {"origins": GOOD}}},
        f"RESOURCES (app.config): has a path twice, or a pattern for one. Fix: {LIST_PATHS}.",
    ),
    "resource-that-is-a-pattern": (
        {"cors_resources": {r"/v\d+/*": {"origins": GOOD}}},
        f"RESOURCES (app.config): has a path twice, or a pattern for one. Fix: {LIST_PATHS}.",
    ),
    "resource-twice": (
        {"cors_resources": {"/a": {"origins": GOOD}, "/a/": {}}},
        f"RESOURCES (app.config): has a path twice, or a pattern for one. Fix: {LIST_PATHS}.",
    ),
    "unknown-key": (
        {**origins(GOOD), "cors_orgins": "planted-5ecr3t"},
        "ORGINS (app.config): is not a setting. "
        "Fix: did you mean BASELINE_CORS_ORIGINS? Rename or remove it.",
    ),
}
