"""What a feature is: its settings, what it returns for the root to attach, and its shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, cast

from pydantic import BaseModel

from .settings.model import MODEL_CONFIG
from .settings.profiles import Profile

if TYPE_CHECKING:
    from flask import Blueprint, Flask
    from flask.typing import ResponseReturnValue

    from ._edge import BeginStep, FinishStep, Probe, RespondStep
    from ._tallies import Tallies
    from .auth.verifier import Verifier

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class FeatureSettings(BaseModel):
    """``BASELINE_<FEATURE>_*``: what the settings of all features share.

    Every field has a docstring below it.
    """

    model_config = MODEL_CONFIG

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = _NOTHING
    """Defaults that a profile replaces. A field's own default is the one of production."""

    enabled: bool = True
    """Whether the feature is on."""

    def is_on(self, app: Flask, environ: Mapping[str, str]) -> bool:
        """Whether the feature is on in *app*; of a feature with ``auto`` it decides, by what is there."""
        return bool(self.enabled)


class ReadinessCheck(NamedTuple):
    """One thing that must work before the service takes traffic."""

    name: str
    """Shown in the details of the readiness probe."""
    check: Callable[[], object]
    """Called without arguments, in a thread. It passes unless it raises or returns ``False``."""
    critical: bool = True
    """A failing critical check answers 503; any other turns the status to ``warn``."""
    timeout: float = 0.5
    """Seconds after which the check counts as failed."""


class Setup(NamedTuple):
    """What every feature may know about the app as a whole."""

    profile: Profile
    service_name: str
    service_version: str | None
    chosen: frozenset[str]
    """The keys that some source sets; the others have the default of the profile."""
    value: Callable[[str], object]
    """Returns the effective value of a key of any feature, on or off; None where no feature has the key."""
    readiness_checks: Callable[[], Sequence[ReadinessCheck]]
    """All checks, of the app and of every feature; a call, because more may come after init."""
    security_schemes: Callable[[], Mapping[str, Mapping[str, Any]]]
    """Those of every feature, by name; a call, because later features add theirs."""
    verifiers: Callable[[], Sequence[Verifier]]
    """What can tell who calls; a call, because later features add theirs."""
    tallies: Tallies
    """Where a feature counts what it could not do."""

    @property
    def service(self) -> dict[str, str]:
        """OpenTelemetry's ``service.*`` resource attributes."""
        service = {"service.name": self.service_name}
        if self.service_version is not None:
            service["service.version"] = self.service_version
        return service


class Wiring(NamedTuple):
    """What a feature wants attached to the app. Data only; the root attaches it."""

    probes: Mapping[str, Probe] = _NOTHING
    """Paths that the edge answers itself, before Flask sees the request."""
    begin: BeginStep | None = None
    respond: RespondStep | None = None
    finish: FinishStep | None = None
    readiness_checks: Sequence[ReadinessCheck] = ()
    blueprint: Blueprint | None = None
    """Its name begins with ``baseline_``, so that an app's own routes can be told from ours."""
    error_handlers: Mapping[type[Exception], Callable[[Any], ResponseReturnValue]] = _NOTHING
    """Each answers the errors of a class for which the app has no handler, or raises them again."""
    security_schemes: Mapping[str, Mapping[str, Any]] = _NOTHING
    """Ways to authenticate, as in the ``securitySchemes`` of an OpenAPI document."""
    verifiers: Sequence[Verifier] = ()
    """What can tell who calls, each for the tokens of one issuer."""
    runtime: object = None
    """What the feature's own code looks up during a request, with `runtime_of`."""
    process: Callable[[], None] | None = None
    """Applies process-wide state; raises `ProcessConflictError` when another app holds a different one."""
    start: Callable[[], None] | None = None
    """Starts what sends telemetry, in a process that serves no requests."""
    attach: Callable[[], None] | None = None
    """Attaches to the app what only a library can, before the edge is put around it."""


class Feature(Protocol):
    """The shape of a ``feature.py`` module."""

    def init_app(self, app: Flask, settings: Any, setup: Setup, /) -> Wiring: ...


class FeatureSpec(NamedTuple):
    """A feature before it is loaded."""

    name: str
    settings: type[FeatureSettings]
    module: str
    touches: frozenset[str]
    """The parts of an app and of the process that it changes; a test holds it to this."""

    def load(self) -> Feature:
        """Import the feature, and with it the libraries it wraps."""
        return cast(Feature, import_module(self.module))
