"""Google Cloud: tokens from a file with credentials, or from the sign-in that google-auth finds on this machine."""

from __future__ import annotations

import warnings
from datetime import UTC
from typing import Any

from hermes_fallback.login.minting import Mint, Minted, lacking, refusal
from hermes_fallback.model.credential import Grant
from hermes_fallback.secret import Secret

__all__ = ["mint"]

_HINT = (
    "run `gcloud auth application-default login`, or name a file with credentials in VERTEX_CREDENTIALS_PATH"
)


def _make(grant: Grant) -> Minted:
    try:
        from google.auth.exceptions import GoogleAuthError, TransportError  # an extra
        from google.auth.transport.requests import Request
    except ImportError:
        raise lacking(grant.provider, "google-auth", "vertex") from None
    try:
        credentials = _signed_in(grant)
        credentials.refresh(Request())
    except (GoogleAuthError, ValueError, OSError) as error:
        passes = isinstance(error, TransportError) or getattr(error, "retryable", False)
        what = f"Google Cloud gives no token for `{grant.provider}`"
        raise refusal(what, str(error), _HINT, passes=passes) from None
    return Secret(credentials.token), credentials.expiry.replace(tzinfo=UTC).timestamp()


mint = Mint(_make)
"""Gives the tokens of a grant of kind `gcp`. Its `path` is the file with credentials; empty for google-auth's own."""


def _signed_in(grant: Grant) -> Any:
    """Credentials of google-auth, which has no common type for them that is checked."""
    import google.auth  # an extra

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of files from strangers, and of quotas: the user has chosen both
        if not grant.path:
            return google.auth.default(scopes=[grant.scope])[0]
        load: Any = google.auth.load_credentials_from_file
        return load(grant.path, scopes=[grant.scope])[0]
