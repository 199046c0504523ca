"""Many at once and one refresh token, which may be used a single time."""

from __future__ import annotations

import os
import signal
import threading
import time
import urllib.request
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from crowd import CONTEXT, renew
from grants import Replies, found_in, kept, profile_of, sign_in

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.renewal import Renewer
from tests.oauth_server import OAuthServer

CROWD = 20
PROVIDER = "openai-codex"


@pytest.mark.parametrize("refused", [False, True], ids=["due", "refused"])
def test_twenty_processes_refresh_once(refused: bool, server: OAuthServer, home: Path) -> None:
    """All of them have the one new token; the server, which ends a family whose token comes twice, ends none."""
    url = f"{server.url}/token"
    path = sign_in(home, profile_of("nous", url), server.issue("hermes-cli"), left_s=10)
    old = kept(path)["providers"]["nous"]["access_token"]
    together, said = CONTEXT.Barrier(CROWD), CONTEXT.SimpleQueue()
    crowd = [
        CONTEXT.Process(target=renew, args=(path, "nous", url, together, said), kwargs={"refused": refused})
        for _ in range(CROWD)
    ]
    for each in crowd:
        each.start()
    tokens = [said.get() for _ in crowd]
    for each in crowd:
        each.join()
    assert (len(server.requests("/token")), server.ended) == (1, [])
    assert set(tokens) == {kept(path)["providers"]["nous"]["access_token"]}
    assert old not in tokens


@pytest.mark.parametrize("refused", [False, True], ids=["due", "refused"])
def test_twenty_threads_refresh_once(
    refused: bool, server: OAuthServer, home: Path, renewer: Renewer
) -> None:
    """As processes do."""
    profile = profile_of("nous", f"{server.url}/token")
    path = sign_in(home, profile, server.issue("hermes-cli"), left_s=10)
    credential, now = found_in(path, profile), time.time()
    together = threading.Barrier(CROWD)
    tokens: list[object] = []

    def work() -> None:
        together.wait()
        tokens.append(renewer.renew(credential, refused=refused, now=now).secret)

    crowd = [threading.Thread(target=work) for _ in range(CROWD)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert (len(server.requests("/token")), server.ended) == (1, [])
    assert tokens == [found_in(path, profile).secret] * CROWD
    assert credential.secret not in tokens


def killed_while_renewing(path: Path, url: str, killed: list[BaseProcess]) -> None:
    """Have a process refresh at *url*, where it is killed; it is the first of *killed* by then."""
    alone, said = CONTEXT.Barrier(1), CONTEXT.SimpleQueue()
    args = (path, PROVIDER, url, alone, said)
    killed.append(CONTEXT.Process(target=renew, args=args, kwargs={"refused": True}))
    killed[0].start()
    killed[0].join()
    assert killed[0].exitcode == -signal.SIGKILL


def test_a_process_that_is_killed_in_the_middle_loses_the_sign_in_and_nothing_else(
    server: OAuthServer, home: Path, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """The server has used its refresh token up, and nobody has the next one. The error says so; the file is whole."""
    killed: list[BaseProcess] = []

    def use_up_and_kill(form: str) -> None:
        with urllib.request.urlopen(f"{server.url}/token", form.encode()) as answer:
            assert answer.status == 200
        os.kill(killed[0].pid or 0, signal.SIGKILL)

    profile = profile_of(PROVIDER, f"{server.url}/token")
    assert profile.oauth is not None
    pair = server.issue(profile.oauth.client_id)
    path = sign_in(home, profile, pair)
    deadly = replies(first=use_up_and_kill)
    killed_while_renewing(path, deadly.url, killed)
    assert kept(path)["providers"][PROVIDER]["tokens"]["refresh_token"] == pair["refresh_token"]
    with pytest.raises(CredentialError) as caught:
        renewer.renew(found_in(path, profile), refused=True, now=time.time())
    assert "was lost, and with it the next token" in str(caught.value.why)
    assert (caught.value.hint, server.ended) == (f"hermes auth login {PROVIDER}", [pair["refresh_token"]])


def test_a_process_that_is_killed_while_others_wait_holds_nobody_up(
    server: OAuthServer, home: Path, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """Its lock ends with it. The server never saw the token, so the next one who asks has it renewed."""
    killed: list[BaseProcess] = []
    deadly = replies(first=lambda _: os.kill(killed[0].pid or 0, signal.SIGKILL))
    profile = profile_of(PROVIDER, f"{server.url}/token")
    assert profile.oauth is not None
    path = sign_in(home, profile, server.issue(profile.oauth.client_id))
    credential = found_in(path, profile)
    killed_while_renewing(path, deadly.url, killed)
    fresh = renewer.renew(credential, refused=True, now=time.time())
    assert fresh.secret.reveal() == kept(path)["providers"][PROVIDER]["tokens"]["access_token"]
    assert "renewal_begun_at" not in path.read_text()
