"""The only file that changes what Python shares between all apps of a process: loggers, warnings, hooks."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from weakref import WeakKeyDictionary

import structlog
from flask import Flask
from flask.logging import default_handler

from ._propagate import context_of
from .errors import ProcessConflictError
from .logging.lines import Lines
from .logging.stdlib import ServerLines, StdoutHandler, ToRoot, is_console, is_other_line
from .logging.structured import StdoutLogger, processors

_log = logging.getLogger("flask_baseline")

# A claim lasts as long as its app, so that a test suite may build one app after the other.
_claims: WeakKeyDictionary[Flask, Lines] = WeakKeyDictionary()


def configure_logging(app: Flask, lines: Lines, *, is_cached: bool) -> None:
    """Send structlog, the standard library and warnings to standard output as *lines*.

    Args:
        app: as long as it lives, no other app may ask for a different configuration.
        lines: how events are written.
        is_cached: whether structlog's loggers keep the configuration of their first use.

    Raises:
        ProcessConflictError: another live app has a different configuration.
    """
    _claim(app, lines)
    if any(other.service != lines.service for other in _claims.values()):
        # An event outside of a request and of an app context may be any of the apps'.
        lines = Lines(lines.config, {}, lines.chosen)
    _configure_structlog(lines, is_cached=is_cached)
    if lines.config.stdlib:
        _configure_stdlib(lines)
        # Flask adds it when the app's logger is used before any other handler is there. A logger that is
        # not used yet is not made here: a dictConfig that comes later would turn it off.
        if app.name in logging.root.manager.loggerDict:
            logging.getLogger(app.name).removeHandler(default_handler)


def write_server_lines(lines: Lines) -> None:
    """Write what gunicorn says before it has loaded an app, and in its master, as *lines*."""
    logger = logging.getLogger("gunicorn.error")
    ours = next((found for found in logger.filters if isinstance(found, ServerLines)), None)
    if ours is None:
        logger.addFilter(ServerLines(logger, StdoutHandler(lines)))
    else:
        ours.handler.lines = lines


def hide_dev_server_access_lines() -> None:
    """Leave the access line to our event."""
    logger = logging.getLogger("werkzeug")
    if is_other_line not in logger.filters:
        logger.addFilter(is_other_line)


def _claim(app: Flask, lines: Lines) -> None:
    if any(_conflict(other, lines) for other in _claims.values()):
        # An app is full of cycles: one that nobody uses lives until the collector comes.
        gc.collect()
    for owner, other in list(_claims.items()):
        if keys := _conflict(other, lines):
            raise ProcessConflictError(
                f"The apps {owner.name!r} and {app.name!r} of one process differ in {', '.join(keys)}, which "
                "holds for the whole process. Give both the same value, or turn the feature off in one with "
                "BASELINE_LOGGING_ENABLED=False."
            )
    _claims[app] = lines


def _conflict(one: Lines, other: Lines) -> list[str]:
    """Return the keys in which two apps differ, but for those that neither of them has chosen."""
    theirs, ours = one.config._asdict(), other.config._asdict()
    keys = [f"BASELINE_LOGGING_{option.upper()}" for option in ours if ours[option] != theirs[option]]
    return [key for key in keys if key in one.chosen | other.chosen]


def _configure_structlog(lines: Lines, *, is_cached: bool) -> None:
    if structlog.is_configured() and structlog.get_config()["logger_factory"] is not StdoutLogger:
        _log.warning(
            "structlog was configured before Baseline and keeps its own output. "
            "Fix: remove the call of structlog.configure()."
        )
        return
    structlog.configure(
        processors=processors(lines),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, lines.config.level)),
        logger_factory=StdoutLogger,
        cache_logger_on_first_use=is_cached,
    )


def _configure_stdlib(lines: Lines) -> None:
    root = logging.getLogger()
    root.setLevel(lines.config.level)
    ours = next((handler for handler in root.handlers if isinstance(handler, StdoutHandler)), None)
    if ours is not None:
        ours.lines = lines
        return
    for handler in root.handlers:
        if is_console(handler):
            _log.warning(
                "the root logger has a handler of its own, %s, so every record is written twice. "
                "Fix: remove logging.basicConfig() or set BASELINE_LOGGING_STDLIB=False.",
                type(handler).__name__,
            )
    root.addHandler(StdoutHandler(lines))
    # Lines go past its buffer; half a printed line must not wait there to end up inside one.
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(line_buffering=True)
    logging.captureWarnings(True)
    for name in ("gunicorn.error", "gunicorn.access"):
        _adopt(logging.getLogger(name))
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _log_thread_exception


def _adopt(logger: logging.Logger) -> None:
    """Write a server's logger through the root's handler instead of its own on the console."""
    for redirect in [found for found in logger.filters if isinstance(found, ServerLines)]:
        logger.removeFilter(redirect)
    logger.addFilter(ToRoot(logger))


def _log_thread_exception(args: threading.ExceptHookArgs) -> None:
    error = args.exc_value
    if error is None or isinstance(error, SystemExit):
        return
    name = args.thread.name if args.thread else "unknown"
    log = logging.getLogger("threading").error
    context_of(error).run(log, "uncaught exception in thread %s", name, exc_info=error)
