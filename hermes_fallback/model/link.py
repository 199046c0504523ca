"""Link: provider and model as configured."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.fact import Fact
from hermes_fallback.secret import Secret

__all__ = ["Identity", "Link"]

Identity = tuple[str, str, str]
"""(provider, model, base_url), lower-cased: what makes two links the same one."""


class Link(Fact, uncompared=("extra",)):
    """One place to send a conversation, as the config names it; nothing is resolved yet."""

    provider: str
    model: str
    base_url: str | None = None
    key_env: str | None = None
    api_key: Secret | None = None
    api_mode: str | None = None
    context_length: int | None = None
    cost: str | None = None
    zone: str | None = None
    auth_mode: str | None = None
    """`entra_id`: signed in to with Entra ID, and not with a key."""
    entra_scope: str | None = None
    """What a token of Entra ID is asked for, where it is not the usual."""
    extra: Mapping[str, object] = MappingProxyType({})
    """Keys of the entry that we carry along and do not read."""

    @property
    def identity(self) -> Identity:
        """What this link is compared by; aliases are not unified, as Hermes Agent does not."""
        return self.provider.lower(), self.model.lower(), (self.base_url or "").rstrip("/").lower()

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"
