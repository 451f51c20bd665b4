"""``BASELINE_HEADERS_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, cast

from pydantic import Field, field_validator, model_validator

from .._feature import FeatureSettings
from ..settings.profiles import Profile
from ..settings.rules import SettingError
from .policies import (
    ALLOW_FROM,
    API_CSP,
    HTML_CSP,
    OFF,
    PERMISSIONS,
    REFERRER_POLICIES,
    csp_text,
    directives,
    frame_text,
    header_text,
    is_header,
    permissions_text,
    unquoted,
)

_CSPS = ("content_security_policy", "api_content_security_policy")

_TOKENS = ("cross_origin_opener_policy", "cross_origin_embedder_policy", "cross_origin_resource_policy")

# One URI, and nothing that would end its directive or its quotes.
_REPORT_URI = r"^(/|https?://)[^\s;,\x22\\]+$"


class HeadersSettings(FeatureSettings):
    """Security headers, in flask-talisman's words."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {
        "dev": {
            "strict_transport_security": False,
            "session_cookie_secure": False,
            "session_cookie_host_prefix": False,
        },
        "test": {"session_cookie_secure": False, "session_cookie_host_prefix": False},
    }

    content_security_policy: str = HTML_CSP
    """The policy of pages: text, or in `app.config` a table of directives; `off` for none."""

    api_content_security_policy: str = API_CSP
    """The policy of everything that is no page."""

    content_security_policy_nonce_in: tuple[str, ...] = ("script-src", "style-src")
    """The directives that get a nonce, where a template asks for one."""

    content_security_policy_report_only: bool = False
    """Whether browsers report what the policy of pages forbids, and allow it."""

    content_security_policy_report_uri: str | None = Field(default=None, pattern=_REPORT_URI)
    """Where browsers report to: a path or a URL."""

    report_path: str | None = Field(default=None, pattern=r"^/[A-Za-z0-9._~/-]+$")
    """A path of the app that takes the reports and logs them."""

    frame_options: str = "DENY"
    """`X-Frame-Options`: `DENY`, `SAMEORIGIN`, `ALLOW-FROM` with origins, or `off`."""

    strict_transport_security: bool = True
    """Whether browsers are told to use https alone, on answers by https."""

    strict_transport_security_max_age: int = Field(default=63_072_000, ge=0)
    """For how many seconds."""

    strict_transport_security_include_subdomains: bool = True
    """Whether that holds for the subdomains too."""

    strict_transport_security_preload: bool = False
    """Whether browsers may have the host in a list of their own, which is hard to leave."""

    referrer_policy: str | None = None
    """`Referrer-Policy`. Unset: `strict-origin-when-cross-origin` of pages, `no-referrer` of all else."""

    permissions_policy: str = PERMISSIONS
    """`Permissions-Policy`: text, or in `app.config` a table; `off` for none."""

    cross_origin_opener_policy: Literal[
        "same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none", "off"
    ] = "same-origin"
    """`Cross-Origin-Opener-Policy`, or `off`."""

    cross_origin_embedder_policy: Literal["require-corp", "credentialless", "unsafe-none", "off"] = (
        "require-corp"
    )
    """`Cross-Origin-Embedder-Policy`: also `credentialless` or `off`."""

    cross_origin_resource_policy: Literal["same-origin", "same-site", "cross-origin", "off"] = "same-origin"
    """`Cross-Origin-Resource-Policy`: also `same-site`, `cross-origin` or `off`."""

    x_content_type_options: bool = True
    """Whether `X-Content-Type-Options: nosniff` is sent."""

    cache_control: bool = True
    """Whether an answer that must not be kept, and has no `Cache-Control`, gets one."""

    session_cookie_secure: bool = True
    """Whether the session's cookie is sent by https alone."""

    session_cookie_http_only: bool = True
    """Whether scripts cannot read the session's cookie."""

    session_cookie_samesite: Literal["Lax", "Strict", "None"] = "Lax"
    """With which requests of other sites the session's cookie is sent."""

    session_cookie_host_prefix: bool = True
    """Whether the session's cookie is named `__Host-session`, so that no subdomain can set it."""

    overrides: Mapping[str, Mapping[str, Any]] = {}
    """Options for all below a path (`/embed`), or of a blueprint (by its name)."""

    @field_validator(*_CSPS, mode="before")
    @classmethod
    def _csp_as_text(cls, value: object) -> object:
        return csp_text(value)

    @field_validator("referrer_policy", *_TOKENS, mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return header_text(value)

    @field_validator("permissions_policy", mode="before")
    @classmethod
    def _permissions_as_text(cls, value: object) -> object:
        return permissions_text(value)

    @field_validator("frame_options", mode="before")
    @classmethod
    def _frames_as_text(cls, value: object) -> object:
        return frame_text(value)

    @field_validator("content_security_policy_nonce_in", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        names = [value] if isinstance(value, str) else value
        if isinstance(names, (list, tuple)):
            words = cast("list[object]", names)
            return tuple(word.lower() if isinstance(word, str) else word for word in words)
        return names

    @field_validator(*_CSPS, "referrer_policy", "permissions_policy", "frame_options")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        if value is not None and not is_header(value):
            raise SettingError(
                "cannot be the value of a header", "write it in one line of ASCII, or set it to off"
            )
        return value

    @field_validator(*_CSPS)
    @classmethod
    def _quoted(cls, value: str) -> str:
        if (word := unquoted(value)) is not None:
            raise SettingError(
                f"has {word} without quotes, which is a host of that name", f"write '{word}' with the quotes"
            )
        return value

    @field_validator("referrer_policy")
    @classmethod
    def _referrer(cls, value: str | None) -> str | None:
        if value is not None and not {word.strip() for word in value.split(",")} <= REFERRER_POLICIES:
            raise SettingError(
                "is not one of the choices", f"set it to one of {', '.join(sorted(REFERRER_POLICIES))}"
            )
        return value

    @field_validator("frame_options")
    @classmethod
    def _frames(cls, value: str) -> str:
        if value not in ("DENY", "SAMEORIGIN", OFF) and not value.startswith(ALLOW_FROM):
            raise SettingError(
                "is not one of the choices", "set it to DENY, SAMEORIGIN, ALLOW-FROM with origins, or off"
            )
        if ";" in value or "," in value:
            raise SettingError("has more in it than origins", "separate the origins by spaces")
        return value

    @field_validator("overrides")
    @classmethod
    def _checked(cls, value: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
        # It builds this model, for one view.
        from .options import view_options

        return {place: view_options(options) for place, options in value.items()}

    @model_validator(mode="after")
    def _agree(self) -> "HeadersSettings":
        policy = directives(self.content_security_policy)
        missing = [
            name
            for name in self.content_security_policy_nonce_in
            if not policy.keys() & {name, "default-src"} and self.content_security_policy != OFF
        ]
        if missing and "content_security_policy_nonce_in" in self.model_fields_set:
            raise SettingError(
                f"has no {' and no '.join(missing)}, so that a nonce would be nowhere",
                "add the directive to the policy, or remove it from the list",
                "content_security_policy",
                "content_security_policy_nonce_in",
            )
        if self.content_security_policy_report_only and not (
            self.content_security_policy_report_uri or self.report_path
        ):
            raise SettingError(
                "allows all, and tells nobody",
                "set BASELINE_HEADERS_REPORT_PATH, to have in the log what the policy would forbid",
                "content_security_policy_report_only",
            )
        if self.session_cookie_samesite == "None" and not self.session_cookie_secure:
            raise SettingError(
                "make a cookie that browsers refuse",
                "set BASELINE_HEADERS_SESSION_COOKIE_SECURE to true",
                "session_cookie_samesite",
                "session_cookie_secure",
            )
        if self.strict_transport_security_preload and not (
            self.strict_transport_security
            and self.strict_transport_security_include_subdomains
            and self.strict_transport_security_max_age >= 31_536_000
        ):
            raise SettingError(
                "is refused by browsers' lists",
                "send the header, include subdomains, and set the age to at least 31536000",
                "strict_transport_security_preload",
            )
        return self
