"""Many processes edit one file at once, and some are killed: no edit that was told is lost, and no file is torn."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from editing import document, names

EDITOR = """
import sys
from pathlib import Path
from hermes_fallback.config.chain_edit import arrange
from hermes_fallback.config.store import ConfigStore
from hermes_fallback.model.chain import merge

home, who, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = ConfigStore(home / "config.yaml", home / "backups", lock_timeout_s=120)
for i in range(count):
    entry = {"provider": who, "model": f"m{i}"}
    store.edit(lambda doc: arrange(doc, [*(p.path for p in merge(*doc.chain_keys())), entry]))
    print(f"{who}:m{i}", flush=True)
"""

TEXT = "# mine\nmodel: x   # main\n\nfallback_providers:  # chain\n  # first\n  - provider: a\n    model: b\n\n# end\nz: 1\n"


def _start(home: Path, who: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", EDITOR, str(home), who, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_hundred_edits_by_eight_processes_all_stand(home: Path) -> None:
    """None lost, none torn, none twice, and the text around them as it was."""
    config = home / "config.yaml"
    config.write_text(TEXT)
    editors = [_start(home, f"p{i}", 25) for i in range(8)]
    while any(editor.poll() is None for editor in editors):
        document(config.read_bytes())
        time.sleep(0.01)
    for editor in editors:
        editor.communicate()
        assert editor.returncode == 0
    found = names(config.read_bytes())
    assert found[0] == "a:b"
    assert sorted(found[1:]) == sorted(f"p{i}:m{k}" for i in range(8) for k in range(25))
    head, tail = TEXT.split("\n\n# end")
    assert config.read_text().startswith(head)
    assert config.read_text().endswith("\n\n# end" + tail)


def test_what_a_killed_editor_told_is_in_the_file(home: Path) -> None:
    """SIGKILL at any moment: the file is whole, holds every edit that was reported, and can be edited on."""
    config = home / "config.yaml"
    config.write_text(TEXT)
    draw = random.Random(7)
    told: list[str] = []
    for i in range(8):
        editor = _start(home, f"p{i}", 1000)
        assert editor.stdout is not None
        told.append(editor.stdout.readline().strip())
        time.sleep(draw.random() * 0.05)
        editor.kill()
        told += editor.communicate()[0].split()
        found = names(config.read_bytes())
        assert set(told) <= set(found)
        assert len(found) <= len(told) + i + 2
    last = _start(home, "last", 1)
    last.communicate()
    assert last.returncode == 0
    assert names(config.read_bytes())[-1] == "last:m0"
    assert not [path.name for path in home.iterdir() if path.name.endswith(".tmp")]
