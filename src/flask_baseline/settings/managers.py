"""Cloud secret managers, read once at start through pydantic-settings' own sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..errors import ConfigProblem, MissingExtraError
from .app import ADDRESS
from .keys import SECRETS_MANAGER, Key
from .sources import Found, Reading

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings, EnvSettingsSource

    OpenSource = Callable[[type[BaseSettings], str], EnvSettingsSource]

T = TypeVar("T")

LIMIT_SECONDS = 5.0
"""How long a manager may take; the vendors' own clients try for minutes."""


class Manager(NamedTuple):
    """A vendor's secret manager."""

    title: str
    extra: str
    modules: tuple[str, ...]
    """What the extra installs."""
    open: OpenSource
    needs: str
    """What must be right for it to be read."""


def manager_of(named: Found | None) -> Manager | None:
    """Return the manager that an address such as ``aws:SECRET_ID`` begins with."""
    if named is None or not isinstance(named.value, str) or not re.match(ADDRESS, named.value):
        return None
    return MANAGERS[named.value.partition(":")[0]]


def import_error(manager: Manager) -> MissingExtraError | ImportError | None:
    """Import the libraries of *manager*, and return what stands in the way.

    It is returned, so that the caller raises it where no local variable holds a value.
    """
    try:
        for module in manager.modules:
            import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if any(f"{module}.".startswith(f"{missing}.") for module in manager.modules):
            return MissingExtraError(
                f"{SECRETS_MANAGER} asks for {manager.title}, which needs a package that is not installed. "
                f'Fix: pip install "flask-baseline[{manager.extra}]".'
            )
        return error
    except ImportError as error:
        return error
    return None


def from_manager(manager: Manager, named: Found, keys: Mapping[str, Key]) -> Reading:
    """Read the known keys from *manager*, whose libraries are imported, at the address *named*."""
    address = str(named.value).partition(":")[2]
    answer = _within(LIMIT_SECONDS, lambda: _fetch(manager, address, keys))
    if isinstance(answer, Exception):
        what = f"{manager.title} {_failure(answer)}"
        yield ConfigProblem(SECRETS_MANAGER, named.source, what, f"check {manager.needs}")
        return
    for name, value in answer.items():
        if not isinstance(value, str):
            fix = "store it as text, and allow this process to read it"
            value = ConfigProblem(name, manager.title, "is there but cannot be read as text", fix)
        yield Found(name, manager.title, value)


def _fetch(manager: Manager, address: str, keys: Mapping[str, Key]) -> dict[str, object]:
    """Return the value of every known key that is there, None where it could not be read."""
    from pydantic import create_model
    from pydantic_settings import BaseSettings

    # A field per key, so that the source asks for no other secret.
    fields: dict[str, Any] = dict.fromkeys(keys, (str | None, None))
    source = manager.open(create_model("Wanted", __base__=BaseSettings, **fields), address)
    values = {_key(name): value for name, value in source().items()}
    # pydantic-settings takes a secret that it may list but not read for one that is not there.
    return {name: values.get(name) for name in map(_key, source.env_vars) if name in keys}


def _key(name: str) -> str:
    return name.upper().replace("-", "_")


def _failure(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"did not answer within {LIMIT_SECONDS:g} seconds"
    # Only the class is shown, since the text may quote a secret. pydantic-settings wraps some errors.
    return f"failed with {type(error.__cause__ or error).__name__}"


def _within(seconds: float, function: Callable[[], T]) -> T | Exception:
    """Call *function* in a thread of its own, which is left behind when it takes too long."""
    answers: SimpleQueue[T | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(function())
        except Exception as error:
            answers.put(error)

    Thread(target=run, name="flask-baseline-secrets", daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return TimeoutError()


def _aws(wanted: type[BaseSettings], secret_id: str) -> EnvSettingsSource:
    from pydantic_settings import AWSSecretsManagerSettingsSource

    return AWSSecretsManagerSettingsSource(wanted, secret_id, case_sensitive=False)


def _gcp(wanted: type[BaseSettings], project_id: str) -> EnvSettingsSource:
    from google.cloud.secretmanager import SecretManagerServiceClient
    from pydantic_settings import GoogleSecretManagerSettingsSource

    google_auth: Any = import_module("google.auth")  # It has no types.
    credentials, _ = google_auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    return GoogleSecretManagerSettingsSource(
        wanted,
        credentials=credentials,
        project_id=project_id,
        # gRPC, the client's default, does not survive the fork of a server that preloads the app.
        secret_client=SecretManagerServiceClient(credentials=credentials, transport="rest"),
        # Otherwise it asks for each key in turn instead of listing the secrets that exist.
        case_sensitive=False,
    )


def _azure(wanted: type[BaseSettings], vault_url: str) -> EnvSettingsSource:
    from azure.identity import DefaultAzureCredential
    from pydantic_settings import AzureKeyVaultSettingsSource

    # The name of a secret in Key Vault cannot have an underscore.
    return AzureKeyVaultSettingsSource(wanted, vault_url, DefaultAzureCredential(), dash_to_underscore=True)


MANAGERS = {
    "aws": Manager(
        title="AWS Secrets Manager",
        extra="aws",
        modules=("boto3",),
        open=_aws,
        needs="the secret's id, that it is a JSON object of settings, the region, the credentials, and the "
        "permission secretsmanager:GetSecretValue",
    ),
    "gcp": Manager(
        title="Google Secret Manager",
        extra="gcp",
        modules=("google.auth", "google.cloud.secretmanager"),
        open=_gcp,
        needs="the project's id, the application default credentials, and the roles secretmanager.viewer and "
        "secretmanager.secretAccessor",
    ),
    "azure": Manager(
        title="Azure Key Vault",
        extra="azure",
        modules=("azure.identity", "azure.keyvault.secrets"),
        open=_azure,
        needs="the vault's URL, the credentials, and the role Key Vault Secrets User",
    ),
}
"""By the vendor that an address begins with."""
