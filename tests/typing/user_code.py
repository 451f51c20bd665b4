"""What a user writes, as a type checker sees it. It is checked and never run."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Blueprint, Flask, Response, abort
from pydantic import BaseModel
from typing_extensions import assert_type
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from flask_baseline import (
    Baseline,
    Body,
    ConfigError,
    Cookie,
    File,
    Form,
    Header,
    Problem,
    Query,
    endpoint,
)
from flask_baseline.errors import BaselineError, ConfigProblem
from flask_baseline.logging import request_id
from flask_baseline.pagination import Page, PageQuery
from flask_baseline.problem_types import ProblemType
from flask_baseline.problems import problem_body
from flask_baseline.validation.conditional import check_precondition

baseline = Baseline()


def create_app() -> Flask:
    app = Flask("shop")
    assert_type(baseline.init_app(app), None)
    assert_type(Baseline(Flask("admin")), Baseline)
    return app


@baseline.readiness_check("stock")
def stock() -> bool:
    return True


@baseline.readiness_check("prices", critical=False, timeout=1.5)
async def prices() -> int:
    return 0


# A declared check can be called as before.
assert_type(stock(), bool)


@baseline.readiness_check("orders")  # type: ignore[type-var]
def orders(number: int) -> bool:
    return number > 0


@baseline.propagate
def pack(number: int, *, is_gift: bool = False) -> str:
    return f"{number} {is_gift}"


# What runs elsewhere takes and returns what it did.
assert_type(pack(1, is_gift=True), str)
assert_type(ThreadPoolExecutor().submit(pack, 1).result(), str)
pack("1")  # type: ignore[arg-type]
pack(1, is_gift="no")  # type: ignore[arg-type]


def pay(number: int) -> None:
    problem = Problem(
        409, "The order is paid.", type="/problems/paid", headers={"Retry-After": "5"}, order=number
    )
    as_werkzeug_sees_it: HTTPException = problem
    assert_type(problem.title, str)
    if number < 0:
        abort(problem.get_response())
    raise as_werkzeug_sees_it


def not_found(_error: Exception) -> tuple[dict[str, Any], int]:
    return problem_body(404, detail=f"Ask us about {request_id()}."), 404


assert_type(request_id(), str | None)
create_app().register_error_handler(404, not_found)
assert_type(baseline.drain(), None)


def start() -> None:
    try:
        create_app()
    except ConfigError as error:
        assert_type(error.problems, tuple[ConfigProblem, ...])
        as_a_builtin: ValueError = error
        raise as_a_builtin from None
    except BaselineError as error:
        raise SystemExit(error.exit_code) from error


class Order(BaseModel):
    sku: str


class OutOfStock(ProblemType, status=409):
    sku: str


@endpoint
def plain(number: int, body: Body[Order], q: Query[PageQuery]) -> Page[Order]:
    # To a type checker a marked argument is of the type that it is marked with.
    assert_type(body, Order)
    assert_type(q.offset, int)
    return Page.of([body], total=1, query=q)


@endpoint(status=201, responses={409: OutOfStock}, etag=lambda order: str(order.sku), idempotent=True)
async def options(
    file: File,
    files: list[File],
    token: Header[str | None] = None,
    theme: Cookie[str] = "dark",
    name: Form[str] = "",
) -> Order | tuple[Order, int]:
    assert_type(file, FileStorage)
    assert_type(files, list[FileStorage])
    assert_type(token, str | None)
    check_precondition(Order(sku=name))
    raise OutOfStock("None are left.", sku=theme)


def routes(blueprint: Blueprint) -> None:
    blueprint.post("/plain/<int:number>")(plain)
    blueprint.post("/options")(options)
    # Called by hand it takes what the function takes, and returns the response.
    assert_type(plain(1, Order(sku="a"), PageQuery()), Response)
    plain("1", Order(sku="a"), PageQuery())  # type: ignore[arg-type]
    assert_type(OutOfStock(sku="a").sku, str)


endpoint(statsu=201)  # type: ignore[call-overload]
endpoint(deprecated="soon")  # type: ignore[call-overload]
Baseline(app="shop")  # type: ignore[arg-type]
Problem("404")  # type: ignore[arg-type]
