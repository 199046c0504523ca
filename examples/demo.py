"""The main job, on real files and real sockets: a chain is set up, the primary fails, the conversation goes on.

Built-in providers run as a process of their own on loopback; the real `hermes` commands do the rest, in a home that
is thrown away. `--svg FILE` saves the terminal as a picture.
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from hermes_fallback.loopback.process import LoopbackProcess

HERMES = str(Path(sys.executable).with_name("hermes"))
ANSWERS = {
    "main": "The big model here; messages so far: {messages}.",
    "backup": "The spare model here, with the whole history; messages so far: {messages}.",
}
PROVIDERS = {
    "providers": [
        {
            "name": "main",
            "key": "main-key-0123456789",
            "script": [{"behaviour": "ok", "text": ANSWERS["main"]}],
        },
        {
            "name": "backup",
            "key": "backup-key-0123456789",
            "script": [{"behaviour": "ok", "text": ANSWERS["backup"]}],
        },
    ]
}
CONFIG = "# My own notes stay where they are.\ndisplay:\n  skin: default   # and so does this one\n"
PATIENCE_S = 20.0
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x07|\x08")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One turn: what is said, and how the primary behaves meanwhile."""

    title: str
    said: str
    primary: object
    tried: tuple[str, ...]
    before: tuple[str, ...] = ()
    """A command that is typed first, in another terminal."""


OK = {"behaviour": "ok", "text": ANSWERS["main"]}
LIMITED = {"behaviour": "rate_limit", "retry_after": 3600}
SCENES = (
    Scene(title="All is well", said="My name is Ada.", primary=OK, tried=("main",)),
    Scene(
        title="The primary is rate limited, for an hour",
        said="Do you still know my name?",
        primary=LIMITED,
        tried=("main", "backup"),
    ),
    Scene(
        title="It said for how long, so it is left alone",
        said="And now?",
        primary=LIMITED,
        tried=("backup",),
    ),
    Scene(
        title="Somebody knows that it is well again",
        said="Who is there?",
        primary=OK,
        tried=("main",),
        before=("fallback", "reset", "0"),
    ),
    Scene(
        title="The primary cuts its stream in the middle, and again when asked once more",
        said="Tell me more.",
        primary={"behaviour": "cut", "text": "Well, let me begin by saying that, first of all, I"},
        tried=("main", "main", "backup"),
    ),
    Scene(title="The primary is back", said="Thank you.", primary=OK, tried=("main",)),
    Scene(title="The primary refuses connections", said="Still there?", primary="refuse", tried=("backup",)),
)


class Chat:
    """`hermes chat` on a terminal of its own, typed into as a person would."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [HERMES, "chat", "-v", "--color", "never"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environ,
            close_fds=True,
        )
        os.close(slave)
        self._until_prompt()

    def say(self, text: str) -> list[str]:
        """Type *text*, and return the lines that appear until the next prompt."""
        os.write(self._master, text.encode() + b"\n")
        lines = [line.rstrip() for line in self._until_prompt().split("\n")]
        return [line for line in lines[1:] if line]

    def end(self) -> int:
        """Leave, and return the exit status."""
        os.write(self._master, b"/quit\n")
        status = self._process.wait(PATIENCE_S)
        os.close(self._master)
        return status

    def _until_prompt(self) -> str:
        seen, ends_s = "", time.monotonic() + PATIENCE_S
        while not seen.endswith("> "):
            ready, _, _ = select.select([self._master], [], [], max(ends_s - time.monotonic(), 0))
            if not ready:
                raise SystemExit(f"`hermes chat` says nothing more after:\n{seen}")
            try:
                data = os.read(self._master, 65536)
            except OSError:
                raise SystemExit(f"`hermes chat` ended after:\n{seen}") from None
            seen += ESCAPES.sub("", data.decode(errors="replace"))
        return seen[:-2]


class Demo:
    """Sets the stage, plays the scenes, and checks each against what the providers received."""

    def __init__(self, console: Console, loopback: LoopbackProcess, home: Path) -> None:
        self._console = console
        self._loopback = loopback
        self._environ = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "HERMES_HOME": str(home),
            "MAIN_KEY": "main-key-0123456789",
            "BACKUP_KEY": "backup-key-0123456789",
            "TERM": "dumb",
        }
        self._messages = 0

    def play(self) -> None:
        """The whole story; raises `SystemExit` where something is not as it should be."""
        self._set_up()
        chat = Chat(self._environ)
        for number, scene in enumerate(SCENES, 1):
            self._turn(number, scene, chat)
        status = chat.end()
        if status:
            raise SystemExit(f"`hermes chat` ended with exit status {status}")
        self._say("\nWhat happened in the last turn", "bold")
        self._run("fallback", "why")

    def _set_up(self) -> None:
        urls = self._loopback.base_urls
        self._run("model", "set", "custom", "big-model", "--base-url", urls["main"], "--key-env", "MAIN_KEY")
        self._run(
            "fallback",
            "add",
            "custom",
            "spare-model",
            "--base-url",
            urls["backup"],
            "--key-env",
            "BACKUP_KEY",
        )
        self._run("fallback", "list")

    def _run(self, *arguments: str) -> None:
        self._say(f"$ hermes {' '.join(arguments)}", "bold cyan")
        done = subprocess.run(
            [HERMES, *arguments], env=self._environ, capture_output=True, text=True, check=False
        )
        self._say((done.stdout + done.stderr).strip())
        if done.returncode:
            raise SystemExit(f"`hermes {' '.join(arguments)}` ended with exit status {done.returncode}")

    def _turn(self, number: int, scene: Scene, chat: Chat) -> None:
        self._loopback.script("main", scene.primary)
        before = len(self._loopback.received())
        self._say(f"\n{number}. {scene.title}", "bold")
        if scene.before:
            self._run(*scene.before)
        self._say(f"> {scene.said}", "cyan")
        for line in chat.say(scene.said):
            self._say(line)
        self._messages += 1
        received = self._loopback.received()[before:]
        self._check(scene, received)
        self._messages += 1

    def _check(self, scene: Scene, received: list[dict[str, object]]) -> None:
        asked = tuple(str(one["provider"]) for one in received)
        if asked != scene.tried:
            raise SystemExit(f"asked {asked}, and should have asked {scene.tried}")
        history = {len(one["body"]["messages"]) for one in received}  # type: ignore[index]
        if history != {self._messages}:
            raise SystemExit(f"the history was not intact: {history} messages, not {self._messages}")
        self._say(
            f"  checked: asked {' then '.join(asked)}, each with all {self._messages} messages", "green"
        )

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))


def main() -> None:
    """Play the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--svg", type=Path, help="save the terminal as a picture")
    chosen = parser.parse_args()
    console = Console(record=True, width=100 if chosen.svg else None, highlight=False)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hermes-demo-") as folder, LoopbackProcess(PROVIDERS) as loopback:
        home = Path(folder)
        (home / "config.yaml").write_text(CONFIG)
        Demo(console, loopback, home).play()
    console.print(
        Text(f"\nThe conversation survived, in {time.monotonic() - began_s:.1f} s.", style="bold green")
    )
    if chosen.svg:
        without_fonts = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
        console.save_svg(str(chosen.svg), title="make demo", code_format=without_fonts)


if __name__ == "__main__":
    main()
