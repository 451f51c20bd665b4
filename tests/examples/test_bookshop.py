"""The bookshop does what its document says."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from examples import bookshop

TOKEN = {"Authorization": f"Bearer {bookshop.TOKEN}"}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return a client of a shop with one book."""
    monkeypatch.setenv("BASELINE_PROFILE", "test")
    client = bookshop.create_app().test_client()
    client.post("/v2/books", json={"title": "Dune"}, headers={**TOKEN, "Idempotency-Key": "1"}, buffered=True)
    return client


def test_a_book_is_added_once(client: FlaskClient) -> None:
    """A repetition adds no second book, and nobody adds one without the token."""
    headers = {**TOKEN, "Idempotency-Key": "1"}
    assert client.post("/v2/books", json={"title": "Dune"}, headers=headers, buffered=True).status_code == 201
    assert client.post("/v2/books", json={"title": "Dune"}, buffered=True).status_code == 401
    with client.get("/v2/books") as found:
        assert found.json is not None
        assert (found.json["total"], found.json["items"][0]["title"]) == (1, "Dune")
        assert 'rel="first"' in found.headers["Link"]


def test_a_book_is_changed_by_who_knows_it(client: FlaskClient) -> None:
    """A change needs the tag of the state that it changes."""
    statuses = [
        client.put("/v2/books/1", json={"title": title}, headers={**TOKEN, "If-Match": '"1"'}, buffered=True)
        for title in ("Dune Messiah", "Children of Dune")
    ]
    assert [answer.status_code for answer in statuses] == [200, 412]


def test_the_last_copy(client: FlaskClient) -> None:
    """A book without copies is a problem of its own kind."""
    answers = [client.post("/v2/books/1/loans", headers=TOKEN, buffered=True) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json is not None
    assert (answers[1].json["type"], answers[1].json["book"]) == ("/problems/sold-out", 1)


def test_the_old_version(client: FlaskClient) -> None:
    """The old version still answers, and says that it will be gone."""
    with client.get("/v1/books") as answer:
        assert answer.json == ["Dune"]
        assert answer.headers["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"


def test_the_documents(client: FlaskClient) -> None:
    """Each version has its document, and there is a page to try them."""
    with client.get("/openapi.json") as v2, client.get("/openapi/v1.json") as v1, client.get("/docs") as page:
        assert v2.json is not None
        assert v1.json is not None
        assert "/v2/books/{number}/loans" in v2.json["paths"]
        assert v1.json["paths"]["/v1/books"]["get"]["deprecated"] is True
        assert page.status_code == 200
