"""Plugin: one provider's folder or file, executed or read, and the profiles it registers."""

from __future__ import annotations

from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from os.path import dirname
from types import ModuleType, TracebackType

from hermes_fallback.errors import InvalidPlugin
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registration import received_from

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BUNDLED", "Lookup", "load_bundled", "load_plugin", "mask"]

BUNDLED = f"{dirname(dirname(__file__))}/plugins/model_providers"
"""The folder of the plugins we bring."""

Lookup = Callable[[str], ProviderProfile | None]


def load_bundled(folder: str) -> tuple[ProviderProfile, ...]:
    """The profiles that the bundled plugin in *folder* registers; executed anew for every registry.

    They are not checked again: a test has done that for each of them.
    """
    source = f"{BUNDLED}/{folder}/__init__.py"
    module = ModuleType(f"hermes_fallback.plugins.model_providers.{folder}")
    module.__file__ = source
    loader = SourceFileLoader(module.__name__, source)
    received = received_from(lambda: loader.exec_module(module))
    return tuple(each for each in received if isinstance(each, ProviderProfile))


def load_plugin(source: Path, bundled: Lookup) -> tuple[ProviderProfile, ...]:
    """The profiles of a user's plugin: a folder with `__init__.py` or `plugin.yaml`, or a single file.

    *bundled* answers the plugin's own questions about the providers that stand already.

    Raises:
        InvalidPlugin: it cannot be read, raises, registers nothing, or a profile of it is wrong.
    """
    script = source if source.suffix == ".py" else source / "__init__.py"
    if script.is_file():
        return _collect(script, lambda: _execute(script, bundled))
    manifest = next((found for name in _MANIFESTS if (found := source / name).is_file()), None)
    if manifest is None:
        raise InvalidPlugin(
            f"`{source}` is no provider plugin",
            path=str(source),
            why="it holds neither `__init__.py` nor `plugin.yaml`",
            hint="remove the folder, or write one of the two",
        )
    from hermes_fallback.providers.manifest import read_profile  # imports yaml: only data plugins pay for it

    return _checked((read_profile(manifest),), manifest)


_MANIFESTS = ("plugin.yaml", "plugin.yml")


def _collect(script: Path, execute: Callable[[], None]) -> tuple[ProviderProfile, ...]:
    received = received_from(execute)
    if not received:
        raise InvalidPlugin(
            f"the plugin `{script}` registers no provider",
            path=str(script),
            hint="call `register_provider(ProviderProfile(...))` in it",
        )
    return _checked(received, script)


def _checked(received: tuple[object, ...], path: Path) -> tuple[ProviderProfile, ...]:
    return tuple(_check(each, path) for each in received)


def _check(received: object, path: Path) -> ProviderProfile:
    from hermes_fallback.providers.checks import check  # for a user's plugin alone

    fault: str | None = f"it registers {type(received).__name__} instead of a `ProviderProfile`"
    if isinstance(received, ProviderProfile):
        fault = check(received)
        if fault is None:
            return received
    raise InvalidPlugin(f"the plugin `{path}` describes its provider wrongly", path=str(path), why=fault)


def _execute(script: Path, bundled: Lookup) -> None:
    # These are needed for a user's plugin alone; a home without any does not pay for them.
    from contextlib import redirect_stdout
    from sys import stderr

    from hermes_fallback.providers.peer import executing

    with executing(script, bundled) as run, redirect_stdout(stderr):  # stdout belongs to our data
        try:
            run()
        except (Exception, SystemExit) as error:  # a plugin may raise anything; it costs only itself
            raise _failed(script, error) from error


def _failed(script: Path, error: BaseException) -> InvalidPlugin:
    line, column, text = _place(script, error)
    return InvalidPlugin(
        f"the plugin `{script}` does not load",
        path=str(script),
        line=line,
        column=column,
        text=mask(text),
        why=mask(f"{type(error).__name__}: {error}"),
        hint="mend the plugin, or move it out of the folder",
    )


def _place(script: Path, error: BaseException) -> tuple[int | None, int | None, str | None]:
    if isinstance(error, SyntaxError) and error.filename == str(script):
        return error.lineno, error.offset, (error.text or "").rstrip() or None
    line = _last_line(script, error.__traceback__)
    if line is None:
        return None, None, None
    lines = script.read_text(encoding="utf-8", errors="replace").splitlines()
    return line, None, lines[line - 1] if line <= len(lines) else None


def _last_line(script: Path, traceback: TracebackType | None) -> int | None:
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == str(script):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def mask(text: str | None) -> str | None:
    """*text* with whatever could be a key in stars: words of 16 characters and more that hold a digit."""
    if text is None:
        return None
    import re  # loaded already where a plugin failed

    return re.sub(r"(?=[\w-]*\d)[\w-]{16,}", "********", text)
