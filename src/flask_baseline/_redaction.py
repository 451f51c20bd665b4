"""Keep secrets out of log lines: by the name of a field, and by their shape inside a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import translate

REDACTED = "[redacted]"

REDACTED_NAMES = (
    "*password*",
    "*passwd*",
    "*passphrase*",
    "pwd",
    "*_pwd",
    "*secret*",
    "*token*",
    "*jwt*",
    "*credential*",
    "authorization",
    "*_authorization",
    "cookie",
    "*_cookie",
    "session",
    "*session_id",
    "sessionid",
    "*api_key*",
    "*apikey*",
    "*access_key*",
    "*accesskey*",
    "*private_key*",
    "*privatekey*",
    "*encryption_key*",
    "*signing_key*",
    "sig",
    "signature",
    "*card_number*",
    "*cardnumber*",
    "*credit_card*",
    "*creditcard*",
    "cvv",
    "cvc",
    "dsn",
    "*_dsn",
)
"""Names whose values are never logged, as globs. Case and ``-``, ``.``, `` `` against ``_`` do not matter."""

# user:password@ of a URL.
_USERINFO = re.compile(r"://[^\s/?#]*@")

# password=..., "api_key": "...", Authorization: Bearer ... Bounded, so that it is linear in the text.
_ASSIGNMENT = re.compile(
    r"""((?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key
          |authorization|cookie)
         [\w-]{0,32}\\?["']?[ \t]{0,8}[=:][ \t]{0,8}(?:(?:bearer|basic|token)[ ]{1,3})?)
        (?: [bru]{0,2}(?: "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' ) | \\["'][^"'\\]* | [^\s"'&,;)}\]]+ )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

_MAX_REMEMBERED = 4096


class Redactor:
    """Decides which fields are hidden.

    Args:
        extra: globs of more names; one that starts with ``!`` shows matching names again.
    """

    def __init__(self, extra: Sequence[str] = ()) -> None:
        hidden = [*REDACTED_NAMES, *(glob for glob in extra if not glob.startswith("!"))]
        self._hidden = _compile(hidden)
        self._shown = _compile([glob[1:] for glob in extra if glob.startswith("!")])
        # Names repeat from line to line, and matching costs more than the rest of a field.
        self._known: dict[str, bool] = {}

    def hides(self, name: str) -> bool:
        """Return whether the value of the field *name* must not be written."""
        known = self._known.get(name)
        if known is None:
            folded = _fold(name)
            known = bool(self._hidden(folded)) and not self._shown(folded)
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            self._known[name] = known
        return known

    def scrub(self, text: str) -> str:
        """Return *text* without the passwords of URLs and of ``name=value`` pairs."""
        if "://" in text and "@" in text:
            text = _USERINFO.sub(f"://{REDACTED}@", text)
        if "=" in text or ":" in text:
            text = _ASSIGNMENT.sub(rf"\1{REDACTED}", text)
        return text


def _fold(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_").replace(" ", "_")


def _compile(globs: Sequence[str]) -> Callable[[str], object]:
    # (?!) matches nothing.
    return re.compile("|".join(translate(_fold(glob)) for glob in globs) or "(?!)").match
