"""Tell a developer which keys have changed what the app does."""

from __future__ import annotations

import logging

from .._edge import RespondStep
from .._exchange import Exchange, Header
from .compiling import POLICY

_log = logging.getLogger("flask_baseline.headers")


Changed = tuple[str, object, str]
"""A key of Flask's, its value now, and the option that it follows."""


def telling_of_cookies(respond: RespondStep, changed: list[Changed]) -> RespondStep:
    """Return *respond*, which logs with the first answer what is in *changed*, and empties it.

    Not at the start, which commands have too, whose output is for other programs.
    """

    def respond_and_tell(exchange: Exchange, headers: list[Header]) -> None:
        respond(exchange, headers)
        while changed:
            key, value, option = changed.pop(0)
            ours = f"BASELINE_HEADERS_{option.upper()}"
            _log.info("%s is %s now. To have it otherwise, set it, or %s.", key, value, ours)

    return respond_and_tell


def telling_of_pages(respond: RespondStep) -> RespondStep:
    """Return *respond*, which logs once that pages have a policy, and which keys change it."""
    is_told = False

    def respond_and_tell(exchange: Exchange, headers: list[Header]) -> None:
        nonlocal is_told
        own = [*headers]
        respond(exchange, headers)
        if not is_told and _is_page(own) and any(name == POLICY for name, _ in headers[len(own) :]):
            is_told = True
            _log.info(
                "Pages have a content security policy now: browsers refuse scripts and styles of other "
                "hosts, and inline ones without csp_nonce(), and say so in their console. "
                "BASELINE_HEADERS_REPORT_PATH logs it here, "
                "BASELINE_HEADERS_CONTENT_SECURITY_POLICY_REPORT_ONLY allows it for now, "
                "BASELINE_HEADERS_CONTENT_SECURITY_POLICY is the policy. "
                "BASELINE_HEADERS_CROSS_ORIGIN_EMBEDDER_POLICY is about images and frames of other hosts, "
                "BASELINE_HEADERS_FRAME_OPTIONS about who may frame the page."
            )

    return respond_and_tell


def _is_page(headers: list[Header]) -> bool:
    return any(
        name.lower() == "content-type" and value.lower().startswith("text/html") for name, value in headers
    )
