"""Placing: the address of a provider that is another one for each user, by region and project."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping

from hermes_fallback.credentials.cloud import google_file
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.model.credential import Problem
from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["placed"]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_EVERYWHERE = "global"
_AWS_FILE = "~/.aws/config"


def placed(
    profile: ProviderProfile, environment: Environment, setting: Callable[[str], str]
) -> str | Problem:
    """The address of *profile*, each word in braces filled in; *setting* gives the value of a key of config.yaml.

    The host stays the provider's: a value that is no plain word is refused.
    """
    words = {word: _first(sources, environment, setting) for word, sources in profile.placeholders.items()}
    region = words.get("region") or _EVERYWHERE
    words = {**words, "region": region, "project": words.get("project") or _project(environment)}
    url = profile.base_url if region == _EVERYWHERE else profile.regional_base_url or profile.base_url
    needed = [word for word in words if f"{{{word}}}" in url]
    for word in needed:
        if not words[word] or not _LETTERS.issuperset(words[word]):
            return _lacking(profile, word, words[word])
    for word in needed:
        url = url.replace(f"{{{word}}}", words[word])
    return url


def _first(sources: tuple[str, ...], environment: Environment, setting: Callable[[str], str]) -> str:
    """The value of the first of *sources* that has one.

    They are variables, keys of config.yaml, which have a dot, and AWS's file with the region of each profile.
    """
    for source in sources:
        if source == _AWS_FILE:
            value = _aws_region(environment)
        else:
            value = setting(source) if "." in source else environment.text(source)
        if value:
            return value
    return ""


def _aws_region(environment: Environment) -> str:
    from configparser import ConfigParser, Error  # few links go to AWS

    home = environment.text("HOME") or os.path.expanduser("~")
    path = environment.text("AWS_CONFIG_FILE") or _AWS_FILE.replace("~", home, 1)
    name = environment.text("AWS_PROFILE") or "default"
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (Error, UnicodeError):
        return ""
    return parser.get(name if name == "default" else f"profile {name}", "region", fallback="").strip()


def _project(environment: Environment) -> str:
    """The project that the file with the credentials for Google Cloud names; empty where it names none."""
    path = google_file(environment)
    try:
        with open(path, "rb") as file:
            document = json.load(file)
    except (OSError, ValueError, RecursionError):
        return ""
    known = document if isinstance(document, Mapping) else {}
    return str(known.get("project_id") or known.get("quota_project_id") or "")


def _lacking(profile: ProviderProfile, word: str, value: str) -> Problem:
    sources = profile.placeholders.get(word, ())
    what = f"`{profile.name}` needs the {word}" if not value else f"`{value}` cannot be a {word}"
    hint = "set " + " or ".join(f"`{source}`" for source in sources)
    return Problem("missing-base-url", what, hint)
