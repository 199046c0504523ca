"""A plugin that was just written: where it is, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from hermes_fallback.cli.views.canvas import Canvas

__all__ = ["NewPlugin", "plugin_document", "plugin_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlugin:
    """What was written."""

    name: str
    form: str
    """`data` or `code`."""
    path: str
    variable_stem: str
    """How its variables begin."""
    replaces: str | None
    """The provider that the name stood for until now."""


def plugin_document(made: NewPlugin) -> dict[str, object]:
    """The JSON of it."""
    return {
        "changed": True,
        "name": made.name,
        "form": made.form,
        "path": made.path,
        "key_env": f"{made.variable_stem}_API_KEY",
        "base_url_env": f"{made.variable_stem}_BASE_URL",
        "replaces": made.replaces,
        "next": [command for _, command in _steps(made)],
    }


def plugin_text(made: NewPlugin, canvas: Canvas) -> str:
    """Where it is, and the way from there to a link."""
    lines = [canvas.fold(canvas.plain(f"wrote {made.path}"), indent="  ")]
    if made.replaces:
        words = (
            f"`{made.name}` stood for the provider `{made.replaces}`, and will when this folder is moved away"
        )
        lines.append(canvas.fold(canvas.plain(words), first="  ", indent="  "))
    edit = "base_url, where its requests go, and env_vars, where its key is looked for"
    lines.append(canvas.fold(edit, first="  edit   ", indent=" " * 9))
    lines += [canvas.fold(command, first=f"  {name:<7}", indent=" " * 9) for name, command in _steps(made)]
    return "\n".join(lines)


def _steps(made: NewPlugin) -> tuple[tuple[str, str], ...]:
    return (
        ("look", f"hermes providers show {made.name} -v"),
        ("key", f"hermes auth login {made.name}"),
        ("add", f"hermes fallback add {made.name} MODEL"),
        ("test", f"hermes fallback test {made.name}"),
        ("drill", "hermes fallback drill"),
    )
