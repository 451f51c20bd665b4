"""What logs, traces and metrics call the parts of a request."""

from __future__ import annotations

import pytest

from flask_baseline._http_names import MAX_PATH, network_protocol_version, request_path

PATHS = {
    "plain": ("", "/orders", "/orders"),
    "below-a-root": ("/shop", "/orders", "/shop/orders"),
    "the-root-alone": ("/shop", "", "/shop"),
    "letters": ("", "/M\u00c3\u00bcnchen", "/München"),
    "no-utf-8": ("", "/\u00ff\u00fe", "/\ufffd\ufffd"),
    "no-latin-1": ("", "/\u20ac", "/?"),
    "surrogate": ("", "/\ud800", "/?"),
    "line-break": ("", "/a\r\nb", "/a\r\nb"),
    "long": ("", "/" + "a" * 5_000, "/" + "a" * (MAX_PATH - 1) + "...[cut]"),
    "as-long-as-it-may-be": ("", "/" + "a" * (MAX_PATH - 1), "/" + "a" * (MAX_PATH - 1)),
}


@pytest.mark.parametrize(("root", "path", "expected"), PATHS.values(), ids=PATHS)
def test_the_path(root: str, path: str, expected: str) -> None:
    """The path has the app's root in front, is text whatever its bytes are, and has an end."""
    assert request_path({"SCRIPT_NAME": root, "PATH_INFO": path}) == expected


def test_no_path() -> None:
    """A server that names no path asks for none."""
    assert request_path({}) == ""


VERSIONS = {
    "HTTP/1.0": "1.0",
    "HTTP/1.1": "1.1",
    "HTTP/2": "2",
    "HTTP/2.0": "2",
    "HTTP/3": "3",
    "HTTP/9.9": None,
    "http/1.1": None,
    "": None,
}


@pytest.mark.parametrize(("protocol", "version"), VERSIONS.items())
def test_the_version_of_http(protocol: str, version: str | None) -> None:
    """The version is one that HTTP has, or none: a client may write what it likes."""
    assert network_protocol_version({"SERVER_PROTOCOL": protocol}) == version
    assert network_protocol_version({}) is None
