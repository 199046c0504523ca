"""`hermes config diff`: what counts, where the file says something else, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from program import Hermes

SECRET = "sk-or-v1-0123456789abcdef0123456789abcdef"

# what is written; the key; what counts; its kind; words of the reason; the line
ROWS: dict[str, tuple[str, str, object, str, str, int | None]] = {
    "root": (
        "base_url: http://x/v1\nmodel: {default: m}",
        "model.base_url",
        "http://x/v1",
        "place",
        "`base_url`",
        1,
    ),
    "older-name": ("model:\n  name: m", "model.default", "m", "place", "from `model.name`", 2),
    "api-base": (
        "model: {default: m}\napi_base: http://x/v1",
        "model.base_url",
        "http://x/v1",
        "place",
        "from `api_base`",
        2,
    ),
    "alias": (
        "model: {provider: glm, default: m}",
        "model.provider",
        "zai",
        "alias",
        "`glm` is another name",
        None,
    ),
    "auto": ("model: m", "model.provider", "auto", "default", "hermes resolve", None),
    "legacy": (
        "fallback_providers: [{provider: zai, model: z}]\nfallback_model: {provider: deepseek, model: d}",
        "link 2",
        "deepseek:d",
        "place",
        "from `fallback_model`",
        2,
    ),
    "link-field": (
        "fallback_providers:\n- provider: zai\n  model: z\n  api_key_env: K",
        "fallback_providers[0].key_env",
        "K",
        "place",
        "api_key_env",
        4,
    ),
    "variable": ("fallback:\n  patience: ${WAIT}", "fallback.patience", "7s", "variable", "`WAIT` in", 2),
    "unset": ("note: ${NOWHERE}", "note", "${NOWHERE}", "variable", "set nowhere", 1),
    "in-a-list": ("a: [x, {b: '<${WAIT}>'}]", "a[1].b", "<7s>", "variable", "`WAIT` in", 1),
    "ignored": (
        "fallback_providers:\n- nonsense",
        "fallback_providers[0]",
        None,
        "ignored",
        "ignored: text",
        2,
    ),
    "bad-value": (
        "fallback: {retries: -1}",
        "fallback.retries",
        2,
        "default",
        "cannot be meant so",
        None,
    ),
    "own-default": ("model: m", "fallback.patience", "5s", "default", "not set", None),
}


def rows(hermes: Hermes, **env: str) -> dict[str, Any]:
    document = hermes("config", "diff", "--json", env={"WAIT": "7s", **env}).document
    return {row["key"]: row for row in document["differences"]}


@pytest.mark.parametrize(("text", "key", "counts", "kind", "why", "line"), ROWS.values(), ids=ROWS)
def test_what_counts_is_told_with_its_reason(
    hermes: Hermes,
    config: Callable[[str], Path],
    text: str,
    key: str,
    counts: object,
    kind: str,
    why: str,
    line: int | None,
) -> None:
    """Each way in which a value may come from elsewhere, by key, kind and line."""
    config(f"{text}\n")
    row = rows(hermes)[key]
    assert (row["counts"], row["kind"], row["line"]) == (counts, kind, line)
    assert why in row["why"]


def test_a_file_that_says_it_all_has_defaults_alone(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """And whoever set one of those does not see it."""
    config("model: {provider: zai, default: m}\nfallback: {patience: 5s}\n")
    known = rows(hermes)
    assert {row["kind"] for row in known.values()} == {"default"}
    assert "fallback.patience" not in known
    assert "nothing" in hermes("config", "diff").out


def test_the_managed_layer_is_named(hermes: Hermes, config: Callable[[str], Path], tmp_path: Path) -> None:
    """With both values, the file and the line; a list is one value."""
    config("model: {provider: zai, default: mine}\n")
    (tmp_path / "config.yaml").write_text(
        "model:\n  default: ours\nfallback_providers: [{provider: zai, model: z}]\nnote: .nan\n"
    )
    known = rows(hermes, HERMES_MANAGED_DIR=str(tmp_path))
    told = [known["model.default"][name] for name in ("says", "counts", "kind", "line", "managed_by")]
    assert told == ["mine", "ours", "managed", 2, str(tmp_path / "config.yaml")]
    assert known["note"]["counts"] == "nan"
    assert known["fallback_providers"]["counts"] == [{"provider": "zai", "model": "z"}]
    text = hermes("config", "diff", env={"HERMES_MANAGED_DIR": str(tmp_path)}).out
    assert "managed, line 2 of ~/config.yaml; config.yaml says mine" in text


def test_secrets_stay_in_stars(hermes: Hermes, config: Callable[[str], Path], home: Path) -> None:
    """By the key, by the shape, and by the name of the variable they come from, in text as in JSON."""
    config(f"model: {{default: m, api: {SECRET}}}\nplain: ${{MY_TOKEN}}\nother: ${{SHAPED}}\n")
    (home / ".env").write_text(f"MY_TOKEN=hunter2\nSHAPED={SECRET}\n")
    for form in ((), ("--json",)):
        out = hermes("config", "diff", *form).out
        assert "********" in out
        assert SECRET not in out
        assert "hunter2" not in out


def test_what_variables_put_into_headers_stays_in_stars(
    hermes: Hermes, config: Callable[[str], Path], tmp_path: Path
) -> None:
    """They carry keys under any name, in the file as in the managed layer."""
    endpoint = "{name: n, base_url: 'http://h/v1', extra_headers: {X-Team: '${TEAM}'}}"
    config(f"model: {{default: m, extra_headers: {{X-Team: '${{TEAM}}'}}}}\ncustom_providers: [{endpoint}]\n")
    assert "hunter2" not in hermes("config", "diff", env={"TEAM": "hunter2"}).out
    (tmp_path / "config.yaml").write_text(f"custom_providers: [{endpoint}]\n")
    known = rows(hermes, TEAM="hunter2", HERMES_MANAGED_DIR=str(tmp_path))
    assert known["custom_providers"]["counts"][0]["extra_headers"] == {"X-Team": "********"}


def test_a_broken_file_is_exit_3(hermes: Hermes, config: Callable[[str], Path]) -> None:
    config("model: [\n")
    assert hermes("config", "diff").status == 3


def test_a_bomb_of_aliases_is_told_in_no_time(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """What is shared is looked at once."""
    lines = ["a0: &a0 ['${X}']", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]" for i in range(1, 60))]
    config("\n".join(lines) + "\n")
    assert rows(hermes, X="x")["a0[0]"]["counts"] == "x"
