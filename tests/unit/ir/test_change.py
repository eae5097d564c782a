"""A changed copy is what dataclasses.replace makes."""

import dataclasses
from dataclasses import dataclass

import pytest
from sflowc.ir.change import replace


@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: int
    y: int = 0
    tags: tuple[str, ...] = ()


def test_it_is_what_the_standard_library_makes() -> None:
    point = Point(1, tags=("a",))
    assert replace(point, y=5) == dataclasses.replace(point, y=5) == Point(1, 5, ("a",))
    assert point == Point(1, 0, ("a",))


def test_a_copy_is_frozen_too() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(Point(1), x=2).x = 3  # type: ignore[misc]


def test_there_are_no_other_fields() -> None:
    with pytest.raises(AttributeError):
        replace(Point(1), z=2)
