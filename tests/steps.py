"""Put an edge around an app, and call the app as a server does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from flask_baseline._edge import BeginStep, Edge, FinishStep, RespondStep
from flask_baseline._exchange import Exchange
from flask_baseline._tallies import Tallies


@dataclass
class Watched:
    """An app with an edge, and the exchanges that have ended."""

    app: Flask
    edge: Edge
    ended: list[Exchange] = field(default_factory=list)


def watch(
    app: Flask,
    *,
    begin: tuple[BeginStep, ...] = (),
    respond: tuple[RespondStep, ...] = (),
    finish: tuple[FinishStep, ...] = (),
) -> Watched:
    """Put an edge with these steps around *app*, and a last one that keeps the exchange."""
    ended: list[Exchange] = []
    edge = Edge(
        service={},
        probes={},
        begin=begin,
        respond=respond,
        finish=(*finish, ended.append),
        runtimes={},
        tallies=Tallies(),
    )
    edge.install(app)
    return Watched(app, edge, ended)


def flask_of(entry: Callable[..., Iterable[bytes]]) -> Flask:
    """Return a Flask app that is *entry* inside, a WSGI app without Flask's manners."""
    app = Flask("shop")
    vars(app)["wsgi_app"] = entry
    return app


@dataclass
class Call:
    """One request by hand: what came out so far, and the body to iterate and close."""

    started: list[tuple[str, list[tuple[str, str]]]]
    body: Any

    def drain(self) -> bytes:
        """Read the body and close it, as a server does whatever happens."""
        try:
            return b"".join(self.body)
        finally:
            self.close()

    def close(self) -> None:
        if hasattr(self.body, "close"):
            self.body.close()


def call(
    app: Callable[..., Iterable[bytes]], path: str = "/", method: str = "GET", **environ: object
) -> Call:
    """Call *app*, and neither read nor close the body."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        started.append((status, headers))
        return lambda _: None

    return Call(started, app(EnvironBuilder(path, method=method).get_environ() | environ, start_response))
