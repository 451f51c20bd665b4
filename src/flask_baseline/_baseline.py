"""`Baseline`: the one place where features meet the app."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from flask import Flask

from . import _error_handlers as error_handlers
from ._edge import Edge
from ._feature import FeatureSpec, ReadinessCheck, Setup, Wiring
from ._features import FEATURES
from ._propagate import propagate
from ._tallies import Tallies
from .deploy import drain
from .errors import AlreadyInitializedError, ConfigError, ConfigProblem, NotInitializedError
from .settings.reader import Settings, read_settings

CheckFunction = TypeVar("CheckFunction", bound=Callable[[], object])
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class State:
    """``app.extensions["baseline"]``: all there is to know after ``init_app``."""

    settings: Settings
    setup: Setup
    wirings: Mapping[str, Wiring]
    edge: Edge


class Baseline:
    """Make a plain Flask app a production-grade service.

    Holds no app, so one instance can serve many; the readiness checks that are declared on it
    hold for each of them.

    Args:
        app: initialised at once when given; otherwise call `init_app` in the factory.
        features: the features and their order. The default is right unless you add your own.
    """

    def __init__(self, app: Flask | None = None, *, features: Sequence[FeatureSpec] = FEATURES) -> None:
        self._features = tuple(features)
        self._checks: list[ReadinessCheck] = []
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Read the settings of *app* and attach every feature that is on.

        Raises:
            ConfigError: settings are wrong; it names all of them.
            AlreadyInitializedError: *app* has a ``Baseline`` already.
            ProcessConflictError: another live app wants a different process-wide state.
            MissingExtraError: a feature that is on needs a package that is not installed.
        """
        if "baseline" in app.extensions:
            raise AlreadyInitializedError(
                f"Baseline is already on the app {app.name!r}. Call Baseline(app) or "
                "baseline.init_app(app) once, in the factory."
            )
        # Everything that can fail does so before the app is touched.
        settings = read_settings(app, {spec.name: spec.settings for spec in self._features}, os.environ)
        wirings: dict[str, Wiring] = {}
        setup = Setup(
            profile=settings.profile,
            service_name=settings.app.service_name or app.name,
            service_version=settings.app.service_version,
            chosen=settings.chosen,
            value=settings.value_of,
            readiness_checks=lambda: [
                *self._checks,
                *(check for wiring in wirings.values() for check in wiring.readiness_checks),
            ],
            security_schemes=lambda: {
                name: scheme
                for wiring in wirings.values()
                for name, scheme in wiring.security_schemes.items()
            },
            verifiers=lambda: [verifier for wiring in wirings.values() for verifier in wiring.verifiers],
            tallies=Tallies(),
        )
        on = [spec for spec in self._features if settings.features[spec.name].is_on(app, os.environ)]
        problems: list[ConfigProblem] = []
        for spec in on:
            try:
                wirings[spec.name] = spec.load().init_app(app, settings.features[spec.name], setup)
            except ConfigError as error:
                problems += error.problems
        if problems:
            raise ConfigError(problems, settings.profile)
        for wiring in wirings.values():
            if wiring.process is not None:
                wiring.process()
        for wiring in wirings.values():
            if wiring.attach is not None:
                wiring.attach()
        edge = _edge_of(setup, wirings)
        edge.install(app)
        for wiring in wirings.values():
            if wiring.blueprint is not None:
                app.register_blueprint(wiring.blueprint)
            for kind, answer in wiring.error_handlers.items():
                error_handlers.install(app, kind, answer)
        app.extensions["baseline"] = State(settings, setup, wirings, edge)

    def readiness_check(
        self, name: str, *, critical: bool = True, timeout: float = 0.5
    ) -> Callable[[CheckFunction], CheckFunction]:
        """Declare a function as a check of ``/readyz``.

        It is called without arguments, in a thread of its own, and passes unless it raises or
        returns ``False``. What it raises is logged and never leaves the process.

        Args:
            name: unique among the checks; shown in the probe's details.
            critical: whether a failure takes the service out of traffic (503) or only warns.
            timeout: seconds after which it counts as failed.

        Raises:
            TypeError: it decorates without a name.
            ValueError: there is a check called *name* already, or *timeout* is not above 0.
        """
        if callable(name):
            # It would vanish without a word, and with it the check.
            raise TypeError('A readiness check needs a name: @baseline.readiness_check("NAME").')
        if any(check.name == name for check in self._checks):
            raise ValueError(f"A readiness check named {name!r} is declared already; names are unique.")
        if not timeout > 0:  # NaN compares as false with everything.
            raise ValueError(f"The readiness check {name!r} needs a timeout above 0 seconds.")

        def declare(check: CheckFunction) -> CheckFunction:
            self._checks.append(ReadinessCheck(name, check, critical, timeout))
            return check

        return declare

    @staticmethod
    def start(app: Flask) -> None:
        """Begin to send the telemetry of *app* in this process.

        The first request does it by itself. Call it where there is none, such as in a worker of Celery, and
        after it has forked: threads and connections do not survive a fork.

        Raises:
            NotInitializedError: there is no ``Baseline`` on *app*.
        """
        state: State | None = app.extensions.get("baseline")
        if state is None:
            raise NotInitializedError(
                f"Baseline is not on the app {app.name!r}. Fix: call Baseline(app) or baseline.init_app(app) "
                "in the factory."
            )
        for wiring in state.wirings.values():
            if wiring.start is not None:
                wiring.start()

    @staticmethod
    def propagate(function: Callable[P, R]) -> Callable[P, R]:
        """Bind *function* to this request's log and trace context, to run in a thread or greenlet.

        Each run has sessions of databases of its own, which are closed at its end.

        ``threading.Thread``, executors and ``gevent.spawn`` start with an empty context. The
        result may be called any number of times, at the same time too.
        """
        return propagate(function)

    @staticmethod
    def drain() -> None:
        """Make ``/readyz`` answer 503 from now on, while everything else is still served."""
        drain.start()


def _edge_of(setup: Setup, by_name: Mapping[str, Wiring]) -> Edge:
    wirings = [*by_name.values()]
    return Edge(
        service=setup.service,
        probes={path: probe for wiring in wirings for path, probe in wiring.probes.items()},
        begin=tuple(wiring.begin for wiring in wirings if wiring.begin),
        respond=tuple(wiring.respond for wiring in wirings if wiring.respond),
        finish=tuple(wiring.finish for wiring in reversed(wirings) if wiring.finish),
        runtimes={name: wiring.runtime for name, wiring in by_name.items()},
        tallies=setup.tallies,
    )
