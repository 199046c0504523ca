"""Visit: one sign-in at one authorization server, and the person who makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from hermes_fallback.errors import CredentialError, SystemRefused
from hermes_fallback.login.tokens import TokenAnswer, request_token
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["Person", "Visit"]

_SLOWER_S = 5.0
_SHORTEST_INTERVAL_S = 1.0
_TOO_MANY = 429
_SERVER_ERROR = 500


class Person(Protocol):
    """Whoever signs in, and the clock they are waited for by."""

    def show(self, url: str, code: str) -> None:
        """Send them to *url*; *code* is what they type or compare there, empty where there is none."""

    def paste(self) -> str | None:
        """The address that their browser ended at, where it is on another machine; None where it is on this one."""

    def wait(self, seconds: float) -> None:
        """Let *seconds* pass."""

    def now(self) -> float:
        """Seconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a flow works with."""

    carrier: Carrier
    person: Person
    provider: str
    oauth: OAuth
    client_secret: Secret | None = None

    @property
    def scope(self) -> str:
        """What is asked for."""
        return " ".join(self.oauth.scopes)

    def post(
        self,
        url: str,
        fields: Mapping[str, str],
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        as_json: bool = False,
    ) -> TokenAnswer:
        """The answer of *url* to *fields*, and to the client id.

        Raises:
            SystemRefused: none came.
        """
        own = {"client_id": self.oauth.client_id}
        if self.client_secret:
            own["client_secret"] = self.client_secret.reveal()
        return request_token(
            self.carrier, url, {**own, **fields}, provider=self.provider, headers=headers, as_json=as_json
        )

    def page(self, url: str) -> str:
        """*url*, an address that an answer sends the person to.

        Raises:
            CredentialError: it is no web page.
        """
        try:
            Origin.of(url)
        except ValueError:
            raise self.refused("its answer names no page to sign in at") from None
        return url

    def poll(
        self,
        ask: Callable[[], TokenAnswer],
        is_pending: Callable[[TokenAnswer], bool],
        *,
        interval_s: float | None,
        until: float,
    ) -> TokenAnswer:
        """The first answer to *ask* that is not pending, asked every *interval_s* until that time.

        A server that wants less of it, fails or cannot be reached is asked more seldom: RFC 8628, section 3.5.

        Raises:
            CredentialError: nobody did their part in time.
        """
        shortest_s = min(self.oauth.interval_s, _SHORTEST_INTERVAL_S)
        interval_s = max(interval_s or self.oauth.interval_s, shortest_s)
        trouble = None
        while True:
            self.person.wait(min(interval_s, max(until - self.person.now(), 0)))
            if self.person.now() >= until:
                raise self.expired(trouble)
            answer, trouble = _asked(ask)
            if answer is None or trouble:
                interval_s = max(interval_s + _SLOWER_S, (answer and answer.number("interval")) or 0)
            elif not is_pending(answer):
                return answer

    def refused(self, why: str) -> CredentialError:
        """The error of a sign-in that the server or the person declined."""
        return CredentialError(
            f"`{self.provider}` did not let you in",
            why=why,
            hint=f"try again: hermes auth login {self.provider}",
            kind="sign-in-refused",
        )

    def expired(self, trouble: str | None = None) -> CredentialError:
        """The error of a sign-in that was not completed in time, for *trouble* with the server or without."""
        return CredentialError(
            f"the sign-in to `{self.provider}` was not completed in time; nothing was stored",
            why=trouble,
            hint=f"start again: hermes auth login {self.provider}",
            kind="sign-in-expired",
        )


def _asked(ask: Callable[[], TokenAnswer]) -> tuple[TokenAnswer | None, str | None]:
    """The answer to *ask*, if one came, and why the next is to wait longer, if it is."""
    try:
        answer = ask()
    except SystemRefused as error:
        return None, str(error)
    is_too_much = answer.error == "slow_down" or answer.status == _TOO_MANY
    return answer, answer.reason if is_too_much or answer.status >= _SERVER_ERROR else None
