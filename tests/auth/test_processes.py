"""Processes that a server forks from one that has the app already."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection

import pytest

from .conftest import make_app
from .minting import Mint, bearer


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked() -> None:
    """A forked process answers as its parent does, which has verified tokens before."""
    app = make_app()
    good, bad = bearer(Mint().token()), bearer(Mint().token(exp=1))
    assert app.test_client().get("/me", headers=good).status_code == 200

    def serve(pipe: Connection) -> None:
        pipe.send([app.test_client().get("/me", headers=headers).status_code for headers in (good, bad)])

    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=serve, args=(theirs,))
    child.start()
    try:
        assert ours.poll(30)
        assert ours.recv() == [200, 401]
    finally:
        child.join()
