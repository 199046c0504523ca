"""The commands that `docs/pools.md` prints are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from hermes_fallback.credentials.pool_order import STRATEGIES

PAGE = (Path(__file__).parent.parent / "docs" / "pools.md").read_text()


def test_the_commands_of_the_page_run_as_printed(home: Path) -> None:
    """Each ends with 0, in order, on one home."""
    for name in ("work", "spare"):
        (home / f"{name}.txt").write_text(f"sk-or-v1-{name}-0123456789\n")
    (block,) = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    environ = {**os.environ, "HERMES_HOME": str(home)}
    for line in block.splitlines():
        command = [sys.executable, "-m", "hermes_fallback", *shlex.split(line)[1:]]
        done = subprocess.run(
            command,
            cwd=home,
            env=environ,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert '"label": "work"' in (home / "auth.json").read_text()


def test_the_page_names_every_strategy() -> None:
    """And no other."""
    (table,) = re.findall(r"^\| strategy .*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert tuple(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == STRATEGIES
