"""Draft: a link as options and answers have put it together so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.secret import Secret

__all__ = ["Draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The fields of a link and the key for it, as given by options and answers so far."""

    fields: Mapping[str, object] = field(default_factory=dict)
    key: Secret | None = None
    """A key that was typed, and is to be stored before the link."""
    store: str | None = None
    """Where its key is to go, `env` or `keyring`; None for where the config says."""
    is_remembered: bool = False
    """True where `store` was chosen for keys to come as well."""
    at: int | None = None
    is_agreed: bool = False
    """True when somebody has seen what would be written, ready or not, and said yes."""

    @property
    def provider(self) -> str:
        """Its provider, empty as long as none is chosen."""
        return str(self.fields.get("provider", ""))

    @property
    def model(self) -> str:
        """Its model, empty as long as none is chosen."""
        return str(self.fields.get("model", ""))

    def text(self, name: str) -> str | None:
        """The field *name* as text, or None."""
        value = self.fields.get(name)
        return None if value is None else str(value)

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"

    def endpoint(self, runtime: Runtime) -> Endpoint | Problem:
        """Where it leads and with which key, one that is not stored yet included; or what is in the way."""
        return runtime.endpoint(
            self.provider,
            base_url=self.text("base_url"),
            key_env=self.text("key_env"),
            api_key=self.key,
            auth_mode=self.text("auth_mode"),
        )

    def having(self, **fields: object) -> Self:
        """This draft with *fields* set; None takes one away."""
        merged = {**self.fields, **fields}
        return replace(self, fields={name: value for name, value in merged.items() if value is not None})

    def keyed(self, key: Secret | None) -> Self:
        """This draft with *key* to be stored."""
        return replace(self, key=key)

    def stored_in(self, store: str) -> Self:
        """This draft with its key, and keys to come, to be stored in *store*."""
        return replace(self, store=store, is_remembered=True)

    def placed(self, at: int | None) -> Self:
        """This draft at position *at*; None is last."""
        return replace(self, at=at)
