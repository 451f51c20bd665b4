"""Measure the document of a large API: it is built once in the life of a process."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

from flask import Flask
from pydantic import TypeAdapter, create_model

from flask_baseline import Baseline, Body, endpoint
from flask_baseline.openapi.documents import documents

from .report import Row, Table
from .rounds import interleave, sample

SCHEMAS = 400

_Models = list[tuple[Any, Any]]


def _models() -> _Models:
    """Return a model to take and one to answer for each operation, each with six fields."""
    fields: Any = {f"field_{number}": (int if number % 2 else list[str], ...) for number in range(6)}
    return [
        (create_model(f"Order{number}In", **fields), create_model(f"Order{number}", **fields))
        for number in range(SCHEMAS // 2)
    ]


def _app(models: _Models) -> Flask:
    app = Flask("service")
    app.config["BASELINE_LOGGING_ENABLED"] = False
    for number, (taken, answered) in enumerate(models):

        def view(body: Any) -> Any:
            return body

        view.__annotations__ |= {"body": Body[taken], "return": answered}
        app.post(f"/orders/{number}", endpoint=f"create_{number}")(endpoint(view))
    Baseline(app)
    return app


def measure_document(rounds: int, tell: Callable[[str], None]) -> list[Table]:
    """Return the time that the schemas alone take pydantic, and that of the whole document."""
    models = _models()
    app = _app(models)
    adapters: Any = [
        (number, mode, TypeAdapter(model))
        for number, pair in enumerate(models)
        for model, mode in zip(pair, ("validation", "serialization"), strict=True)
    ]

    def schemas() -> float:
        started = process_time()
        TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")
        return process_time() - started

    def document() -> float:
        started = process_time()
        found = documents(app)["openapi"]
        seconds = process_time() - started
        assert len(found["components"]["schemas"]) >= SCHEMAS
        return seconds

    seconds = interleave(
        {"schemas": schemas, "document": document}, rounds, lambda text: tell(f"document: {text}")
    )
    reference = seconds["schemas"]
    what = {
        "schemas": f"pydantic alone, for {SCHEMAS} models",
        "document": f"the OpenAPI document of {SCHEMAS // 2} operations with them",
    }
    rows = [
        Row(name, what[name], sample(values, reference), "1,000 ms" if name == "document" else "")
        for name, values in seconds.items()
    ]
    return [Table("A large document, once", tuple(rows), "ms")]
