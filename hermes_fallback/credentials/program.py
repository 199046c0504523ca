"""Programs that a provider is reached through: they hold the sign-in, and are found on PATH."""

from __future__ import annotations

from hermes_fallback.credentials.environment import Environment
from hermes_fallback.model.credential import Credential, Problem
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.credentials.provider import Provider

__all__ = ["PROGRAM", "program_of"]

PROGRAM = "program"
"""The `source` of a credential that a program holds; its `account` is the program's path."""


def program_of(provider: Provider, environment: Environment) -> Credential | Problem:
    """What stands for the sign-in of *provider*: its program, as a variable names it, else by its usual name."""
    from shutil import which  # few providers are programs

    named = ((variable, environment.text(variable)) for variable in provider.command_envs)
    name, command = next((each for each in named if each[1]), (provider.command, provider.command))
    search = environment.get("PATH")
    path = which(command, path=search.value if search else None)
    if path is None:
        variables = " or ".join(f"`{each}`" for each in provider.command_envs)
        what = f"`{provider.name}` runs `{command}`, which is not on PATH"
        return Problem("missing-program", what, f"install it, or say where it is in {variables}")
    return Credential(secret=Secret(""), source=PROGRAM, name=name, account=path)
