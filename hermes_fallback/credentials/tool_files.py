"""Sign-ins of other programs on this machine, where the user lets us use them: read, never written, never renewed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from hermes_fallback.credentials.dressing import holds_token, worn
from hermes_fallback.credentials.placeholder import fault_of
from hermes_fallback.credentials.programs import PROGRAMS, Held, held_in
from hermes_fallback.credentials.source import Answer
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.credentials.provider import Provider
    from hermes_fallback.model.oauth import OAuth

__all__ = ["ToolFiles", "superseded"]

_NO_OTHER = "oauth_external"
"""The `auth_type` of providers that have no sign-in but another program's: to name one is leave enough."""
_GH = "gh"
_GH_LIMIT_S = 3.0
_NOT_FOR_GH = frozenset({"GH_TOKEN", "GITHUB_TOKEN"})
"""It would give these back, and they have been asked for by name."""
_OTHERS_READ = 0o044


class ToolFiles:
    """A source: the sign-ins of other programs that a provider takes as well.

    The files of a program are read where it is in *allowed*, or where the provider has no other sign-in. `gh` is
    asked without leave: giving out its token is what that command is for.
    """

    def __init__(
        self,
        user_home: str,
        environ: Mapping[str, str],
        allowed: Iterable[str] = (),
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._user_home, self._environ = user_home, environ
        self._allowed = frozenset(allowed)
        self._clock = clock

    def look(self, provider: Provider, origin: Origin) -> Iterator[Answer]:
        """What each program has that *provider* names, for *origin*. A broken file is an answer, and no error."""
        for oauth, tool in _read_by(provider):
            if tool == _GH:
                yield self._asked(provider, origin)
            elif tool in PROGRAMS:
                found = self._held(tool, provider, oauth)
                outcome = (
                    found if isinstance(found, str) else self._bound(found, tool, provider, oauth, origin)
                )
                yield Answer(self._place(tool), outcome)

    def living(self, provider: Provider, origin: Origin) -> Credential | None:
        """The first good sign-in that its program keeps renewing."""
        for oauth, tool in _read_by(provider):
            found = self._held(tool, provider, oauth) if tool in PROGRAMS else None
            if isinstance(found, Held) and found.is_renewed:
                return self._bound(found, tool, provider, oauth, origin)
        return None

    def _path(self, tool: str) -> str:
        return PROGRAMS[tool].path(self._user_home, self._environ)

    def _place(self, tool: str) -> str:
        path = self._path(tool)
        return f"`{path}` of {PROGRAMS[tool].name}{', which others can read' if _is_exposed(path) else ''}"

    def _held(self, tool: str, provider: Provider, oauth: OAuth) -> Held | str:
        """What the file of *tool* holds, or why that is of no use; the way to allow it comes with the vendor's terms."""
        path = self._path(tool)
        if not os.path.exists(path):
            return "not there"
        if tool not in self._allowed and provider.auth_type != _NO_OTHER:
            return f"not read; `credentials: {{import: [{tool}]}}` in config.yaml allows it. {oauth.terms}".strip()
        held = held_in(PROGRAMS[tool], path)
        if isinstance(held, Held) and held.has_ended(self._clock()):
            return f"its token has ended; run `{PROGRAMS[tool].command}` to renew it"
        return held

    def _bound(self, held: Held, tool: str, provider: Provider, oauth: OAuth, origin: Origin) -> Credential:
        grant = Grant(
            kind="file",
            provider=provider.name,
            path=self._path(tool),
            entry=tool,
            oauth=oauth,
            skew_s=oauth.skew_s,
        )
        credential = Credential(
            secret=held.token,
            source=tool,
            origins=frozenset([origin]),
            account=f"{provider.name}:{tool}",
            expires_at=held.expires_at,
            grant=grant,
        )
        return worn(credential, oauth)

    def _asked(self, provider: Provider, origin: Origin) -> Answer:
        """The token of `gh`. It is exchanged before it is of use, and is not what goes to *origin*."""
        host = self._environ.get("COPILOT_GH_HOST", "").strip()
        command = ["gh", "auth", "token", *(["--hostname", host] if host else [])]
        token = _printed_by(command, self._environ)
        place = f"`{' '.join(command)}`"
        if isinstance(token, str):
            return Answer(place, token)
        if not token.reveal().startswith(provider.key_prefixes):
            return Answer(place, f"its token does not begin with {' or '.join(provider.key_prefixes)}")
        return Answer(place, Credential(secret=token, source=_GH, origins=frozenset([origin])))


def superseded(credential: Credential, provider: Provider, tools: ToolFiles) -> Credential:
    """*credential*, which a variable of *provider* holds; or that of a program, where it takes its place.

    A token in a variable is a copy that nobody renews, while the program that signed in goes on renewing its own:
    as long as that is good, it is the newer one. A key stays, and so does whatever stands in the provider's first
    variable, the one for keys.
    """
    if credential.name not in provider.env_vars[1:] or not holds_token(credential, provider):
        return credential
    living = (tools.living(provider, origin) for origin in credential.origins)
    return next(filter(None, living), credential)


def _read_by(provider: Provider) -> Iterator[tuple[OAuth, str]]:
    oauth = provider.oauth
    return ((oauth, tool) for tool in oauth.reads) if oauth else iter(())


def _is_exposed(path: str) -> bool:
    try:
        return bool(os.stat(path).st_mode & _OTHERS_READ)
    except OSError:
        return False  # it is not there, and the answer says so


def _printed_by(command: Sequence[str], environ: Mapping[str, str]) -> Secret | str:
    """The key that *command* prints, or why there is none. It has 3 seconds, and nobody to ask anything of."""
    import subprocess  # 10 ms, and few providers take a token of `gh`

    try:
        done = subprocess.run(  # noqa: S603  # the command stands above, and no shell reads it
            command,
            env={name: value for name, value in environ.items() if name not in _NOT_FOR_GH},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GH_LIMIT_S,
            check=False,
            start_new_session=True,  # without a terminal to prompt on
        )
    except FileNotFoundError:
        return "not installed"
    except subprocess.TimeoutExpired:
        return f"no answer within {_GH_LIMIT_S:g} s"
    except OSError as error:
        return f"cannot be run: {error.strerror}"
    key = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode or not key:
        return f"not signed in; run `{command[0]} auth login`"
    fault = fault_of(key)
    return f"what it prints {fault.what}" if fault else Secret(key)
