"""Homes whose providers are on loopback: one with a chain, and desks with real terminals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.runtime.runtime import Runtime
from tests.journeys.desk import PROVIDERS, Desk

KEYS = {
    "MAIN_KEY": "main-key-0123456789",
    "SPARE_KEY": "spare-key-0123456789",
    "THIRD_KEY": "third-key-0123456789",
}


class World:
    """Three providers, each with a key of its own, and a home that knows them as primary and chain."""

    def __init__(self, home: Path, loopback: Loopback) -> None:
        self.home = home
        self.loopback = loopback

    def configure(self, **own: object) -> None:
        """Write config.yaml, with *own* under `fallback:`."""
        urls = self.loopback.base_urls
        lines = ["model:", *(f"  {field}" for field in _fields("main", urls["main"], "default"))]
        lines.append("fallback_providers:")
        for name in ("spare", "third"):
            first, *rest = _fields(name, urls[name], "model")
            lines += [f"  - {first}", *(f"    {field}" for field in rest)]
        settings = {"timeouts": "{connect: 2s, first_token: 300ms, between_tokens: 300ms}", **own}
        lines += ["fallback:", *(f"  {key}: {value}" for key, value in settings.items())]
        (self.home / "config.yaml").write_text("\n".join(lines) + "\n")

    @property
    def environ(self) -> dict[str, str]:
        """The environment a command or session runs in."""
        return {**KEYS, "HOME": str(self.home), "HERMES_HOME": str(self.home), "PATH": "/usr/bin:/bin"}

    @property
    def runtime(self) -> Runtime:
        """The home, opened afresh."""
        return Runtime.open(self.home, environ=self.environ)

    def asked(self) -> list[str]:
        """The names of the providers that got a request, in order."""
        return [received.provider for received in self.loopback.received()]

    def keys_are_scoped(self) -> bool:
        """True when every provider got its own key, and nobody else's anywhere in the request."""
        return all(
            KEYS[f"{received.provider.upper()}_KEY"] in str(received.headers)
            and not any(
                key in f"{received.headers} {received.body}"
                for name, key in KEYS.items()
                if name != f"{received.provider.upper()}_KEY"
            )
            for received in self.loopback.received()
        )


def _fields(name: str, url: str, model_key: str) -> list[str]:
    return [
        "provider: custom",
        f"{model_key}: {name}-model",
        f"base_url: {url}",
        f"key_env: {name.upper()}_KEY",
    ]


@pytest.fixture
def world(home: Path) -> Iterator[World]:
    """The providers, all well, and a home that is configured for them."""
    providers = [{"name": name, "key": KEYS[f"{name.upper()}_KEY"]} for name in ("main", "spare", "third")]
    with Loopback({"providers": providers}) as loopback:
        world = World(home, loopback)
        world.configure()
        yield world


@pytest.fixture
def sit_down(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Gives a desk; keywords change what a provider of `desk.PROVIDERS` does, or add one."""
    with ExitStack() as stack:
        desks: list[Desk] = []

        def make(**specs: Mapping[str, object]) -> Desk:
            names = {**PROVIDERS, **specs}
            providers = [{"name": name, **PROVIDERS.get(name, {}), **specs.get(name, {})} for name in names]
            loopback = stack.enter_context(Loopback({"providers": providers}))
            desks.append(Desk(tmp_path / f"desk-{len(desks)}", loopback))
            return desks[-1]

        yield make
        for window in [window for desk in desks for window in desk.windows]:
            window.close()


@pytest.fixture
def desk(sit_down: Callable[..., Desk]) -> Desk:
    """A desk whose home is empty and whose providers are all well."""
    return sit_down()
