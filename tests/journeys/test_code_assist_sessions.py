"""Code Assist with the sign-in of gemini-cli: requests are counted on the project that came with it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback import Answer, Options, Session
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.runtime.runtime import Runtime

TOKEN = "ya29.planted-0123456789"
PLUGIN = """\
from hermes_fallback.providers import get_provider_profile, register_provider

bundled = get_provider_profile("google-gemini-cli")
register_provider(bundled.but(base_url={base_url!r}))
"""
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def signed_in(home: Path, loopback: Loopback, **state: Any) -> Session:
    """A session of a home whose auth.json holds a sign-in with *state*."""
    plugin = home / "plugins" / "model-providers" / "google_gemini_cli" / "__init__.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PLUGIN.format(base_url=loopback.base_url("google").removesuffix("/v1")))
    tokens = {"access_token": TOKEN, "refresh_token": "1//planted", "expires_at": time.time() + 3600}
    document = {"version": 1, "providers": {"google-gemini-cli": {**tokens, **state}}}
    (home / "auth.json").write_text(json.dumps(document))
    (home / "config.yaml").write_text("model: {provider: google-gemini-cli, default: gemini-3-pro-preview}\n")
    return Session(Runtime.open(home, environ={"HOME": str(home)}).plan())


@pytest.mark.parametrize(
    ("state", "project"),
    [({"project_id": "cloud-project"}, "cloud-project"), ({}, None)],
    ids=["one", "none"],
)
def test_the_project_of_the_sign_in_is_named(state: dict[str, str], project: str | None, home: Path) -> None:
    """Beside the model, in the envelope of the request; the token is sent as a bearer."""
    with Loopback([{"name": "google", "key": TOKEN}]) as loopback:
        with signed_in(home, loopback, **state) as session:
            assert session.ask("hello").text == "google heard 1 messages, the last of them: hello"
        (received,) = loopback.received()
    assert (received.path, received.query) == ("/v1internal:streamGenerateContent", "alt=sse")
    assert received.body["model"] == "gemini-3-pro-preview"
    assert received.body.get("project") == project


def test_a_call_goes_back_with_its_signature(home: Path) -> None:
    """Gemini refuses the turn otherwise."""
    with Loopback([{"name": "google", "script": ["tool_call", "ok"]}]) as loopback:
        with signed_in(home, loopback) as session:
            answer: Answer = session.ask("weather?", Options(tools=(TOOL,)))
            (call,) = answer.tool_calls
            assert session.resume({call.id: "sunny"}).text.endswith(": sunny")
        contents = loopback.received()[-1].body["request"]["contents"]
    assert [part.get("thoughtSignature") for part in contents[1]["parts"]] == ["bG9vcGJhY2s="]
    assert contents[2]["parts"][0]["functionResponse"]["name"] == "look"
