"""The three profiles, and which one an app runs under."""

from __future__ import annotations

from typing import Literal, get_args

from flask import Flask

Profile = Literal["dev", "test", "prod"]

PROFILES: tuple[Profile, ...] = get_args(Profile)


def implied_profile(app: Flask) -> tuple[Profile, str]:
    """Return the profile of an app that names none, and what it follows from.

    It is production unless Flask says otherwise.
    """
    if app.testing:
        return "test", "app.testing"
    if app.debug:
        return "dev", "app.debug"
    return "prod", "default"
