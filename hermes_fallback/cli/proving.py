"""Proving: one live probe before a link is written, for `--check`."""

from __future__ import annotations

from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.errors import CredentialError, SystemRefused
from hermes_fallback.model.credential import Problem
from hermes_fallback.probe.checked import Stage, Verdict
from hermes_fallback.probe.probe import probe
from hermes_fallback.runtime.runtime import error_of
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["prove"]

_UNTOUCHED = "nothing was written"


def prove(run: Invocation, draft: Draft) -> None:
    """Let through a link whose provider answers and takes its key; warn where that cannot be told.

    Raises:
        CredentialError: there is no key, or it is refused.
        SystemRefused: nobody answers.
    """
    runtime = run.runtime()
    endpoint = draft.endpoint(runtime)
    if isinstance(endpoint, Problem):
        raise error_of(endpoint, why=_UNTOUCHED)
    with Carrier() as carrier:
        checked = probe(runtime.registry.get(draft.provider), endpoint, carrier)
    if checked.verdict is Verdict.UNVERIFIED:
        run.say(f"warning: {checked.what}")
    elif checked.verdict is Verdict.FAILED:
        kind = SystemRefused if checked.stage is Stage.REACH else CredentialError
        raise kind(checked.what, why=_UNTOUCHED, hint=checked.hint)
