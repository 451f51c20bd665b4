"""``cors``: which pages of other origins may use the app."""

from __future__ import annotations

import os

from flask import Flask

from .._feature import Setup, Wiring
from ..errors import ConfigError, ConfigProblem
from .flask_cors_keys import configured, has_flask_cors, with_flask_cors_keys
from .gate import allow_origin, answer_preflights
from .marks import marked_views
from .refusals import unsafe
from .settings import CorsSettings
from .vocabulary import Problem, UnfitError, own_options, resources_of
from .zones import Zones, view_settings

_PREFIX = "BASELINE_CORS_"
_FORM = 'write it as {"/api": {"origins": ["https://app.example.com"]}}'


def init_app(app: Flask, settings: CorsSettings, setup: Setup, /) -> Wiring:
    """Return the steps that decide on each request.

    Raises:
        ConfigError: what is allowed is not safe; it names everything.
    """
    is_production = setup.profile == "prod"
    settings, keys, problems = with_flask_cors_keys(app, settings, setup.chosen)

    def shown(option: str, what: str, fix: str) -> ConfigProblem:
        key = keys.get(option, _PREFIX + option.upper())
        if configured(app, key) is not None:
            source = "app.config"
        elif key in os.environ:
            source = "environment"
        else:
            source = "settings" if key in setup.chosen else "default"
        return ConfigProblem(key, source, what, fix)

    by_path, wrong = _by_path(settings, is_production=is_production)
    wrong = [*unsafe(settings, is_production=is_production), *wrong]
    if settings.resources and f"{_PREFIX}PATHS" in setup.chosen:
        what = f"is not used beside {keys.get('resources', _PREFIX + 'RESOURCES')}"
        wrong.append(Problem("paths", what, "remove one of the two"))
    problems += [shown(*each) for each in wrong]
    for endpoint, method in marked_views(app):
        _, found = view_settings(app, settings, endpoint, method, is_production=is_production)
        problems += [
            ConfigProblem(f"cross_origin({option}=...)", f"view {endpoint}", what, fix)
            for option, what, fix in found
            if Problem(option, what, fix) not in wrong
        ]
    if has_flask_cors(app):
        what = "repeats the CORS(app) of flask-cors that is on the app"
        fix = "remove CORS(app), or set it to false"
        problems.append(ConfigProblem(f"{_PREFIX}ENABLED", "app", what, fix))
    if problems:
        raise ConfigError([*dict.fromkeys(problems)], setup.profile)
    zones = Zones(app, settings, by_path, is_production=is_production)
    return Wiring(begin=answer_preflights(zones), respond=allow_origin(zones))


def _by_path(settings: CorsSettings, *, is_production: bool) -> tuple[dict[str, CorsSettings], list[Problem]]:
    """Return what holds below each path, and what is wrong where it differs from what holds elsewhere."""
    if not settings.resources:
        return dict.fromkeys(settings.paths, settings), []
    by_path: dict[str, CorsSettings] = {}
    problems: list[Problem] = []
    everywhere = {*unsafe(settings, is_production=is_production)}
    try:
        for number, (path, options) in enumerate(resources_of(settings.resources).items(), 1):
            try:
                by_path[path] = found = settings.model_copy(update=own_options(options))
            except UnfitError as error:
                wrong = {*error.problems}
            else:
                wrong = {*unsafe(found, is_production=is_production)} - everywhere
            problems += [
                Problem("resources", f"has wrong {option} for path {number}: {what}", fix)
                for option, what, fix in sorted(wrong)
            ]
    except TypeError:
        what = "has something that is neither a path nor an option of one"
        problems.append(Problem("resources", what, _FORM))
    except ValueError:
        problems.append(Problem("resources", "has a path twice, or a pattern for one", _FORM))
    return by_path, problems
