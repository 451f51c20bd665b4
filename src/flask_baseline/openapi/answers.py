"""The responses of an operation, and the problems that follow from what it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from .._operation import JSON, PROBLEM_JSON, Answer, holds_for
from .._problem_schema import problem_adapter, validation_problem_adapter
from ..problems import Problem
from .bodies import examples_of
from .parameters import described
from .routes import Route
from .schemas import Schema, Schemas


class _Implied(NamedTuple):
    """A problem that no view declares."""

    status: int
    description: str
    is_validation: bool = False

    @property
    def adapter(self) -> TypeAdapter[Any]:
        return validation_problem_adapter() if self.is_validation else problem_adapter(Problem)


def problem_adapters() -> tuple[TypeAdapter[Any], ...]:
    """Return the adapters of the problems that any operation may answer."""
    return problem_adapter(Problem), validation_problem_adapter()


def responses_of(route: Route, schemas: Schemas, *, is_guarded: bool) -> Schema:
    """Return the responses object of *route*.

    Args:
        route: the operation's.
        schemas: those of all adapters.
        is_guarded: whether a caller must be known, or may be.
    """
    operation = route.operation
    made: dict[int, Schema] = {
        status: _response(status, answer, operation.answer_examples.get(status, {}), schemas)
        for status, answer in operation.answers.items()
        if holds_for(answer, route.method)
    }
    for implied in _implied(route, is_guarded=is_guarded):
        schema = schemas.of(implied.adapter, "serialization")
        if implied.status not in made:
            made[implied.status] = _problem(implied.description, schema)
        else:
            _add_choice(made[implied.status], schema)
    responses = {str(status): made[status] for status in sorted(made)}
    other = schemas.of(problem_adapter(Problem), "serialization")
    return responses | {"default": _problem("Any other error.", other)}


def _implied(route: Route, *, is_guarded: bool) -> Iterator[_Implied]:
    if _reads(route):
        yield _Implied(400, "The request is malformed.")
    if is_guarded:
        yield _Implied(401, "The caller is not known.")
        yield _Implied(403, "The caller may not do this.")
    if route.variables:
        yield _Implied(404, "There is nothing at this path.")
    if route.operation.body is not None:
        yield _Implied(413, "The body is too large.")
        yield _Implied(415, "The body has a media type that is not taken.")
    if _reads(route):
        yield _Implied(422, "The request is not valid.", is_validation=True)


def _reads(route: Route) -> bool:
    return route.operation.body is not None or bool(route.parameters)


def _problem(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {PROBLEM_JSON: {"schema": schema}}}


def _add_choice(response: Schema, schema: Schema) -> None:
    """Let *response*, which the view declares, be the implied problem as well."""
    content = response.setdefault("content", {}).setdefault(PROBLEM_JSON, {})
    own = content.get("schema", schema)
    content["schema"] = schema if own == schema else {"anyOf": [own, schema]}


def _response(status: int, answer: Answer, examples: Mapping[str, Any], schemas: Schemas) -> Schema:
    response: Schema = {"description": answer.description or _phrase(status)}
    if answer.headers:
        response["headers"] = {
            name: described(note) | ({"required": True} if note.is_required else {})
            for name, note in answer.headers.items()
        }
    if answer.media_type is not None:
        content: Schema = {}
        if (schema := _schema(answer, schemas)) is not None:
            content["schema"] = schema
        if examples:
            content["examples"] = examples_of(examples)
        response["content"] = {answer.media_type: content}
    return response


def _schema(answer: Answer, schemas: Schemas) -> Schema | None:
    """Return the schema of the body of *answer*; None where it has no form that a schema can tell."""
    if answer.adapter is not None:
        # Of a stream it is that of one line: 3.1 has no way to say it (3.2 calls it itemSchema).
        return schemas.of(answer.adapter, "serialization")
    if answer.media_type == PROBLEM_JSON:
        return schemas.of(problem_adapter(Problem), "serialization")
    if answer.media_type is not None and answer.media_type.startswith("text/"):
        return {"type": "string"}
    return None if answer.media_type == JSON else {"type": "string", "format": "binary"}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
