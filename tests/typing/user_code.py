"""What a user writes, as a type checker sees it. It is checked and never run."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask, abort
from typing_extensions import assert_type
from werkzeug.exceptions import HTTPException

from flask_baseline import Baseline, ConfigError, Problem
from flask_baseline.errors import BaselineError, ConfigProblem
from flask_baseline.logging import request_id
from flask_baseline.problems import problem_body

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


Baseline(app="shop")  # type: ignore[arg-type]
Problem("404")  # type: ignore[arg-type]
