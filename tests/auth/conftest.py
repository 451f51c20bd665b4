"""Apps whose tokens a verifier of the tests' own verifies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask, jsonify
from joserfc.jwk import OctKey
from werkzeug.test import TestResponse

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline.auth import current_identity, require_auth
from flask_baseline.auth.jose import JoseVerifier
from flask_baseline.auth.keys import FixedKeys, verifying_key
from flask_baseline.auth.profile import Profile
from flask_baseline.auth.verifier import Verifier

from . import verifying
from .bad_tokens import ANSWERS
from .minting import ISSUER, SECRET

PROFILE = Profile("jwt", ISSUER, frozenset({"shop"}), is_kid_needed=True)

KEY = verifying_key(OctKey.import_key(SECRET), "HS256", "key-1")


def verifier(profile: Profile = PROFILE, **options: Any) -> JoseVerifier:
    """Return a verifier of the tokens that the tests make."""
    return JoseVerifier(profile, options.pop("keys", FixedKeys([KEY])), **options)


def make_app(*features: str, verifiers: Sequence[Verifier] | None = None, **config: Any) -> Flask:
    """Return an app with auth, other *features* and keys, and a view for known callers at ``/me``."""
    app = Flask("shop")
    app.config["BASELINE_PROFILE"] = "prod"
    app.config.update(config)
    app.config[verifying.KEY] = [verifier()] if verifiers is None else verifiers
    specs = [spec for spec in FEATURES if spec.name in ("auth", "validation", *features)]
    Baseline(app, features=[*specs, verifying.SPEC])

    @app.get("/me")
    @require_auth
    def me() -> Any:
        return jsonify(subject=current_identity.subject, transport=current_identity.transport)

    return app


def expect_denied(response: TestResponse, code: str, challenge: str | None = None) -> None:
    """Check that *response* is exactly the refusal with *code*."""
    status, usual = ANSWERS.get(code, (response.status_code, challenge))
    body = response.get_json()
    assert (response.status_code, body["code"]) == (status, code)
    assert response.headers.get("WWW-Authenticate") == (challenge or usual)
    assert response.mimetype == "application/problem+json"
    assert body["status"] == status


@pytest.fixture
def app() -> Flask:
    """Return an app with auth alone."""
    return make_app()
