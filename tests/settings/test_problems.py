"""What a wrong setting is told: the key, the source, what is wrong and the fix, all at once."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from flask_baseline import ConfigError
from flask_baseline._features import FEATURES
from flask_baseline.settings.keys import keys_of

from .conftest import Read, lines


class Array:
    """A value without a truth of its own when compared, as an array of numpy is."""

    def __eq__(self, other: object) -> Any:
        raise ValueError("the truth value of an array is ambiguous")


WRONG = {
    "int": ("SIZE", "many", "has the wrong type. Fix: set it to a whole number, at least 1 and at most 100."),
    "int-range": ("SIZE", "0", "is out of range. Fix: set it to a whole number, at least 1 and at most 100."),
    "int-fraction": (
        "SIZE",
        1.5,
        "has the wrong type. Fix: set it to a whole number, at least 1 and at most 100.",
    ),
    "int-bool": (
        "SIZE",
        True,
        "is true or false. Fix: set it to a whole number, at least 1 and at most 100.",
    ),
    "int-list": (
        "SIZE",
        [1],
        "has the wrong type. Fix: set it to a whole number, at least 1 and at most 100.",
    ),
    "int-array": (
        "SIZE",
        Array(),
        "has the wrong type. Fix: set it to a whole number, at least 1 and at most 100.",
    ),
    "float": ("RATIO", "half", "has the wrong type. Fix: set it to a number, above 0 and below 1."),
    "float-range": ("RATIO", 1, "is out of range. Fix: set it to a number, above 0 and below 1."),
    "float-nan": ("RATIO", "nan", "is out of range. Fix: set it to a number, above 0 and below 1."),
    "float-bool": ("RATIO", True, "is true or false. Fix: set it to a number, above 0 and below 1."),
    "bool": ("ENABLED", "maybe", "has the wrong type. Fix: set it to true or false."),
    "bool-number": ("ENABLED", 2, "has the wrong type. Fix: set it to true or false."),
    "union": ("MODE", "sometimes", "is not one of the choices. Fix: set it to auto or true or false."),
    "choice": ("COLOR", "blue", "is not one of the choices. Fix: set it to one of red, green."),
    "choice-bool": ("COLOR", False, "is true or false. Fix: set it to one of red, green."),
    "text-number": ("NAME", 5, "is not text. Fix: quote it."),
    "text-bool": ("NAME", False, "is not text. Fix: quote it."),
    "text-list": ("NAME", ["a"], "has the wrong type. Fix: set it to text."),
    "text-pattern": ("PATH", "shop", r"has the wrong form. Fix: set it to text that matches ^/\S*$."),
    "secret-number": ("TOKEN", 1234567890, "is not text. Fix: quote it."),
    "secret-short": ("TOKEN", "short", "is too short. Fix: set it to text of at least 8 characters."),
    "list-json": ("TAGS", '["a"', "is not JSON. Fix: set it to a list, in text separated by commas."),
    "list-number": ("TAGS", 5, "has the wrong type. Fix: set it to a list, in text separated by commas."),
    "list-items": ("TAGS", [1, 2], "has the wrong type. Fix: set it to a list, in text separated by commas."),
    "list-rule": ("TAGS", "a b", "has a tag with a blank. Fix: write tags in one word."),
    "table-json": ("PRICES", "apple=3", "is not JSON. Fix: set it to a JSON object."),
    "table-deep": ("PRICES", "[" * 100_000, "is not JSON. Fix: set it to a JSON object."),
    "table-list": ("PRICES", "[1]", "has the wrong type. Fix: set it to a JSON object."),
    "table-values": ("PRICES", {"a": "b"}, "has the wrong type. Fix: set it to a JSON object."),
    "empty": ("NAME", "", "is empty. Fix: set it to text, or unset it."),
    "empty-bool": ("ENABLED", "", "is empty. Fix: set it to true or false, or unset it."),
    "empty-list": ("TAGS", "", "is empty. Fix: set it to a list, in text separated by commas, or unset it."),
}


@pytest.mark.parametrize(("option", "value", "expected"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_one_problem(read: Read, option: str, value: object, expected: str) -> None:
    """Each wrong value is one line that says what is wrong and what would be right."""
    key = f"BASELINE_SHOP_{option}"
    with pytest.raises(ConfigError) as error:
        read({key: value})
    assert lines(error) == [f"{key} (app.config): {expected}"]
    if isinstance(value, str):
        with pytest.raises(ConfigError) as error:
            read({}, {key: value})
        assert lines(error) == [f"{key} (environment): {expected}"]


@pytest.mark.parametrize("source", ["app.config", "environment", ".env"])
@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("BASELINE_SHOP_NAEM", "did you mean BASELINE_SHOP_NAME? Rename or remove it"),
        ("BASELINE_SHOPNAME", "did you mean BASELINE_SHOP_NAME? Rename or remove it"),
        ("BASELINE_PROFIL", "did you mean BASELINE_PROFILE? Rename or remove it"),
        ("BASELINE_QQQ", "remove it"),
    ],
)
def test_an_unknown_name_is_a_problem(read: Read, source: str, name: str, fix: str) -> None:
    """A name with our prefix that is no setting is an error, with the nearest name."""
    config: dict[object, object] = {"BASELINE_PROFILE": "dev"}
    with pytest.raises(ConfigError) as error:
        read(
            config | ({name: "x"} if source == "app.config" else {}),
            {name: "x"} if source == "environment" else {},
            dotenv=f"{name}=x\n" if source == ".env" else None,
        )
    assert lines(error) == [f"{name} ({source}): is not a setting. Fix: {fix}."]


def test_a_misspelt_file_variable_is_a_problem(read: Read) -> None:
    """The nearest name of a file variable is a file variable."""
    with pytest.raises(ConfigError) as error:
        read({}, {"BASELINE_SHOP_TOKN_FILE": "/run/token"})
    assert "did you mean BASELINE_SHOP_TOKEN_FILE?" in str(error.value)


def test_a_name_cannot_forge_lines(read: Read) -> None:
    """Control characters of an unknown name are escaped."""
    with pytest.raises(ConfigError) as error:
        read({}, {"BASELINE_\n\x1b[2J\udcff": "x"})
    assert lines(error) == ["BASELINE_\\n\\x1b[2J\\udcff (environment): is not a setting. Fix: remove it."]


def test_a_variable_without_a_value_in_dotenv_is_empty(read: Read) -> None:
    """``NAME`` alone in ``.env`` is a line that somebody did not finish."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_PROFILE": "dev"}, dotenv="BASELINE_SHOP_NAME\n")
    assert lines(error) == ["BASELINE_SHOP_NAME (.env): is empty. Fix: set it to text, or unset it."]


def test_an_unreadable_dotenv_is_a_problem(read: Read) -> None:
    """A ``.env`` that is not text is not passed over."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_PROFILE": "dev"}, dotenv="x" * 65537)
    assert lines(error) == [
        ".env (.env): names a file of more than 64 KiB. Fix: make it readable, or remove it."
    ]


def test_a_copy_of_the_error(read: Read) -> None:
    """The error that a process of a pool sends to its parent says the same there."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_SHOP_LOW": 5})

    same = pickle.loads(pickle.dumps(error.value))  # noqa: S301

    assert (str(same), same.problems) == (str(error.value), error.value.problems)


def test_a_rule_over_several_settings_names_them(read: Read) -> None:
    """A rule of a feature blames all settings that it is about, with their sources."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_SHOP_LOW": 5})
    assert lines(error) == [
        "BASELINE_SHOP_LOW, BASELINE_SHOP_HIGH (app.config, default): "
        "are in the wrong order. Fix: make the first the smaller."
    ]


def test_a_rule_does_not_judge_what_is_wrong_itself(read: Read) -> None:
    """There is no second problem that is only the consequence of the first."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_SHOP_LOW": 5, "BASELINE_SHOP_HIGH": True})
    assert [line.split(" ")[0] for line in lines(error)] == ["BASELINE_SHOP_HIGH"]


def test_the_words_of_other_errors_are_not_shown(read: Read) -> None:
    """A validator that fails in another way may quote a value, so its words stay inside."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_SHOP_NAME": "fragile", "BASELINE_SHOP_TOKEN": "planted-secret"})
    (line,) = lines(error)
    assert "do not go together" in line
    assert "planted" not in line


def test_all_problems_come_at_once_in_the_order_of_their_keys(read: Read) -> None:
    """One start shows everything that is wrong, in every source and group."""
    with pytest.raises(ConfigError) as error:
        read(
            {"BASELINE_SHOP_SIZE": 0, "BASELINE_TYPO": 1},
            {
                "BASELINE_SHOP_COLOR": "blue",
                "BASELINE_SHOP_TOKEN_FILE": "/missing",
                "BASELINE_SERVICE_NAME": "",
            },
        )
    assert [problem.key for problem in error.value.problems] == [
        "BASELINE_SERVICE_NAME",
        "BASELINE_SHOP_COLOR",
        "BASELINE_SHOP_SIZE",
        "BASELINE_SHOP_TOKEN_FILE",
        "BASELINE_TYPO",
    ]
    assert (
        str(error.value).splitlines()[0] == "flask-baseline: 5 problems in the configuration (profile prod)"
    )


def test_every_setting_that_sounds_secret_is_one() -> None:
    """A setting is masked by its type, which nobody may forget."""
    keys = keys_of({spec.name: spec.settings for spec in FEATURES})
    # They count what they name.
    numbers = {"BYTES", "SECONDS"}
    words = {"TOKEN", "SECRET", "PASSWORD", "KEY", "KEYS", "CREDENTIAL", "DSN"}
    assert [
        name
        for name, key in keys.items()
        if words & {*name.split("_")} and not numbers & {*name.split("_")} and not key.is_secret
    ] == []
