"""Bedrock with a sign-in of AWS: each request is signed as it leaves, and nothing of the keys is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from hermes_fallback import AsyncSession, Session
from hermes_fallback.errors import FallbackError
from hermes_fallback.loopback.record import Received
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.runtime.runtime import Runtime

KEY_ID, SECRET = "AKIAACMEACMEACME0001", "aws-secret-0123456789abcdef"
PAIR = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
SESSION = {"AWS_SESSION_TOKEN": "aws-session-0123456789"}
PLUGIN = """\
from hermes_fallback.providers import get_provider_profile, register_provider

bundled = get_provider_profile("bedrock")
register_provider(bundled.but(base_url={base_url!r}, regional_base_url="", placeholders={{}}))
"""
MODEL = "us.acme.m-v1:0"


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """Bedrock, and another provider."""
    with Loopback([{"name": "bedrock"}, {"name": "spare", "key": "spare-key-0123456789"}]) as running:
        yield running


@pytest.fixture
def plan(home: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Plan]:
    """A chain that begins with Bedrock; variables are those of the whole process, for AWS's library reads them."""
    spare = {"provider": "custom", "model": "s", "base_url": loopback.base_url("spare"), "key_env": "SPARE"}
    config = {
        "model": {"provider": "bedrock", "default": MODEL},
        "fallback_providers": [spare],
    }
    (home / "config.yaml").write_text(json.dumps(config))
    plugin = home / "plugins" / "model-providers" / "bedrock" / "__init__.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PLUGIN.format(base_url=loopback.base_url("bedrock").removesuffix("/v1")))

    def opened(**environ: str) -> Plan:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        known = {"HOME": str(home), "SPARE": "spare-key-0123456789", **environ}
        return Runtime.open(home, environ=known).plan()

    return opened


def signature(received: Received, token: str | None, region: str = "us-east-1") -> str:
    """The signature that AWS, who knows the secret, makes for what it has received."""
    headers = {name: received.headers[name] for name in ("content-type", "host", "x-amz-date")}
    if token:
        headers["x-amz-security-token"] = token
    body = json.dumps(received.body, ensure_ascii=False, separators=(",", ":"))
    url = f"http://{received.headers['host']}{received.path}"
    request: Any = AWSRequest(method="POST", url=url, data=body.encode(), headers=headers)
    request.context["timestamp"] = received.headers["x-amz-date"]
    signer: Any = SigV4Auth(Credentials(KEY_ID, SECRET, token), "bedrock", region)
    made: str = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return made


def ask(plan: Plan) -> str:
    with Session(plan) as session:
        return session.ask("hello").text


def ask_async(plan: Plan) -> str:
    async def asked() -> str:
        async with AsyncSession(plan) as session:
            return (await session.ask("hello")).text

    return asyncio.run(asked())


@pytest.mark.parametrize("asked", [ask, ask_async], ids=["sync", "async"])
@pytest.mark.parametrize("more", [{}, SESSION], ids=["keys", "session"])
def test_a_request_is_signed_as_aws_signs_it(
    more: dict[str, str], asked: Callable[[Plan], str], plan: Callable[..., Plan], loopback: Loopback
) -> None:
    """Over its path and body; the secret itself stays here."""
    text = asked(plan(**PAIR, **more))
    assert text == "bedrock heard 1 messages, the last of them: hello"
    (received,) = loopback.received()
    authorization = received.headers["authorization"]
    assert authorization.startswith(f"AWS4-HMAC-SHA256 Credential={KEY_ID}/")
    assert authorization.endswith(f"Signature={signature(received, more.get('AWS_SESSION_TOKEN'))}")
    assert SECRET not in str(received)


@pytest.mark.parametrize(
    ("environ", "region"),
    [({"AWS_REGION": "eu-central-1"}, "eu-central-1"), ({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1")],
)
def test_the_signature_is_for_the_users_region(
    environ: dict[str, str], region: str, plan: Callable[..., Plan], loopback: Loopback
) -> None:
    """Where the address names none."""
    ask(plan(**PAIR, **environ))
    (received,) = loopback.received()
    assert f"/{region}/bedrock/aws4_request" in received.headers["authorization"]
    assert signature(received, None, region) in received.headers["authorization"]


def test_keys_of_the_homes_env_file_sign_too(
    home: Path, plan: Callable[..., Plan], loopback: Loopback
) -> None:
    """Though AWS's library does not read that."""
    (home / ".env").write_text("".join(f"{name}={value}\n" for name, value in PAIR.items()))
    ask(plan())
    assert signature(loopback.received()[0], None) in loopback.received()[0].headers["authorization"]


def test_a_key_of_bedrocks_own_is_carried_instead(plan: Callable[..., Plan], loopback: Loopback) -> None:
    """As a bearer, like any key."""
    ask(plan(**PAIR, AWS_BEARER_TOKEN_BEDROCK="bedrock-key-0123456789"))
    assert loopback.received()[0].headers["authorization"] == "Bearer bedrock-key-0123456789"


def test_keys_that_are_refused_leave_the_turn_to_the_next_link(
    plan: Callable[..., Plan], loopback: Loopback
) -> None:
    """No other keys can be had, so that Bedrock is asked once."""
    step = {"behaviour": "forbidden", "message": "Access denied.", "status": 403}
    loopback.script("bedrock", step)
    assert ask(plan(**PAIR)).startswith("spare heard")
    assert len(loopback.received("bedrock")) == 1


def test_a_refusal_that_repeats_what_was_signed_tells_no_secret(
    plan: Callable[..., Plan], loopback: Loopback
) -> None:
    """AWS quotes the headers of a request whose signature does not fit, the token of the session among them."""
    step = {"behaviour": "unauthorized", "message": f"x-amz-security-token:{SESSION['AWS_SESSION_TOKEN']}"}
    loopback.script("bedrock", step)
    loopback.script("spare", "unauthorized")
    with pytest.raises(FallbackError) as caught:
        ask(plan(**PAIR, **SESSION))
    told = f"{caught.value} {vars(caught.value)}"
    assert "x-amz-security-token" in told
    assert SESSION["AWS_SESSION_TOKEN"] not in told


def test_no_part_of_the_sign_in_reaches_a_foreign_host(plan: Callable[..., Plan], loopback: Loopback) -> None:
    """A host that Bedrock points to gets nothing, and the next link no signature."""
    with Loopback([{"name": "elsewhere"}]) as elsewhere:
        to = f"{elsewhere.base_url('elsewhere')}/model/m/converse-stream"
        loopback.script("bedrock", [{"behaviour": "redirect", "to": to}])
        assert ask(plan(**PAIR, **SESSION))
        assert elsewhere.received() == ()
    (spare,) = loopback.received("spare")
    assert not any(secret in str(spare) for secret in (KEY_ID, SECRET, *SESSION.values(), "AWS4"))
