"""The providers as a program of their own."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback.loopback.behaviours import BEHAVIOURS
from hermes_fallback.loopback.process import LoopbackProcess

_SPEC = {"providers": [{"name": "a", "key": "sk-a", "script": ["refuse"]}, {"name": "b", "models": ["m"]}]}
_COMMAND = [sys.executable, "-m", "hermes_fallback.loopback", "--spec"]


def _get(url: str, **headers: str) -> Any:
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as response:
        return json.load(response)


def test_it_runs_beside_us_and_ends_with_its_block() -> None:
    """Ready when the block begins, controlled from here, gone when it ends."""
    with LoopbackProcess(_SPEC) as loopback:
        assert set(loopback.base_urls) == {"a", "b"}
        with pytest.raises(urllib.error.URLError, match="refused"):
            _get(loopback.base_urls["a"] + "/models")
        loopback.script("a", ["ok"])
        assert _get(loopback.base_urls["a"] + "/models", Authorization="Bearer sk-a")["data"] == []
        assert [one["headers"]["authorization"] for one in loopback.received("a")] == ["Bearer sk-a"]
        assert loopback.received("b") == []
        url = loopback.base_urls["b"]
    with pytest.raises(urllib.error.URLError):
        _get(url + "/models")


def test_a_wrong_script_is_refused_over_the_wire() -> None:
    """The control port says what is wrong, and nothing changes."""
    with LoopbackProcess(_SPEC) as loopback:
        with pytest.raises(urllib.error.HTTPError) as caught:
            loopback.script("b", ["flaky"])
        with caught.value as answer:
            assert "`flaky` is not a behaviour" in json.load(answer)["error"]
        assert _get(loopback.base_urls["b"] + "/models")["data"][0]["id"] == "m"


def test_a_broken_start_is_told() -> None:
    """Where the process cannot start, so does the block not."""
    with pytest.raises(RuntimeError, match="exit status 2"), LoopbackProcess({"providers": []}):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["terminated", "interrupted"])
def test_it_stops_cleanly_when_told(tmp_path: Path, number: signal.Signals) -> None:
    """One line of JSON says where everybody is; a signal ends it with status 0 and no complaint."""
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(_SPEC))
    with subprocess.Popen(
        [*_COMMAND, str(spec)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        places = json.loads(process.stdout.readline())
        assert places["providers"]["b"].startswith("http://127.0.0.1:")
        process.send_signal(number)
        assert process.wait(5) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_its_help_is_the_reference_of_the_behaviours() -> None:
    """Each is there by name, beside a sentence that says what it does."""
    done = subprocess.run([*_COMMAND[:3], "--help"], capture_output=True, text=True, check=True)
    for name in BEHAVIOURS:
        assert re.search(rf"^  {name} +[A-Z0-9].+[.:]$", done.stdout, re.MULTILINE), name


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "cannot be read"), ('{"providers": [{"name": "p", "script": ["x"]}]}', "`x` is not a behaviour")],
)
def test_a_wrong_description_is_a_usage_error(text: str, words: str) -> None:
    """Status 2 and one line that says what is wrong."""
    done = subprocess.run([*_COMMAND, "-"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
