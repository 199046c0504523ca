"""Many processes edit one file at once: no edit is lost, and no reader sees a torn file."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from editing import document, names

WRITERS, EDITS = 8, 50
EDITOR = """
import sys
from pathlib import Path
from hermes_fallback.config.key_edit import set_values
from hermes_fallback.config.store import ConfigStore

home, place, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
store = ConfigStore(home / "config.yaml", home / "backups", lock_timeout_s=120)
key = f"fallback_providers[{place}].model"
for i in range(count):
    def change(doc):
        assert doc.get(key).value == f"m{i}", "an edit of mine is lost"
        return set_values(doc, {key: f"m{i + 1}"})
    assert store.edit(change).changed
"""


def _text(model: str) -> str:
    """A config in which every writer has a link of its own."""
    links = "".join(f"  # of p{i}\n  - provider: p{i}\n    model: {model}   # m\n" for i in range(WRITERS))
    return f"# mine\nmodel: x   # main\n\nfallback_providers:  # chain\n{links}\n# end\nz: 1\n"


def test_four_hundred_edits_by_eight_processes_all_stand(home: Path) -> None:
    """Each writer finds its own last edit at every step, readers find whole files, and the text around stays."""
    config = home / "config.yaml"
    config.write_text(_text("m0"))
    command = [sys.executable, "-c", EDITOR, str(home)]
    writers = [subprocess.Popen([*command, str(i), str(EDITS)]) for i in range(WRITERS)]
    while any(writer.poll() is None for writer in writers):
        assert len(names(config.read_bytes())) == WRITERS
        time.sleep(0.01)
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    assert config.read_text() == _text(f"m{EDITS}")
    assert document(config.read_bytes()).findings() == ()
