"""A key that comes with a link goes into `.env` first, and is never seen again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes

KEY = "sk-or-v1-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
ADD = ("fallback", "add", "openrouter", "x/y")


def test_a_key_from_stdin_makes_the_link_ready(hermes: Hermes, home: Path) -> None:
    """It is stored under the provider's own variable, private to the owner, and then the link is added."""
    result = hermes(*ADD, "--key-stdin", "--json", stdin=f"{KEY}\n")
    assert result.status == 0
    assert result.document["chain"][0]["ready"] is True
    assert result.document["stored"]["name"] == "OPENROUTER_API_KEY"
    assert (home / ".env").read_text() == f"OPENROUTER_API_KEY={KEY}\n"
    assert (home / ".env").stat().st_mode & 0o777 == 0o600
    assert KEY not in result.out + (home / "config.yaml").read_text()


def test_a_key_from_a_file_goes_under_key_env(hermes: Hermes, home: Path, tmp_path: Path) -> None:
    """--key-env names the variable, which the link then refers to."""
    file = tmp_path / "key.txt"
    file.write_text(f"{KEY}\n")
    words = (
        "fallback",
        "add",
        "custom",
        "m",
        "--base-url",
        "https://api.example.test/v1",
        "--key-env",
        "MY_KEY",
    )
    result = hermes(*words, "--key-file", str(file), "--store", "env")
    assert result.status == 0
    assert "stored the key as `MY_KEY`" in result.out
    assert f"MY_KEY={KEY}" in (home / ".env").read_text()
    assert "key_env: MY_KEY" in (home / "config.yaml").read_text()
    assert KEY not in result.out + result.err


def test_model_set_takes_a_key_too(hermes: Hermes, home: Path) -> None:
    """The primary's key is handed over the same way."""
    assert hermes("model", "set", "openrouter", "x/y", "--key-stdin", stdin=KEY).status == 0
    assert hermes("model", "show", "--json").document["primary"]["ready"] is True


NO_KEYS = {
    "empty": ("", "is empty"),
    "placeholder": ("changeme", "placeholder"),
    "stars": ("sk-********", "placeholder"),
    "two-lines": (f"{KEY}\nmore", "character"),
    "reference": ("${OPENROUTER_API_KEY}", "reference"),
}


@pytest.mark.parametrize(("text", "what"), NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_key_is_not_stored(hermes: Hermes, home: Path, text: str, what: str) -> None:
    """A placeholder is refused before anything is written, and not repeated."""
    result = hermes(*ADD, "--key-stdin", stdin=text)
    assert result.status == 2
    assert what in result.err
    assert KEY not in result.err
    assert not (home / ".env").exists()


@pytest.mark.parametrize(
    ("words", "status"),
    [(("opnrouter", "x"), 5), (("openrouter", "x", "--cost", "dear"), 2)],
    ids=["unknown-provider", "bad-value"],
)
def test_a_mistake_in_the_link_leaves_the_env_file_alone(
    hermes: Hermes, home: Path, words: tuple[str, ...], status: int
) -> None:
    """Nothing is stored for a link that cannot be."""
    assert hermes("fallback", "add", *words, "--key-stdin", stdin=KEY).status == status
    assert not (home / ".env").exists()


def test_a_key_is_said_to_be_kept_where_its_link_then_fails(
    hermes: Hermes, home: Path, config: Callable[[str], Path]
) -> None:
    """The user knows what stands, and need not hand the key over again."""
    config("model: {provider: openrouter, default: x/y}\n")
    result = hermes(*ADD, "--key-stdin", stdin=KEY)
    assert result.status == 2
    assert "the key is kept as `OPENROUTER_API_KEY`" in result.err
    assert KEY in (home / ".env").read_text()


def test_a_dry_run_stores_no_key(hermes: Hermes, home: Path) -> None:
    """It shows the link that the key would make ready."""
    result = hermes(*ADD, "--key-stdin", "--dry-run", stdin=KEY)
    assert result.status == 0
    assert "+" in result.out
    assert list(home.iterdir()) == []


def test_a_provider_without_a_variable_needs_key_env(hermes: Hermes, home: Path) -> None:
    """A custom endpoint's key gets a name of its own, not another provider's."""
    result = hermes(
        "fallback", "add", "custom", "m", "--base-url", "https://x.test/v1", "--key-stdin", stdin=KEY
    )
    assert result.status == 2
    assert "--key-env" in result.err
    assert not (home / ".env").exists()


def test_one_key_has_one_source(hermes: Hermes, tmp_path: Path) -> None:
    """Two are a mistake; a file that cannot be read is exit 8."""
    assert hermes(*ADD, "--key-stdin", "--key-file", str(tmp_path / "k"), stdin=KEY).status == 2
    assert hermes(*ADD, "--key-file", str(tmp_path / "k")).status == 8


def test_a_key_for_another_host_needs_a_variable_of_its_own(hermes: Hermes, home: Path) -> None:
    """The provider's own key is neither overwritten nor put where it would not be sent from."""
    (home / ".env").write_text("OPENROUTER_API_KEY=sk-or-v1-the-real-one\n")
    command = ("fallback", "add", "openrouter", "m", "--base-url", "https://proxy.test/v1", "--key-stdin")
    result = hermes(*command, stdin="sk-proxy-0123456789\n")
    assert result.status == 2
    assert "--key-env" in result.err
    assert (home / ".env").read_text() == "OPENROUTER_API_KEY=sk-or-v1-the-real-one\n"


def test_a_replaced_key_is_said_to_be_replaced(hermes: Hermes) -> None:
    """Storing over another key is told."""
    for key, word in (("sk-or-v1-0123456789", "stored"), ("sk-or-v1-9876543210", "replaced the old key")):
        result = hermes("fallback", "add", "openrouter", "m", "--key-stdin", stdin=f"{key}\n")
        assert result.out.startswith(word)


def test_a_key_in_place_of_a_variables_name_is_never_shown(hermes: Hermes, home: Path) -> None:
    """Neither a hand-written one nor a typed one."""
    (home / "config.yaml").write_text(
        "fallback_providers: [{provider: openrouter, model: m, key_env: sk-or-v1-0123456789abcdef}]\n"
    )
    for command in (("fallback", "list"), ("fallback", "list", "--json"), ("resolve",), ("chat", "-q", "x")):
        result = hermes(*command)
        assert "0123456789abcdef" not in result.out + result.err
    typed = hermes("fallback", "add", "zai", "m", "--key-env", "a0123456789abcdef0123456789", "--force")
    assert typed.status == 2
    assert "a0123" not in typed.err


STORES = {"said": ("", ("--store", "keyring")), "configured": ("fallback: {store: keyring}\n", ())}


@pytest.mark.parametrize(("text", "words"), STORES.values(), ids=STORES)
def test_where_there_is_no_keyring_nothing_is_written(
    hermes: Hermes, home: Path, config: Callable[[str], Path], text: str, words: tuple[str, ...]
) -> None:
    """A key is not left in .env where it is wanted elsewhere; the way out is named."""
    path = config(text)
    result = hermes(*ADD, "--key-stdin", *words, stdin=f"{KEY}\n")
    assert result.status == 4
    assert "no keyring" in result.err
    assert "--store env" in result.err
    assert not (home / ".env").exists()
    assert path.read_text() == text


NOT_FOR_KEYRING = {
    "named-variable": ("openrouter", "m", "--key-env", "MY_KEY"),
    "any-address": ("custom", "m", "--base-url", "https://x.test/v1"),
    "foreign-host": ("openrouter", "m", "--base-url", "https://x.test/v1"),
}


@pytest.mark.parametrize("words", NOT_FOR_KEYRING.values(), ids=NOT_FOR_KEYRING)
def test_the_keyring_takes_keys_for_a_providers_own_hosts_alone(
    hermes: Hermes, home: Path, words: tuple[str, ...]
) -> None:
    """Any other would not be found again; the refusal says how to keep it."""
    result = hermes("fallback", "add", *words, "--key-stdin", "--store", "keyring", stdin=KEY)
    assert result.status == 2
    assert "--store env --key-env MY_KEY" in result.err
    assert list(home.iterdir()) == []


def test_a_store_of_another_name_is_refused(hermes: Hermes, home: Path) -> None:
    """Before the key is read; both names are told."""
    result = hermes(*ADD, "--key-stdin", "--store", "vault", stdin=KEY)
    assert (result.status, "--store keyring or --store env" in result.err) == (2, True)
    assert list(home.iterdir()) == []


MISTYPED = {
    "as-a-provider": ("model", "list", KEY),
    "as-a-link": ("fallback", "remove", KEY),
    "as-a-turn": ("fallback", "why", KEY, "--debug"),
    "as-a-name": ("providers", "show", KEY, "--json"),
}


@pytest.mark.parametrize("words", MISTYPED.values(), ids=MISTYPED)
def test_a_key_that_is_typed_where_a_name_belongs_is_not_repeated(
    hermes: Hermes, words: tuple[str, ...]
) -> None:
    """The error says what is wrong with stars in its place; logs keep what stderr says."""
    result = hermes(*words)
    assert result.status in {2, 5}
    assert "********" in result.err
    assert KEY[-10:] not in result.out + result.err


def test_the_provider_of_any_address_is_told_where_its_key_belongs(hermes: Hermes) -> None:
    """Before a key is asked for: there is no address that it would be for."""
    result = hermes("auth", "login", "custom", "--json")
    assert (result.status, result.error["kind"]) == (2, "no-key")
    assert "--key-env" in result.error["hint"]
