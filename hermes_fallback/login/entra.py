"""Entra ID: tokens for Azure, from whatever sign-in azure-identity finds on this machine."""

from __future__ import annotations

import logging
import os
import re

from hermes_fallback.credentials.environment import Environment
from hermes_fallback.errors import CredentialError
from hermes_fallback.login.minting import Mint, Minted, lacking, refusal
from hermes_fallback.masking import mask_values
from hermes_fallback.model.credential import Grant
from hermes_fallback.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from azure.identity import ClientSecretCredential, DefaultAzureCredential

__all__ = ["mint"]

logging.getLogger("azure").addHandler(logging.NullHandler())  # else azure-identity's warnings go to stderr

_PRINCIPAL = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
_HINT = f"sign in with `az login`, or set {', '.join(_PRINCIPAL)}"
_NOT_SET_UP = re.compile(r"^(?!.* error:).*(unavailable|not found|not installed|not be found|requir)")
"""Words of what azure-identity 1.27 says of the ways to sign in that nobody has set up here."""
_REFUSED = "AADSTS"
"""How the codes begin of Entra ID's own refusals, which no other try changes."""


def _make(grant: Grant) -> Minted:
    try:
        from azure.core.exceptions import AzureError  # an extra
        from azure.identity import ClientSecretCredential, DefaultAzureCredential  # noqa: F401
    except ImportError:
        raise lacking(grant.provider, "azure-identity", "azure") from None
    environment = Environment.of(grant.path, os.environ)
    try:
        with _signed_in(environment) as chain:
            token = chain.get_token(grant.scope)
    except (AzureError, ValueError, OSError) as error:
        raise _refused(grant, environment, str(error)) from None
    return Secret(token.token), float(token.expires_on)


mint = Mint(_make)
"""Gives the tokens of a grant of kind `entra`. Its `path` is the `.env` whose variables come before the process's."""


def _signed_in(environment: Environment) -> ClientSecretCredential | DefaultAzureCredential:
    """The service principal of the home's `.env`, which azure-identity cannot see; else what that finds itself."""
    from azure.identity import ClientSecretCredential, DefaultAzureCredential  # an extra

    known = {name: found for name in _PRINCIPAL if (found := environment.get(name)) and found.value.strip()}
    if len(known) == len(_PRINCIPAL) and known["AZURE_CLIENT_SECRET"].source != "env":
        tenant, client, secret = (known[name].value.strip() for name in _PRINCIPAL)
        host = environment.text("AZURE_AUTHORITY_HOST") or None
        return ClientSecretCredential(
            tenant,
            client,
            secret,
            authority=host,
            disable_instance_discovery=bool(host),  # a cloud of one's own is not one that Microsoft knows
            retry_total=1,
        )
    return DefaultAzureCredential(retry_total=1)


def _refused(grant: Grant, environment: Environment, text: str) -> CredentialError:
    """The error of what azure-identity said in *text*: a line for each way to sign in, or one for the only one."""
    secret = environment.get("AZURE_CLIENT_SECRET")
    lines = [line for line in text.splitlines() if line.startswith("\t")]
    words = " ".join(line for line in lines if not _NOT_SET_UP.search(line)) if lines else text
    return refusal(
        f"Entra ID gives no token for `{grant.provider}`",
        mask_values(words, [Secret(secret.value)] if secret else []) or "nobody is signed in to Azure here",
        _HINT,
        passes=bool(words) and _REFUSED not in words,
    )
