"""`hermes completion`: scripts that know every command, ask for what only the home knows, and are fresh."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes
from shells import SCRIPTS, completed, environment, need, offered, press_tab

from hermes_fallback.catalog.cache import cache_folder, remember
from hermes_fallback.cli.answers import SHELLS
from hermes_fallback.doctor.completion import INSTALL

ROOT = Path(__file__).parents[2]
CONFIG = """\
model: {provider: anthropic, default: claude-sonnet-4-6}
custom_providers:
  - {name: box, base_url: "http://127.0.0.1:9/v1", models: [qwen3:8b, phi]}
fallback_providers:
  - {provider: openrouter, model: "deepseek/deepseek-r1:free"}
  - {provider: custom:box, model: "qwen3:8b"}
  - {provider: groq, model: one}
  - {provider: groq, model: two}
"""

STATIC = {
    "commands": ("hermes fallb", "fallback"),
    "subcommands": ("hermes fallback mo", "move"),
    "after-options": ("hermes --home /x fallback cle", "clear"),
    "options": ("hermes fallback ls --js", "--json"),
    "choices": ("hermes fallback add --cost me", "metered"),
    "choices-after-equals": ("hermes --color=nev", "never"),
    "words": ("hermes fallback auto of", "off"),
    "other-name": ("hermes-fallback conf", "config"),
}
DYNAMIC = {
    "provider": ("hermes fallback add mistr", "mistral"),
    "provider-by-alias": ("hermes fallback add claude-co", "claude-code"),
    "provider-option": ("hermes chat --provider mistr", "mistral"),
    "provider-after-equals": ("hermes chat --provider=mistr", "mistral"),
    "named-endpoint": ("hermes fallback add custom:b", "custom:box"),
    "model": ("hermes fallback add openrouter ven", "vendor/small:free"),
    "model-with-colon": ("hermes fallback add openrouter vendor/small:f", "vendor/small:free"),
    "model-after-options": ("hermes fallback add --at 1 --cost local openrouter ven", "vendor/small:free"),
    "model-of-an-option": ("hermes chat --provider=openrouter --model ven", "vendor/small:free"),
    "model-of-the-primary": ("hermes chat --model claude-of-to", "claude-of-today"),
    "model-of-a-named-endpoint": ("hermes fallback add custom:box qwen3:", "qwen3:8b"),
    "link": ("hermes fallback remove openrouter:", "openrouter:deepseek/deepseek-r1:free"),
    "second-link": ("hermes fallback remove 1 custom:box:q", "custom:box:qwen3:8b"),
    "link-in-quotes-before": ("hermes fallback remove 'groq:one' groq:t", "groq:two"),
    "primary": ("hermes chat --skip anthropic:", "anthropic:claude-sonnet-4-6"),
    "fault": ("hermes fallback drill --fault key-r", "key-repeated"),
    "by-path": (f"{Path(sys.executable).with_name('hermes')} fallback rm groq:t", "groq:two"),
}


@pytest.fixture
def known(home: Path, config: Callable[[str], Path]) -> dict[str, str]:
    """The environment of a home with a chain, and with models that were listed before."""
    config(CONFIG)
    folder = cache_folder(environment({}))
    remember(folder, "openrouter", "https://openrouter.ai/api/v1", ["vendor/small:free", "big"], 0)
    remember(folder, "anthropic", "https://api.anthropic.com", ["claude-of-today"], 0)
    return {"HERMES_HOME": str(home)}


def complete(shell: str, line: str, environ: dict[str, str]) -> list[str]:
    need(shell)
    return offered(line, environ) if shell == "fish" else completed(shell, line, environ)


@pytest.mark.peer
@pytest.mark.parametrize(("line", "word"), [*STATIC.values(), *DYNAMIC.values()], ids=[*STATIC, *DYNAMIC])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes(shell: str, line: str, word: str, known: dict[str, str]) -> None:
    """The shell itself, given the script, finishes the word: whatever colons and slashes stand in it."""
    assert [found.rpartition("=")[2] for found in complete(shell, line, known)] == [word]


@pytest.mark.peer
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "environ"),
    [
        ("hermes --home {there} fallback remove my", {}),
        ("hermes --home={there} fallback remove my", {}),
        ("hermes fallback remove --home {there} my", {}),
        ("hermes -p work fallback remove my", {}),
        ("hermes fallback remove my", {"HERMES_HOME": "{there}"}),
    ],
    ids=["--home", "--home=", "--home-behind", "-p", "HERMES_HOME"],
)
def test_the_home_is_the_one_of_the_line(
    shell: str, line: str, environ: dict[str, str], known: dict[str, str]
) -> None:
    """Links come from the home that the command would use."""
    there = Path(known["HERMES_HOME"]) / "profiles" / "work"
    there.mkdir(parents=True)
    (there / "config.yaml").write_text(
        "fallback_providers: [{provider: mylink, model: m}, {provider: mylink, model: n}]"
    )
    environ = known | {name: value.format(there=there) for name, value in environ.items()}
    found = complete(shell, line.format(there=there), environ)
    assert found in (["mylink:"], ["mylink:m", "mylink:n"])


@pytest.mark.peer
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_profile_is_completed(shell: str, known: dict[str, str]) -> None:
    """`-p` offers the profiles there are."""
    (Path(known["HERMES_HOME"]) / "profiles" / "weekend").mkdir(parents=True)
    assert complete(shell, "hermes -p wee", known) == ["weekend"]


@pytest.mark.peer
@pytest.mark.parametrize("line", ["fallback remove ", "fallback add mistr", "chat --skip "], ids=str.split)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_broken_config_says_nothing(
    shell: str, line: str, config: Callable[[str], Path], known: dict[str, str]
) -> None:
    """No word and no complaint comes onto the line that somebody is typing."""
    config("fallback_providers: [\n")
    assert complete(shell, f"hermes {line}", known) == []
    if shell != "fish":
        shown = press_tab(shell, f"hermes {line}", known)
        assert not {"error", "config.yaml", "Traceback"} & set(shown.replace(":", " ").split())


@pytest.mark.peer
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_line_to_install_it_works(shell: str, known: dict[str, str]) -> None:
    """Typed once, it makes every later session complete."""
    need(shell)
    (Path(environment({})["HOME"]) / ".config" / "fish").mkdir(parents=True)
    subprocess.run([shell, "-c", INSTALL[shell]], env=environment({}), check=True)
    if shell == "fish":
        code = "complete -C 'hermes fallback remove groq:t'"
        command = ["fish", "-c", code]
        done = subprocess.run(command, env=environment(known), capture_output=True, text=True, check=True)
        assert done.stdout == "groq:two\tposition 4\n"
    else:
        assert completed(shell, "hermes fallback remove groq:t", known, setup="") == ["groq:two"]


@pytest.mark.peer
def test_a_copy_on_the_fpath_of_zsh_completes(known: dict[str, str]) -> None:
    """The file works as zsh loads it, too: at the first TAB."""
    need("zsh")
    setup = f"fpath=({SCRIPTS} $fpath); autoload -Uz compinit; compinit -u -D; unset zle_bracketed_paste"
    assert completed("zsh", "hermes fallback remove groq:t", known, setup=setup) == ["groq:two"]


ASKED = {
    "providers": (["providers", "--begun=mis", "--provider="], {"mistral", "custom:box"}, {"claude"}),
    "aliases": (["providers", "--begun=claude-co", "--provider="], {"claude-code"}, {"mistral"}),
    "links": (
        ["links", "--begun=", "--provider="],
        {"1", "4", "openrouter", "custom:box", "groq:one"},
        {"0", "5", "groq", "anthropic"},
    ),
    "all-links": (["all-links", "--begun=", "--provider="], {"0", "1", "anthropic"}, {"groq"}),
    "positions": (["positions", "--begun=", "--provider="], {"1", "4"}, {"0", "5", "openrouter"}),
    "default-models": (["models", "--begun=", "--provider=deepseek"], {"deepseek-chat"}, {"big"}),
    "remembered-models": (["models", "--begun=", "--provider=OpenRouter"], {"big"}, {"deepseek-chat"}),
    "models-of-nobody": (["models", "--begun=", "--provider=nobody"], set(), {"big"}),
    "another-home": (["links", "--begun=", "--provider=", "--home=/nowhere"], set(), {"1"}),
    "an-unknown-kind": (["secrets", "--begun=", "--provider="], set(), {"1"}),
    "no-kind": ([], set(), {"1"}),
}


@pytest.mark.parametrize(("asked", "some", "none"), ASKED.values(), ids=ASKED)
def test_the_program_tells_the_words(
    hermes: Hermes, known: dict[str, str], asked: list[str], some: set[str], none: set[str]
) -> None:
    """One a line; a name is offered only where it means one link alone; what nobody knows is no error."""
    result = hermes("__complete", *asked, env=environment(known))
    words = {line.partition("\t")[0] for line in result.out.splitlines()}
    assert (result.status, result.err) == (0, "")
    assert some <= words
    assert not none & words
    assert some or not words


def test_a_link_is_told_with_where_it_stands(hermes: Hermes, known: dict[str, str]) -> None:
    """Shells that show remarks say what a position is, and where a name stands."""
    lines = hermes("__complete", "links", "--begun=", "--provider=").out.splitlines()
    assert lines[0] == "1\topenrouter:deepseek/deepseek-r1:free"
    assert "custom:box\tposition 2" in lines


@pytest.mark.parametrize("word", ["$(id)", "a b", "a;b", "`id`", "a\x1b[31m", "'a'", "a|b", "*", "--force"])
def test_a_word_that_a_shell_would_obey_is_not_offered(
    hermes: Hermes, known: dict[str, str], word: str
) -> None:
    """Names of models come from outside, and a completed line is run."""
    folder = cache_folder(environment({}))
    remember(folder, "openrouter", "https://example.test/v1", ["good/model:1", word], 1)
    result = hermes("__complete", "models", "--begun=", "--provider=openrouter", env=environment(known))
    assert "good/model:1" in result.out.splitlines()
    assert word not in result.out


def test_a_primary_that_is_to_be_chosen_has_a_position_and_no_name(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """`auto` is nobody's name."""
    config("model: gpt-5\nfallback_providers: [{provider: groq, model: one}]\n")
    lines = hermes("__complete", "all-links", "--begun=", "--provider=").out.splitlines()
    assert [line.partition("\t")[0] for line in lines] == ["0", "1", "groq", "groq:one"]


def test_a_variable_in_the_config_is_filled_in(
    hermes: Hermes, home: Path, config: Callable[[str], Path]
) -> None:
    """A link is offered by the name the command knows it by."""
    config("fallback_providers: [{provider: groq, model: '${MODEL}'}]\n")
    (home / ".env").write_text("MODEL=from-env\n")
    assert "groq:from-env\t" in hermes("__complete", "links", "--begun=", "--provider=").out


@pytest.mark.peer
@pytest.mark.parametrize(("shell", "name"), [each for each in SHELLS.items() if each[0] != "powershell"])
def test_the_script_is_valid(shell: str, name: str) -> None:
    """Its own shell finds no fault with it."""
    need(shell)
    done = subprocess.run([shell, "-n", str(SCRIPTS / name)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_script_of_powershell_has_every_command() -> None:
    """Its tables are those of the other shells."""
    script = (SCRIPTS / SHELLS["powershell"]).read_text()
    paths = re.findall(r'^        "(.*)"\)$', (SCRIPTS / SHELLS["bash"]).read_text(), re.MULTILINE)
    assert {"", "fallback add", "completion"} <= set(paths)
    assert re.findall(r"^        '(.*)' = @\{$", script, re.MULTILINE) == paths
    assert "Kinds = @('providers', 'models')" in script
    assert "'--skip' = 'all-links'" in script


def test_no_table_of_powershell_has_a_key_twice() -> None:
    """Its keys differ by more than case, or the script would not load."""
    script = (SCRIPTS / SHELLS["powershell"]).read_text()
    for table in re.findall(r"@\{ (.*) \}$", script, re.MULTILINE):
        keys = [key.lower() for key in re.findall(r"(?:^|; )'([^']+)' = ", table)]
        assert len(keys) == len(set(keys))
        assert keys or not table.strip()


def test_every_bracket_of_powershell_closes() -> None:
    """Brackets outside of quotes close in the order they open."""
    script = (SCRIPTS / SHELLS["powershell"]).read_text()
    closing, awaited = {"{": "}", "(": ")", "[": "]"}, []
    for token in shlex.shlex(script.replace("''", ""), punctuation_chars="{}()[]"):
        for char in token if set(token) <= set("{}()[]") else "":
            if char in closing:
                awaited.append(closing[char])
            else:
                assert awaited.pop() == char
    assert awaited == []


@pytest.mark.parametrize(("shell", "name"), SHELLS.items())
def test_the_command_prints_the_file(hermes: Hermes, shell: str, name: str) -> None:
    """What is installed with the package is what the repository has."""
    assert hermes("completion", shell).out == (ROOT / "completions" / name).read_text()


@pytest.mark.parametrize("shell", SHELLS)
def test_somebody_who_looks_is_told_how_to_install_it(hermes: Hermes, shell: str) -> None:
    """On a terminal the line to type follows, on stderr; a pipe gets the script alone."""
    said = hermes("completion", shell, tty=True, env={"COLUMNS": "100"}).err
    assert INSTALL[shell] in said.splitlines()
    assert hermes("completion", shell).err == ""


def test_somebody_who_looks_is_told_of_an_old_copy(hermes: Hermes, home: Path) -> None:
    """A copy of another version is named, with the line that renews it."""
    copy = home.parent / ".config" / "fish" / "completions" / "hermes.fish"
    copy.parent.mkdir(parents=True)
    copy.write_text((SCRIPTS / "hermes.fish").read_text())
    assert "already" in hermes("completion", "fish", tty=True).err
    copy.write_text(copy.read_text() + "# of old\n")
    said = hermes("completion", "fish", tty=True).err.splitlines()
    assert "hermes completion fish > ~/.config/fish/completions/hermes.fish" in said


def test_the_page_has_the_line_of_every_shell() -> None:
    """docs/completion.md prints what the program says."""
    page = (ROOT / "docs" / "completion.md").read_text().replace("\\|", "|")
    assert all(f"`{line}`" in page for line in INSTALL.values())


def test_an_unknown_shell_is_a_usage_error(hermes: Hermes) -> None:
    """The message names those that there are."""
    for words in ((), ("tcsh",)):
        result = hermes("completion", *words)
        assert result.status == 2
        assert "bash, zsh, fish, powershell" in result.err


def test_generated_files_are_fresh() -> None:
    """docs/cli.md and the scripts are what the commands say today."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "generate_docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
