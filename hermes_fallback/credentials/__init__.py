"""Where keys come from, and the hosts they may be sent to."""

from __future__ import annotations

from hermes_fallback.credentials.dotenv import DotEnvFile
from hermes_fallback.credentials.environment import Environment, Found
from hermes_fallback.credentials.sources import Lookup, Stores, look_up

__all__ = ["DotEnvFile", "Environment", "Found", "Lookup", "Stores", "look_up"]
