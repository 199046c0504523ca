"""Signing in: the terms agreed to, somebody sent to the provider, and what that gives kept in the home."""

from __future__ import annotations

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.visitor import Visitor
from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.errors import UsageError
from hermes_fallback.login.sign_in import SignedIn, client_of, keep, sign_in
from hermes_fallback.login.terms import Terms
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.runtime.resolver import SPOKEN
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["sign_in_to"]


def sign_in_to(
    run: Invocation, profile: ProviderProfile, *, accepts_terms: bool = False, opens_browser: bool = True
) -> SignedIn | None:
    """What the sign-in gave, which is kept; None where somebody does not like the terms.

    Raises:
        UsageError: the terms want an answer, and nobody can be asked.
        FallbackError: the provider declined, or a file cannot be changed.
    """
    runtime = run.runtime()
    runtime.refuse_read_only()
    auth, terms = AuthFile(runtime.home.auth), Terms(runtime.home.terms)
    fault = auth.read().fault
    if fault:
        raise fault
    if profile.api_mode not in SPOKEN:
        run.warn(f"no link can use {profile.name} yet: its dialect `{profile.api_mode}` is not spoken")
    client = client_of(profile, runtime.environment)
    words = client.oauth.terms
    is_new = bool(words) and not terms.is_accepted(profile.name, words)
    if is_new and not (accepts_terms or _accepts(run, profile.name, words)):
        return None
    visitor = Visitor(run, profile.display_name or profile.name, opens_browser=opens_browser)
    with Carrier() as carrier:
        signed_in = sign_in(profile, client, carrier, visitor)
    keep(signed_in, auth)
    if is_new:
        terms.accept(profile.name, words)
    return signed_in


def _accepts(run: Invocation, provider: str, words: str) -> bool:
    if not run.can_ask:
        raise UsageError(
            f"the terms of `{provider}` want an answer first",
            why=words,
            hint=f"to go on all the same: hermes auth login {provider} --accept-terms",
            kind="terms",
        )
    run.warn(words)
    return run.prompts().confirm("Sign in all the same?", default=False)
