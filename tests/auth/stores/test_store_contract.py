"""What every token store promises."""

from __future__ import annotations

import pytest

from flask_baseline.auth.store import KEEP_LONGER, Rotation, TokenStore

from .conftest import Clock

DAY = 86_400.0
GRACE = 10.0

HOSTILE = {
    "empty": "",
    "long": "x" * 100_000,
    "bytes": "\x00\r\n\xff",
    "half a pair": "\ud800",
    "quotes": "'; DROP TABLE baseline_auth_sessions; --",
    "braces": "{a}{b}:*",
    "case": "SESSION",
    "space": "session ",
}


def test_a_session_counts_until_it_ends(store: TokenStore, clock: Clock) -> None:
    """A token of a session counts from its begin to its end, and for its subject alone."""
    assert store.revoked("t", "session", "ann", clock.now)
    store.open_session("session", "ann", clock.now + DAY)
    assert not store.revoked("t", "session", "ann", clock.now)
    assert not store.revoked(None, "session", "ann", clock.now)
    assert store.revoked("t", "session", "bob", clock.now)

    store.end_session("session")

    assert store.revoked("t", "session", "ann", clock.now)
    assert store.rotate("session", "ann", 0, GRACE) is Rotation.ENDED


def test_a_session_is_over_in_time(store: TokenStore, clock: Clock) -> None:
    """A session is over when it was said to be, refreshed or not."""
    store.open_session("session", "ann", clock.now + DAY)
    clock.now += DAY - 1
    assert store.rotate("session", "ann", 0, GRACE) is Rotation.ADVANCED
    assert not store.revoked("t", "session", "ann", clock.now)
    clock.now += 1
    assert store.rotate("session", "ann", 1, GRACE) is Rotation.ENDED
    assert store.revoked("t", "session", "ann", clock.now)


def test_a_token_can_be_revoked_alone(store: TokenStore, clock: Clock) -> None:
    """A token that is revoked no longer counts, and the others of its session do."""
    store.open_session("session", "ann", clock.now + DAY)
    store.revoke_token("t", clock.now + 900)
    store.revoke_token("t", clock.now + 900)
    assert store.revoked("t", "session", "ann", clock.now)
    assert store.revoked("t", None, "ann", clock.now)
    assert not store.revoked("u", "session", "ann", clock.now)
    assert not store.revoked("u", None, "ann", clock.now)
    # A verifier with a leeway may still take it after its time.
    clock.now += 900 + 299
    store.prune()
    assert store.revoked("t", "session", "ann", clock.now)


def test_generations_follow(store: TokenStore, clock: Clock) -> None:
    """Each refresh token is used once, in its turn."""
    store.open_session("session", "ann", clock.now + DAY)
    assert [store.rotate("session", "ann", each, GRACE) for each in range(12)] == [Rotation.ADVANCED] * 12
    assert not store.revoked("t", "session", "ann", clock.now)


def test_grace(store: TokenStore, clock: Clock) -> None:
    """A refresh token may be used again within its grace, which does not start anew, and advances nothing."""
    store.open_session("session", "ann", clock.now + DAY)
    assert store.rotate("session", "ann", 0, GRACE) is Rotation.ADVANCED
    clock.now += GRACE / 2
    assert store.rotate("session", "ann", 0, GRACE) is Rotation.IN_GRACE
    # Another process's clock may be behind.
    clock.now -= GRACE
    assert store.rotate("session", "ann", 0, GRACE) is Rotation.IN_GRACE
    clock.now += GRACE * 1.5
    assert store.rotate("session", "ann", 0, GRACE) is Rotation.IN_GRACE
    clock.now += 0.01
    assert store.rotate("session", "ann", 1, GRACE) is Rotation.ADVANCED


@pytest.mark.parametrize(
    ("generation", "later"),
    [(2, GRACE + 0.01), (1, 0.0), (0, 0.0), (4, 0.0), (5, 0.0), (-1, 0.0), (2**63, 0.0), (10**30, 0.0)],
    ids=["after its grace", "older", "first", "next", "later", "negative", "64 bits", "huge"],
)
def test_reuse_ends_the_session(store: TokenStore, clock: Clock, generation: int, later: float) -> None:
    """Any other generation than the latest ends the session, for who has the latest too."""
    store.open_session("session", "ann", clock.now + DAY)
    store.open_session("other", "ann", clock.now + DAY)
    for each in range(3):
        store.rotate("session", "ann", each, GRACE)
    clock.now += later

    assert store.rotate("session", "ann", generation, GRACE) is Rotation.REUSED

    assert store.rotate("session", "ann", 3, GRACE) is Rotation.ENDED
    assert store.revoked("t", "session", "ann", clock.now)
    assert not store.revoked("t", "other", "ann", clock.now)


def test_no_grace(store: TokenStore, clock: Clock) -> None:
    """Without grace a second use ends the session a moment later."""
    store.open_session("session", "ann", clock.now + DAY)
    store.rotate("session", "ann", 0, 0)
    clock.now += 0.01
    assert store.rotate("session", "ann", 0, 0) is Rotation.REUSED


def test_a_session_of_another(store: TokenStore, clock: Clock) -> None:
    """A session is neither used nor ended by a token of another subject."""
    store.open_session("session", "ann", clock.now + DAY)
    store.open_session("other", "bob", clock.now + DAY)
    assert store.rotate("session", "bob", 7, GRACE) is Rotation.ENDED
    assert store.rotate("session", "ann", 0, GRACE) is Rotation.ADVANCED


def test_log_out_everywhere(store: TokenStore, clock: Clock) -> None:
    """All sessions of a subject end, those of others go on, and it can log in again at once."""
    for session in ("one", "two"):
        store.open_session(session, "ann", clock.now + DAY)
    store.open_session("other", "bob", clock.now + DAY)

    store.end_subject("ann", clock.now + DAY)
    store.open_session("three", "ann", clock.now + DAY)

    assert store.revoked("t", "one", "ann", clock.now)
    assert store.rotate("two", "ann", 0, GRACE) is Rotation.ENDED
    assert not store.revoked("t", "other", "bob", clock.now)
    assert not store.revoked("t", "three", "ann", clock.now)
    assert store.rotate("three", "ann", 0, GRACE) is Rotation.ADVANCED

    store.end_subject("ann", clock.now + 1)

    assert store.revoked("t", "three", "ann", clock.now)
    assert not store.revoked("t", "other", "bob", clock.now)


def test_tokens_without_a_session(store: TokenStore, clock: Clock) -> None:
    """A token without a session counts when it was issued after its subject was ended, and not before."""
    assert not store.revoked("t", None, "ann", clock.now)
    store.end_subject("ann", clock.now + DAY)
    # As tokens have it, in whole seconds.
    issued = int(clock.now)
    assert store.revoked("t", None, "ann", issued - 60)
    assert store.revoked("t", None, "ann", issued)
    assert not store.revoked("t", None, "ann", issued + 1)
    assert not store.revoked("t", None, "bob", issued - 60)
    clock.now += DAY
    store.prune()
    assert store.revoked("t", None, "ann", issued)


def test_the_last_end_counts(store: TokenStore, clock: Clock) -> None:
    """A subject that is ended again loses what it was given since the first time."""
    store.end_subject("ann", clock.now + DAY)
    clock.now += 60
    assert not store.revoked("t", None, "ann", clock.now - 30)
    store.end_subject("ann", clock.now + DAY)
    assert store.revoked("t", None, "ann", clock.now - 30)


def test_an_end_is_kept_for_the_longest(store: TokenStore, clock: Clock) -> None:
    """A second end of a subject with a shorter time does not shorten that of the first."""
    issued = clock.now - 1
    store.end_subject("ann", clock.now + 10 * DAY)
    store.end_subject("ann", clock.now + DAY)
    clock.now += 10 * DAY
    store.prune()
    assert store.revoked("t", None, "ann", issued)
    clock.now += KEEP_LONGER + 1
    store.prune()
    assert not store.revoked("t", None, "bob", issued)


def test_a_value_comes_once(store: TokenStore, clock: Clock) -> None:
    """A value is new once for its kind; nothing else is taken for it."""
    assert store.seen_once("logout", "value", clock.now + 60)
    assert not store.seen_once("logout", "value", clock.now + 60)
    assert store.seen_once("logout", "other", clock.now + 60)
    assert store.seen_once("dpop", "value", clock.now + 60)
    assert not store.revoked("value", None, "ann", clock.now)
    clock.now += 60
    assert not store.seen_once("logout", "value", clock.now + 60)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_text_is_an_id(store: TokenStore, clock: Clock, hostile: str) -> None:
    """An id of any length and of any characters is itself, and no other."""
    store.open_session("session", "ann", clock.now + DAY)
    store.open_session(hostile, hostile, clock.now + DAY)
    store.revoke_token(hostile, clock.now + 60)
    assert store.revoked(hostile, "session", "ann", clock.now)
    assert not store.revoked("t", hostile, hostile, clock.now)
    assert store.rotate(hostile, hostile, 0, GRACE) is Rotation.ADVANCED
    assert store.seen_once(hostile, hostile, clock.now + 60)
    assert not store.seen_once(hostile, hostile, clock.now + 60)

    store.end_subject(hostile, clock.now + DAY)

    assert store.revoked("t", hostile, hostile, clock.now)
    assert not store.revoked("t", "session", "ann", clock.now)


def test_far_times(store: TokenStore, clock: Clock) -> None:
    """Times that no calendar has are taken, and those that have passed."""
    store.open_session("session", "ann", 1e300)
    store.revoke_token("t", 1e300)
    assert store.revoked("t", "session", "ann", clock.now)
    assert not store.revoked("u", "session", "ann", clock.now)
    store.end_subject("ann", 1e300)
    assert store.revoked("u", "session", "ann", clock.now)
    assert not store.revoked("u", None, "ann", 1e300)
    store.open_session("past", "ann", clock.now - DAY)
    assert store.revoked("u", "past", "ann", clock.now)
    assert store.rotate("past", "ann", 0, 1e300) is Rotation.ENDED


def test_a_store_that_works(store: TokenStore) -> None:
    """The check of a store that can be asked passes."""
    store.check()
