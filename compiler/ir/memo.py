"""What a function has made of objects that never change, kept for the next time that it is asked.

In: a function of frozen objects. Out: the same one, which computes once for the same objects: a batch compiles the same tasks for
many rows. Equal objects do not count as the same: to compare trees would cost more than most of what is made of them.

    scalars_of = by_identity(scalars)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_LIMIT = 4096
"""So many results are kept of each function; then it begins anew."""


def by_identity(function: Callable[P, T]) -> Callable[P, T]:
    """The function with a memory. It takes positional arguments only, and neither changes nor reports anything."""
    found: dict[tuple[int, ...], tuple[tuple[object, ...], T]] = {}

    @functools.wraps(function)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
        key = tuple(map(id, args))
        known = found.get(key)
        if known is not None:
            return known[1]
        if len(found) >= _LIMIT:
            found.clear()
        value = function(*args, **kwargs)
        found[key] = (args, value)  # as long as the arguments are kept, no other object has their ids
        return value

    return remembered
