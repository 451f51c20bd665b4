"""What a login of the app needs besides tokens: to be slow for whoever guesses, and to tell of failures."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import normalize

from flask import Request

from ..problems import Problem
from .current import current_request
from .denied import Denied, denied
from .events import tell
from .strict_json import object_of

_LONGEST = 256
"""Of a name; what begins alike for as long is counted together."""


def login_failed(name: str) -> Denied:
    """Tell that somebody could not log in as *name*, and return the refusal, to be raised::

        if not check_password(form.name, form.password):
            raise login_failed(form.name)

    The event is ``auth.login_failed``. Its signal has *name* as ``subject``, so that an app can lock an
    account or warn somebody; the log has a pseudonym of it, and the answer nothing.
    """
    tell("login_failed", subject=name, provider="jwt", code="login_failed")
    return denied("login_failed")


def login_name(field: str = "name") -> Callable[[], str | None]:
    """Return a key of ``rate_limit``, by which a login is counted for the name that is given::

        @app.post("/login")
        @rate_limit("20/minute")
        @rate_limit("5/minute", key=login_name("user"))
        def login(): ...

    The name is *field* of the form or of the JSON. Names are counted together that differ in capitals, in
    spaces around, or in forms of one letter. Where there is no name, the address is counted.

    A login with two names, of which the view might take the other, is answered 400.
    """

    def named() -> str | None:
        name = _one_in_body(current_request(), field)
        return None if name is None else normalize("NFKC", name[:_LONGEST]).strip().casefold()

    return named


def _one_in_body(current: Request, field: str) -> str | None:
    found: list[object]
    if current.is_json:
        try:
            found = [object_of(current.get_data()).get(field)]
        except ValueError:
            raise Problem(400, "The body is no JSON object, or has a name twice.") from None
    else:
        found = [*current.form.getlist(field)]
    if len(found) > 1:
        raise Problem(400, "The form has a name twice.")
    # True is a number in Python.
    texts = [str(each) for each in found if isinstance(each, (str, int)) and not isinstance(each, bool)]
    return texts[0] if texts else None
