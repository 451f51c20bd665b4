"""Load the app that ``baseline_app`` names."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.cli import NoAppException, ScriptInfo

from ..errors import NotInitializedError


def loader_of(import_path: str) -> Callable[[], Flask]:
    """Return what makes the app of *import_path*, such as ``shop:create_app()``.

    It raises `NotInitializedError` where there is no such app.
    """

    def load() -> Flask:
        if not import_path:
            raise NotInitializedError(
                'The tests have no app. Fix: set baseline_app = "shop:create_app()" in the configuration '
                "of pytest, or write a fixture baseline_app_factory, of the scope session, that returns what "
                "makes it."
            )
        try:
            return ScriptInfo(app_import_path=import_path, set_debug_flag=False).load_app()
        except NoAppException as error:
            what = error.format_message().strip().rstrip(".")
        raise NotInitializedError(
            f"baseline_app is {import_path!r}: {what}. Fix: name the app as `flask --app` does."
        )

    return load
