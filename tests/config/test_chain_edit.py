"""Editing the chain, shown by before and after: what a reader of the file would have done by hand."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest
from editing import NEW, added, arrange, clear, document, names, paths, removed, reordered

from hermes_fallback.config.chain_edit import _proved
from hermes_fallback.config.chain_plan import plan
from hermes_fallback.config.chain_text import ChainText
from hermes_fallback.config.layout import Splice, splice
from hermes_fallback.errors import InvalidFile, NotFound, UsageError


def text(source: str) -> str:
    return dedent(source).lstrip("\n")


COMMENTED = text("""
    model: x

    fallback_providers:  # my chain
      # cheap first
      - provider: openrouter
        model: a   # best
        # key_env: LATER

      # --- paid from here on ---

      # then nous
      - provider: nous
        model: b
      # - provider: disabled

    display: y
    """)


def test_a_new_link_follows_the_last_one_in_its_style() -> None:
    """Dash, indentation and quotes are those of the siblings; comments behind the list stay behind."""
    assert added(COMMENTED).decode() == COMMENTED.replace(
        "    model: b\n", "    model: b\n  - provider: zai\n    model: glm-4.6\n"
    )


def test_an_entry_leaves_with_its_own_comments_and_no_others() -> None:
    """The lines directly above it and the deeper ones below are its own; a heading apart from it stays."""
    assert removed(COMMENTED, 0).decode() == text("""
        model: x

        fallback_providers:  # my chain

          # --- paid from here on ---

          # then nous
          - provider: nous
            model: b
          # - provider: disabled

        display: y
        """)


def test_a_moved_entry_takes_its_comments_along() -> None:
    """Entries change places with what is theirs; what stands between them stays where it is."""
    assert reordered(COMMENTED, [1, 0]).decode() == text("""
        model: x

        fallback_providers:  # my chain
          # then nous
          - provider: nous
            model: b

          # --- paid from here on ---

          # cheap first
          - provider: openrouter
            model: a   # best
            # key_env: LATER
          # - provider: disabled

        display: y
        """)


def test_the_last_link_leaves_an_empty_list() -> None:
    """The key's own comment and those of nobody stay."""
    assert removed(COMMENTED, 0, 1).decode() == text("""
        model: x

        fallback_providers: []  # my chain

          # --- paid from here on ---

          # - provider: disabled

        display: y
        """)


def test_comments_of_the_next_section_are_not_the_lists() -> None:
    """A comment at the margin behind the list belongs to what follows."""
    before = "fallback_providers:\n- provider: a\n  model: b\n# about z\nz: 1\n"
    assert added(before).decode() == before.replace("# about", "- provider: zai\n  model: glm-4.6\n# about")
    assert removed(before, 0).decode() == "fallback_providers: []\n# about z\nz: 1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "fallback_providers:\n  - provider: zai\n    model: glm-4.6\n", id="missing or empty"),
        pytest.param("# c", "# c\nfallback_providers:\n  - provider: zai\n    model: glm-4.6", id="only a comment"),
        pytest.param(
            "a: 1\n\nb: 2\n", "a: 1\n\nb: 2\n\nfallback_providers:\n  - provider: zai\n    model: glm-4.6\n",
            id="sections set apart",
        ),
        pytest.param(
            "l:\n- 1\n", "l:\n- 1\nfallback_providers:\n- provider: zai\n  model: glm-4.6\n", id="dashes at the margin"
        ),
        pytest.param(
            "a: 1\r\n", "a: 1\r\nfallback_providers:\r\n  - provider: zai\r\n    model: glm-4.6\r\n", id="CRLF"
        ),
        pytest.param(
            "\ufeffa: 1\n", "\ufeffa: 1\nfallback_providers:\n  - provider: zai\n    model: glm-4.6\n", id="BOM"
        ),
        pytest.param(
            "fallback_providers: []  # none\nz: 1\n",
            "fallback_providers:  # none\n  - provider: zai\n    model: glm-4.6\nz: 1\n",
            id="empty list",
        ),
        pytest.param(
            "fallback_providers: {}\n", "fallback_providers:\n  - provider: zai\n    model: glm-4.6\n", id="empty braces"
        ),
        pytest.param(
            "fallback_providers: ~ # c\n",
            "fallback_providers: # c\n  - provider: zai\n    model: glm-4.6\n",
            id="null",
        ),
        pytest.param(
            "fallback_providers: [{provider: a, model: b}]\n",
            "fallback_providers: [{provider: a, model: b}, {provider: zai, model: glm-4.6}]\n",
            id="brackets",
        ),
        pytest.param(
            'fallback_providers:\n  - { provider: "a", model: "b" }  # c\n',
            'fallback_providers:\n  - { provider: "a", model: "b" }  # c\n  - { provider: "zai", model: "glm-4.6" }\n',
            id="braces under dashes",
        ),
        pytest.param(
            "fallback_providers: [\n  {provider: a, model: b}  # one\n]\n",
            "fallback_providers: [\n  {provider: a, model: b},  # one\n  {provider: zai, model: glm-4.6}\n]\n",
            id="brackets over lines",
        ),
        pytest.param(
            '{"a": 1}', '{"a": 1, "fallback_providers": [{"provider": "zai", "model": "glm-4.6"}]}', id="JSON"
        ),
        pytest.param(
            "fallback_providers:\n  provider: a  # c\n  model: b\n",
            "fallback_providers:\n  - provider: a  # c\n    model: b\n  - provider: zai\n    model: glm-4.6\n",
            id="one mapping",
        ),
        pytest.param(
            "fallback_providers:\n  -   provider: 'a'\n      model: 'b'\n",
            "fallback_providers:\n  -   provider: 'a'\n      model: 'b'\n  -   provider: 'zai'\n      model: 'glm-4.6'\n",
            id="wide dashes, single quotes",
        ),
        pytest.param(
            "fallback_providers:\n\n- provider: a\n  model: b\n\n- provider: c\n  model: d\n",
            "fallback_providers:\n\n- provider: a\n  model: b\n\n- provider: c\n  model: d\n\n"
            "- provider: zai\n  model: glm-4.6\n",
            id="blank lines between entries",
        ),
        pytest.param(
            "? fallback_providers\n: - provider: a\n    model: b\n",
            "? fallback_providers\n: - provider: a\n    model: b\n  - provider: zai\n    model: glm-4.6\n",
            id="explicit key",
        ),
        pytest.param(
            "p: |\n  text", "fallback_providers:\n  - provider: zai\n    model: glm-4.6\np: |\n  text", id="open block scalar"
        ),
    ],
)  # fmt: skip
def test_a_link_is_added_as_the_file_is_written(before: str, after: str) -> None:
    """Whatever the shape of the value, the smallest change in the file's own style."""
    assert added(before).decode() == after


def test_a_first_entry_beside_an_explicit_key_can_move() -> None:
    """The entry that shared its line with the colon gets a line of its own."""
    before = "? fallback_providers\n: - provider: a\n    model: b\n  - provider: c\n    model: d\n"
    assert reordered(before, [1, 0]).decode() == (
        "? fallback_providers\n:\n  - provider: c\n    model: d\n  - provider: a\n    model: b\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "# old\nfallback_model:   # one\n  provider: a  # c\n  model: ${M}\n  # tail\nz: 1\n",
            "# old\nfallback_providers:   # one\n  - provider: a  # c\n    model: ${M}\n    # tail\n"
            "  - provider: zai\n    model: glm-4.6\nz: 1\n",
            id="renamed where it stands",
        ),
        pytest.param(
            "fallback_providers: []\nz: 1\n# heading\nfallback_model:  # one\n    provider: a\n    # why\n    model: b\ny: 2\n",
            "fallback_providers:\n  # one\n  - provider: a\n    # why\n    model: b\n  - provider: zai\n    model: glm-4.6\n"
            "z: 1\n# heading\ny: 2\n",
            id="moved into the empty list",
        ),
        pytest.param(
            "fallback_model: {provider: a, model: b}  # c\nfallback_providers:\n- provider: d\n  model: e\n",
            "fallback_providers:\n- provider: d\n  model: e\n# c\n- {provider: a, model: b}\n- provider: zai\n  model: glm-4.6\n",
            id="braces among dashes",
        ),
        pytest.param(
            "fallback_model:\n- provider: a\n  model: b\n- provider: a\n  model: b\nfallback_providers:\n"
            "    -  provider: d\n       model: e\n",
            "fallback_providers:\n    -  provider: d\n       model: e\n    - provider: a\n      model: b\n"
            "    -  provider: zai\n       model: glm-4.6\n",
            id="a list, its double gone",
        ),
        pytest.param(
            "fallback_providers: [{provider: d, model: e}]\nfallback_model:\n  provider: a\n  model: b\n",
            "fallback_providers:\n  - {provider: d, model: e}\n  - provider: a\n    model: b\n"
            "  - provider: zai\n    model: glm-4.6\n",
            id="dashes do not fit into brackets",
        ),
    ],
)  # fmt: skip
def test_links_of_the_legacy_key_move_with_the_first_edit(before: str, after: str) -> None:
    """Their words, comments and variables come along, and the legacy key goes."""
    assert added(before).decode() == after
    assert names(after.encode()) == [*names(before.encode()), "zai:glm-4.6"]


def test_the_legacy_key_keeps_what_is_no_link() -> None:
    """An entry that nobody understands stays where its owner put it, and its key with it."""
    before = "fallback_model:\n  # odd\n  - name: x\n  - provider: a\n    model: b\n"
    assert added(before).decode() == (
        "fallback_model:\n  # odd\n  - name: x\n"
        "fallback_providers:\n  - provider: a\n    model: b\n  - provider: zai\n    model: glm-4.6\n"
    )


def test_entries_that_are_no_links_keep_their_place() -> None:
    """Bare strings and entries without a model are neither moved nor dropped."""
    before = text("""
        fallback_providers:
        - provider: a
          model: b
        - nous/hermes   # someday
        - provider: c
          model: d
        - provider: e
        """)
    swapped = reordered(before, [1, 0]).decode()
    assert swapped == text("""
        fallback_providers:
        - provider: c
          model: d
        - nous/hermes   # someday
        - provider: a
          model: b
        - provider: e
        """)
    assert removed(before, 0, 1).decode() == (
        "fallback_providers:\n- nous/hermes   # someday\n- provider: e\n"
    )


def test_a_double_leaves_with_the_link_it_doubles() -> None:
    """Removing a link must not bring its second copy into force."""
    before = "fallback_providers:\n- {provider: a, model: b}\n- {provider: c, model: d}\n- {provider: A, model: B}\n"
    assert removed(before, 0) == b"fallback_providers:\n- {provider: c, model: d}\n"


def test_a_double_stays_unless_it_would_be_read_first() -> None:
    """It is not ours to tidy up; but the order that was asked for must come out."""
    first, double, other = (
        "- {provider: a, model: b}\n",
        "- {provider: A, model: B}\n",
        "- {provider: c, model: d}\n",
    )
    key = "fallback_providers:\n"
    assert reordered(key + first + other + double, [1, 0]).decode() == key + other + first + double
    assert reordered(key + first + double + other, [1, 0]).decode() == key + other + first


def test_blank_lines_between_entries_go_with_the_one_that_leaves() -> None:
    """One gap is left between two neighbours, none at either end."""
    one, two, three = (f"- provider: {name}\n  model: m\n" for name in "abc")
    before = f"fallback_providers:\n{one}\n{two}\n{three}\nz: 1\n"
    assert removed(before, 1).decode() == f"fallback_providers:\n{one}\n{three}\nz: 1\n"
    assert removed(before, 0).decode() == f"fallback_providers:\n{two}\n{three}\nz: 1\n"
    assert removed(before, 2).decode() == f"fallback_providers:\n{one}\n{two}\nz: 1\n"


def test_a_text_without_a_last_line_break_stays_without() -> None:
    """Whichever entry comes to stand at the end."""
    before = "fallback_providers:\n- provider: a\n  model: b\n- provider: c\n  model: d"
    assert added(before).decode() == before + "\n- provider: zai\n  model: glm-4.6"
    assert removed(before, 1).decode() == "fallback_providers:\n- provider: a\n  model: b"
    assert reordered(before, [1, 0]).decode() == (
        "fallback_providers:\n- provider: c\n  model: d\n- provider: a\n  model: b"
    )


def test_a_chain_is_made_of_old_and_new_entries_in_any_order() -> None:
    """What `apply` needs: keep some, drop some, move some, put new ones between."""
    doc = document(COMMENTED)
    after = arrange(
        doc, ["fallback_providers[1]", NEW, "fallback_providers[0]", {"provider": "q", "model": "r"}]
    )
    assert names(after) == ["nous:b", "zai:glm-4.6", "openrouter:a", "q:r"]
    for comment in (
        "# cheap first",
        "# then nous",
        "# key_env: LATER",
        "# best",
        "# --- paid from here on ---",
    ):
        assert after.decode().count(comment) == 1


@pytest.mark.parametrize(
    "value",
    [
        "no", "y", "NULL", "1e3", "0755", "1_000", "12:30:45", "2026-01-02", "a: b", "a #b", "@cf/meta/x", "- x", "[x]",
        "{x}", "", " x ", "x:", "*a", "&a", "!t", "%x", "`x`", "~", "'", '"', "a\\b", "tab\there", "line\nbreak",
        "\u2028", "é日本🦊", "${VAR}", "<<", "=", "0x1f", "0o17", ".5", ".inf", "-", "?", "|", ">", "qwen3.6:9b", "01-ai/yi",
        "anthropic/claude-sonnet-4", "http://h:8000/v1", "true", "\x85", "\ufeff", "x\u200by", "a,b", "é", "# x",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "before",
    ["", "fallback_providers: [{provider: a, model: b}]\n", "fallback_providers:\n- {provider: 'a', model: 'b'}\n", "{}"],
    ids=["block", "brackets", "single quotes", "JSON"],
)  # fmt: skip
def test_any_value_comes_back_as_it_was_given(value: str, before: str) -> None:
    """Plain only where YAML 1.1 and 1.2 agree that it is text; else quoted, with what must be escaped."""
    entry = {"provider": "p", "model": "m", "note": value}
    after = document(added(before, entry))
    assert after.value()["fallback_providers"][-1] == entry  # type: ignore[index]


def test_numbers_and_lists_of_an_entry_keep_their_type() -> None:
    """`apply` may bring keys of any kind."""
    entry = {
        "provider": "p",
        "model": "m",
        "context_length": 200000,
        "on": [429, "x: y"],
        "f": 1e20,
        "free": True,
        "n": None,
    }
    after = document(added("fallback_providers:\n- provider: a\n  model: b\n", entry))
    assert after.value()["fallback_providers"][-1] == entry  # type: ignore[index]


@pytest.mark.parametrize(
    ("before", "what"),
    [
        ("chain: &c []\nfallback_providers: *c\n", "is an alias"),
        ("fallback_providers: &c\n- provider: a\n  model: b\nx: *c\n", "which is used elsewhere"),
        ("b: &b\n  fallback_providers: [{provider: a, model: b}]\n<<: *b\n", "comes from a merged mapping"),
        ("fallback_providers: '[{\"provider\": \"a\"}]'\n", "holds JSON text in a string"),
        ("fallback_providers: 5\n", "holds a single value"),
        ("fallback_providers: []\nfallback_providers: []\n", "stands twice"),
        ("fallback_model: {}\nfallback_model: {}\n", "stands twice"),
        ("x: !env HOME\n", "cannot be loaded"),
        ("x: !!str\n  a: 1\n", "cannot be loaded"),
        ("x: !!map text\n", "cannot be loaded"),
        ("? [a]\n: 1\n", "cannot be a key"),
        ("d: 2026-13-45\n", "cannot be loaded"),
        ("a: &a 1\nb: &a 2\n", "is defined twice"),
        ("fallback_providers: [{provider: a, model: b}, # c\n  {provider: c, model: d}]\n", "comments stand among"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_safely_is_refused_with_its_place(before: str, what: str) -> None:
    """The message says which line, why, and what to do instead."""
    with pytest.raises(InvalidFile, match=what) as caught:
        added(before)
    assert caught.value.line
    assert caught.value.text in before.splitlines()
    assert caught.value.hint


@pytest.mark.parametrize("value", ['\'[{"provider": "a"}]\'', "5", "text"])
def test_a_value_nobody_can_read_names_the_migration(value: str) -> None:
    """A chain hidden in a string is not thrown away by adding to it; clearing it is what was asked for."""
    with pytest.raises(InvalidFile) as caught:
        added(f"fallback_providers: {value}\n")
    assert caught.value.hint == "hermes config migrate"
    assert clear(document(f"fallback_providers: {value}  # c\n")) == b"fallback_providers: []  # c\n"


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (["fallback_providers[7]"], NotFound),
        (["fallback_providers[0]", "fallback_providers[0]"], UsageError),
        ([{"provider": "a"}], UsageError),
        (["fallback_providers[0]", {"provider": "A", "model": "B"}], UsageError),
    ],
    ids=["unknown place", "named twice", "no model", "new but the same"],
)
def test_an_order_that_makes_no_sense_is_refused(
    order: list[str | dict[str, object]], error: type[Exception]
) -> None:
    """Places that do not exist, doubles, and entries that are no links."""
    with pytest.raises(error):
        arrange(document("fallback_providers:\n- {provider: a, model: b}\n"), order)


def test_the_chain_is_read_with_variables_and_written_without() -> None:
    """An entry that is a link only once its variable is filled in can be moved; its text stays as written."""
    before = "fallback_providers:\n- provider: ${P}\n  model: m\n- provider: a\n  model: b\n"
    doc = document(before)
    after = arrange(
        doc, ["fallback_providers[1]", "fallback_providers[0]"], expand=lambda t: t.replace("${P}", "p")
    )
    assert after.decode() == "fallback_providers:\n- provider: a\n  model: b\n- provider: ${P}\n  model: m\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\n", "a: 1\n"),
        ("fallback_providers: ~ # c\n", "fallback_providers: [] # c\n"),
        ("fallback_model:\n  provider: a\n  model: b\nz: 1\n", "fallback_providers: []\nz: 1\n"),
        ("fallback_providers:\n- x\n- {name: y}\nz: 1\n", "fallback_providers: []\nz: 1\n"),
        ("fallback_providers: []\nfallback_model:\n- x\nz: 1", "fallback_providers: []\nz: 1"),
        ('{"fallback_model": {"provider": "a", "model": "b"}, "fallback_providers": []}', '{"fallback_providers": []}'),
        ("model: {fallback_providers: [x]}\n", "model: {fallback_providers: [x]}\n"),
    ],
    ids=["no key", "null", "legacy alone", "no links", "both", "JSON", "elsewhere"],
)  # fmt: skip
def test_clear_empties_both_keys(before: str, after: str) -> None:
    """One empty list is left where a key stood, and what is not the chain's stays."""
    assert clear(document(before)).decode() == after
    assert clear(document(after)).decode() == after


def test_paths_name_the_entries_of_either_key() -> None:
    """A single mapping is named by its key alone."""
    doc = document(
        "fallback_providers:\n  provider: a\n  model: b\nfallback_model:\n- provider: c\n  model: d\n"
    )
    assert paths(doc) == ["fallback_providers", "fallback_model[0]"]


@pytest.mark.parametrize(
    "wrong",
    [
        Splice(0, 8, "model: y"),
        Splice(0, 8, "model: 'x'"),
        Splice(0, 9, ""),
        Splice(9, 9, "more: 1\n"),
        Splice(31, 31, "&a "),
        Splice(42, 52, "openrouterx"),
        Splice(62, 62, "\n    zone: any"),
        Splice(0, 0, "fallback_model: {provider: q, model: r}\n"),
        Splice(0, 0, "%YAML 1.1\n---\n"),
        Splice(0, 0, "a: [\n"),
    ],
    ids=lambda change: change.text.strip() or "key gone",
)
def test_an_edit_that_changes_anything_else_does_not_pass_the_proof(wrong: Splice) -> None:
    """Should the writer ever err, its own result is compared with what was meant, and refused."""
    doc = document("model: x\nfallback_providers:\n- provider: openrouter\n  model: a\nz: 1\n")
    todo = plan(doc, ["fallback_providers[0]", NEW], None)
    assert todo is not None
    right = ChainText(doc, [todo.target, todo.legacy]).rewrite(todo.target, todo.parts)
    assert _proved(doc, right, todo, None).data == added(doc.data)
    after = splice(splice(doc.source.text, right), [wrong])
    with pytest.raises(InvalidFile, match="without touching something else"):
        _proved(doc, [Splice(0, len(doc.source.text), after)], todo, None)


def test_an_edit_that_gives_another_chain_does_not_pass_the_proof() -> None:
    """The result is merged as Hermes Agent merges it, and must be the chain that was asked for."""
    doc = document("fallback_providers:\n- provider: a\n  model: b\n")
    todo = plan(doc, ["fallback_providers[0]", NEW], None)
    assert todo is not None
    right = ChainText(doc, [todo.target, todo.legacy]).rewrite(todo.target, todo.parts)
    with pytest.raises(InvalidFile, match="without touching something else"):
        _proved(doc, right, replace(todo, links=todo.links[::-1]), None)
