"""Who sends the telemetry: OpenTelemetry's resource, made after the fork."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from os import getpid

from opentelemetry.sdk.resources import OTELResourceDetector, Resource

from .per_process import PerProcess

_random = PerProcess(lambda: str(uuid.uuid4()))
"""One for all signals and apps of a process, by which a back end finds what belongs together."""


def resource_of(service: Mapping[str, str]) -> Resource:
    """Return the resource of this process.

    ``service.instance.id`` is what the operator calls the instance, with the process id, since the
    workers of one instance each count for themselves; or else random, and the same for all signals.

    Args:
        service: the app's ``service.*``.
    """
    given = OTELResourceDetector().detect().attributes.get("service.instance.id")
    instance = _random.get() if given is None else f"{given}-{getpid()}"
    own: dict[str, str | int] = {**service, "service.instance.id": instance, "process.pid": getpid()}
    # Merged last: a detector that runs in create() would put one of its own in its place.
    return Resource.create().merge(Resource({**own}))
