"""Tell a developer which keys have refused a body."""

from __future__ import annotations

import logging

from .._edge import FinishStep
from .._exchange import Exchange
from .counted import CountedBody

_log = logging.getLogger("flask_baseline.ingress")


def telling_of_limits(finish: FinishStep) -> FinishStep:
    """Return *finish*, which logs the first time that a body was beyond a limit, and what changes it."""
    is_told = False

    def finish_and_tell(exchange: Exchange) -> None:
        nonlocal is_told
        finish(exchange)
        if not is_told and exchange.status == 413 and type(exchange.environ["wsgi.input"]) is CountedBody:
            is_told = True
            _log.info(
                "A body or a form was beyond a limit. BASELINE_INGRESS_MAX_BODY_BYTES, "
                "BASELINE_INGRESS_MAX_FORM_BYTES and BASELINE_INGRESS_MAX_FORM_PARTS are for all views, "
                "@max_body_bytes is for one."
            )

    return finish_and_tell
