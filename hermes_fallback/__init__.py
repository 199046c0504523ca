"""Keeps an LLM session alive when a provider fails.

```python
from hermes_fallback import Session

with Session.open() as session:
    print(session.ask("Where were we?").text)
```
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.errors import FallbackError, Interrupted, Unanswered
    from hermes_fallback.failover.classify import Verdict, classify
    from hermes_fallback.model.failure import Failure
    from hermes_fallback.model.link import Link
    from hermes_fallback.model.reason import Reason
    from hermes_fallback.model.receipt import Attempt, Receipt
    from hermes_fallback.runtime.plan import Plan
    from hermes_fallback.runtime.runtime import Runtime
    from hermes_fallback.session.events import Answer, Answered, Called, Notice, Reasoned, Restarted, Said
    from hermes_fallback.session.session import AsyncSession, Session
    from hermes_fallback.transcript.conversation import Conversation, Message, Options, ToolCall

    __version__: str

__all__ = [
    "Answer",
    "Answered",
    "AsyncSession",
    "Attempt",
    "Called",
    "Conversation",
    "Failure",
    "FallbackError",
    "Interrupted",
    "Link",
    "Message",
    "Notice",
    "Options",
    "Plan",
    "Reason",
    "Reasoned",
    "Receipt",
    "Restarted",
    "Runtime",
    "Said",
    "Session",
    "ToolCall",
    "Unanswered",
    "Verdict",
    "__version__",
    "classify",
]

_HOMES = {
    "errors": ("FallbackError", "Interrupted", "Unanswered"),
    "failover.classify": ("Verdict", "classify"),
    "model.failure": ("Failure",),
    "model.link": ("Link",),
    "model.reason": ("Reason",),
    "model.receipt": ("Attempt", "Receipt"),
    "runtime.plan": ("Plan",),
    "runtime.runtime": ("Runtime",),
    "session.events": ("Answer", "Answered", "Called", "Notice", "Reasoned", "Restarted", "Said"),
    "session.session": ("AsyncSession", "Session"),
    "transcript.conversation": ("Conversation", "Message", "Options", "ToolCall"),
}
_WHERE = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import *name* when it is first used: the command line needs few of them, and pays for none it leaves."""
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version  # 30 ms, and only `--version` asks

        return version("hermes-fallback")
    if name not in _WHERE:
        msg = f"module `{__name__}` has no attribute `{name}`"
        raise AttributeError(msg)
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
