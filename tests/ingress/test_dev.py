"""In dev the log names the keys of what has been refused."""

from __future__ import annotations

import pytest
from flask import Flask, request

from flask_baseline import Baseline
from tests.lines import lines_of


@pytest.mark.parametrize(("profile", "times"), [("dev", 1), ("prod", 0)])
def test_a_body_beyond_the_limit(capsys: pytest.CaptureFixture[str], profile: str, times: int) -> None:
    """The first body that is refused is told of with the keys that let it in; production has no such line."""
    app = Flask("shop")
    app.config.update(
        BASELINE_PROFILE=profile, BASELINE_LOGGING_FORMAT="json", BASELINE_INGRESS_MAX_BODY_BYTES=10
    )
    app.add_url_rule("/", view_func=lambda: request.get_data(), methods=["POST"])
    Baseline(app)
    for _ in range(2):
        assert app.test_client().post("/", data=b"x" * 11, buffered=True).status_code == 413

    told = [line["body"] for line in lines_of(capsys) if "MAX_BODY_BYTES" in line["body"]]
    assert len(told) == times
