"""``headers``: security headers on every answer, and a safe session cookie."""

from __future__ import annotations

from flask import Flask

from .._feature import Setup, Wiring
from .cookies import secure_session_cookie
from .nonce import give_to_templates
from .notices import Changed, telling_of_cookies, telling_of_pages
from .reports import report_blueprint
from .responding import add_headers
from .settings import HeadersSettings


def init_app(app: Flask, settings: HeadersSettings, setup: Setup, /) -> Wiring:
    """Return the step that adds the headers, and what is to be attached to the app."""
    is_dev = setup.profile == "dev"
    to_tell: list[Changed] = []

    def attach() -> None:
        changed = [*secure_session_cookie(app, settings)]
        to_tell.extend(each for each in changed if f"BASELINE_HEADERS_{each[2].upper()}" not in setup.chosen)
        give_to_templates(app)

    respond = add_headers(app, settings)
    if is_dev:
        respond = telling_of_cookies(respond, to_tell)
    if is_dev and "BASELINE_HEADERS_CONTENT_SECURITY_POLICY" not in setup.chosen:
        respond = telling_of_pages(respond)
    return Wiring(
        respond=respond,
        blueprint=None if settings.report_path is None else report_blueprint(settings.report_path),
        attach=attach,
    )
