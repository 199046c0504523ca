"""What signing in and out came to; never a token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.journal.document import rfc3339

if TYPE_CHECKING:
    from hermes_fallback.cli.keys import StoredKey
    from hermes_fallback.login.sign_in import SignedIn
    from hermes_fallback.login.sign_out import SignedOut
    from hermes_fallback.model.route import Resolution

__all__ = [
    "LoggedIn",
    "LoggedOut",
    "logged_in_document",
    "logged_in_text",
    "logged_out_document",
    "logged_out_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """One of a sign-in, kept in the file at *path*, and a key; or neither, where somebody declined."""

    provider: str
    name: str
    path: str
    signed_in: SignedIn | None = None
    key: StoredKey | None = None
    warnings: tuple[str, ...] = ()

    def signed(self, signed_in: SignedIn | None) -> LoggedIn:
        """The same by sign-in."""
        return replace(self, signed_in=signed_in)

    def keyed(self, key: StoredKey, warnings: Sequence[str] = ()) -> LoggedIn:
        """The same by key, and what is odd about that."""
        return replace(self, key=key, warnings=tuple(warnings))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut:
    """What became of each provider's credentials, and the links that were ready and are so no more."""

    gone: tuple[SignedOut, ...]
    lost: tuple[Resolution, ...]


def logged_in_document(done: LoggedIn) -> dict[str, object]:
    """The JSON of a login."""
    return {
        "provider": done.provider,
        "changed": bool(done.signed_in or done.key),
        "method": "sign-in" if done.signed_in else "key" if done.key else None,
        "expires_at": _end(done.signed_in),
        "stored": _stored(done),
        "warnings": list(done.warnings),
    }


def logged_in_text(done: LoggedIn, canvas: Canvas) -> str:
    """Where the tokens or the key went, and what to do next."""
    return "\n".join(canvas.fold(canvas.plain(line), indent="  ") for line in _logged_in(done))


def logged_out_document(done: LoggedOut) -> dict[str, object]:
    """The JSON of a logout."""
    return {
        "changed": any(each.removed or each.held for each in done.gone),
        "providers": [
            {
                "provider": each.provider,
                "removed": list(each.removed),
                "left": list(each.left),
                "held": [
                    {"name": name, "kind": why.kind, "what": why.what, "hint": why.hint}
                    for name, why in each.held.items()
                ],
            }
            for each in done.gone
        ],
        "not_ready": [each.position for each in done.lost],
    }


def logged_out_text(done: LoggedOut, canvas: Canvas) -> str:
    """What went, what is still there and not ours to remove, and which links that leaves without a credential."""
    lines = [line for each in done.gone for line in _logged_out(each)] or [
        "nothing is kept here, so nothing changed"
    ]
    lines += [f"{_place(each)} `{each.link}` is not ready any more" for each in done.lost]
    return "\n".join(canvas.fold(canvas.plain(line), indent="  ") for line in lines)


def _end(signed_in: SignedIn | None) -> str | None:
    end = signed_in.tokens.expires_at if signed_in else None
    return None if end is None else rfc3339(end)


def _stored(done: LoggedIn) -> dict[str, object] | None:
    if done.signed_in:
        return {
            "store": "auth.json",
            "path": done.path,
            "fingerprint": done.signed_in.tokens.access_token.fingerprint,
        }
    if done.key is None:
        return None
    key = done.key
    return {
        "name": key.variable,
        "store": key.store,
        "path": key.path,
        "fingerprint": key.fingerprint,
        "replaced": key.has_replaced,
    }


def _logged_in(done: LoggedIn) -> Iterator[str]:
    if done.signed_in:
        yield f"signed in to {done.name}; its tokens are in `{done.path}`, which you alone can read"
    elif done.key:
        verb = "replaced the old key; stored" if done.key.has_replaced else "stored"
        yield f"{verb} the key of {done.name} as `{done.key.variable}` in {done.key.place}"
    else:
        yield "nothing changed"


def _place(lost: Resolution) -> str:
    return f"link {lost.position}" if lost.position else "the primary"


def _logged_out(done: SignedOut) -> Iterator[str]:
    if not (done.removed or done.held):
        yield f"{done.provider}: nothing is kept here, so nothing changed"
    for each in done.removed:
        yield f"{done.provider}: removed {each}"
    for each in done.left:
        yield f"{done.provider}: left {each}, which is not ours to remove"
    for name, why in done.held.items():
        yield f"{done.provider}: `{name}` is used no more, but the keyring still has it: {why.what}"
        yield f"  hint: {why.hint}"
