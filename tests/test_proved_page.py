"""The page that says how each provider was proved: held to the providers there are, and to the tests that prove them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hermes_fallback.providers import ProviderProfile, Registry
from tests.journeys import test_every_provider, test_sign_ins
from tests.login import office

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "proved.md").read_text()
PROFILES = {each.name: each for each in Registry().profiles()}
ALONE = {
    "azure-foundry": (
        "Entra ID",
        "journeys/test_entra_sessions.py::test_a_refused_token_is_renewed_and_the_question_answered",
    ),
    "vertex": (
        "Google",
        "journeys/test_vertex_sessions.py::test_a_refused_token_is_made_anew_and_the_question_answered",
    ),
    "bedrock": ("AWS", "login/test_aws.py::test_sts_says_who_is_signed_in"),
    "copilot-acp": ("program", "cli/test_auth_clouds.py::test_a_program_is_run_when_it_is_checked"),
    "custom": ("turn", "journeys/test_failover.py::test_the_next_link_answers"),
    "moa": (
        "none",
        "cli/test_providers_commands.py::test_list_tells_who_is_ready_and_what_the_others_lack",
    ),
}
"""What is proved of a single provider: the word for it, and the test that does."""


def proofs(name: str) -> Iterator[str]:
    """The words for how the provider *name* was proved, by the tables of the tests."""
    if name in test_every_provider.BY_KEY:
        yield "key"
    if name in test_every_provider.KEYLESS:
        yield "turn"
    if name == test_every_provider.HOME_BOUND:
        yield "host"
    if name in office.PLACES:
        yield "sign-in"
    if name in test_sign_ins.PLACES:
        yield "renewal"
    if name in ALONE:
        yield ALONE[name][0]


def ways(profile: ProviderProfile) -> str:
    """How one is let in, as the profile says it."""
    keys = [f"`{name}`" for name in profile.env_vars]
    return "; ".join([*filter(None, [", ".join(keys), profile.sign_in])]) or "nothing is needed"


def test_every_provider_is_on_the_page_with_how_it_was_proved() -> None:
    """No provider is missing, and none claims a proof that no test gives."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{name}` | {ways(profile)} | {', '.join(proofs(name))} |" for name, profile in PROFILES.items()
    ]


def test_every_word_of_the_table_is_explained() -> None:
    """Above it, once, and no word that nothing uses."""
    told = [line.split("**")[1] for line in PAGE.splitlines() if line.startswith("- **")]
    assert sorted(told) == sorted({word for name in PROFILES for word in proofs(name)})


@pytest.mark.parametrize("place", [place for _, place in ALONE.values()])
def test_a_proof_of_a_single_provider_is_there(place: str) -> None:
    """Under the name that is written down here."""
    path, _, name = place.partition("::")
    assert f"def {name}(" in (ROOT / "tests" / path).read_text()
