"""What is wrong with a config where it is the config of a home: its providers, its variables, the managed layer."""

from __future__ import annotations

from hermes_fallback.config.document import Document
from hermes_fallback.config.finding import Finding
from hermes_fallback.config.schema.faults import find_faults
from hermes_fallback.runtime.runtime import Runtime

__all__ = ["faults_in"]


def faults_in(document: Document, runtime: Runtime) -> tuple[Finding, ...]:
    """All that is wrong with *document* below the managed layer of *runtime*'s home, in the order of the text.

    Raises:
        InvalidFile: a value in it cannot be loaded.
    """
    counts = runtime.managed.over(document) if runtime.managed else document
    return find_faults(counts, runtime.registry_of(counts), runtime.environment.expand)
