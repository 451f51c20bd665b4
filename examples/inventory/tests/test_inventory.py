"""The API keeps count of what is in store."""

# ruff: noqa: S101

import threading

import pytest
from inventory import Movement, Product, Supplier
from sqlalchemy import func, select


@pytest.fixture
def pencil(baseline_factory):
    """Return a product, of which nothing is in store."""
    return baseline_factory(Product, sku="pencil", supplier=baseline_factory(Supplier))


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_add_product(baseline_client, baseline_db, baseline_factory):
    """A product that is added is in the database."""
    supplier = baseline_factory(Supplier)
    answer = baseline_client.post("/products", json={"sku": "pen", "supplier_id": supplier.id})
    assert answer.status_code == 201
    assert baseline_db.scalars(select(Product.sku)).all() == ["pen"]


def test_nothing_is_left(baseline_db):
    """What other tests have committed is not there."""
    assert [count(baseline_db, model) for model in (Supplier, Product, Movement)] == [0, 0, 0]


def test_add_twice(baseline_client, baseline_db, pencil):
    """A second product of one name is refused, and the first one stays."""
    body = {"sku": "pencil", "supplier_id": pencil.supplier_id}
    assert [baseline_client.post("/products", json=body).status_code for _ in range(2)] == [409, 409]
    assert count(baseline_db, Product) == 1


def test_unknown_supplier(baseline_client, baseline_db):
    """A product needs a supplier that there is."""
    assert baseline_client.post("/products", json={"sku": "pen", "supplier_id": 10**6}).status_code == 409


def test_move(baseline_client, pencil):
    """Movements add up."""
    for amount in (5, -2):
        baseline_client.post("/products/pencil/movements", json={"amount": amount})
    assert baseline_client.get("/products/pencil").json == {"sku": "pencil", "amount": 3}


def test_move_too_many(baseline_client, baseline_db, pencil):
    """What is refused leaves no row."""
    assert baseline_client.post("/products/pencil/movements", json={"amount": -1}).status_code == 409
    assert count(baseline_db, Movement) == 0


def test_unknown_product(baseline_client, baseline_db):
    """A product that there is not is a 404."""
    assert baseline_client.get("/products/pen").status_code == 404


def test_log(baseline_client, baseline_logs, baseline_spans, pencil):
    """A movement is logged within the span of its request."""
    baseline_client.post("/products/pencil/movements", json={"amount": 5}, buffered=True)
    (event,) = [event for event in baseline_logs if event["body"] == "stock moved"]
    assert (event["sku"], event["amount"]) == ("pencil", 5)
    assert event["trace_id"] == f"{baseline_spans[-1].context.trace_id:032x}"


def test_time(baseline_clock, baseline_db, baseline_factory, pencil):
    """A movement has the time at which it was made."""
    made = pencil.created_at
    baseline_clock.shift(3600)
    assert (baseline_factory(Movement, product=pencil).created_at - made).total_seconds() == 3600


@pytest.mark.baseline_commits
def test_at_the_same_time(baseline_app, baseline_db, baseline_factory, pencil):
    """Movements that are made at the same time all count."""

    def move():
        baseline_app.test_client().post("/products/pencil/movements", json={"amount": 1})

    threads = [threading.Thread(target=move) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(baseline_db, Movement) == 4
