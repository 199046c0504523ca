"""The address of a provider that is another one for each region and project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hermes_fallback.credentials.environment import Environment
from hermes_fallback.model.credential import Problem
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registry import Registry
from hermes_fallback.runtime.placing import placed
from hermes_fallback.runtime.runtime import Runtime

ACME = ProviderProfile(
    name="acme",
    base_url="https://ai.acme.test/projects/{project}/{region}",
    regional_base_url="https://{region}-ai.acme.test/projects/{project}/{region}",
    placeholders={"project": ("ACME_PROJECT", "acme.project"), "region": ("ACME_REGION", "acme.region")},
)


def address(home: Path, settings: dict[str, str] | None = None, **environ: str) -> str | Problem:
    environment = Environment.of(home / ".env", {"HOME": str(home), **environ})
    return placed(ACME, environment, lambda key: (settings or {}).get(key, ""))


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (None, "https://ai.acme.test/projects/p-1/global"),
        ("global", "https://ai.acme.test/projects/p-1/global"),
        ("eu-west4", "https://eu-west4-ai.acme.test/projects/p-1/eu-west4"),
    ],
)
def test_a_region_has_an_address_of_its_own(region: str | None, expected: str, home: Path) -> None:
    """Without one, the provider's own address."""
    environ = {"ACME_REGION": region} if region else {}
    assert address(home, ACME_PROJECT="p-1", **environ) == expected


def test_a_variable_comes_before_the_config(home: Path) -> None:
    """As the profile lists them."""
    settings = {"acme.project": "of-config", "acme.region": "eu-west4"}
    assert (
        address(home, settings, ACME_PROJECT="p-1") == "https://eu-west4-ai.acme.test/projects/p-1/eu-west4"
    )
    assert "of-config" in str(address(home, settings))


@pytest.mark.parametrize("field", ["project_id", "quota_project_id"])
def test_the_file_with_the_credentials_may_name_the_project(field: str, home: Path) -> None:
    """As the file of a service account does, and gcloud's own."""
    (home / "account.json").write_text(json.dumps({field: "of-file"}))
    found = address(home, VERTEX_CREDENTIALS_PATH=str(home / "account.json"))
    assert found == "https://ai.acme.test/projects/of-file/global"


def test_a_project_that_nobody_names_is_asked_for(home: Path) -> None:
    """With the places to name it in."""
    problem = address(home)
    assert isinstance(problem, Problem)
    assert problem.hint == "set `ACME_PROJECT` or `acme.project`"


@pytest.mark.parametrize("value", ["evil.test/", "a@b", "a:1", "a#b", "a?b", "a\\b", "a b", "ä"])
def test_a_value_never_moves_the_address_to_another_host(value: str, home: Path) -> None:
    """Only letters, digits and dashes are a region or a project."""
    for environ in ({"ACME_PROJECT": value}, {"ACME_PROJECT": "p-1", "ACME_REGION": value}):
        assert isinstance(address(home, **environ), Problem)


def test_vertex_is_reached_in_the_region_of_the_config(home: Path) -> None:
    """The token for it goes to that host alone."""
    (home / "config.yaml").write_text(
        "model: {provider: vertex, default: google/gemini-3-flash-preview}\n"
        "vertex: {project_id: acme-1, region: europe-west4}\n"
    )
    (home / "account.json").write_text("{}")
    environ = {"HOME": str(home), "VERTEX_CREDENTIALS_PATH": str(home / "account.json")}
    primary = Runtime.open(home, environ=environ).report().primary
    assert primary is not None
    assert primary.route is not None
    host = "https://europe-west4-aiplatform.googleapis.com"
    assert primary.route.base_url == (
        f"{host}/v1beta1/projects/acme-1/locations/europe-west4/endpoints/openapi"
    )
    assert [str(origin) for origin in primary.route.credential.origins] == [host]


def bedrock(home: Path, setting: str = "", **environ: str) -> str | Problem:
    environment = Environment.of(home / ".env", {"HOME": str(home), **environ})
    config = {"bedrock.region": setting}
    return placed(Registry().get("bedrock"), environment, lambda key: config.get(key, ""))


@pytest.mark.parametrize(
    ("setting", "environ", "region"),
    [
        ("eu-west-1", {"AWS_REGION": "eu-west-2"}, "eu-west-1"),
        ("", {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-2"),
        ("", {"AWS_DEFAULT_REGION": "eu-west-3", "AWS_PROFILE": "work"}, "eu-west-3"),
        ("", {"AWS_PROFILE": "work"}, "eu-north-1"),
        ("", {"AWS_PROFILE": "other"}, "us-east-1"),
        ("", {}, "eu-south-1"),
    ],
    ids=["config", "variable", "other-variable", "profile", "profile-without", "usual-profile"],
)
def test_bedrock_is_asked_in_the_users_region(
    setting: str, environ: dict[str, str], region: str, home: Path
) -> None:
    """As AWS's own tools find it, the config first, and in us-east-1 where nobody says."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(
        "[default]\nregion = eu-south-1\n[profile work]\nregion=eu-north-1\n[profile other]\noutput=json\n"
    )
    assert bedrock(home, setting, **environ) == f"https://bedrock-runtime.{region}.amazonaws.com"


@pytest.mark.parametrize("file", [b"region", b"\xff\xfe", None], ids=["no-sections", "no-text", "none"])
def test_a_file_of_awss_that_cannot_be_read_is_as_if_it_were_not_there(
    file: bytes | None, home: Path
) -> None:
    """It is another program's."""
    path = home / "config"
    if file is not None:
        path.write_bytes(file)
    assert bedrock(home, AWS_CONFIG_FILE=str(path)) == "https://bedrock-runtime.us-east-1.amazonaws.com"
