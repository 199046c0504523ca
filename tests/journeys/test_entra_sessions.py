"""Conversations with Microsoft Foundry, signed in to with Entra ID: a token that ends or is refused is no failure."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hermes_fallback import AsyncSession, Session
from hermes_fallback.errors import CredentialError
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.credential import Credential
from hermes_fallback.runtime.runtime import Runtime
from tests.cloud_server import CloudServer, Reply, managed_identity

DIALECTS = ("anthropic_messages", "chat_completions", "codex_responses")
HEADER = "identity-header-0123456789"
OLD, GOOD = "entra-token-old-0123456789", "entra-token-good-0123456789"


class Foundry:
    """A resource that takes one token, and a home that is signed in to it by the machine's identity."""

    def __init__(self, home: Path, resource: Loopback, identity: CloudServer) -> None:
        self.home, self.resource, self.identity = home, resource, identity

    def configure(self, api_mode: str, resource: str = "foundry") -> None:
        """Write config.yaml: one link, with a key beside that is not to be sent."""
        url = self.resource.base_url(resource)
        link = {"provider": "azure-foundry", "base_url": url, "api_mode": api_mode, "auth_mode": "entra_id"}
        (self.home / "config.yaml").write_text(json.dumps({"model": {**link, "default": "deployment"}}))

    def add_spare(self) -> None:
        """Put a link behind it that takes anything."""
        spare = {"provider": "custom", "model": "spare", "base_url": self.resource.base_url("open")}
        config = json.loads((self.home / "config.yaml").read_text())
        (self.home / "config.yaml").write_text(json.dumps({**config, "fallback_providers": [spare]}))

    @property
    def environ(self) -> dict[str, str]:
        """What the program runs in."""
        return {
            "HOME": str(self.home),
            "HERMES_HOME": str(self.home),
            "AZURE_FOUNDRY_API_KEY": "resource-key-0123456789",
            "IDENTITY_ENDPOINT": f"{self.identity.url}/token",
            "IDENTITY_HEADER": HEADER,
        }

    @property
    def sent(self) -> list[str | None]:
        """What each request to the resource was sent as its key."""
        assert not any("api-key" in str(each.headers) for each in self.resource.received())
        return [each.headers.get("authorization") for each in self.resource.received()]


@pytest.fixture
def foundry(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Foundry]:
    """A resource that takes the good token alone, and one that takes any; the identity gives the old one first."""
    specs = [{"name": "foundry", "key": GOOD}, {"name": "open"}]
    replies = [managed_identity(OLD), managed_identity(GOOD)]
    with Loopback({"providers": specs}) as resource, CloudServer(replies) as identity:
        found = Foundry(home, resource, identity)
        for name, value in found.environ.items():
            monkeypatch.setenv(name, value)
        yield found


def by_session(foundry: Foundry) -> str:
    with Session(Runtime.open(foundry.home).plan()) as session:
        return session.ask("hello").served_by.provider


def by_async_session(foundry: Foundry) -> str:
    async def ask() -> str:
        async with AsyncSession(Runtime.open(foundry.home).plan()) as session:
            return (await session.ask("hello")).served_by.provider

    return asyncio.run(ask())


def by_chat(foundry: Foundry) -> str:
    argv = [sys.executable, "-m", "hermes_fallback", "chat", "-q", "hello", "--json"]
    done = subprocess.run(argv, env=foundry.environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["served_by"]["provider"])


@pytest.mark.parametrize("ask", [by_session, by_async_session, by_chat])
@pytest.mark.parametrize("api_mode", DIALECTS)
def test_a_refused_token_is_renewed_and_the_question_answered(
    api_mode: str, ask: Callable[[Foundry], str], foundry: Foundry
) -> None:
    """In every dialect as a bearer, and never as the key of a resource."""
    foundry.configure(api_mode)
    assert ask(foundry) == "azure-foundry"
    assert foundry.sent == [f"Bearer {OLD}", f"Bearer {GOOD}"]


def test_a_token_that_is_due_is_renewed_before_it_is_sent(foundry: Foundry) -> None:
    """No host has to refuse a token first that is about to end."""
    foundry.identity.will_say(managed_identity(OLD, lifetime_s=60), managed_identity(GOOD))
    foundry.configure("chat_completions", "open")
    with Session(Runtime.open(foundry.home).plan()) as session:
        for _ in range(3):
            session.ask("hello")
    assert foundry.sent == [f"Bearer {OLD}", f"Bearer {GOOD}", f"Bearer {GOOD}"]


def test_a_sign_in_that_fails_is_a_failure_of_its_link(foundry: Foundry) -> None:
    """The next one answers, and nothing was sent to the first."""
    foundry.identity.will_say(Reply({"error": "gone"}, 400))
    foundry.configure("chat_completions")
    foundry.add_spare()
    with Session(Runtime.open(foundry.home).plan()) as session:
        answer = session.ask("hello")
    assert answer.served_by.model == "spare"
    assert foundry.sent == [None]


class NobodySignedIn:
    """What renews tokens where nobody is signed in."""

    def renew(self, credential: Credential, *, refused: bool, now: float) -> Credential:
        raise CredentialError("nobody is signed in to Azure here", kind="sign-in-expired")


def test_a_cloud_that_nobody_is_signed_in_to_is_not_given_up_for_good(foundry: Foundry) -> None:
    """Whoever signs in next goes by the same name here, and is not met by the verdict on the last one."""
    foundry.configure("chat_completions")
    foundry.add_spare()
    with Session(Runtime.open(foundry.home).plan(), renewing=NobodySignedIn()) as session:
        assert session.ask("hello").served_by.model == "spare"
    (bench,) = Runtime.open(foundry.home).state.health().benches.values()
    assert bench.until - bench.since <= 300


def test_no_token_reaches_a_foreign_host(foundry: Foundry) -> None:
    """Neither where the resource points to, nor the next link; the identity service sees its header alone."""
    foundry.configure("chat_completions")
    foundry.add_spare()
    with Loopback([{"name": "elsewhere"}]) as elsewhere:
        to = f"{elsewhere.base_url('elsewhere')}/chat/completions"
        foundry.resource.script("foundry", [{"behaviour": "redirect", "to": to}])
        assert by_session(foundry) == "custom"
        assert elsewhere.received() == ()
    assert OLD in str(foundry.resource.received("foundry"))
    told = str(foundry.resource.received("open")) + str(foundry.identity.asked)
    assert OLD not in told
    assert GOOD not in told
