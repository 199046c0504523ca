"""Older and mistaken shapes, migrated: one edit, the rest of the file untouched, and nothing left for a second time."""

from __future__ import annotations

from pathlib import Path

import pytest
from editing import Case, chain, corpus, document, names, need_corpus, rest, torture

from hermes_fallback.config.layout import content_end
from hermes_fallback.config.lines import Lines
from hermes_fallback.config.mend import entries_in, mend_of
from hermes_fallback.config.migrate import Migration, migrate
from hermes_fallback.config.store import ConfigStore
from hermes_fallback.errors import InvalidFile
from hermes_fallback.providers.registry import Registry

CANONICAL = Registry().canonical
CASES = torture()
REFUSED = [case for case in CASES if not case.editable]
TOUCHED = {"fallback_providers", "fallback_model", "compression", "auxiliary"}


def migrated(data: bytes | str) -> Migration:
    return migrate(document(data), CANONICAL)


CHAINS = {
    "legacy mapping": (
        "a: 1\nfallback_model:  # old\n  # mine\n  provider: a  # x\n  model: b\nz: 1\n",
        "a: 1\nfallback_providers:  # old\n  # mine\n  - provider: a  # x\n    model: b\nz: 1\n",
    ),
    "legacy list": (
        "fallback_model:\n- {provider: a, model: b} # c\n",
        "fallback_providers:\n- {provider: a, model: b} # c\n",
    ),
    "both keys": (
        "fallback_providers:\n- provider: a\n  model: b\nm: 1\nfallback_model:\n  provider: ${P}\n  model: d\n",
        "fallback_providers:\n- provider: a\n  model: b\n- provider: ${P}\n  model: d\nm: 1\n",
    ),
    "a legacy link that stands already": (
        "fallback_providers:\n- provider: a\n  model: b\nfallback_model: {provider: A, model: B}\n",
        "fallback_providers:\n- provider: a\n  model: b\n",
    ),
    "legacy entry that is no link": (
        "fallback_model:\n- provider: a\n  model: b\n- nonsense  # stays\n",
        "fallback_model:\n- nonsense  # stays\nfallback_providers:\n- provider: a\n  model: b\n",
    ),
    "one mapping": (
        "fallback_providers:\n    provider: a # c\n    model: b\n",
        "fallback_providers:\n  - provider: a # c\n    model: b\n",
    ),
    "one mapping in braces": (
        "fallback_providers: {provider: a, model: b}  # c\n",
        "fallback_providers: [{provider: a, model: b}]  # c\n",
    ),
    "JSON in a string": (
        "x:\n- 1\nfallback_providers: '[{\"model\": \"v/m:free\", \"provider\": \"openrouter\"}]'  # c\nz: 1\n",
        "x:\n- 1\nfallback_providers:  # c\n- model: v/m:free\n  provider: openrouter\nz: 1\n",
    ),
    "JSON over lines": (
        'fallback_providers: \'[{"provider":\n  "zai", "model": "m"}]\'\nz: 1\n',
        "fallback_providers:\n  - provider: zai\n    model: m\nz: 1\n",
    ),
    "JSON in a block": (
        'fallback_providers: |\n  {"provider": "zai",\n   "model": "m"}\nz: 1\n',
        "fallback_providers:\n  - provider: zai\n    model: m\nz: 1\n",
    ),
    "JSON in a commented block": (
        'fallback_providers: |  # c\n  [{"provider": "zai", "model": "m"}]\n',
        "fallback_providers: [{provider: zai, model: m}]  # c\n",
    ),
    "JSON in JSON": (
        '{"fallback_model": "{\\"provider\\": \\"a\\", \\"model\\": \\"b\\"}"}',
        '{"fallback_providers": [{"provider": "a", "model": "b"}]}',
    ),
    "names in brackets": (
        "fallback_providers: '[zai:m, nous]'\n",
        "fallback_providers: [{provider: zai, model: m}, nous]\n",
    ),
    "one word": (
        "fallback_providers: openrouter:x/y:free\n",
        "fallback_providers:\n  - provider: openrouter\n    model: x/y:free\n",
    ),
    "words": (
        "fallback_providers:\n- openrouter:x/y:free   # mine\n  # below\n- 'deepseek/v4'\n-   zai:glm",
        ("fallback_providers:\n- provider: openrouter   # mine\n  model: x/y:free\n  # below\n"
        "- provider: 'deepseek'\n  model: 'v4'\n-   provider: zai\n    model: glm"),
    ),
    "words in brackets": (
        "fallback_providers: [zai:a, {provider: q, model: r}]\n",
        "fallback_providers: [{provider: zai, model: a}, {provider: q, model: r}]\n",
    ),
    "a word below its dash": (
        "fallback_providers:\n-\n  zai:a\n",
        "fallback_providers:\n-\n  {provider: zai, model: a}\n",
    ),
    "other spellings": (
        "fallback_providers:\n- provider: custom\n  model: m\n  baseUrl: http://h  # c\n  'apiKeyEnv': K\n",
        "fallback_providers:\n- provider: custom\n  model: m\n  base_url: http://h  # c\n  'api_key_env': K\n",
    ),
    "name for provider": (
        "fallback_providers: [{name: zai, model: m}]\n",
        "fallback_providers: [{provider: zai, model: m}]\n",
    ),
    "over a merge key": (
        "b: &b\n  provider: zai\nfallback_model:\n  <<: *b\n  model: x\n  keyEnv: K\n",
        "b: &b\n  provider: zai\nfallback_providers:\n  - <<: *b\n    model: x\n    key_env: K\n",
    ),
    "CRLF and a mark": (
        "\ufefffallback_model:\r\n  provider: a\r\n  model: b\r\n",
        "\ufefffallback_providers:\r\n  - provider: a\r\n    model: b\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CHAINS.values(), ids=CHAINS)
def test_a_chain_is_written_the_way_it_is_read(before: str, after: str) -> None:
    """Comments, quotes, references and everything around stay; a second time changes nothing."""
    assert migrated(before).data.decode() == after
    again = migrated(after)
    assert (again.data.decode(), again.migrated) == (after, ())


SUMMARIES = {
    "moved, in the file's style": (
        "compression:\n    on: true\n    summary_model: 'm'\nauxiliary:\n    vision: {}\n",
        "compression:\n    on: true\nauxiliary:\n    vision: {}\n    compression:\n        model: m\n",
    ),
    "into an empty place": (
        "compression: {summary_provider: p}\nauxiliary:\n  compression:\n    provider: auto  # c\n",
        "compression: {}\nauxiliary:\n  compression:\n    provider: p  # c\n",
    ),
    "with its comment": (
        "compression:\n  on: 1\n  summary_model: m # flash is enough\n",
        "compression:\n  on: 1\nauxiliary:\n  compression:\n    model: m  # flash is enough\n",
    ),
    "the newer key wins": (
        "compression: {on: 1, summary_model: old}\nauxiliary: {compression: {model: new}}\n",
        "compression: {on: 1}\nauxiliary: {compression: {model: new}}\n",
    ),
    "auto and empty say nothing": (
        "compression:\n  on: 1\n  summary_provider: Auto\n  summary_model: ''\n  summary_base_url:\n",
        "compression:\n  on: 1\n",
    ),
    "stamped by a program that did not migrate": (
        "_config_version: 33\ncompression: {on: 1, summary_base_url: 'http://h'}\n",
        "_config_version: 33\ncompression: {on: 1}\nauxiliary:\n  compression:\n    base_url: http://h\n",
    ),
    "a reference stays one": (
        "compression: {on: 1, summary_model: '${M}'}\n",
        'compression: {on: 1}\nauxiliary:\n  compression:\n    model: "${M}"\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), SUMMARIES.values(), ids=SUMMARIES)
def test_the_old_compression_keys_become_those_of_the_task(before: str, after: str) -> None:
    """Field by field; the version is neither asked nor written."""
    assert migrated(before).data.decode() == after
    assert migrated(after).data.decode() == after


LEFT = {
    "a vendor's model": ("fallback_providers:\n- google/gemini-3\n", 2, "may be a model's whole name"),
    "an unknown provider": ("fallback_providers:\n- nobody:m\n", 2, "provider: nobody"),
    "a bare provider": ("a: 1\nfallback_providers: [zai]\n", 2, "text where a mapping"),
    "no JSON after all": ("fallback_providers: '[{bad'\n", 1, "JSON text in a string"),
    "a number": ("\nfallback_providers: 5\n", 2, "a number where a list"),
    "several models": ("fallback_providers:\n- name: zai\n  models: [a, b]\n", 2, "for each of its `models`"),
    "both spellings": (
        "fallback_providers:\n- provider: a\n  model: b\n  baseUrl: http://h\n  base_url: http://i\n",
        4,
        "`baseUrl` is not a field that is read",
    ),
    "under model": ("model:\n  fallback_providers:\n  - zai:m\n", 2, "a chain where nobody reads it"),
    "shared": ("fallback_model: &x\n  provider: a\n  model: b\ny: *x\n", 1, "used elsewhere"),
    "a shared word": ("w: &w zai:m\nfallback_providers:\n- *w\n", 3, "shared by an anchor"),
    "a shared entry": (
        "fallback_providers:\n- &e\n  provider: a\n  model: b\n  keyEnv: K\ny: *e\n",
        2,
        "shared by an anchor",
    ),
    "merged": ("b: &b\n  fallback_model: {provider: a, model: b}\n<<: *b\n", 2, "merged mapping"),
    "a merged summary": ("b: &b {summary_model: m}\ncompression: {<<: *b}\n", 1, "merged mapping"),
    "a list for a summary": ("compression: {summary_model: [m]}\n", 1, "no single value"),
}


@pytest.mark.parametrize(("before", "line", "words"), LEFT.values(), ids=LEFT)
def test_what_is_in_doubt_is_left_and_said(before: str, line: int, words: str) -> None:
    """Not a byte changes; the line, the reason and what to do are told, and never to migrate again."""
    migration = migrated(before)
    assert migration.data.decode() == before
    (left,) = migration.left
    assert left.line == line
    assert words in f"{left.what} {left.hint}"
    assert left.hint
    assert "config migrate" not in left.hint


def test_what_can_be_done_is_done_beside_what_cannot() -> None:
    """Each note has the line that the file had before."""
    migration = migrated(
        "fallback_providers:\n- nobody\n- zai:m\ncompression:\n  summary_model: m\nfallback_model: {provider: a, model: b}\n"
    )
    assert names(migration.data) == ["zai:m", "a:b"]
    assert [(each.key, each.line) for each in migration.migrated] == [
        ("fallback_providers[1]", 3),
        ("compression.summary_model", 5),
        ("fallback_model", 6),
    ]
    assert [(each.key, each.line) for each in migration.left] == [("fallback_providers[0]", 2)]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("openrouter:a/b:free", ("openrouter", "a/b:free")),
        (" zai : m ", ("zai", "m")),
        ("zai:", None),
        (":m", None),
        ("z-ai:m", ("z-ai", "m")),
        ("deepseek/m", ("deepseek", "m")),
        ("z-ai/m", None),
        ("/m", None),
        ("", None),
    ],
)
def test_a_word_is_a_link_where_its_provider_is_known(text: str, link: tuple[str, str] | None) -> None:
    """Behind a colon any of a provider's names will do; behind a slash only its own."""
    mend = mend_of(text, CANONICAL)
    assert (mend and tuple(mend.value.values())) == link


@pytest.mark.parametrize("text", ["[", "{a: [}", "[1]: 2", "hello", "[\x00]"])
def test_text_that_is_no_list_is_none(text: str) -> None:
    """Whatever stands there, nothing breaks and nothing is made up."""
    assert entries_in(text, CANONICAL) is None


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_a_real_file_is_migrated_once_and_undone(path: Path, tmp_path: Path) -> None:
    """Lines outside the migrated keys are the same, no link is lost, and undo gives the file back."""
    need_corpus(path)
    data = path.read_bytes()
    config = tmp_path / "config.yaml"
    config.write_bytes(data)
    store = ConfigStore(config, tmp_path / "backups")
    try:
        migration = migrated(data)
    except InvalidFile:
        return
    edited = store.edit(lambda doc: migrate(doc, CANONICAL).data)
    assert edited.changed == bool(migration.migrated)
    assert _outside(edited.new) == _outside(data)
    assert _is_within(names(data), names(edited.new))
    assert all(link.origin == "fallback_providers" for link in chain(document(edited.new)))
    assert migrated(edited.new).data == edited.new
    if edited.changed:
        store.undo()
    assert config.read_bytes() == data


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_torture_document_keeps_its_other_bytes(case: Case) -> None:
    """Its chain is the same afterwards; a document that cannot be read is refused."""
    try:
        migration = migrated(case.data)
    except InvalidFile:
        assert case in REFUSED
        return
    assert migration.data.startswith(case.above)
    assert migration.data.removesuffix(b"\n").endswith(case.below.removesuffix(b"\n"))
    assert _is_within(names(case.data), names(migration.data))
    assert migrated(migration.data).data == migration.data
    assert rest(migration.data) == rest(case.data)


def _outside(data: bytes) -> list[str]:
    """The lines that hold nothing of a key that migrations touch, without blank ones at the end."""
    doc = document(data)
    text, lines = doc.source.text, Lines(doc.source.text)
    kept, at = "", 0
    for name, value in doc.root.pairs if doc.root else ():
        if name.value in TOUCHED:
            kept += text[at : lines.start(name.start)]
            at = lines.after(max(content_end(text, value), name.end))
    return (kept + text[at:]).rstrip().splitlines()


def _is_within(few: list[str], many: list[str]) -> bool:
    """True when *many* holds all of *few*, in their order."""
    rest = iter(many)
    return all(each in rest for each in few)
