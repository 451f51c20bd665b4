"""From options to the headers of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._exchange import Header
from .policies import ALLOW_FROM, API_CSP, HTML_CSP, OFF, directives, with_ancestors, with_source
from .settings import HeadersSettings

Pairs = tuple[Header, ...]

POLICY = "Content-Security-Policy"
POLICY_REPORT_ONLY = "Content-Security-Policy-Report-Only"

# A character that no header can have.
_PLACE = "\0"


class Plan(NamedTuple):
    """The headers of one view, for answers of one kind over one scheme."""

    pairs: Pairs
    parts: Sequence[str] | None
    """What a nonce joins to the policy, which is the first of *pairs*; None where it has no place."""

    def with_nonce(self, nonce: str) -> Pairs:
        """Return *pairs* with a nonce in the policy."""
        if self.parts is None:
            return self.pairs
        (name, _), *others = self.pairs
        return ((name, nonce.join(self.parts)), *others)


def compile_plan(
    settings: HeadersSettings, options: Mapping[str, Any], *, is_page: bool, is_secure: bool, root: str
) -> Plan:
    """Return the plan for the answers of a view with *options* of its own, in an app below *root*."""

    def option(name: str) -> Any:
        return options.get(name, getattr(settings, name))

    is_report_only = is_page and option("content_security_policy_report_only")
    policy_name = POLICY_REPORT_ONLY if is_report_only else POLICY
    frames: str = option("frame_options")
    reports_to = _reports_to(settings, root)
    policy = _policy(settings, options, is_page=is_page)
    if policy != OFF and reports_to is not None:
        # The older directive is for browsers that do not know the newer one.
        ours = {"report-uri": reports_to, "report-to": "csp"}
        missing = [f"; {name} {value}" for name, value in ours.items() if name not in directives(policy)]
        policy += "".join(missing)
    values: dict[str, str | None] = {
        policy_name: policy,
        "Strict-Transport-Security": _strict_transport(settings) if is_secure else None,
        "X-Content-Type-Options": "nosniff" if settings.x_content_type_options else None,
        "X-Frame-Options": None if frames.startswith(ALLOW_FROM) else frames,
        "Referrer-Policy": option("referrer_policy")
        or ("strict-origin-when-cross-origin" if is_page else "no-referrer"),
        "Permissions-Policy": option("permissions_policy"),
        "Cross-Origin-Opener-Policy": option("cross_origin_opener_policy"),
        "Cross-Origin-Embedder-Policy": option("cross_origin_embedder_policy"),
        "Cross-Origin-Resource-Policy": option("cross_origin_resource_policy"),
        "X-Permitted-Cross-Domain-Policies": "none",
        "Reporting-Endpoints": None if reports_to is None else f'csp="{reports_to}"',
    }
    pairs = tuple((name, value) for name, value in values.items() if value is not None and value != OFF)
    if policy == OFF or not is_page:
        return Plan(pairs, None)
    names = option("content_security_policy_nonce_in")
    parts = with_source(policy, names, f"'nonce-{_PLACE}'").split(_PLACE)
    return Plan(pairs, parts)


def _policy(settings: HeadersSettings, options: Mapping[str, Any], *, is_page: bool) -> str:
    own = settings.content_security_policy if is_page else settings.api_content_security_policy
    policy: str = options.get("content_security_policy", own)
    frames: str = options.get("frame_options", settings.frame_options)
    if policy == OFF:
        return OFF
    # Browsers that know frame-ancestors do not look at X-Frame-Options, so that a policy which is
    # not as near to the view would undo what the view says.
    is_nearer = "frame_options" in options and "content_security_policy" not in options
    is_nowhere = frames.startswith(ALLOW_FROM) and "frame-ancestors" not in directives(policy)
    if is_nearer or is_nowhere or policy in (HTML_CSP, API_CSP):
        return with_ancestors(policy, frames)
    return policy


def _reports_to(settings: HeadersSettings, root: str) -> str | None:
    if settings.content_security_policy_report_uri is not None:
        return settings.content_security_policy_report_uri
    return None if settings.report_path is None else root + settings.report_path


def _strict_transport(settings: HeadersSettings) -> str | None:
    if not settings.strict_transport_security:
        return None
    parts = [f"max-age={settings.strict_transport_security_max_age}"]
    if settings.strict_transport_security_include_subdomains:
        parts.append("includeSubDomains")
    if settings.strict_transport_security_preload:
        parts.append("preload")
    return "; ".join(parts)
