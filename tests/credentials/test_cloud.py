"""The sign-ins of clouds, as a link finds them: offline, without their libraries, and for their own hosts alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hermes_fallback.credentials import cloud
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.sources import Lookup, look_up
from hermes_fallback.model.credential import Credential, Grant, Missing
from hermes_fallback.model.link import Link
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registry import Registry

FOUNDRY = "https://acme.openai.azure.com/openai/v1"
VERTEX = "https://aiplatform.googleapis.com/v1"
BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com"
AZURE = ProviderProfile(
    name="azure",
    auth_type="entra_or_key",
    env_vars=("AZURE_KEY",),
    alternate_base_urls=("https://*.openai.azure.com",),
)
GOOGLE = ProviderProfile(name="google", auth_type="gcp_adc", base_url=VERTEX)
AMAZON = ProviderProfile(name="amazon", auth_type="aws_sdk", base_url=BEDROCK, env_vars=("AWS_BEARER",))
PAIR = {"AWS_ACCESS_KEY_ID": "AKIAACMEACMEACME0001", "AWS_SECRET_ACCESS_KEY": "aws-secret-0123456789"}


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that no cloud made, until a test writes there who did."""
    monkeypatch.setattr(cloud, "MAKERS", str(tmp_path))
    return tmp_path


def found(
    provider: ProviderProfile, base_url: str, home: Path, *, trust: tuple[str, ...] = (), **environ: str
) -> Lookup:
    """What a link to *provider* at *base_url* finds; one to Azure says that it wants Entra ID."""
    link = Link(provider=provider.name, model="m", auth_mode="entra_id" if provider is AZURE else None)
    environment = Environment.of(home / ".env", {"HOME": str(home), **environ})
    return look_up(link, provider, base_url, environment, trust)


def the_credential(lookup: Lookup) -> Credential:
    assert isinstance(lookup.outcome, Credential)
    return lookup.outcome


def test_entra_id_takes_the_place_of_a_key(home: Path) -> None:
    """A bearer that is yet to come, though a key is there."""
    credential = the_credential(found(AZURE, FOUNDRY, home, AZURE_KEY="resource-key-0123456789"))
    scope = "https://ai.azure.com/.default"
    assert (credential.source, bool(credential.secret), credential.is_due(0)) == ("entra", False, True)
    assert (credential.auth_header, credential.auth_scheme) == ("Authorization", "Bearer")
    assert credential.grant == Grant(
        kind="entra", provider="azure", path=str(home / ".env"), scope=scope, skew_s=300.0
    )


def test_the_link_may_name_another_scope(home: Path) -> None:
    """Older resources want their own."""
    link = Link(provider="azure", model="m", auth_mode="entra_id", entra_scope="https://old.test/.default")
    credential = the_credential(look_up(link, AZURE, FOUNDRY, Environment.of(home / ".env", {})))
    assert credential.grant is not None
    assert (credential.grant.scope, credential.account) == (link.entra_scope, f"entra:{link.entra_scope}")


@pytest.mark.parametrize("auth_mode", [None, "api_key", "entra"])
def test_without_that_mode_a_key_is_used(auth_mode: str | None, home: Path) -> None:
    """Also where the mode is none that there is."""
    link = Link(provider="azure", model="m", auth_mode=auth_mode)
    environment = Environment.of(home / ".env", {"AZURE_KEY": "resource-key-0123456789"})
    assert the_credential(look_up(link, AZURE, FOUNDRY, environment)).name == "AZURE_KEY"


def test_a_key_of_the_links_own_comes_first(home: Path) -> None:
    """Whoever writes both means the key."""
    link = Link(provider="azure", model="m", auth_mode="entra_id", key_env="MY_KEY")
    environment = Environment.of(home / ".env", {"MY_KEY": "my-key-0123456789"})
    assert the_credential(look_up(link, AZURE, FOUNDRY, environment)).name == "MY_KEY"


@pytest.mark.parametrize(
    ("base_url", "trust", "is_sent"),
    [
        (FOUNDRY, (), True),
        ("https://acme.services.ai.azure.com/anthropic", (), True),
        ("http://127.0.0.1:8000/v1", (), True),
        ("https://llm.acme.test/v1", ("llm.acme.test",), True),
        ("https://llm.acme.test/v1", (), False),
        ("http://acme.openai.azure.com/openai/v1", (), False),
        ("https://acme.openai.azure.com:8443/openai/v1", (), False),
        ("https://openai.azure.com.evil.test/openai/v1", (), False),
        ("https://evil-openai.azure.com/openai/v1", (), False),
    ],
)
def test_a_token_goes_to_azure_and_to_hosts_that_are_trusted(
    base_url: str, trust: tuple[str, ...], is_sent: bool, home: Path
) -> None:
    """And to no look-alike, no other port, nor without encryption."""
    for provider in (AZURE, AZURE.but(auth_type="none", alternate_base_urls=())):
        link = Link(provider="azure", model="m", auth_mode="entra_id")
        lookup = look_up(link, provider, base_url, Environment.of(home / ".env", {}), trust)
        assert isinstance(lookup.outcome, Credential) is is_sent
        if isinstance(lookup.outcome, Missing):
            assert lookup.outcome.problem.kind == "untrusted-host"


@pytest.mark.parametrize(
    "where", ["VERTEX_CREDENTIALS_PATH", "GOOGLE_APPLICATION_CREDENTIALS", "gcloud", "machine", "run"]
)
def test_google_cloud_is_found_where_google_looks(where: str, home: Path, machine: Path) -> None:
    """A file that a variable names, gcloud's own, else the machine that Google runs."""
    file, environ = home / "account.json", {}
    if where == "machine":
        (machine / "product_name").write_text("Google\n")
    elif where == "run":
        environ = {"K_SERVICE": "chat"}
    else:
        folder = home / ".config" / "gcloud"
        file = folder / "application_default_credentials.json" if where == "gcloud" else file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
        environ = {} if where == "gcloud" else {where: str(file)}
    grant = the_credential(found(GOOGLE, VERTEX, home, **environ)).grant
    assert grant is not None
    assert (grant.kind, grant.path) == ("gcp", "" if where in {"machine", "run"} else str(file))


@pytest.mark.parametrize(
    "environ",
    [
        PAIR,
        {"AWS_PROFILE": "work"},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials"},
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/var/token"},
        {"AWS_SHARED_CREDENTIALS_FILE": "/etc/hostname"},
    ],
    ids=lambda environ: next(iter(environ)),
)
def test_aws_is_found_where_boto3_looks(environ: dict[str, str], home: Path) -> None:
    """One sign-in, whatever there is: which counts is boto3's to say. No key is taken over."""
    lookup = found(AMAZON, BEDROCK, home, **environ)
    credential = the_credential(lookup)
    assert (credential.source, bool(credential.secret), lookup.others) == ("aws", False, ())
    assert "AKIA" not in repr(credential)


def test_a_key_of_bedrocks_own_comes_before_the_sign_in(home: Path) -> None:
    """It is a key like any other."""
    credential = the_credential(found(AMAZON, BEDROCK, home, AWS_BEARER="bedrock-key-0123456789", **PAIR))
    assert credential.name == "AWS_BEARER"


@pytest.mark.parametrize("environ", [{}, {"AWS_ACCESS_KEY_ID": "AKIAACMEACMEACME0001"}], ids=["none", "half"])
def test_no_sign_in_is_said_with_how_to_make_one(environ: dict[str, str], home: Path) -> None:
    """And with every place that was looked in."""
    lookup = found(AMAZON, BEDROCK, home, **environ)
    assert isinstance(lookup.outcome, Missing)
    assert lookup.outcome.problem.kind == "signed-out"
    assert lookup.outcome.problem.hint is not None
    assert "aws configure" in lookup.outcome.problem.hint
    assert {"`AWS_PROFILE`", "the machine, run by AWS"} <= {place for place, _ in lookup.looked_in}


@pytest.mark.parametrize(
    ("host", "is_home"),
    [
        ("bedrock-runtime.eu-central-1.amazonaws.com", True),
        ("bedrock-runtime.amazonaws.com", False),
        ("bedrock-runtime.a.b.amazonaws.com", False),
        ("bedrock-runtime.eu-central-1.amazonaws.com.acme.test", False),
        ("s3.eu-central-1.amazonaws.com", False),
    ],
)
def test_a_key_of_bedrocks_own_goes_to_every_region_and_nowhere_else(
    host: str, is_home: bool, home: Path
) -> None:
    """Only the name of the region differs between its hosts."""
    lookup = found(Registry().get("bedrock"), f"https://{host}", home, AWS_BEARER_TOKEN_BEDROCK="b" * 32)
    assert isinstance(lookup.outcome, Credential) is is_home
