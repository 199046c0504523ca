"""The verdict on a config: every finding of its own, and of the managed layer above it."""

from __future__ import annotations

from hermes_fallback.cli.views.findings import Verdict
from hermes_fallback.config.document import Document
from hermes_fallback.config.finding import Finding, Level
from hermes_fallback.config.managed import passed_over
from hermes_fallback.runtime.faults import faults_in
from hermes_fallback.runtime.runtime import Runtime

__all__ = ["verdict_on"]


def verdict_on(document: Document, runtime: Runtime) -> Verdict:
    """What is wrong with *document* where it is the config of *runtime*'s home.

    Raises:
        InvalidFile: a value in it cannot be loaded.
    """
    findings = (*faults_in(document, runtime), *_managed(runtime))
    return Verdict(path=document.path, findings=findings, text=document.source.text)


def _managed(runtime: Runtime) -> tuple[Finding, ...]:
    """What of the managed layer counts for nothing."""
    faults = (runtime.managed.fault if runtime.managed else None, runtime.environment.fault)
    return tuple(
        Finding(
            level=Level.WARN,
            what=f"{each.origin} is ignored: {each.what}",
            line=each.line,
            hint=each.hint,
            file=each.file,
        )
        for each in map(passed_over, filter(None, faults))
    )
