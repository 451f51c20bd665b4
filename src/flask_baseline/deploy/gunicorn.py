"""The gunicorn configuration: ``gunicorn -c python:flask_baseline.deploy.gunicorn "app:create_app()"``.

It drains: after SIGTERM the workers serve on while ``/readyz`` answers 503, for as long as
``BASELINE_HEALTH_DRAIN_SECONDS`` says, so that the balancer has stopped sending before the sockets
close. How many workers there are and where they listen is left to the command line and to
``WEB_CONCURRENCY``; whatever the command line sets wins over this module.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Protocol

from ..logging.server import take_over_server_lines

# The workers share the flag because the master has it before it forks.
from . import drain

worker_class = "gthread"
threads = 4
graceful_timeout = 25
# The app writes its own access events.
accesslog = None
# It writes below the home folder, which a container with a read-only root does not let it.
control_socket_disable = True
# The workers' heartbeat is a file, and on a slow disk it makes gunicorn kill healthy workers.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None  # noqa: S108

# BASELINE_INGRESS_PROXY_HOPS alone says what is believed of a proxy. gunicorn would believe whoever
# connects from the same machine, and so each client of a proxy that runs there.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

take_over_server_lines(os.environ)


class Log(Protocol):
    """What is used of gunicorn's logger."""

    def info(self, msg: str, *args: object) -> None: ...


class Arbiter(Protocol):
    """What is used of gunicorn's master."""

    log: Log
    master_pid: int
    reexec_pid: int
    handle_term: Callable[[], None]


def when_ready(server: Arbiter) -> None:
    """Let the first SIGTERM start the drain; its end, or a second SIGTERM, stops the server.

    The master's signal handler only queues, and its main loop then calls ``handle_term``. That is
    what is replaced, so nothing here runs, or logs, in a signal handler.
    """
    stop = server.handle_term

    def drain_first() -> None:
        seconds = drain.seconds()
        # In an upgrade by SIGUSR2 two masters listen on one socket. A worker that says 503 there
        # would take the new ones out of traffic.
        is_upgrading = server.reexec_pid != 0 or server.master_pid != 0
        if seconds == 0 or is_upgrading:
            return stop()
        cancel = _terminate_later(seconds)

        def stop_now() -> None:
            cancel()
            stop()

        server.handle_term = stop_now
        drain.start()
        server.log.info("Draining for %g s before the workers stop; SIGTERM again stops them now", seconds)

    server.handle_term = drain_first


def _terminate_later(seconds: float) -> Callable[[], None]:
    """Send SIGTERM to this process in *seconds*; return what takes it back and restores SIGALRM."""

    def ring(_signum: int, _frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGTERM)

    handler = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)

    def cancel() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        # None stands for a handler that was not set from Python, which cannot be put back.
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)

    return cancel
