"""A frozen dataclass with other values in some of its fields.

In: an object whose class has slots and no `__post_init__`, and the new values. Out: what dataclasses.replace returns, in a
third of the time: passes do this for every task.

    replace(instance, backend="gpu")
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def replace(part: T, **changes: object) -> T:
    """The object with the changes; AttributeError for a field that its class does not have."""
    kind: type = type(part)
    values, setters = _access(kind)
    new: T = object.__new__(kind)
    for set_field, value in zip(setters, values(part), strict=True):
        set_field(new, value)
    for name, value in changes.items():
        object.__setattr__(new, name, value)
    return new


@functools.cache
def _access(kind: type) -> tuple[Callable[[Any], tuple[object, ...]], tuple[Callable[[Any, object], None], ...]]:
    """What reads all fields of a class, and what writes each: the slots themselves, which no freezing guards."""
    names: tuple[str, ...] = kind.__match_args__  # type: ignore[attr-defined]
    return operator.attrgetter(*names), tuple(getattr(kind, name).__set__ for name in names)
