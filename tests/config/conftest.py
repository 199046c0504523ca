"""What several tests of editing need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from forks import Forks


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Where editors in processes of their own come from."""
    forks = Forks()
    yield forks
    forks.close()
