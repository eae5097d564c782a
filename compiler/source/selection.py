"""Which rows of a table are meant.

In: what `--row` says, as Python's slices or lists have it, and how many rows there are. Out: their numbers, in the order said, each
once; SelectionError with the reason when one is not there.

    select_rows(["1:4", "7,9"], 9) == [1, 2, 3, 7, 9]
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SLICE = re.compile(r"(-?\d*):(-?\d*)(?::(-?\d*))?")


class SelectionError(ValueError):
    """A selection that means nothing, or rows that are not there."""


def select_rows(selections: Iterable[str], count: int) -> list[int]:
    """The numbers, from 1; all without a selection. The end of `1:4` is not meant, as in Python."""
    texts = list(selections)
    if not texts:
        return list(range(1, count + 1))
    numbers: dict[int, None] = {}
    for text in texts:
        for part in text.strip().removeprefix("[").removesuffix("]").split(","):
            numbers.update(dict.fromkeys(_numbers(part.strip(), count, text)))
    if not numbers:
        raise SelectionError(f"'{' '.join(texts)}' selects no row of the {count}")
    return list(numbers)


def _numbers(part: str, count: int, whole: str) -> Iterable[int]:
    found = _SLICE.fullmatch(part)
    if found:
        start, stop, step = (int(text) if text else None for text in found.groups())
        if step == 0:
            raise SelectionError(f"the step of '{part}' is 0")
        if start == 0 or (stop is not None and stop > count + 1) or (start is not None and start > count):
            raise SelectionError(f"'{part}': there are rows 1 to {count}")
        return range(1, count + 1)[_index(start) : _index(stop) : step]
    if not re.fullmatch(r"-?\d+", part):
        raise SelectionError(f"'{whole}' is no selection of rows; write such as 3, 1:4, 1:6:2 or 1,3,5")
    number = int(part)
    if number < 0:
        number += count + 1
    if not 1 <= number <= count:
        raise SelectionError(f"there is no row {part}: there are rows 1 to {count}")
    return [number]


def _index(number: int | None) -> int | None:
    """The index in a list that begins with row 1."""
    return number if number is None or number < 0 else number - 1
