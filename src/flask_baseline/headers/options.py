"""The options that one view can have otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from ..settings.expectation import expectation
from ..settings.rules import SettingError
from .settings import HeadersSettings

VIEW_OPTIONS = (
    "content_security_policy",
    "content_security_policy_nonce_in",
    "content_security_policy_report_only",
    "cross_origin_embedder_policy",
    "cross_origin_opener_policy",
    "cross_origin_resource_policy",
    "frame_options",
    "permissions_policy",
    "referrer_policy",
)


class UnknownOptionError(SettingError):
    """Raised for an option that a view cannot have."""


def view_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a view as the settings have them.

    Raises:
        UnknownOptionError: a view has no such option.
        SettingError: one has a wrong value.
    """
    for name in sorted(options.keys() - {*VIEW_OPTIONS}):
        near = get_close_matches(name, VIEW_OPTIONS, n=1)
        fix = f"write {near[0]}" if near else f"a view has {', '.join(VIEW_OPTIONS)}"
        raise UnknownOptionError(f"has the option {name}, which no view can have", fix)
    try:
        # Where a view reports to is a setting of the app.
        checked = HeadersSettings.model_validate({**options, "report_path": "/reports"})
    except ValidationError as error:
        # Without what pydantic says, which may have the value in it.
        detail = error.errors(include_input=False, include_url=False)[0]
    else:
        return {name: getattr(checked, name) for name in options}
    rule = detail.get("ctx", {}).get("error")
    name = str(detail["loc"][0]) if detail["loc"] else "content_security_policy"
    if isinstance(rule, SettingError):
        raise SettingError(f"has a {name} that {rule.what}", rule.fix)
    wanted = expectation(HeadersSettings.model_fields[name])
    raise SettingError(f"has a {name} of the wrong kind", f"set it to {wanted}")
