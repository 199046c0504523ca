"""Every failure we foresee, in one tree; each says what happened, why, and what to type next.

```text
FallbackError
├── UsageError                 2   a bad value, or input is needed and nobody is there to ask
├── InvalidFile                3   config.yaml, .env, auth.json or a plugin cannot be read or edited
│   └── InvalidPlugin          3   a provider plugin is broken or collides with another
├── CredentialError            4   a key is missing, refused, expired, or not meant for that host
├── NotFound                   5   an unknown provider, link, task or key
├── Conflict                   6   the file changed underneath, or its lock is held: nothing was written
├── Unanswered                 7   no link answered, or the request itself was refused
│   └── Interrupted            7   an answer broke off after a part of it had been handed out
└── SystemRefused              8   the file system or the network said no
```
"""

from __future__ import annotations

from enum import IntEnum

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import ClassVar

__all__ = [
    "Conflict",
    "CredentialError",
    "ExitCode",
    "FallbackError",
    "Interrupted",
    "InvalidFile",
    "InvalidPlugin",
    "NotFound",
    "SystemRefused",
    "Unanswered",
    "UsageError",
]


class ExitCode(IntEnum):
    """What the program's exit status means to a script."""

    OK = 0
    PROBLEMS = 1
    USAGE = 2
    INVALID_FILE = 3
    CREDENTIAL = 4
    NOT_FOUND = 5
    CONFLICT = 6
    UNANSWERED = 7
    SYSTEM = 8
    INTERNAL = 70
    INTERRUPTED = 130


class FallbackError(Exception):
    """A failure we foresaw: *what* happened, *why*, and the *hint* to type next.

    *kind* is a stable word for scripts (`unknown-provider`); each class has a default.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL
    default_kind: ClassVar[str] = "internal"

    def __init__(
        self, what: str, *, why: str | None = None, hint: str | None = None, kind: str | None = None
    ) -> None:
        super().__init__(what)
        self.what, self.why, self.hint = what, why, hint
        self.kind = kind or self.default_kind

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" if self.why else self.what


class UsageError(FallbackError):
    """The command or call was wrong, or needs an answer that nobody can give; names the flag."""

    exit_code = ExitCode.USAGE
    default_kind = "usage"


class InvalidFile(FallbackError):
    """A file cannot be read or edited as it stands. *line* and *column* count from 1; *text* is that line."""

    exit_code = ExitCode.INVALID_FILE
    default_kind = "invalid-file"

    def __init__(
        self,
        what: str,
        *,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        text: str | None = None,
        why: str | None = None,
        hint: str | None = None,
        kind: str | None = None,
    ) -> None:
        super().__init__(what, why=why, hint=hint, kind=kind)
        self.path, self.line, self.column, self.text = path, line, column, text


class InvalidPlugin(InvalidFile):
    """A provider plugin is broken, or takes a name or alias that another one holds; names both."""

    default_kind = "invalid-plugin"


class CredentialError(FallbackError):
    """A credential is missing, refused, expired or bound to other hosts; names the variable, never the value."""

    exit_code = ExitCode.CREDENTIAL
    default_kind = "missing-credential"


class NotFound(FallbackError):
    """Something was named that does not exist; *hint* says what was probably meant."""

    exit_code = ExitCode.NOT_FOUND
    default_kind = "not-found"


class Conflict(FallbackError):
    """Somebody else is writing, or wrote in between. Nothing of ours was written."""

    exit_code = ExitCode.CONFLICT
    default_kind = "conflict"


class Unanswered(FallbackError):
    """No link answered. *attempts* tells each one, oldest first, as `model.receipt.Attempt` values.

    *soonest* is when a link is usable again, in seconds since the epoch, where that is known; *turn* names the turn.
    """

    exit_code = ExitCode.UNANSWERED
    default_kind = "unanswered"

    def __init__(
        self,
        what: str,
        *,
        attempts: tuple[object, ...] = (),
        soonest: float | None = None,
        turn: str | None = None,
        why: str | None = None,
        hint: str | None = None,
        kind: str | None = None,
    ) -> None:
        super().__init__(what, why=why, hint=hint, kind=kind)
        self.attempts, self.soonest, self.turn = attempts, soonest, turn


class Interrupted(Unanswered):
    """An answer broke off, and is not replayed; *partial* is its text as far as it came."""

    default_kind = "interrupted"

    def __init__(
        self,
        what: str,
        *,
        partial: str = "",
        attempts: tuple[object, ...] = (),
        turn: str | None = None,
        why: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what, attempts=attempts, turn=turn, why=why, hint=hint)
        self.partial = partial


class SystemRefused(FallbackError):
    """The file system or the network refused; *what* says whether anything changed."""

    exit_code = ExitCode.SYSTEM
    default_kind = "system"
