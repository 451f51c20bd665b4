"""Settings that are files: ``<NAME>_FILE`` variables and the secrets directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flask_baseline import ConfigError

from .conftest import Read, lines, shop

NAME = "BASELINE_SHOP_NAME"

CONTENT = {
    "plain": (b"value", "value"),
    "newline": (b"value\n", "value"),
    "crlf": (b"value\r\n", "value"),
    "inner-newline": (b"-----BEGIN\nvalue\n-----END\n", "-----BEGIN\nvalue\n-----END"),
    "spaces-are-kept": (b" value ", " value "),
    "byte-order-mark": (b"\xef\xbb\xbfvalue", "value"),
    "as-large-as-allowed": (b"x" * 65536, "x" * 65536),
}


@pytest.mark.parametrize(("content", "value"), CONTENT.values(), ids=CONTENT)
def test_the_content_of_a_file_is_the_value(read: Read, tmp_path: Path, content: bytes, value: str) -> None:
    """A file holds the value alone, and perhaps the newline of an editor."""
    (tmp_path / "value").write_bytes(content)
    assert shop(read({}, {f"{NAME}_FILE": str(tmp_path / "value")})).name == value


def folder(path: Path) -> None:
    path.mkdir()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "gone")


def loop(path: Path) -> None:
    path.symlink_to(path)


def binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")


def huge(path: Path) -> None:
    path.write_bytes(b"x" * 65537)


def empty(path: Path) -> None:
    path.write_bytes(b"\n")


BROKEN = [
    pytest.param(folder, "names something that is not a regular file", id="folder"),
    pytest.param(fifo, "names something that is not a regular file", id="fifo"),
    pytest.param(
        dangling, "names a file that cannot be read (no such file or directory)", id="dangling-link"
    ),
    pytest.param(
        loop, "names a file that cannot be read (too many levels of symbolic links)", id="link-loop"
    ),
    pytest.param(binary, "names a file that is not UTF-8 text", id="not-utf-8"),
    pytest.param(huge, "names a file of more than 64 KiB", id="too-large"),
    pytest.param(empty, "is empty", id="empty"),
]


@pytest.mark.parametrize(("make", "what"), BROKEN)
def test_a_file_that_is_no_value_is_a_problem(
    read: Read, tmp_path: Path, make: Callable[[Path], None], what: str
) -> None:
    """A file variable that names anything else is an error, which does not show the path."""
    make(tmp_path / "value")
    with pytest.raises(ConfigError) as error:
        read({}, {f"{NAME}_FILE": str(tmp_path / "value")})
    (line,) = lines(error)
    assert line.startswith(f"{NAME}")
    assert what in line
    assert str(tmp_path) not in line


@pytest.mark.parametrize(
    "value", ["", "/missing/file", "\0", "x" * 5000], ids=["empty", "missing", "nul", "long"]
)
def test_a_file_variable_must_name_a_file(read: Read, value: str) -> None:
    """A file variable that names nothing is an error, and the fault of the variable."""
    with pytest.raises(ConfigError) as error:
        read({}, {f"{NAME}_FILE": value})
    (line,) = lines(error)
    assert line.startswith(f"{NAME}_FILE (environment): names ")


def test_file_variables_belong_to_the_environment(read: Read) -> None:
    """``<NAME>_FILE`` is not a key of the config, where it would be ignored."""
    with pytest.raises(ConfigError) as error:
        read({f"{NAME}_FILE": "/run/name"})
    assert lines(error) == [
        f"{NAME}_FILE (app.config): is not a setting. Fix: did you mean {NAME}? Rename or remove it."
    ]


@pytest.mark.parametrize("name", [NAME, NAME.lower()], ids=["upper", "lower"])
def test_the_secrets_directory_has_a_file_per_setting(read: Read, name: str) -> None:
    """A secret's file may be called as its key, or the same in lower case."""
    assert shop(read(secrets={name: "value\n", "unrelated": "x"})).name == "value"


def test_upper_case_wins_in_the_secrets_directory(read: Read) -> None:
    """Where both names exist, the key's own counts."""
    assert shop(read(secrets={NAME: "upper", NAME.lower(): "lower"})).name == "upper"


def test_a_secrets_directory_may_be_named(read: Read, tmp_path: Path) -> None:
    """``BASELINE_SECRETS_DIR`` replaces the default folder, as text or as a path."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / NAME).write_text("mine", encoding="utf-8")
    assert (
        shop(read({}, {"BASELINE_SECRETS_DIR": str(tmp_path / "mine")}, secrets={NAME: "default"})).name
        == "mine"
    )
    assert shop(read({"BASELINE_SECRETS_DIR": tmp_path / "mine"})).name == "mine"


def test_a_kubernetes_volume_is_a_secrets_directory(read: Read, tmp_path: Path) -> None:
    """Kubernetes links each file through ``..data``, to change all of them at once."""
    version = tmp_path / "volume" / "..2026_11_22"
    version.mkdir(parents=True)
    (version / NAME).write_text("mounted", encoding="utf-8")
    (tmp_path / "volume" / "..data").symlink_to(version.name)
    (tmp_path / "volume" / NAME).symlink_to(f"..data/{NAME}")
    assert shop(read({}, {"BASELINE_SECRETS_DIR": str(tmp_path / "volume")})).name == "mounted"


@pytest.mark.parametrize(("make", "what"), BROKEN)
def test_a_broken_file_of_the_secrets_directory_is_a_problem(
    read: Read, tmp_path: Path, make: Callable[[Path], None], what: str
) -> None:
    """A secret that is there but cannot be read is not taken for one that is not set."""
    (tmp_path / "run-secrets").mkdir()
    make(tmp_path / "run-secrets" / NAME.lower())
    with pytest.raises(ConfigError) as error:
        read()
    (line,) = lines(error)
    assert line.startswith(f"{NAME} (secrets directory): {what}")


@pytest.mark.parametrize("kind", ["missing", "file", "nul"])
def test_a_named_secrets_directory_must_be_one(read: Read, tmp_path: Path, kind: str) -> None:
    """A folder that was named and is not there is an error; it may hold what makes the app safe."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    named = "\0" if kind == "nul" else str(tmp_path / kind)
    with pytest.raises(ConfigError) as error:
        read({}, {"BASELINE_SECRETS_DIR": named})
    (line,) = lines(error)
    assert line.startswith("BASELINE_SECRETS_DIR (environment): names a folder that cannot be read (")
    assert str(tmp_path) not in line


@pytest.mark.parametrize("value", ["", 5, ["/run"]], ids=repr)
def test_a_secrets_directory_is_a_path(read: Read, value: object) -> None:
    """What is no path is an error of the setting alone."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_SECRETS_DIR": value})
    (line,) = lines(error)
    assert line.startswith("BASELINE_SECRETS_DIR (app.config): ")
    assert "Fix: set it to a path" in line


@pytest.mark.parametrize(
    "name", ["BASELINE_PROFILE", "BASELINE_SECRETS_DIR", "BASELINE_SECRETS_MANAGER"], ids=str.lower
)
def test_a_late_source_cannot_say_where_to_look(read: Read, name: str) -> None:
    """What decides on the sources is refused in a source that it decides on, not ignored."""
    with pytest.raises(ConfigError) as error:
        read(secrets={name: "dev"})
    assert lines(error) == [
        f"{name} (secrets directory): cannot be set in this source. "
        "Fix: set it in the environment or in app.config."
    ]
