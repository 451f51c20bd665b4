"""The profile of an app, and what it changes."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_baseline import ConfigError

from .conftest import Read, lines, shop

CHOICE = {
    "nothing": ({}, None, "prod", "default"),
    "testing": ({"TESTING": True}, None, "test", "app.testing"),
    "debug": ({"DEBUG": True}, None, "dev", "app.debug"),
    "testing-and-debug": ({"TESTING": True, "DEBUG": True}, None, "test", "app.testing"),
    "named": ({}, "dev", "dev", "environment"),
    "named-against-testing": ({"TESTING": True}, "prod", "prod", "environment"),
    "named-against-debug": ({"DEBUG": True}, "test", "test", "environment"),
    "config-over-environment": ({"BASELINE_PROFILE": "test"}, "dev", "test", "app.config"),
}


@pytest.mark.parametrize(("config", "named", "profile", "source"), CHOICE.values(), ids=CHOICE)
def test_the_profile_is_named_or_follows_flask(
    read: Read, config: dict[object, object], named: str | None, profile: str, source: str
) -> None:
    """A named profile counts; else testing means test, debug means dev, and all else prod."""
    settings = read(config, {} if named is None else {"BASELINE_PROFILE": named})
    assert settings.profile == settings.app.profile == profile
    assert settings.sources["BASELINE_PROFILE"] == source


@pytest.mark.parametrize(("profile", "name"), [("dev", "dev-shop"), ("test", "test-shop"), ("prod", "shop")])
def test_a_profile_relaxes_by_name(read: Read, profile: str, name: str) -> None:
    """A feature names what dev and test relax; production has the field's default."""
    settings = read({"BASELINE_PROFILE": profile})
    assert shop(settings).name == name
    expected = "default" if profile == "prod" else f"profile {profile}"
    assert settings.sources["BASELINE_SHOP_NAME"] == expected


@pytest.mark.parametrize("value", ["production", "DEV", "", 1, True, ["dev"]], ids=repr)
def test_a_wrong_profile_is_reported_with_the_rest(read: Read, value: object) -> None:
    """What else is wrong is judged as in production and said at the same time."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_PROFILE": value, "BASELINE_SHOP_SIZE": 0})
    assert str(error.value).startswith("flask-baseline: 2 problems in the configuration (profile prod)\n")
    profile, size = lines(error)
    assert profile.startswith("BASELINE_PROFILE (app.config): is ")
    assert "set it to one of dev, test, prod" in profile
    assert size.startswith("BASELINE_SHOP_SIZE (app.config): is out of range.")


def test_an_app_that_turns_testing_on_later_keeps_its_profile(read: Read) -> None:
    """The profile is decided once, at init."""
    app = Flask("shop")
    settings = read(app=app)
    app.testing = True
    assert settings.profile == "prod"
