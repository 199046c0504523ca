"""What other processes do to the sign-ins of a home while a test looks on."""

from __future__ import annotations

import time
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from grants import found_in, profile_of

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.renewal import Renewer

CONTEXT = ForkServerContext()
CONTEXT.set_forkserver_preload(["grants", "hermes_fallback.login.renewal"])


def renew(
    path: Path, provider: str, url: str, together: Barrier, said: SimpleQueue[str], *, refused: bool
) -> None:
    """Find the sign-in, wait until everybody has, renew it, and say what it came to."""
    credential = found_in(path, profile_of(provider, url))
    together.wait()
    try:
        said.put(Renewer().renew(credential, refused=refused, now=time.time()).secret.reveal())
    except CredentialError as error:
        said.put(f"{error}")
