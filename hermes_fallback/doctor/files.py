"""Checks of config.yaml, `.env` and auth.json."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from io import StringIO
from shlex import quote

from dotenv.parser import parse_stream

from hermes_fallback.config.reading import read, read_document, refused
from hermes_fallback.config.settings import read_settings
from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.dotenv import decode
from hermes_fallback.credentials.keyring_store import KeyringStore
from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, Level, broken, ok, warn
from hermes_fallback.errors import FallbackError, InvalidFile, SystemRefused
from hermes_fallback.runtime.faults import faults_in

__all__ = ["auth_file", "config_file", "config_findings", "config_ignored", "env_file"]


def config_file(facts: Facts) -> Iterator[Finding]:
    """Whether config.yaml is there and can be read."""
    path = facts.home.config
    try:
        _ = read_settings(read_document(path)).findings  # which reads all of it
    except (InvalidFile, SystemRefused) as error:
        yield broken(error)
        return
    if os.path.lexists(path):
        yield ok(f"`{path}` can be read")
    else:
        yield warn(f"there is no `{path}` yet", fix=facts.begin)


def config_findings(facts: Facts) -> Iterator[Finding]:
    """Keys that nobody knows, and values that cannot be meant so."""
    told = {each.origin for each in facts.runtime.settings.chain.ignored}
    found = faults_in(read_document(facts.home.config), facts.runtime)
    findings = [each for each in found if each.key not in told]
    for each in findings:
        yield Finding(
            level=Level(each.level),
            what=each.what,
            evidence=_place(facts, each.line, each.file),
            fix=each.hint,
        )
    if not findings:
        yield ok("every key and value is understood")


def config_ignored(facts: Facts) -> Iterator[Finding]:
    """Entries of the chain that are passed over."""
    ignored = facts.report.chain.ignored
    for each in ignored:
        place = _place(facts, each.line, each.file)
        yield warn(f"{each.origin} is ignored: {each.what}", evidence=place, fix=each.hint)
    if not ignored:
        yield ok("no entry is passed over")


def env_file(facts: Facts) -> Iterable[Finding]:
    """Whether `.env` can be read, line by line, and by nobody else."""
    path = facts.home.env
    try:
        snapshot = read(path)
        text = decode(snapshot.data, path=path)
    except OSError as error:
        return [broken(refused(f"`{path}` cannot be read", error, path))]
    except InvalidFile as error:
        return [broken(error)]
    if snapshot.status is None:
        places = "the keyring and the environment" if _has_keyring(facts) else "the environment"
        return [ok(f"there is no `{path}`; keys come from {places}")]
    return [*_exposed(path, snapshot.status), *_unread_lines(path, text)] or [
        ok(f"`{path}` can be read, by its owner alone")
    ]


def _has_keyring(facts: Facts) -> bool:
    """True where keys are in the keyring; a list of them that cannot be read is for another check to tell."""
    try:
        return bool(KeyringStore(facts.home.keyring).entries())
    except FallbackError:
        return False


def auth_file(facts: Facts) -> Iterable[Finding]:
    """Whether auth.json can be read, and by nobody else."""
    path = facts.home.auth
    if fault := AuthFile(path).read().fault:
        return [broken(fault)]
    status = read(path).status
    if status is None:
        return [ok(f"there is no `{path}`: no pool, and no sign-in")]
    return [*_exposed(path, status)] or [ok(f"`{path}` can be read, by its owner alone")]


def _exposed(path: str, status: os.stat_result) -> Iterator[Finding]:
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        yield warn(
            f"`{path}` holds keys and is open to others",
            evidence=f"mode {mode:04o}",
            fix=f"chmod 600 {quote(path)}",
        )


def _unread_lines(path: str, text: str) -> Iterator[Finding]:
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            start = binding.original
            line = start.line + len(start.string) - len(start.string.lstrip("\n"))
            yield warn(
                f"line {line} of `{path}` is no `NAME=value` and sets nothing",
                evidence=f"{path}:{line}",
                fix="mend the line, or put a `#` before it",
            )


def _place(facts: Facts, line: int | None, file: str | None) -> str:
    path = file or facts.home.config
    return path if line is None else f"{path}:{line}"
