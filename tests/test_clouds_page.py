"""The page about clouds: its examples are links that are ready, and its commands exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from hermes_fallback.config.document import Document
from hermes_fallback.config.schema.faults import find_faults
from hermes_fallback.runtime.runtime import Runtime

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "clouds.md").read_text()


@pytest.mark.parametrize("block", re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_an_example_is_a_link_that_is_ready(block: str, home: Path) -> None:
    """Without a finding, where the credentials that it speaks of are there."""
    (home / "config.yaml").write_text(block)
    (home / "account.json").write_text("{}")
    environ = {"HOME": str(home), "VERTEX_CREDENTIALS_PATH": str(home / "account.json")}
    runtime = Runtime.open(home, environ=environ)
    primary = runtime.report().primary
    assert find_faults(Document.parse(block.encode(), "config.yaml"), runtime.registry) == ()
    assert primary is not None
    assert primary.problem is None


def test_the_extras_of_the_page_are_those_of_the_package() -> None:
    """Under the same names, with the library that is named beside."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    told = re.findall(r"hermes-fallback\[(\w+)\]'.* by ([\w-]+)$", PAGE, re.MULTILINE)
    assert len(told) == 3
    for extra, library in told:
        assert library in project["optional-dependencies"][extra]
