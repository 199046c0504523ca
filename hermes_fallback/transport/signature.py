"""Signatures of AWS's form: what is sent in place of a secret, over the request as it leaves."""

from __future__ import annotations

import re
from typing import Any

from hermes_fallback.model.credential import Signing
from hermes_fallback.secret import Secret
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["signed"]

_REGION = re.compile(r"[a-z]+://[a-z0-9-]+\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)")
_SIGNED = frozenset({"content-type"})
"""What is signed beside the host and the body; proxies may change the others."""


def signed(request: HttpRequest, secret: Secret, signing: Signing) -> dict[str, str]:
    """The headers that sign *request* with *secret*, at this moment and for a few minutes.

    The region is the one that the address names, if it is AWS's.
    """
    from botocore.auth import SigV4Auth  # of an extra, which whoever found the keys has
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    own = {name: value for name, value in request.headers.items() if name.lower() in _SIGNED}
    token = signing.token.reveal() if signing.token else None
    keys = Credentials(signing.key_id, secret.reveal(), token)
    made: Any = AWSRequest(method=request.method, url=request.url, data=request.body, headers=own)
    placed = _REGION.match(request.url)
    SigV4Auth(keys, signing.service, placed[1] if placed else signing.region).add_auth(made)
    return {name.lower(): value for name, value in made.headers.items()}
