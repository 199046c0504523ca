"""Discovery: the plugins of a home are found and loaded, and each name is given to one of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hermes_fallback.errors import InvalidPlugin
from hermes_fallback.providers.plugin import Lookup, load_plugin
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.tier import Tier

__all__ = ["BrokenPlugin", "Owned", "collect", "read_tier"]

_PEER_BASE = "base.py"  # the older layout kept its profile class beside the profiles
_ELSEWHERE = "model-providers"
_MANIFESTS = ("plugin.yaml", "plugin.yml")


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that costs only itself: where it is, what is wrong, and the names it would have held."""

    path: str
    error: InvalidPlugin
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Owned:
    """A profile and the plugin it came from."""

    profile: ProviderProfile
    path: str


def read_tier(plugins: Path | None, legacy: Path | None, standalone: Path | None, bundled: Lookup) -> Tier:
    """The user's tier: folders of *plugins*, provider plugins among *standalone*, files of *legacy*."""
    tier = Tier()
    owned: list[Owned] = []
    for root, listed in ((plugins, _folders), (standalone, _standalone), (legacy, _files)):
        for source in _listed(tier, root, listed):
            try:
                owned += [Owned(profile, str(source)) for profile in load_plugin(source, bundled)]
            except InvalidPlugin as error:
                tier.broken.append(BrokenPlugin(str(source), error, _likely_names(source)))
    return collect(owned, tier)


def collect(owned: Iterable[Owned], tier: Tier | None = None) -> Tier:
    """A tier of these profiles; every word that is claimed twice is taken from both and reported."""
    tier = tier or Tier()
    claims: dict[str, list[Owned]] = {}
    for each in owned:
        for word in (each.profile.name, *each.profile.aliases):
            claims.setdefault(word, []).append(each)
    for word, claimants in claims.items():
        if len(claimants) > 1:
            tier.broken.append(_collision(word, claimants))
        elif claimants[0].profile.name == word:
            tier.owned[word] = claimants[0]
    for word, claimants in claims.items():
        name = claimants[0].profile.name
        if len(claimants) == 1 and word != name and name in tier.owned:
            tier.aliases[word] = name
    return tier


def _collision(word: str, claimants: list[Owned]) -> BrokenPlugin:
    paths = list(dict.fromkeys(each.path for each in claimants))
    lost = {alias for each in claimants if each.profile.name == word for alias in each.profile.aliases}
    error = InvalidPlugin(
        f"the provider name `{word}` is claimed twice",
        path=paths[-1],
        why=" and ".join(f"by `{path}`" for path in paths) + ("" if len(paths) > 1 else ", twice"),
        hint="rename one of the two, or move it out of the folder",
    )
    return BrokenPlugin(paths[-1], error, frozenset([word, *lost]))


def _listed(tier: Tier, root: Path | None, listed: Callable[[Path], Iterable[Path]]) -> list[Path]:
    if root is None:
        return []
    try:
        return list(listed(root))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as refusal:
        error = InvalidPlugin(
            f"the plugin folder `{root}` cannot be read", path=str(root), why=refusal.strerror
        )
        tier.broken.append(BrokenPlugin(str(root), error))
        return []


def _folders(root: Path) -> list[Path]:
    return [Path(entry.path) for entry in _entries(root) if entry.is_dir()]


def _files(root: Path) -> list[Path]:
    modules = (entry for entry in _entries(root) if entry.name.endswith(".py") and entry.name != _PEER_BASE)
    return [Path(entry.path) for entry in modules if entry.is_file()]


def _standalone(root: Path) -> list[Path]:
    # Plugins of every kind live here: ours are those that say so, or whose code registers a provider.
    folders = (folder for folder in _folders(root) if folder.name != _ELSEWHERE)
    return [folder for folder in folders if _is_ours(folder)]


def _is_ours(folder: Path) -> bool:
    manifest = next((found for name in _MANIFESTS if (found := folder / name).is_file()), None)
    if manifest is None:
        return _registers(folder / "__init__.py")
    from hermes_fallback.providers.manifest import is_provider_plugin  # imports yaml

    return is_provider_plugin(manifest)


def _registers(script: Path) -> bool:
    try:
        code = script.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "register_provider(" in code and "ProviderProfile" in code


def _entries(root: Path) -> list[os.DirEntry[str]]:
    with os.scandir(root) as found:
        entries = [entry for entry in found if not entry.name.startswith(("_", "."))]
    return sorted(entries, key=lambda entry: entry.name)


def _likely_names(source: Path) -> frozenset[str]:
    name = source.name.removesuffix(".py").lower()
    return frozenset([name, name.replace("_", "-")])
