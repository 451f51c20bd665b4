"""What testers of others say of the headers that the examples have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.grade import TARGETS, Grade, grade, install


@pytest.fixture(scope="module")
def testers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the testers."""
    folder = tmp_path_factory.mktemp("testers")
    install(folder)
    return folder


@pytest.mark.parametrize("name", TARGETS)
def test_the_examples(testers: Path, name: str) -> None:
    """The Observatory gives 130 points or more, and the evaluator finds nothing at medium or worse."""
    found = grade(testers, *TARGETS[name])

    assert found.score >= 130, found.tests
    assert found.grade == "A+"
    assert found.grave == []
    assert found.is_good


@pytest.mark.parametrize(
    ("env", "lost"),
    [
        pytest.param(
            {"BASELINE_HEADERS_CONTENT_SECURITY_POLICY": "off"}, "content-security-policy", id="no-policy"
        ),
        pytest.param({"BASELINE_INGRESS_HTTPS": "false"}, "redirection", id="http"),
    ],
)
def test_the_testers_see_what_is_missing(testers: Path, env: dict[str, str], lost: str) -> None:
    """They are no rubber stamp: without one of its protections the example loses points."""
    found: Grade = grade(testers, *TARGETS["HTML"], **env)

    assert found.tests[lost][1] < 0
    assert not found.is_good


def test_the_evaluator_sees_a_weak_policy(testers: Path) -> None:
    """A policy that says nothing of scripts is a grave finding."""
    weak = {"BASELINE_HEADERS_CONTENT_SECURITY_POLICY": "img-src 'self'"}

    assert any("script-src" in each for each in grade(testers, *TARGETS["HTML"], **weak).grave)
