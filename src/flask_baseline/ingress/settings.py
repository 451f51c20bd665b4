"""``BASELINE_INGRESS_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from pydantic import Field, field_validator, model_validator

from .._feature import FeatureSettings
from ..settings.rules import SettingError


class IngressSettings(FeatureSettings):
    """What the app believes of a request, and how much of it it takes."""

    proxy_hops: int = Field(default=0, ge=0, le=10)
    """How many proxies stand before the app, each of which adds to `X-Forwarded-*`; 0 believes none of it."""

    proxy_prefix: bool = False
    """Whether the proxies set `X-Forwarded-Prefix`, the path below which they serve the app."""

    trusted_hosts: tuple[str, ...] = ()
    """The hosts that the app answers for; `.example.com` is that host and all below it. Empty: any."""

    https: bool = False
    """Whether requests by plain HTTP are redirected (GET and HEAD) or refused."""

    max_body_bytes: int = Field(default=1_048_576, ge=1)
    """How many bytes of a body are taken, also of one without a length."""

    max_form_bytes: int = Field(default=500_000, ge=1)
    """How many bytes a field of a form may have that is no file, and a whole urlencoded form."""

    max_form_parts: int = Field(default=1_000, ge=1)
    """How many fields and files a form may have."""

    @field_validator("trusted_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # Most apps keep the default, and pay for no import.
        if value:
            from .hosts import is_pattern

            if not all(is_pattern(host) for host in value):
                raise SettingError(
                    "has something that is no host",
                    "list names such as shop.example.com, with a leading dot for all below one, "
                    "without a scheme, a path or *, and international ones in their xn-- form",
                )
        return value

    @model_validator(mode="after")
    def _know_who_says_it(self) -> "IngressSettings":
        if self.proxy_prefix and not self.proxy_hops:
            raise SettingError(
                "believes a header that any client can send",
                "set BASELINE_INGRESS_PROXY_HOPS to the number of proxies",
                "proxy_prefix",
                "proxy_hops",
            )
        return self
