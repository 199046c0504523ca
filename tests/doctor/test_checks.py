"""Each check finds its own kind of trouble, shows what proves it, and says what to type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hermes_fallback.doctor.checks import CHECKS, choose
from hermes_fallback.doctor.completion import INSTALL
from hermes_fallback.doctor.finding import Finding
from hermes_fallback.errors import NotFound

Look = Callable[..., tuple[Finding, ...]]

KEY, OTHER = "sk-or-v1-9f8e7d6c5b4a3928", "sk-or-v1-0000aaaa1111bbbb"
GOOD = """\
model: {provider: openrouter, default: openai/gpt-5}
fallback_providers:
  - {provider: deepseek, model: deepseek-chat}
"""
GOOD_ENV = f"OPENROUTER_API_KEY={KEY}\nDEEPSEEK_API_KEY=sk-9f8e7d6c5b4a3928\n"

TROUBLE = {
    "config-missing": ("config.file", None, None, "warn", "there is no", "hermes model"),
    "config-broken": ("config.file", "model: [", None, "fail", "", None),
    "unknown-key": ("config.findings", "fallback: {retris: 3}", None, "warn", "fallback.retris", "`retries`"),
    "bad-value-of-a-task": (
        "config.findings",
        "auxiliary: {vision: {provider: opnrouter}}",
        None,
        "fail",
        "auxiliary.vision.provider",
        "`openrouter`",
    ),
    "bad-value": ("config.findings", "fallback: {retries: many}", None, "fail", "fallback.retries", ""),
    "ignored-entry": (
        "config.ignored",
        "fallback_providers: [{provider: zai}]",
        None,
        "warn",
        "no `model`",
        "add `model`",
    ),
    "line-of-env": ("env.file", None, "A=1\n\nnot a binding\n", "warn", "line 3 of", "mend the line"),
    "no-primary": ("chain.primary", "", None, "fail", "no primary", "hermes model"),
    "primary-not-ready": ("chain.primary", GOOD, None, "fail", "OPENROUTER_API_KEY", ".env"),
    "link-not-ready": ("chain.ready", GOOD, None, "fail", "deepseek:deepseek-chat", "DEEPSEEK_API_KEY"),
    "no-links": ("chain.backup", "", None, "warn", "nobody else", "hermes fallback add"),
    "no-link-ready": ("chain.backup", GOOD, None, "skip", "no link is ready", None),
    "same-host": (
        "chain.backup",
        GOOD.replace("deepseek,", "openrouter,"),
        GOOD_ENV,
        "warn",
        "`openrouter.ai`",
        "hermes fallback add",
    ),
    "no-keyring": (
        "credentials.keyring",
        "fallback: {store: keyring}",
        None,
        "warn",
        "no keyring",
        "fallback.store env",
    ),
    "switched-off": (
        "chain.backup",
        f"{GOOD}fallback: {{enabled: false}}\n",
        GOOD_ENV,
        "warn",
        "switched off",
        "hermes config set fallback.enabled true",
    ),
    "placeholder": (
        "credentials.placeholder",
        "",
        "ZAI_API_KEY=your-key-here\n",
        "warn",
        "`ZAI_API_KEY` is a placeholder",
        "put the key",
    ),
}


@pytest.mark.parametrize(("name", "config", "env", "level", "what", "fix"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_is_found_and_its_fix_is_told(
    look: Look, name: str, config: str | None, env: str | None, level: str, what: str, fix: str | None
) -> None:
    """One finding, with the level that says whether it matters, and a fix to type."""
    (finding,) = look(name, config=config, env=env)
    assert (finding.check, finding.level) == (name, level)
    assert what in finding.what
    assert fix is None or fix in str(finding.fix)


def test_two_links_of_one_name_are_told_apart(look: Look) -> None:
    """By the position that other commands take."""
    entry = "{provider: custom, model: m, base_url: 'https://%s.test/v1', key_env: MY_KEY}"
    findings = look("chain.ready", config=f"fallback_providers: [{entry % 'a'}, {entry % 'b'}]\n")
    assert [each.evidence for each in findings] == ["position 1", "position 2"]


OFFLINE = [check.name for check in CHECKS if not check.is_online and check.name != "completion.installed"]


@pytest.mark.parametrize("name", OFFLINE)
def test_a_healthy_home_gives_one_good_word_for_each_check(look: Look, name: str) -> None:
    """All is well, and each check says so once."""
    (finding,) = look(name, config=GOOD, env=GOOD_ENV)
    assert finding.level == "ok"


def test_an_env_file_open_to_others_is_found(look: Look, home: Path) -> None:
    """The mode is the evidence, and the fix can be pasted."""
    look("env.file", env=GOOD_ENV)
    (home / ".env").chmod(0o644)
    (finding,) = look("env.file")
    assert (finding.level, finding.evidence) == ("warn", "mode 0644")
    assert finding.fix == f"chmod 600 {home / '.env'}"


def test_a_file_that_cannot_be_read_is_a_failure_of_its_own_check_alone(look: Look) -> None:
    """Checks that would need it are skipped and point to it, so that there is one thing to mend."""
    findings = look(config="model: {\n", env=GOOD_ENV)
    assert [each.check for each in findings if each.level == "fail"] == ["config.file"]
    skipped = [each for each in findings if each.check.startswith("chain.")]
    assert skipped
    assert all("config.file" in each.what for each in skipped)


def test_an_env_file_that_is_no_text_is_a_failure(look: Look, home: Path) -> None:
    """It names the line."""
    (home / ".env").write_bytes(b"A=1\nB=\xff\n")
    (finding,) = look("env.file")
    assert (finding.level, finding.evidence) == (
        "fail",
        f"{home / '.env'}:2: it was saved in another encoding",
    )


def test_a_variable_with_two_values_is_found(look: Look) -> None:
    """It says which value is read, and shows fingerprints, never the keys."""
    (finding,) = look("credentials.shadowed", config=GOOD, env=GOOD_ENV, OPENROUTER_API_KEY=OTHER)
    assert finding.level == "warn"
    assert "`OPENROUTER_API_KEY` is exported too" in finding.what
    assert "sha256:" in str(finding.evidence)
    assert KEY not in str(finding)
    assert OTHER not in str(finding)


@pytest.mark.parametrize("environ", [{}, {"OPENROUTER_API_KEY": KEY}], ids=["not-exported", "the-same"])
def test_a_variable_with_one_value_is_well(look: Look, environ: dict[str, str]) -> None:
    """The same value in both places hides nothing."""
    (finding,) = look("credentials.shadowed", config=GOOD, env=GOOD_ENV, **environ)
    assert finding.level == "ok"


def test_a_variable_that_only_a_link_names_is_looked_at(look: Look) -> None:
    """`key_env` counts like a provider's own variables."""
    config = (
        "fallback_providers: [{provider: custom, model: m, base_url: 'https://x.test/v1', key_env: MY_KEY}]"
    )
    (finding,) = look("credentials.placeholder", config=config, env="MY_KEY=changeme\n")
    assert "`MY_KEY` is a placeholder" in finding.what


def test_a_broken_plugin_is_found(look: Look, home: Path) -> None:
    """Its path and its error, and the rest goes on."""
    folder = home / "plugins" / "model-providers" / "acme"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ValueError('no')\n")
    (finding,) = look("plugins.broken", config=GOOD)
    assert finding.level == "warn"
    assert str(folder) in str(finding.evidence)


@pytest.mark.parametrize(
    ("shell", "script", "level", "words"),
    [
        ("", None, "skip", "SHELL"),
        ("/bin/tcsh", None, "skip", "tcsh"),
        ("/usr/bin/fish", None, "warn", INSTALL["fish"]),
        ("/usr/bin/fish", "# hermes-fallback completion, older\n", "warn", "hermes completion fish > "),
        ("/usr/bin/fish", "# hermes-fallback completion\n", "ok", "fish"),
    ],
    ids=["no-shell", "unknown-shell", "not-installed", "stale", "fresh"],
)
def test_completion_is_told_by_what_the_shell_would_find(
    look: Look, home: Path, shell: str, script: str | None, level: str, words: str
) -> None:
    """Absent and old scripts are warned of, with the line to type."""
    if script is not None:
        place = home / ".config" / "fish" / "completions" / "hermes.fish"
        place.parent.mkdir(parents=True)
        place.write_text(script)
    (finding,) = look("completion.installed", SHELL=shell)
    assert finding.level == level
    assert words in f"{finding.what} {finding.fix}"


def test_checks_are_chosen_by_name_and_by_group() -> None:
    """A group stands for all of its checks; without a word, all are meant."""
    assert [check.name for check in choose(["chain.ready"])] == ["chain.ready"]
    assert {check.group for check in choose(["config", "env"])} == {"config", "env"}
    assert choose([]) == CHECKS


def test_an_unknown_check_is_not_found() -> None:
    """The hint has the nearest name."""
    with pytest.raises(NotFound) as caught:
        choose(["chain.redy"])
    assert "`chain.ready`" in str(caught.value.hint)
