"""`Baseline`, `init_app` and what they refuse."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from types import ModuleType

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError
from flask_baseline._baseline import State
from flask_baseline._feature import FeatureSettings, FeatureSpec, Setup, Wiring
from flask_baseline._features import FEATURES
from flask_baseline.errors import AlreadyInitializedError, ProcessConflictError

from .surface import changes, surface

InitApp = Callable[[Flask, FeatureSettings, Setup], Wiring]
MakeFeature = Callable[..., FeatureSpec]


class ShopSettings(FeatureSettings):
    """``BASELINE_SHOP_*``."""

    greeting: str = "hello"
    """What to say."""


@pytest.fixture
def make_feature(monkeypatch: pytest.MonkeyPatch) -> MakeFeature:
    """Return what makes a feature of its ``init_app``."""

    def make_feature(init_app: InitApp, name: str = "shop") -> FeatureSpec:
        module = ModuleType(f"{name}_feature")
        vars(module)["init_app"] = init_app
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return FeatureSpec(name, ShopSettings, module.__name__, frozenset())

    return make_feature


def test_at_once_or_in_a_factory() -> None:
    """``Baseline(app)`` is ``Baseline().init_app(app)``."""
    at_once, later = Flask("shop"), Flask("shop")
    Baseline(at_once)
    baseline = Baseline()
    baseline.init_app(later)
    for app in (at_once, later):
        assert app.test_client().get("/livez").json == {"status": "pass"}


def test_the_state_is_frozen() -> None:
    """All there is to know is in ``app.extensions``, and nobody changes it."""
    app = Flask("shop")
    Baseline(app)
    state = app.extensions["baseline"]
    assert isinstance(state, State)
    assert (state.settings.profile, state.setup.service_name) == ("prod", "shop")
    assert [*state.wirings] == [spec.name for spec in FEATURES if spec.settings().is_on(app, os.environ)]
    with pytest.raises(FrozenInstanceError):
        state.setup = None


@pytest.mark.parametrize("other", [False, True], ids=["same-instance", "another-instance"])
def test_a_second_time(other: bool) -> None:
    """A second ``init_app`` is refused, with the app and the remedy, and changes nothing."""
    app = Flask("shop")
    baseline = Baseline(app)
    before = surface(app), app.extensions["baseline"]
    with pytest.raises(AlreadyInitializedError, match=r"on the app 'shop'. Call .* once, in the factory"):
        (Baseline() if other else baseline).init_app(app)
    assert (surface(app), app.extensions["baseline"]) == before


def _raise(_app: Flask, _settings: FeatureSettings, _setup: Setup) -> Wiring:
    raise LookupError("no such thing")


def _conflict() -> None:
    raise ProcessConflictError("another app has it")


FAILURES: dict[str, tuple[dict[str, object], InitApp, type[Exception]]] = {
    "settings": ({"BASELINE_HEALTH_LIVE_PATH": 5}, lambda *_: Wiring(), ConfigError),
    "unknown-key": ({"BASELINE_SHOP_GRETING": "hi"}, lambda *_: Wiring(), ConfigError),
    "feature": ({}, _raise, LookupError),
    "process": ({}, lambda *_: Wiring(process=_conflict), ProcessConflictError),
}


@pytest.mark.parametrize(("config", "init_app", "error"), FAILURES.values(), ids=FAILURES)
def test_what_fails_leaves_the_app_alone(
    make_feature: MakeFeature, config: dict[str, object], init_app: InitApp, error: type[Exception]
) -> None:
    """Whatever is wrong, the app is as it was, and works."""
    features = (make_feature(init_app), *FEATURES)
    for spec in features:
        spec.load()
    app = Flask("shop")
    app.config.update(config)
    before = surface(app)
    with pytest.raises(error):
        Baseline(app, features=features)
    assert changes(before, surface(app)) == set()
    assert "baseline" not in app.extensions
    assert app.test_client().get("/livez").status_code == 404


def test_a_process_conflict_leaves_the_second_app_alone() -> None:
    """An app that wants other logs than one that lives is refused, and stays a bare Flask app."""
    first, second = Flask("first"), Flask("second")
    Baseline(first)
    second.config["BASELINE_LOGGING_LEVEL"] = "DEBUG"
    before = surface(second)
    with pytest.raises(ProcessConflictError, match="BASELINE_LOGGING_LEVEL"):
        Baseline(second)
    assert changes(before, surface(second)) == set()
    assert "baseline" not in second.extensions


def test_a_feature_of_your_own(make_feature: MakeFeature) -> None:
    """A feature beside the built-in ones has settings, knows the service, and adds its steps and probes."""

    def init_app(_app: Flask, settings: FeatureSettings, setup: Setup) -> Wiring:
        assert isinstance(settings, ShopSettings)
        header = ("X-Greeting", f"{settings.greeting} from {setup.service_name}")
        return Wiring(respond=lambda _, headers: headers.append(header))

    app = Flask("shop")
    app.config["BASELINE_SHOP_GREETING"] = "good day"
    Baseline(app, features=(*FEATURES, make_feature(init_app)))
    headers = app.test_client().get("/").headers
    assert headers["X-Greeting"] == "good day from shop"
    assert "X-Request-ID" in headers


def test_features_are_layers(make_feature: MakeFeature) -> None:
    """What comes in passes the features in their order, and a request ends in the reverse one."""
    seen: list[str] = []

    def layer(name: str) -> InitApp:
        return lambda *_: Wiring(
            begin=lambda _: seen.append(f"begin {name}"),
            respond=lambda *_: seen.append(f"respond {name}"),
            finish=lambda _: seen.append(f"finish {name}"),
        )

    app = Flask("shop")
    Baseline(app, features=[make_feature(layer(name), name) for name in ("outer", "inner")])
    app.test_client().get("/", buffered=True)
    assert seen == [
        *("begin outer", "begin inner", "respond outer", "respond inner"),
        *("finish inner", "finish outer"),
    ]


def test_a_feature_that_is_off_is_not_asked(make_feature: MakeFeature) -> None:
    """A feature of your own has the same toggle as the others."""
    app = Flask("shop")
    app.config["BASELINE_SHOP_ENABLED"] = False
    Baseline(app, features=[make_feature(_raise)])
    assert app.extensions["baseline"].wirings == {}


def test_the_decorator_returns_the_function() -> None:
    """A readiness check can be called as before."""
    baseline = Baseline()

    @baseline.readiness_check("stock")
    def stock() -> bool:
        return True

    assert stock() is True


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_check_needs_time(timeout: float) -> None:
    """A readiness check without time to run is refused by name."""
    with pytest.raises(ValueError, match="'stock' needs a timeout above 0 seconds"):
        Baseline().readiness_check("stock", timeout=timeout)


def test_a_check_has_a_name_of_its_own() -> None:
    """Two readiness checks of one name are refused."""
    baseline = Baseline()
    baseline.readiness_check("stock")(lambda: True)
    with pytest.raises(ValueError, match="'stock' is declared already"):
        baseline.readiness_check("stock")


def test_a_check_without_a_name_is_refused() -> None:
    """The decorator without its call would declare nothing, so it says what it lacks."""
    baseline = Baseline()

    with pytest.raises(TypeError, match=r'@baseline\.readiness_check\("NAME"\)'):

        @baseline.readiness_check  # type: ignore[arg-type]
        def stock() -> None: ...


def test_what_several_features_refuse_is_told_at_once() -> None:
    """Settings that are wrong together are one error, whichever features they are of."""
    app = Flask("shop")
    app.config.update(BASELINE_CORS_ORIGINS="*", BASELINE_CORS_CREDENTIALS=True, BASELINE_INGRESS_HTTPS=True)

    with pytest.raises(ConfigError) as error:
        Baseline(app)

    assert [problem.key for problem in error.value.problems] == [
        "BASELINE_INGRESS_HTTPS, BASELINE_INGRESS_TRUSTED_HOSTS",
        "BASELINE_CORS_CREDENTIALS",
    ]
