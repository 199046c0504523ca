"""A variable's name, or a key in its place."""

from __future__ import annotations

import pytest

from hermes_fallback.model.variable import is_variable_name


@pytest.mark.parametrize(
    "text",
    [
        "MY_KEY",
        "OPENAI_API_KEY",
        "_k1",
        "ALIBABA_CODING_PLAN_API_KEY_2",
        "myCompanyProductionGatewayKey",
        "MyCompanyGpt4ApiKeyForProd",
        "LOCALMODELSERVERKEY2",
    ],
)
def test_what_a_shell_takes_is_a_name(text: str) -> None:
    """Long names are names too."""
    assert is_variable_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MY KEY",
        "1KEY",
        "sk-or-v1-0123456789abcdef",
        "a0123456789abcdef0123456789",
        "hf_QwErTyUiOpAsDfGhJkLzXcVbNm",
        "AKIAIOSFODNN7EXAMPLE9",
        "QwErTyUiOpAsDfGhJkLz",
        "A1B2C3D4E5F6A7B8C9D0",
        "ключ",
        "0123.abc",
    ],
)
def test_what_looks_like_a_key_is_none(text: str) -> None:
    """It must not be written, and not be shown."""
    assert not is_variable_name(text)
