"""Settings from cloud secret managers: the vendors' own clients, against stand-ins."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import monotonic

import boto3
import pytest
from azure.core.credentials import AccessToken
from google.auth.credentials import AnonymousCredentials
from google.cloud import secretmanager
from moto import mock_aws
from pydantic import SecretStr

from flask_baseline import ConfigError
from flask_baseline.errors import MissingExtraError
from flask_baseline.settings import managers

from .conftest import Read, lines, shop
from .managers import PROJECT, Authority, Vault, make_authority, serve

SECRET = "planted-5ecr3t-value"

TITLES = {"aws": "AWS Secrets Manager", "gcp": "Google Secret Manager", "azure": "Azure Key Vault"}

Address = Callable[[str], str]
"""Returns the value of BASELINE_SECRETS_MANAGER that leads a vendor's client to a URL."""


class Credential:
    """Stands for what the machine would be known by."""

    def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken("token", 4_102_444_800)


@pytest.fixture
def address(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Address:
    """Return the address of the vendor's manager at a URL."""
    vendor: str = request.param

    def address(url: str) -> str:
        if vendor == "aws":
            monkeypatch.setenv("AWS_ENDPOINT_URL", url.replace("https:", "http:"))
            return "aws:shop/prod"
        if vendor == "azure":
            monkeypatch.setattr("azure.identity.DefaultAzureCredential", Credential)
            return f"azure:{url}"
        client = partial(
            secretmanager.SecretManagerServiceClient,
            client_options={"api_endpoint": url.removeprefix("https://")},
        )
        monkeypatch.setattr("google.auth.default", lambda **_: (AnonymousCredentials(), PROJECT))
        monkeypatch.setattr(secretmanager, "SecretManagerServiceClient", client)
        return f"gcp:{PROJECT}"

    return address


every_vendor = pytest.mark.parametrize("address", TITLES, indirect=True)
every_vault = pytest.mark.parametrize("address", ["gcp", "azure"], indirect=True)


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def vault(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Vault], Vault]]:
    """Return what serves a vault until the end of the test."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.certificate))
    with ExitStack() as stack:
        yield lambda vault: stack.enter_context(serve(vault, authority))


@pytest.fixture
def aws_secret() -> Iterator[Callable[[str], None]]:
    """Return what stores the secret ``shop/prod`` in AWS Secrets Manager."""
    with mock_aws():
        client = boto3.client("secretsmanager")

        def store(text: str) -> None:
            client.create_secret(Name="shop/prod", SecretString=text)

        yield store


def test_aws_has_the_settings_as_one_json_secret(read: Read, aws_secret: Callable[[str], None]) -> None:
    """A secret of AWS is a JSON object of settings, in any case; what is not ours is ignored."""
    aws_secret(json.dumps({"BASELINE_SHOP_TOKEN": SECRET, "baseline_shop_size": "7", "other": {"a": 1}}))
    settings = read({}, {"BASELINE_SECRETS_MANAGER": "aws:shop/prod"})
    assert shop(settings).size == 7
    assert shop(settings).token == SecretStr(SECRET)
    assert settings.sources["BASELINE_SHOP_TOKEN"] == "AWS Secrets Manager"


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("gcp", ("BASELINE_SHOP_TOKEN", "baseline_shop_size", "other-secret")),
        ("azure", ("BASELINE-SHOP-TOKEN", "baseline-shop-size", "other-secret")),
    ],
    indirect=["address"],
    ids=["gcp", "azure"],
)
def test_a_vault_has_a_secret_per_setting(
    read: Read, vault: Callable[[Vault], Vault], address: Address, names: tuple[str, str, str]
) -> None:
    """Google and Azure have one secret per setting, in any case; no other secret is asked for."""
    served = vault(Vault(dict(zip(names, (SECRET, "7", "not ours"), strict=True))))
    settings = read({}, {"BASELINE_SECRETS_MANAGER": address(served.url)})
    assert shop(settings).size == 7
    assert shop(settings).token == SecretStr(SECRET)
    assert settings.sources["BASELINE_SHOP_TOKEN"] in TITLES.values()
    assert not any("other" in path for path in served.asked)


@every_vault
def test_a_secret_that_may_not_be_read_is_a_problem(
    read: Read, vault: Callable[[Vault], Vault], address: Address
) -> None:
    """A secret that is listed but refused is not taken for one that is not set."""
    served = vault(Vault({"BASELINE_SHOP_TOKEN": None, "BASELINE-SHOP-TOKEN": None}))
    with pytest.raises(ConfigError) as error:
        read({}, {"BASELINE_SECRETS_MANAGER": address(served.url)})
    (line,) = lines(error)
    assert "cannot be read" in line or "failed with HttpResponseError" in line


@pytest.mark.parametrize("value", [5, True, None, [SECRET]], ids=repr)
def test_a_value_that_is_not_text_is_a_problem(
    read: Read, aws_secret: Callable[[str], None], value: object
) -> None:
    """The JSON of AWS has text, and nothing that would be taken for something else."""
    aws_secret(json.dumps({"BASELINE_SHOP_TOKEN": value}))
    with pytest.raises(ConfigError) as error:
        read({}, {"BASELINE_SECRETS_MANAGER": "aws:shop/prod"})
    assert lines(error) == [
        "BASELINE_SHOP_TOKEN (AWS Secrets Manager): is there but cannot be read as text. "
        "Fix: store it as text, and allow this process to read it."
    ]


@pytest.mark.parametrize(
    "text", [f"{SECRET}", f'{{"a": {SECRET}}}', f'["{SECRET}"]'], ids=["text", "bad", "list"]
)
def test_a_secret_of_aws_that_is_not_an_object_is_a_problem(
    read: Read, aws_secret: Callable[[str], None], text: str
) -> None:
    """A secret of another shape is refused without a word of it."""
    aws_secret(text)
    with pytest.raises(ConfigError) as error:
        read({}, {"BASELINE_SECRETS_MANAGER": "aws:shop/prod"})
    (line,) = lines(error)
    assert line.startswith("BASELINE_SECRETS_MANAGER (environment): AWS Secrets Manager failed with ")
    assert SECRET not in line


def test_a_secret_of_aws_that_is_missing_is_a_problem(read: Read, aws_secret: Callable[[str], None]) -> None:
    """The class of the vendor's error says that the address is wrong."""
    with pytest.raises(ConfigError) as error:
        read({}, {"BASELINE_SECRETS_MANAGER": "aws:shop/prod"})
    (line,) = lines(error)
    assert "AWS Secrets Manager failed with ResourceNotFoundException. Fix: check the secret's id" in line


@every_vault
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_vault_that_refuses_is_a_problem(
    read: Read, vault: Callable[[Vault], Vault], address: Address, status: int
) -> None:
    """A refusal is one problem of the manager, which names the class of the error alone."""
    served = vault(Vault({}, status))
    with pytest.raises(ConfigError) as error:
        read({}, {"BASELINE_SECRETS_MANAGER": address(served.url)})
    (line,) = lines(error)
    assert line.startswith("BASELINE_SECRETS_MANAGER (environment): ")
    assert " failed with " in line
    assert "Fix: check the " in line
    assert SECRET not in line


@every_vendor
def test_a_manager_that_hangs_is_given_up(
    read: Read, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manager that does not answer holds the start up for the limit, not for its client's minutes."""
    monkeypatch.setattr(managers, "LIMIT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        started = monotonic()
        with pytest.raises(ConfigError) as error:
            read({"BASELINE_SHOP_SIZE": 0}, {"BASELINE_SECRETS_MANAGER": address(url)})
    assert monotonic() - started < 10
    manager, size = lines(error)
    assert "did not answer within 0.5 seconds. Fix: check the " in manager
    assert size.startswith("BASELINE_SHOP_SIZE (app.config): is out of range.")


@pytest.mark.parametrize(
    ("vendor", "module"),
    [
        ("aws", "boto3"),
        ("gcp", "google.cloud.secretmanager"),
        ("azure", "azure.keyvault.secrets"),
        ("azure", "azure"),
    ],
)
def test_a_missing_library_names_the_extra(
    read: Read, monkeypatch: pytest.MonkeyPatch, vendor: str, module: str
) -> None:
    """Without the vendor's library the error has the key and the command that installs it."""
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError) as error:
        read({}, {"BASELINE_SECRETS_MANAGER": f"{vendor}:x"})
    assert str(error.value) == (
        f"BASELINE_SECRETS_MANAGER asks for {TITLES[vendor]}, which needs a package that is not installed. "
        f'Fix: pip install "flask-baseline[{vendor}]".'
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [("import no_such_module", ModuleNotFoundError), ("from os import no_such_name", ImportError)],
    ids=["its-dependency-is-missing", "broken"],
)
def test_a_library_that_fails_to_import_says_so_itself(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, kind: type[ImportError]
) -> None:
    """A library that is installed but broken raises its own error: an extra would not help."""
    (tmp_path / "boto3.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "boto3")
    with pytest.raises(ImportError, match="no_such") as error:
        read({}, {"BASELINE_SECRETS_MANAGER": "aws:x"})
    assert type(error.value) is kind
    assert error.traceback[-1].path == tmp_path / "boto3.py"


def test_a_stronger_source_wins_over_the_manager(read: Read, aws_secret: Callable[[str], None]) -> None:
    """The secrets directory is stronger than the manager, and the manager stronger than ``.env``."""
    aws_secret(json.dumps({"BASELINE_SHOP_NAME": "manager", "BASELINE_SHOP_COLOR": "green"}))
    settings = read(
        {},
        {"BASELINE_SECRETS_MANAGER": "aws:shop/prod", "BASELINE_PROFILE": "dev"},
        secrets={"BASELINE_SHOP_NAME": "directory"},
        dotenv="BASELINE_SHOP_COLOR=red\n",
    )
    assert (shop(settings).name, shop(settings).color) == ("directory", "green")


@pytest.mark.parametrize("value", ["aws", "aws:", "vault:x", "aws:a b", 5, ["aws:x"]], ids=repr)
def test_the_address_must_name_a_vendor(read: Read, value: object) -> None:
    """An address of another form is an error, and nobody is asked."""
    with pytest.raises(ConfigError) as error:
        read({"BASELINE_SECRETS_MANAGER": value})
    (line,) = lines(error)
    assert line.startswith("BASELINE_SECRETS_MANAGER (app.config): ")
