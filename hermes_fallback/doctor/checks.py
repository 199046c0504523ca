"""The checks there are, in the order in which one failure explains the next."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from hermes_fallback.doctor import chain, credentials, failures, files
from hermes_fallback.doctor.check import Check
from hermes_fallback.doctor.plugins import broken_plugins
from hermes_fallback.doctor.shells import shell_completion
from hermes_fallback.errors import NotFound

__all__ = ["CHECKS", "choose"]

_CONFIG = ("config.file", "env.file")

CHECKS = (
    Check(name="config.file", about="config.yaml is there and can be read.", run=files.config_file),
    Check(
        name="env.file", about=".env can be read, line by line, and by its owner alone.", run=files.env_file
    ),
    Check(name="auth.file", about="auth.json can be read, and by its owner alone.", run=files.auth_file),
    Check(
        name="config.findings",
        about="Every key and value of ours is understood.",
        run=files.config_findings,
        needs=_CONFIG,
    ),
    Check(
        name="config.ignored",
        about="No entry of the chain is passed over.",
        run=files.config_ignored,
        needs=_CONFIG,
    ),
    Check(name="plugins.broken", about="Every provider plugin loads.", run=broken_plugins, needs=_CONFIG),
    Check(name="chain.primary", about="A primary is chosen and ready.", run=chain.primary, needs=_CONFIG),
    Check(name="chain.ready", about="Every link of the chain is ready.", run=chain.ready, needs=_CONFIG),
    Check(
        name="chain.backup",
        about="Somebody else is asked when the primary fails, and on another host.",
        run=chain.backup,
        needs=_CONFIG,
    ),
    Check(
        name="credentials.placeholder",
        about="No placeholder stands where a key belongs.",
        run=credentials.placeholder,
        needs=_CONFIG,
    ),
    Check(
        name="credentials.shadowed",
        about="No key has one value where it is asked first, and another behind it.",
        run=credentials.shadowed,
        needs=_CONFIG,
    ),
    Check(
        name="credentials.keyring",
        about="The keyring of the system gives the keys that it was given.",
        run=credentials.keyring,
        needs=_CONFIG,
    ),
    Check(name="failures.rules", about="Your own rules of classification can be read.", run=failures.rules),
    Check(
        name="failures.unmatched",
        about="Every failure seen lately could be classified.",
        run=failures.unmatched,
    ),
    Check(
        name="completion.installed",
        about="Your shell completes the commands of this version.",
        run=shell_completion,
    ),
    Check(
        name="chain.reach",
        about="Every link that is ready answers, and takes its key.",
        run=chain.reach,
        needs=_CONFIG,
        is_online=True,
    ),
)


def choose(words: Sequence[str]) -> tuple[Check, ...]:
    """The checks that *words* name, by name or by group; all of them where there are no words.

    Raises:
        NotFound: a word names none; the hint has the nearest.
    """
    for word in words:
        if not any(word in {check.name, check.group} for check in CHECKS):
            raise _unknown(word)
    return tuple(check for check in CHECKS if not words or {check.name, check.group} & set(words))


def _unknown(word: str) -> NotFound:
    known = dict.fromkeys(name for check in CHECKS for name in (check.group, check.name))
    near = " or ".join(f"`{name}`" for name in get_close_matches(word, known, n=2, cutoff=0.5))
    return NotFound(
        f"there is no check `{word}`",
        hint=f"did you mean {near}?" if near else "hermes doctor --list",
        kind="unknown-check",
    )
