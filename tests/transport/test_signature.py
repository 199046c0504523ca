"""Signatures of AWS's form, on requests that go to AWS."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hermes_fallback.errors import CredentialError
from hermes_fallback.model.credential import Credential, Signing
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret
from hermes_fallback.transport.sealing import sealed
from hermes_fallback.wire.exchange import HttpRequest

_SECRET = "aws-secret-0123456789abcdef"
_SIGNING = Signing(
    key_id="AKIAACMEACMEACME0001",
    token=Secret("aws-session-0123456789"),
    region="eu-west-1",
    service="bedrock",
)
_REGIONAL = "https://bedrock-runtime.eu-north-1.amazonaws.com"


def _sealed(host: str, bound_to: str) -> dict[str, str]:
    origins = frozenset([Origin.of(bound_to)])
    credential = Credential(secret=Secret(_SECRET), source="aws", origins=origins, signing=_SIGNING)
    headers = {"Content-Type": "application/json", "x-own": "1"}
    url = f"{host}/model/m%3A0/converse-stream"
    return sealed(HttpRequest(method="POST", url=url, headers=headers, body=b"{}", credential=credential))


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (_REGIONAL, "eu-north-1"),
        ("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("https://bedrock-mantle.us-east-2.api.aws", "us-east-2"),
        ("https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com", "eu-west-1"),
        ("https://proxy.acme.test", "eu-west-1"),
    ],
)
def test_the_region_is_the_one_that_the_address_names(host: str, region: str) -> None:
    """Elsewhere it is the user's."""
    assert f"/{region}/bedrock/aws4_request, " in _sealed(host, host)["authorization"]


def test_what_a_proxy_may_change_is_not_signed() -> None:
    """The headers leave as they were, and the signature covers the type of the body, the host and the session."""
    headers = _sealed(_REGIONAL, _REGIONAL)
    signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"
    assert signed in headers["authorization"]
    assert (headers["x-own"], headers["content-type"]) == ("1", "application/json")
    assert headers["x-amz-security-token"] == "aws-session-0123456789"
    assert _SECRET not in str(headers)


def test_nothing_is_signed_for_another_host() -> None:
    """A signature is bound like a key."""
    with pytest.raises(CredentialError, match="may not be sent"):
        _sealed("https://elsewhere.test", _REGIONAL)


def test_awss_library_is_loaded_for_signatures_alone() -> None:
    """Who carries a key does not pay for it."""
    code = (
        "import sys, hermes_fallback.wire.dialects, hermes_fallback.login.renewal, "
        "hermes_fallback.transport.asynchronous; print(*(m for m in sys.modules if m.startswith('boto')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
