"""A fact is what a frozen dataclass would be, and costs a listing nothing to define."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from hermes_fallback.fact import Fact


class Dish(Fact):
    """Fields by name."""

    name: str
    price: int = 5
    tags: tuple[str, ...] = ()


class Plate(Dish):
    """A dish by another name."""


class Soup(Dish):
    """A dish with one field more."""

    hot: bool = True


class Point(Fact, kw_only=False):
    """Fields by position."""

    x: int
    y: int = 0


class Note(Fact, uncompared=("aside",), unshown=("body",)):
    """Fields that are set apart."""

    body: str
    aside: str = ""


class Doubled(Fact, kw_only=False):
    """A fact that has more to do once its fields are set."""

    value: int

    def __post_init__(self) -> None:
        vars(self)["value"] = self.value * 2


def test_fields_not_given_have_their_defaults() -> None:
    """What the class body assigns stands for what the call leaves out."""
    dish = Dish(name="soup")
    assert (dish.name, dish.price, dish.tags) == ("soup", 5, ())


def test_fields_are_given_by_position_where_the_class_says_so() -> None:
    """In the order they stand in, by name too, and mixed."""
    assert Point(1, 2) == Point(1, y=2) == Point(y=2, x=1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(Dish, "Dish lacks `name`", id="missing"),
        pytest.param(lambda: Dish(name="a", colour="red"), "Dish has no field `colour`", id="unknown"),
        pytest.param(lambda: Dish("soup"), "Dish takes 0 fields by position", id="position where names are asked"),
        pytest.param(lambda: Point(1, 2, 3), "Point takes 2 fields by position", id="too many"),
        pytest.param(lambda: Point(1, x=1), "each once", id="twice"),
        pytest.param(lambda: Dish(name="a").but(colour="red"), "Dish has no field `colour`", id="unknown change"),
    ],
)  # fmt: skip
def test_wrong_fields_are_a_type_error(make, words) -> None:  # type: ignore[no-untyped-def]
    """The message names the class and the field."""
    with pytest.raises(TypeError, match=words):
        make()


@pytest.mark.parametrize("name", ["price", "colour"])
def test_nothing_of_a_fact_can_be_set_or_deleted(name: str) -> None:
    """Neither a field nor anything else."""
    dish = Dish(name="soup", price=6)
    with pytest.raises(AttributeError, match=f"`{name}` of Dish"):
        setattr(dish, name, 7)
    with pytest.raises(AttributeError, match=f"`{name}` of Dish"):
        delattr(dish, name)
    assert dish == Dish(name="soup", price=6)


def test_facts_are_compared_by_their_fields() -> None:
    """Equal ones have the same hash; those of another class are never equal."""
    assert Dish(name="a") == Dish(name="a", price=5)
    assert Dish(name="a") != Dish(name="a", price=6)
    assert len({Dish(name="a"), Dish(name="a"), Dish(name="b")}) == 2
    assert Dish(name="a") != Plate(name="a")
    assert Point(1, 0) != (1, 0)


def test_an_uncompared_field_makes_no_difference() -> None:
    """It is carried along and shown."""
    one, other = Note(body="b", aside="x"), Note(body="b", aside="y")
    assert one == other
    assert hash(one) == hash(other)
    assert other.aside == "y"
    assert Note(body="c") != Note(body="b")


def test_the_repr_shows_the_fields_that_may_be_seen() -> None:
    """It reads like the call that makes the fact; what is unshown is not in it."""
    assert repr(Dish(name="a", tags=("x",))) == "Dish(name='a', price=5, tags=('x',))"
    assert repr(Note(body="sk-123", aside="n")) == "Note(aside='n')"


def test_a_change_makes_another_fact() -> None:
    """The one at hand stays as it is."""
    dish = Soup(name="a", tags=("x",))
    assert dish.but(price=9, hot=False) == Soup(name="a", tags=("x",), price=9, hot=False)
    assert dish == Soup(name="a", tags=("x",))


def test_a_subclass_has_the_fields_of_both() -> None:
    """Its own come last."""
    assert Soup.field_names() == ("name", "price", "tags", "hot")
    assert repr(Soup(name="a")) == "Soup(name='a', price=5, tags=(), hot=True)"


def test_a_class_may_finish_its_fields() -> None:
    """What `__post_init__` does is done to every new one."""
    assert Doubled(2).value == 4


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda fact: pickle.loads(pickle.dumps(fact))])
def test_a_copy_is_equal(copied) -> None:  # type: ignore[no-untyped-def]
    """Copies and pickles keep the fields."""
    assert copied(Soup(name="a", price=1)) == Soup(name="a", price=1)


def test_a_type_checker_knows_the_fields(tmp_path: Path) -> None:
    """Names, types, what is required and what cannot be set: as with a dataclass."""
    (tmp_path / "sample.py").write_text(
        "from hermes_fallback.model.link import Link\n"
        "from hermes_fallback.model.origin import Origin\n"
        'link = Link(provider="p", model="m")\n'
        'origin = Origin("http", "h", 80)\n'
        'Link(provider="p")\n'
        'Link(provider="p", model=1)\n'
        'Link("p", "m")\n'
        'Link(provider="p", model="m", colour="red")\n'
        'link.model = "n"\n'
        "reveal_type(link.but(model=1))\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "sample.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = [line.split(":")[1] for line in done.stdout.splitlines() if "error:" in line]
    assert lines == ["5", "6", "7", "8", "9"], done.stdout
    assert 'Revealed type is "hermes_fallback.model.link.Link"' in done.stdout
