"""Who calls, and what they may do."""

from .current import current_identity
from .identity import Identity
from .logins import login_failed, login_name
from .marks import public, require, require_auth, require_roles, require_scopes
from .tokens import issue_tokens, revoke, rotate_tokens

__all__ = [
    "Identity",
    "current_identity",
    "issue_tokens",
    "login_failed",
    "login_name",
    "public",
    "require",
    "require_auth",
    "require_roles",
    "require_scopes",
    "revoke",
    "rotate_tokens",
]
