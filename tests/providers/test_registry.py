"""The registry: tiers, overrides, collisions, broken plugins, and what an unknown name gets."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from hermes_fallback.errors import ExitCode, InvalidPlugin, NotFound, UsageError
from hermes_fallback.model.endpoint import Named, NamedEndpoint
from hermes_fallback.providers import (
    Probe,
    ProfileOrigin,
    ProviderProfile,
    Registry,
    get_provider_profile,
    list_providers,
    register_provider,
)
from hermes_fallback.secret import Secret

OURS = """
from hermes_fallback.providers import ProviderProfile, register_provider
register_provider(ProviderProfile(name="{name}", aliases={aliases}, base_url="{url}"))
"""


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """The folder of the user's provider plugins."""
    folder = tmp_path / "plugins" / "model-providers"
    folder.mkdir(parents=True)
    return folder


def write(root: Path, name: str, code: str, file: str = "__init__.py") -> Path:
    """A plugin *name* whose *file* holds *code*."""
    (root / name).mkdir()
    (root / name / file).write_text(dedent(code), encoding="utf-8")
    return root / name


def ours(name: str, aliases: tuple[str, ...] = (), url: str = "https://api.acme.test/v1") -> str:
    return OURS.format(name=name, aliases=aliases, url=url)


class TestLookup:
    def test_case_and_spaces_do_not_matter(self):
        """`OpenRouter` is openrouter."""
        assert Registry().get(" OpenRouter ").name == "openrouter"

    def test_unknown_provider_gets_a_suggestion(self):
        """Exit 5, with what was probably meant and the command that lists them all."""
        with pytest.raises(NotFound) as caught:
            Registry().get("opnrouter")
        assert caught.value.exit_code is ExitCode.NOT_FOUND
        assert caught.value.kind == "unknown-provider"
        assert caught.value.what == "unknown provider `opnrouter`"
        assert "did you mean `openrouter`?" in (caught.value.hint or "")
        assert "`hermes providers list`" in (caught.value.hint or "")

    def test_nothing_near_gets_no_suggestion(self):
        """A word like no other is not answered with a guess."""
        assert Registry().suggest("qqqqqq") == ()

    @pytest.mark.parametrize(
        ("word", "name"),
        [
            ("antropic", "anthropic"),
            ("kilo-ai", "kilocode"),
            ("googleai-studio", "gemini"),
            ("deep", "deepseek"),
        ],
    )
    def test_suggestions_know_aliases_and_parts(self, word, name):
        """Real misspellings from real configs find their provider."""
        assert name in Registry().suggest(word)

    def test_canonical_loads_no_profile(self, monkeypatch):
        """The index answers for names and aliases without executing a plugin."""
        monkeypatch.setattr("hermes_fallback.providers.registry.load_bundled", pytest.fail)
        assert Registry().canonical("glm") == "zai"
        assert Registry().canonical("nobody") is None

    def test_one_profile_loads_one_plugin(self, monkeypatch):
        """A command executes only the profiles it needs, each once."""
        from hermes_fallback.providers import registry
        from hermes_fallback.providers.plugin import load_bundled

        loaded: list[str] = []
        monkeypatch.setattr(
            registry, "load_bundled", lambda name: (loaded.append(name), load_bundled(name))[1]
        )
        known = Registry()
        assert known.get("zai") is known.get("glm")
        assert loaded == ["zai"]

    def test_public_functions_answer_for_the_bundled(self):
        """Without a registry, a library gets what the package ships."""
        found = get_provider_profile("glm")
        assert found is not None
        assert found.name == "zai"
        assert get_provider_profile("nobody") is None
        assert len(list_providers()) == len(Registry().names())


class TestNamedEndpoints:
    BOX = NamedEndpoint(
        key="box", name="The Box", base_url="https://box.acme.test/v1", key_env="BOX_KEY", models=("m",),
        api_mode="anthropic_messages", origin="custom_providers[0]",
    )  # fmt: skip
    KIMI = NamedEndpoint(
        key="kimi", name="kimi", base_url="http://localhost:1/v1", key_env="sk-no-name-0123456789"
    )
    ZAI = NamedEndpoint(key="zai", name="zai", base_url="http://localhost:2/v1", api_key=Secret("key-0001"))
    KNOWN = Registry(named=Named((BOX, KIMI, ZAI), {"glm": "`providers.glm.enabled`", "box": "here"}))

    @pytest.mark.parametrize(
        ("word", "name"),
        [
            ("box", "custom:box"),
            ("custom:box", "custom:box"),
            (" Custom:BOX ", "custom:box"),
            ("the box", "custom:box"),
            ("custom:The Box", "custom:box"),
            ("kimi", "custom:kimi"),
            ("zai", "zai"),
            ("glm", "zai"),
            ("custom:zai", "custom:zai"),
            ("custom", "custom"),
            ("custom:nobody", None),
        ],
    )
    def test_name_goes_before_an_alias_and_behind_a_providers_own(self, word, name):
        """`custom:` always means an endpoint of the config."""
        assert self.KNOWN.canonical(word) == name
        assert (self.KNOWN.named(word) is not None) == (name or "").startswith("custom:")

    def test_endpoint_has_a_profile_like_any_provider(self):
        """Its address, variable, dialect and models; and where it stands in the config."""
        profile = self.KNOWN.get("box")
        assert (profile.name, profile.display_name) == ("custom:box", "The Box")
        assert (profile.base_url, profile.env_vars) == ("https://box.acme.test/v1", ("BOX_KEY",))
        assert (profile.api_mode, profile.default_models) == ("anthropic_messages", ("m",))
        assert [self.KNOWN.get(each).auth_type for each in ("box", "custom:zai")] == ["api_key", "api_key"]
        assert self.KNOWN.origin("The Box") == ProfileOrigin("config", "custom_providers[0]")

    def test_endpoint_without_a_key_needs_none_and_a_key_is_no_variable(self):
        """What stands where a variable's name belongs may be a key, and is not shown as a variable."""
        bare = Registry(named=Named((self.BOX.but(key_env=None),)))
        assert bare.get("box").auth_type == "none"
        assert self.KNOWN.get("kimi").env_vars == ()

    def test_endpoints_are_listed_and_suggested(self):
        """Behind the providers, in the config's order."""
        assert self.KNOWN.names() == (*Registry().names(), "custom:box", "custom:kimi", "custom:zai")
        assert [profile.name for profile in self.KNOWN.profiles()] == list(self.KNOWN.names())
        assert "custom:box" in self.KNOWN.suggest("custom:bxo")

    def test_switched_off_by_any_of_its_names(self):
        """The place is told for the provider, not only for the word that was used."""
        assert self.KNOWN.switched_off("zai") == "`providers.glm.enabled`"
        assert self.KNOWN.switched_off("custom:box") == "here"
        assert self.KNOWN.switched_off("custom:zai") is None
        assert self.KNOWN.switched_off("openrouter") is None

    def test_plugins_are_loaded_once_for_two_configs(self, plugins):
        """Another config names other endpoints beside the same providers; a plugin's own name stands."""
        write(plugins, "box", ours("box") + "import sys; sys.loads = getattr(sys, 'loads', 0) + 1\n")
        known = Registry(plugins)
        other = known.naming(Named((self.BOX,)))
        assert other.canonical("box") == known.canonical("box") == "box"
        assert other.canonical("custom:box") == "custom:box"
        assert known.canonical("custom:box") is None
        assert vars(sys).pop("loads") == 1


class TestUserTier:
    def test_home_without_plugins_costs_nothing(self, tmp_path):
        """Folders that do not exist are no error, and load nothing that finds plugins."""
        known = Registry(tmp_path / "a", tmp_path / "b", standalone_plugins=tmp_path / "c")
        assert known.names() == Registry().names()
        assert known.broken == ()

    def test_new_provider_is_found_by_name_and_alias(self, plugins):
        """A folder with `__init__.py` adds a provider."""
        folder = write(plugins, "acme", ours("acme", ("ac",)))
        known = Registry(plugins)
        assert known.get("AC").base_url == "https://api.acme.test/v1"
        assert known.origin("ac") == ProfileOrigin("user", str(folder), False)
        assert "acme" in known.names()

    def test_same_name_overrides_the_bundled_one_and_shows_it(self, plugins):
        """The user's profile answers, to the bundled aliases too."""
        write(plugins, "mine", ours("openrouter", url="https://proxy.acme.test/v1"))
        known = Registry(plugins)
        assert known.get("or").base_url == "https://proxy.acme.test/v1"
        assert known.origin("openrouter").overrides
        assert known.names().count("openrouter") == 1

    def test_alias_of_a_user_plugin_takes_the_word(self, plugins):
        """A user's alias stands before a bundled name; the bundled one is then shadowed, not doubled."""
        write(plugins, "mine", ours("acme", ("openrouter",)))
        known = Registry(plugins)
        assert known.canonical("openrouter") == known.canonical("or") == "acme"
        assert "openrouter" not in known.names()

    def test_data_alone_is_a_plugin(self, plugins):
        """`plugin.yaml` with a `profile:` block needs no code."""
        write(
            plugins,
            "acme",
            """
            kind: model-provider
            name: acme
            description: Models of Acme.
            profile:
              aliases: [ac]
              base_url: https://api.acme.test/v1
              env_vars: [ACME_API_KEY]
              default_headers: {X-Plan: gold}
              api_modes_by_model: {claude-: anthropic_messages}
              models_public: true
              probe:
                url: https://api.acme.test/v1/me
                headers: {X-Version: "2"}
                rejects: [401, 403]
              auth_type: oauth_device
              takes_keys: true
              auto_rank: 40
              base_url_env: ACME_BASE_URL
              other_base_url_envs: [ACME_URL]
              shares_primary_address: true
            """,
            "plugin.yaml",
        )
        found = Registry(plugins).get("ac")
        assert found.probe == Probe(
            url="https://api.acme.test/v1/me", headers={"X-Version": "2"}, rejects=(401, 403)
        )
        assert (found.group, found.signs_in_by_key, found.auto_rank) == ("sign-in", True, 40)
        assert (found.other_base_url_envs, found.shares_primary_address) == (("ACME_URL",), True)
        assert (found.name, found.description, found.models_public) == ("acme", "Models of Acme.", True)
        assert found.default_headers == {"X-Plan": "gold"}
        assert found.api_mode_for("claude-x", found.base_url) == "anthropic_messages"

    def test_older_single_file_still_loads(self, tmp_path):
        """`providers/NAME.py` registers a provider; the base module of that layout is passed over."""
        legacy = tmp_path / "providers"
        legacy.mkdir()
        (legacy / "acme.py").write_text(ours("acme"))
        (legacy / "base.py").write_text("raise RuntimeError")
        (legacy / "__init__.py").write_text("raise RuntimeError")
        known = Registry(None, legacy)
        assert known.get("acme").name == "acme"
        assert known.broken == ()

    def test_standalone_plugin_is_recognised(self, tmp_path):
        """Among plugins of every kind, those that register a provider count and no other is executed."""
        root = tmp_path / "plugins"
        root.mkdir()
        write(root, "acme", ours("acme"))
        said = write(root, "said", ours("said"))
        (said / "plugin.yaml").write_text("kind: model-provider\n")
        other = write(root, "other", "raise RuntimeError")
        (other / "plugin.yaml").write_text("kind: tool\n")
        write(root, "silent", "raise RuntimeError")
        known = Registry(root / "model-providers", standalone_plugins=root)
        assert {"acme", "said"} <= set(known.names())
        assert known.broken == ()

    def test_registries_share_nothing(self, plugins, tmp_path):
        """A plugin of one home is unknown to another."""
        write(plugins, "acme", ours("acme"))
        assert Registry(plugins).canonical("acme") == "acme"
        assert Registry(tmp_path / "other").canonical("acme") is None
        assert Registry(plugins).get("zai") is not Registry(plugins).get("zai")

    def test_output_of_a_plugin_stays_off_stdout(self, plugins, capsys):
        """What a plugin prints cannot corrupt a JSON document."""
        write(plugins, "acme", "print('hello')\n" + ours("acme"))
        Registry(plugins).get("acme")
        streams = capsys.readouterr()
        assert (streams.out, streams.err) == ("", "hello\n")

    def test_loading_writes_nothing_into_the_home(self, plugins):
        """Reading a home leaves it byte for byte: no compiled files appear beside a plugin."""
        folder = write(plugins, "acme", "from . import part\n" + ours("acme"))
        (folder / "part.py").write_text("")
        Registry(plugins).get("acme")
        assert sorted(path.name for path in folder.rglob("*")) == ["__init__.py", "part.py"]

    def test_hidden_folders_are_passed_over(self, plugins):
        """Caches and disabled plugins are not loaded."""
        write(plugins, "_off", "raise RuntimeError")
        write(plugins, ".git", "raise RuntimeError")
        assert Registry(plugins).broken == ()


class TestBroken:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("1 / 0", "ZeroDivisionError"),
            ("import nowhere", "ModuleNotFoundError"),
            ("def (", "SyntaxError"),
            ("raise SystemExit(3)", "SystemExit"),
            ("x = 1", "registers no provider"),
            (ours("Bad Name"), "cannot be a provider's name"),
            (
                "from hermes_fallback.providers import register_provider\nregister_provider(7)",
                "registers int",
            ),
            (ours("acme").replace("aliases=()", "docs_url=7"), "`docs_url` must be text"),
        ],
    )
    def test_broken_plugin_costs_only_itself(self, plugins, code, words):
        """The rest load; the broken one is on record with its path and error."""
        write(plugins, "broken", code)
        write(plugins, "sound", ours("sound"))
        known = Registry(plugins)
        assert known.get("sound").name == "sound"
        assert known.get("zai").name == "zai"
        (broken,) = known.broken
        assert broken.path == str(plugins / "broken")
        assert words in f"{broken.error.what} {broken.error.why}"

    def test_command_that_needs_it_is_told_where_it_fails(self, plugins):
        """Exit 3, with file, line and the offending line."""
        write(plugins, "acme", "\nx = 1\n1 / 0\n")
        with pytest.raises(InvalidPlugin) as caught:
            Registry(plugins).get("acme")
        error = caught.value
        assert error.exit_code is ExitCode.INVALID_FILE
        assert error.path == str(plugins / "acme" / "__init__.py")
        assert (error.line, error.text) == (3, "1 / 0")

    def test_broken_override_does_not_fall_back_to_the_bundled(self, plugins):
        """Who replaced a provider gets the error, not the provider that was replaced; the others stay."""
        write(plugins, "openrouter", "1 / 0")
        known = Registry(plugins)
        for word in ("openrouter", "or"):
            with pytest.raises(InvalidPlugin):
                known.get(word)
        assert "openrouter" not in [profile.name for profile in known.profiles()]
        assert known.get("zai").name == "zai"

    def test_sound_plugin_answers_beside_a_broken_folder_of_its_name(self, plugins):
        """What loads is used; a broken folder claims its name only where nobody else has it."""
        write(plugins, "acme", "1 / 0")
        write(plugins, "mended", ours("acme"))
        known = Registry(plugins)
        assert known.get("acme").name == "acme"
        assert len(known.broken) == 1

    def test_secret_in_a_broken_plugin_stays_secret(self, plugins):
        """The offending line is shown, with whatever could be a key in stars."""
        write(plugins, "acme", 'key = "sk-proj-0123456789abcdef0123" + 1')
        with pytest.raises(InvalidPlugin) as caught:
            Registry(plugins).get("acme")
        assert "0123456789" not in f"{caught.value.text} {caught.value.why}"
        assert "********" in (caught.value.text or "")

    @pytest.mark.parametrize(
        ("manifest", "words"),
        [
            ("profile: {base_url: [}", "not valid YAML"),
            ("[1, 2]", "not a mapping"),
            ("profile: {docs_url: 2026-13-41}", "not valid YAML"),
            ("name: acme", "no `profile:` block"),
            ("kind: tool\nprofile: {name: acme}", "its kind is `tool`"),
            ("profile: {base_url: https://acme.test}", "`name` is missing"),
            ("profile: {name: acme, base_ulr: https://acme.test}", "unknown key `base_ulr`"),
            ("profile: {name: acme, env_vars: ACME_API_KEY}", "`env_vars` must be a list"),
            ("profile: {name: 7}", "`name` must be text"),
            ("profile: {name: acme, vision: perhaps}", "`vision` must be true or false"),
            ("profile: {name: acme, probe: {path: /me}}", "`probe` must be made of url, kind"),
            (
                "profile: {name: acme, probe: {accepts: [true]}}",
                "`probe.accepts` must be a list of whole numbers",
            ),
            ("profile: {name: acme, probe: {method: GET}}", "needs a `url`"),
            ("profile: {name: acme, auto_rank: true}", "`auto_rank` must be a whole number"),
            ("profile: {name: acme, takes_keys: 1}", "`takes_keys` must be true or false"),
            ("profile: {name: acme, base_url: acme.test}", "not an http(s) address"),
        ],
    )
    def test_broken_manifest_is_named(self, plugins, manifest, words):
        """The message says which key is wrong and what belongs there."""
        write(plugins, "acme", manifest, "plugin.yaml")
        with pytest.raises(InvalidPlugin) as caught:
            Registry(plugins).get("acme")
        assert words in f"{caught.value.what} {caught.value.why}"

    def test_misspelt_manifest_key_gets_a_suggestion(self, plugins):
        """`base_ulr` is taken for `base_url`."""
        write(plugins, "acme", "profile: {name: acme, base_ulr: https://acme.test}", "plugin.yaml")
        assert Registry(plugins).broken[0].error.hint == "did you mean `base_url`?"

    def test_invalid_yaml_has_line_and_column(self, plugins):
        """The place of the fault is given, counted from 1."""
        write(plugins, "acme", "name: acme\nprofile: {a: [}\n", "plugin.yaml")
        error = Registry(plugins).broken[0].error
        assert (error.line, error.column, error.text) == (2, 15, "profile: {a: [}")

    def test_empty_folder_is_no_plugin(self, plugins):
        """A folder with neither form is reported."""
        (plugins / "acme").mkdir()
        assert "no provider plugin" in Registry(plugins).broken[0].error.what

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_unreadable_folder_is_reported(self, plugins):
        """A folder that cannot be listed is on record instead of silently empty."""
        plugins.chmod(0)
        try:
            assert "cannot be read" in Registry(plugins).broken[0].error.what
        finally:
            plugins.chmod(0o700)


class TestCollisions:
    def test_name_claimed_twice_names_both(self, plugins):
        """Neither gets it; both paths are named; other names go on."""
        write(plugins, "one", ours("acme", ("first",)))
        write(plugins, "two", ours("acme", ("second",)))
        write(plugins, "three", ours("sound"))
        known = Registry(plugins)
        for word in ("acme", "first", "second"):
            with pytest.raises(InvalidPlugin) as caught:
                known.get(word)
            assert str(plugins / "one") in (caught.value.why or "")
            assert str(plugins / "two") in (caught.value.why or "")
        assert known.get("sound").name == "sound"

    def test_alias_claimed_twice_costs_the_alias_alone(self, plugins):
        """Both providers still answer to their own names."""
        write(plugins, "one", ours("acme", ("shared",)))
        write(plugins, "two", ours("other", ("shared",)))
        known = Registry(plugins)
        with pytest.raises(InvalidPlugin, match="`shared` is claimed twice"):
            known.get("shared")
        assert (known.get("acme").name, known.get("other").name) == ("acme", "other")

    def test_alias_that_is_anothers_name_is_a_collision(self, plugins):
        """A stolen name is noticed."""
        write(plugins, "one", ours("acme"))
        write(plugins, "two", ours("other", ("acme",)))
        assert Registry(plugins).broken[0].names == {"acme"}


class TestPeerForm:
    def test_plugin_of_hermes_agent_loads_unchanged(self, plugins):
        """Imports, fields, newer fields and hooks are taken; the base URL's variable is told apart."""
        write(
            plugins,
            "acme",
            """
            from __future__ import annotations
            from typing import Any
            from providers import register_provider
            from providers.base import OMIT_TEMPERATURE, ProviderProfile
            from .quirks import HEADERS

            class AcmeProfile(ProviderProfile):
                def build_extra_body(self, **context: Any) -> dict[str, Any]:
                    return {}

            acme = AcmeProfile(
                name="Acme", aliases=("AC", "acme-ai"), display_name="Acme", description="Acme's models",
                signup_url="https://acme.test/keys", env_vars=("ACME_API_KEY", "ACME_TOKEN", "ACME_BASE_URL", "ACME_CN_URL"),
                base_url="https://api.acme.test/v1/", auth_type="api_key", supports_vision=True,
                fallback_models=("big", "small"), default_headers=HEADERS, fixed_temperature=OMIT_TEMPERATURE,
                default_aux_model="small", supports_prompt_cache_key=True, something_newer=7,
            )
            register_provider(acme)
            """,
        )
        (plugins / "acme" / "quirks.py").write_text('HEADERS = {"X-Plan": "gold"}\n')
        known = Registry(plugins)
        assert known.broken == ()
        found = known.get("ac")
        assert (found.name, found.aliases) == ("acme", ("ac", "acme-ai"))
        assert found.env_vars == ("ACME_API_KEY", "ACME_TOKEN")
        assert (found.base_url_env, found.other_base_url_envs) == ("ACME_BASE_URL", ("ACME_CN_URL",))
        assert found.auto_rank > max(each.auto_rank for each in Registry().profiles() if each.auto_rank)
        assert found.base_url == "https://api.acme.test/v1"
        assert (found.default_models, found.default_aux_model) == (("big", "small"), "small")
        assert (found.default_headers, found.vision) == ({"X-Plan": "gold"}, True)

    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            ("oauth_device_code", "oauth_device"),
            ("oauth_minimax", "oauth_device"),
            ("copilot", "oauth_device"),
            ("aws_sdk", "aws_sdk"),
            ("external_process", "external_process"),
        ],
    )
    def test_sign_in_of_a_peers_plugin_is_known_as_ours(self, plugins, theirs, ours):
        """Each word of the peer's for a sign-in is one of ours, and `provider: auto` chooses none of them."""
        code = "from providers import register_provider\nfrom providers.base import ProviderProfile\n"
        write(plugins, "acme", f"{code}register_provider(ProviderProfile(name='acme', auth_type='{theirs}'))")
        found = Registry(plugins).get("acme")
        assert (found.auth_type, found.auto_rank, found.signs_in_by_key) == (ours, None, False)

    def test_dataclass_subclass_with_fields_of_its_own_loads(self, plugins):
        """A subclass may add fields, and leave the common ones as class attributes."""
        write(
            plugins,
            "acme",
            """
            from dataclasses import dataclass
            from providers import register_provider
            from providers.base import ProviderProfile

            @dataclass
            class AcmeProfile(ProviderProfile):
                region: str = "eu"
                base_url: str = "https://eu.acme.test/v1"

            register_provider(AcmeProfile(name="acme", unknown=1))
            """,
        )
        known = Registry(plugins)
        assert known.broken == ()
        assert known.get("acme").base_url == "https://eu.acme.test/v1"

    def test_plugin_may_look_at_the_bundled_profiles(self, plugins):
        """`get_provider_profile` of the peer answers with a profile to copy, or None."""
        write(
            plugins,
            "acme",
            """
            from dataclasses import replace
            from providers import get_provider_profile, register_provider
            assert get_provider_profile("nobody") is None
            register_provider(replace(get_provider_profile("or"), name="acme", aliases=()))
            """,
        )
        known = Registry(plugins)
        assert known.broken == ()
        assert known.get("acme").base_url == known.get("openrouter").base_url

    def test_peer_modules_exist_only_while_a_plugin_executes(self, plugins):
        """The names of another program are borrowed, and what stood there before comes back."""
        stand_in = type(sys)("providers")
        write(plugins, "acme", "from providers import register_provider\n1 / 0")
        sys.modules["providers"] = stand_in
        try:
            assert Registry(plugins).broken
            assert sys.modules["providers"] is stand_in
        finally:
            del sys.modules["providers"]
        assert not [
            name for name in sys.modules if name.startswith(("providers.", "hermes_fallback_user_plugin"))
        ]

    def test_several_profiles_in_one_plugin(self, plugins):
        """One folder may register more than one provider."""
        write(
            plugins,
            "acme",
            """
            from providers import register_provider
            from providers.base import ProviderProfile
            for name in ("acme", "acme-cn"):
                register_provider(ProviderProfile(name=name, base_url=f"https://{name}.test/v1"))
            """,
        )
        assert {"acme", "acme-cn"} <= set(Registry(plugins).names())


def test_registration_outside_of_a_plugin_is_refused():
    """A profile belongs to the registry that loads it; there is no global one to put it into."""
    with pytest.raises(UsageError, match="outside of a plugin"):
        register_provider(ProviderProfile(name="acme"))
