"""Clouds: the sign-ins of Azure, Google and Amazon, which their own libraries find and renew. Here: is one there?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.source import Answer
from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Credential, Grant, Problem
from hermes_fallback.model.link import Link
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.credentials.provider import Provider

__all__ = ["ENTRA", "CloudSource", "cloud_of", "google_file"]

ENTRA = "entra_id"
"""The `auth_mode` of a link that is signed in to with Entra ID."""

MAKERS = "/sys/class/dmi/id"
"""Where Linux says who made this machine; of a virtual one, that is the cloud."""


class _Cloud(Fact):
    """One cloud: the kind of its grants, and what its library is."""

    kind: str
    name: str
    scope: str = ""
    package: str
    module: str
    extra: str
    hint: str
    """How to sign in."""
    hosts: tuple[str, ...] = ()
    """The ends of the names of its own hosts, which a token may go to whatever the provider is called."""


_CLOUDS: Mapping[str, _Cloud] = MappingProxyType(
    {
        ENTRA: _Cloud(
            kind="entra",
            name="Entra ID",
            scope="https://ai.azure.com/.default",
            package="azure-identity",
            module="azure.identity",
            extra="azure",
            hint="sign in with `az login`",
            hosts=(".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"),
        ),
        "gcp_adc": _Cloud(
            kind="gcp",
            name="Google Cloud",
            scope="https://www.googleapis.com/auth/cloud-platform",
            package="google-auth",
            module="google.auth",
            extra="vertex",
            hint="run `gcloud auth application-default login`, or name a file with credentials in "
            "`VERTEX_CREDENTIALS_PATH`",
        ),
        "aws_sdk": _Cloud(
            kind="aws",
            name="AWS",
            package="boto3",
            module="boto3",
            extra="bedrock",
            hint="run `aws configure sso`, or set `AWS_PROFILE`",
        ),
    }
)
"""By the `auth_mode` of a link, else by the `auth_type` of its provider."""


def cloud_of(link: Link, provider: Provider, environment: Environment) -> CloudSource | None:
    """The cloud that *link* is signed in to; None where it takes a key, or another sign-in."""
    cloud = _CLOUDS.get(ENTRA if link.auth_mode == ENTRA else provider.auth_type)
    if cloud is None:
        return None
    return CloudSource(cloud.but(scope=link.entra_scope or cloud.scope), environment)


class CloudSource:
    """A `Source` of one cloud, which gives the credential that its library will fill in, or says why it could not."""

    def __init__(self, cloud: _Cloud, environment: Environment) -> None:
        self._cloud, self._environment = cloud, environment

    @property
    def is_chosen(self) -> bool:
        """True where the link itself names it, so that no key takes its place."""
        return self._cloud.kind == "entra"

    def is_home(self, origin: Origin) -> bool:
        """True where *origin* is the cloud's own, whichever provider is said to be there."""
        return (origin.scheme, origin.port) == ("https", 443) and origin.host.endswith(self._cloud.hosts)

    def look(self, provider: Provider, origin: Origin) -> Iterator[Answer]:
        """One credential at most: which of several sign-ins counts is for the cloud's library to say."""
        if not self._is_installed:
            yield Answer(self._cloud.name, f"`{self._cloud.package}` is not installed")
            return
        for place, account, path in self._places():
            if account:
                grant = Grant(
                    kind=self._cloud.kind,
                    provider=provider.name,
                    path=path,
                    scope=self._cloud.scope,
                    skew_s=300.0,
                )
                yield Answer(place, self._credential(grant, account, origin))
                return
            yield Answer(place, "not set")

    def missing(self, provider: Provider) -> Problem:
        """What stands in the way of *provider*, for which `look` gave no credential."""
        cloud = self._cloud
        if not self._is_installed:
            what = f"`{provider.name}` needs {cloud.package}, which is not installed"
            return Problem("missing-extra", what, f"pip install 'hermes-fallback[{cloud.extra}]'")
        return Problem(
            "signed-out", f"`{provider.name}` finds no sign-in of {cloud.name} on this machine", cloud.hint
        )

    @property
    def _is_installed(self) -> bool:
        from importlib.util import find_spec  # few links go to a cloud

        try:
            return find_spec(self._cloud.module) is not None
        except ImportError:
            return False

    def _credential(self, grant: Grant, account: str, origin: Origin) -> Credential:
        return Credential(
            secret=Secret(""),
            source=grant.kind,
            account=account,
            origins=frozenset([origin]),
            grant=grant,
            auth_header="Authorization",
        )

    def _places(self) -> Iterator[tuple[str, str, str]]:
        """Where a sign-in may stand: what to call the place, the account that is there or nothing, and the file."""
        if self._cloud.kind == "gcp":
            return _google_places(self._environment)
        dotenv = str(self._environment.dotenv.path)
        if self._cloud.kind == "aws":
            return ((place, account, dotenv) for place, account in _amazon_places(self._environment))
        return iter([("Entra ID", f"entra:{self._cloud.scope}", dotenv)])


def google_file(environment: Environment) -> str:
    """The file with the credentials for Google Cloud; empty where there is none."""
    return next((path for _, path in _google_files(environment) if os.path.isfile(path)), "")


_GOOGLE_FILES = ("VERTEX_CREDENTIALS_PATH", "GOOGLE_APPLICATION_CREDENTIALS")


def _google_files(environment: Environment) -> Iterator[tuple[str, str]]:
    for variable in _GOOGLE_FILES:
        if path := environment.text(variable):
            yield f"`{path}` of `{variable}`", _full(environment, path)
    folder = environment.text("CLOUDSDK_CONFIG") or "~/.config/gcloud"
    path = _full(environment, f"{folder}/application_default_credentials.json")
    yield f"`{path}`", path


def _google_places(environment: Environment) -> Iterator[tuple[str, str, str]]:
    for place, path in _google_files(environment):
        yield place, f"gcp:{path}" if os.path.isfile(path) else "", path
    is_run_there = bool(environment.text("K_SERVICE")) or _is_made_by("Google")
    yield "the machine, run by Google Cloud", "gcp:machine" if is_run_there else "", ""


_AMAZON_VARIABLES = (
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("AWS_PROFILE",),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI",),
    ("AWS_WEB_IDENTITY_TOKEN_FILE",),
)
"""Each sign-in by the variables that it takes, all of them."""
_AMAZON_FILES = (
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ("AWS_CONFIG_FILE", "~/.aws/config"),
)


def _amazon_places(environment: Environment) -> Iterator[tuple[str, str]]:
    for variables in _AMAZON_VARIABLES:
        values = [environment.text(variable) for variable in variables]
        yield f"`{'` with `'.join(variables)}`", Secret(values[0]).digest(16) if all(values) else ""
    for variable, usual in _AMAZON_FILES:
        path = _full(environment, environment.text(variable) or usual)
        yield f"`{path}`", f"aws:{path}" if os.path.isfile(path) else ""
    yield "the machine, run by AWS", "aws:machine" if _is_made_by("Amazon EC2") else ""


def _full(environment: Environment, path: str) -> str:
    home = environment.text("HOME") or os.path.expanduser("~")
    return path.replace("~", home, 1) if path.startswith("~/") else path


def _is_made_by(maker: str) -> bool:
    return any(_first_line(f"{MAKERS}/{name}") == maker for name in ("sys_vendor", "product_name"))


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline().strip()
    except OSError:
        return ""
