"""Links are put to the test against real providers, all at once, each with its own key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.probe import links
from hermes_fallback.probe.links import LinkTested
from hermes_fallback.probe.parallel import in_parallel
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.transport.synchronous import Carrier

NAMES = ("good", "strict", "broken", "dead", "keyless")
KEYS = {f"{name.upper()}_KEY": f"{name}-key-0123456789" for name in ("good", "strict", "broken", "dead")}

PLUGIN = """\
from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(ProviderProfile(name="acme", base_url="{}", env_vars=("ACME_OLD", "ACME_NEW")))
"""


@pytest.fixture
def providers() -> Iterator[Loopback]:
    """One that takes its key, one that wants another, one that is broken, one that is not there, one keyless."""
    specs = [
        {"name": "good", "key": KEYS["GOOD_KEY"]},
        {"name": "strict", "key": "another-key-0123456789"},
        {"name": "broken", "list_script": ["server_error"]},
        {"name": "dead", "script": ["refuse"]},
        {"name": "keyless"},
    ]
    with Loopback({"providers": specs}) as running:
        yield running


@pytest.fixture
def runtime(home: Path, providers: Loopback) -> Runtime:
    """A home with `good` as the primary, the others behind it, and a last link that has no key."""
    lines = [f"model: {{{_link('good', providers.base_url('good'), 'default')}}}", "fallback_providers:"]
    lines += [f"  - {{{_link(name, providers.base_url(name), 'model')}}}" for name in NAMES[1:]]
    lines += ["  - {provider: deepseek, model: deepseek-chat}"]
    (home / "config.yaml").write_text("\n".join(lines) + "\n")
    return Runtime.open(home, environ={"HOME": str(home), **KEYS})


def _link(name: str, url: str, model_key: str) -> str:
    key_env = f", key_env: {name.upper()}_KEY" if name != "keyless" else ""
    return f'provider: custom, {model_key}: {name}-model, base_url: "{url}"{key_env}'


def put_to_test(runtime: Runtime, *positions: int) -> tuple[LinkTested, ...]:
    with Carrier() as carrier:
        every = runtime.report().resolutions
        asked = [each for each in every if not positions or each.position in positions]
        return links.test_links(asked, runtime.registry, carrier, state=None)


def test_each_link_gets_its_own_verdict_in_the_order_of_the_chain(runtime: Runtime) -> None:
    """Taken, refused, untold, unreachable, open to everybody, unresolved: each is told from the others."""
    tested = put_to_test(runtime)
    assert [(one.position, one.link.model, one.checked.verdict, one.checked.stage) for one in tested] == [
        (0, "good-model", "ok", "authenticate"),
        (1, "strict-model", "failed", "authenticate"),
        (2, "broken-model", "unverified", "authenticate"),
        (3, "dead-model", "failed", "reach"),
        (4, "keyless-model", "ok", "reach"),
        (5, "deepseek-chat", "failed", "resolve"),
    ]


def test_a_link_that_was_refused_says_why(runtime: Runtime) -> None:
    """Reason, status and time are those of the answer."""
    (refused,) = put_to_test(runtime, 1)
    assert (refused.checked.reason, refused.checked.status) == ("auth", 401)
    assert refused.checked.latency_ms is not None


@pytest.mark.parametrize(("new", "verdict"), [(KEYS["GOOD_KEY"], "ok"), ("wrong-too-0123456789", "failed")])
def test_a_link_is_as_good_as_the_best_of_its_keys(
    home: Path, providers: Loopback, new: str, verdict: str
) -> None:
    """One that is refused is passed over, as a conversation does; the fault is told where all of them are."""
    plugin = home / "plugins" / "model-providers" / "acme" / "__init__.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PLUGIN.format(providers.base_url("good")))
    (home / "config.yaml").write_text("model: {provider: acme, default: m}\n")
    environ = {"HOME": str(home), "ACME_OLD": "wrong-key-0123456789", "ACME_NEW": new}
    (tested,) = put_to_test(Runtime.open(home, environ=environ))
    assert tested.checked.verdict == verdict
    assert len(providers.received()) == 2


def test_a_link_that_does_not_resolve_says_what_it_lacks(runtime: Runtime, providers: Loopback) -> None:
    """Its problem is its hint, and nobody is asked."""
    (unresolved,) = put_to_test(runtime, 5)
    assert "DEEPSEEK_API_KEY" in unresolved.checked.what
    assert "DEEPSEEK_API_KEY" in str(unresolved.checked.hint)
    assert providers.received() == ()


def test_only_the_named_links_are_asked(runtime: Runtime, providers: Loopback) -> None:
    """The others hear nothing of it."""
    assert [each.position for each in put_to_test(runtime, 0, 4)] == [0, 4]
    assert {each.provider for each in providers.received()} == {"good", "keyless"}


def test_no_key_goes_to_another_links_host(runtime: Runtime, providers: Loopback) -> None:
    """Each provider gets the key of its own link, and none of the others anywhere in the request."""
    put_to_test(runtime)
    assert {each.provider for each in providers.received()} == {"good", "strict", "broken", "keyless"}
    for received in providers.received():
        own = KEYS.get(f"{received.provider.upper()}_KEY")
        sent = [key for key in KEYS.values() if key in f"{received.headers} {received.path} {received.body}"]
        assert sent == ([own] if own else [])


def test_an_empty_home_has_nothing_to_test(tmp_path: Path) -> None:
    """No link, no result."""
    assert put_to_test(Runtime.open(tmp_path, environ={})) == ()


def test_many_are_done_in_order() -> None:
    """More jobs than threads: every result stands where its job stood."""
    assert in_parallel(str, range(50)) == tuple(map(str, range(50)))


def test_an_error_in_one_job_is_raised() -> None:
    """Nothing is lost in a thread."""
    with pytest.raises(ZeroDivisionError):
        in_parallel(lambda number: 1 // number, [1, 0, 2])
