"""A real Prometheus and its promtool, from Debian's package or from the PATH."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.services import free_port

LIMIT_SECONDS = 30.0
"""How long an answer may take on a busy machine before a test gives up."""

_DOWNLOAD_SECONDS = 300.0


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    port: int
    folder: Path

    @property
    def output(self) -> str:
        """What it has logged."""
        return (self.folder / "prometheus.log").read_text()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series that an expression has now: each has a ``metric`` and a ``value``."""
        result: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return result

    def ask(self, what: str, **parameters: str) -> Any:
        """Return the data of an answer of the HTTP API, such as that to ``query_exemplars``."""
        status, body = self.get(f"/api/v1/{what}?{urlencode(parameters)}")
        answer = json.loads(body)
        assert status == 200, f"{what} {parameters}: {answer['error']}"
        return answer["data"]

    def get(self, path: str) -> tuple[int, bytes]:
        """Send one GET, and return the status and the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def promtool(*args: str | Path, input: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run promtool with *input*, and return how it ended and what it said."""
    command = [str(_folder() / "promtool"), *map(str, args)]
    done = subprocess.run(command, input=input, capture_output=True, timeout=LIMIT_SECONDS)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


@contextmanager
def prometheus(
    folder: Path, targets: Sequence[str], *, interval: str = "250ms", rules: Path | None = None
) -> Iterator[Prometheus]:
    """Run Prometheus for the length of the block; it starts to scrape about 5 seconds after it is ready.

    Args:
        folder: an empty folder to work in.
        targets: each a ``host:port``, of which it scrapes ``/metrics``.
        interval: how often it scrapes and evaluates rules; in whole units, as it has no fractions.
        rules: a file of rules to load.
    """
    config = {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        "rule_files": [] if rules is None else [str(rules.resolve())],
        "scrape_configs": [{"job_name": "tests", "static_configs": [{"targets": [*targets]}]}],
    }
    # JSON is YAML too.
    (folder / "prometheus.yml").write_text(json.dumps(config))
    server = Prometheus(free_port(), folder)
    command = [
        str(_folder() / "prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{server.port}",
        "--enable-feature=exemplar-storage",
    ]
    with open(folder / "prometheus.log", "wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(process, server)
        yield server
    finally:
        process.terminate()
        process.wait(LIMIT_SECONDS)


def _wait(process: subprocess.Popen[bytes], server: Prometheus) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not _is_ready(server):
        assert process.poll() is None, f"Prometheus has ended\n{server.output}"
        assert time.monotonic() < deadline, f"Prometheus does not answer\n{server.output}"
        time.sleep(0.05)


def _is_ready(server: Prometheus) -> bool:
    try:
        return server.get("/-/ready")[0] == 200
    except OSError:
        return False


@cache
def _folder() -> Path:
    """Return the folder of the two programs, which are downloaded once for all processes and runs."""
    cached = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "flask-baseline-tests")
    cached.mkdir(parents=True, exist_ok=True)
    folder, finished = cached / "prometheus", cached / "prometheus.finished"
    with open(cached / "prometheus.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if finished.exists():
            return folder / "usr" / "bin"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            _download(folder)
        except (OSError, subprocess.SubprocessError) as error:
            return _on_path(error)
        finished.touch()
    return folder / "usr" / "bin"


def _download(folder: Path) -> None:
    """Unpack Debian's package into *folder*, for which nobody needs to be root."""
    # As root it would become a user who cannot enter the folder.
    options = ["-o", "APT::Sandbox::User=root"]
    try:
        _run(folder, "apt-get", *options, "download", "prometheus")
    except subprocess.CalledProcessError:
        # The machine's lists are empty or old.
        (folder / "apt" / "lists" / "partial").mkdir(parents=True)
        (folder / "apt" / "cache" / "archives" / "partial").mkdir(parents=True)
        for option, name in {"Dir::State::lists": "lists", "Dir::Cache": "cache"}.items():
            options += ["-o", f"{option}={folder / 'apt' / name}"]
        _run(folder, "apt-get", *options, "update")
        _run(folder, "apt-get", *options, "download", "prometheus")
    (package,) = folder.glob("prometheus_*.deb")
    _run(folder, "dpkg", "-x", str(package), ".")
    # One that does not run here is of no use.
    _run(folder, "usr/bin/promtool", "--version")
    package.unlink()
    shutil.rmtree(folder / "apt", ignore_errors=True)


def _run(folder: Path, program: str, *args: str) -> None:
    command = [program, *args]
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_DOWNLOAD_SECONDS,
    )


def _on_path(error: Exception) -> Path:
    """Return the folder on the PATH that has both programs, or say why there are none."""
    found = shutil.which("prometheus")
    if found is not None and shutil.which("promtool", path=str(Path(found).parent)) is not None:
        return Path(found).parent
    said = (getattr(error, "stderr", None) or b"").decode(errors="replace")
    raise RuntimeError(
        "These tests need prometheus and promtool. Neither could Debian's package be downloaded "
        f"nor are they on the PATH: {error}\n{said}"
    ) from error
