"""What an expression may cost: no input, however odd, takes more than about a second or a few megabytes.

In: values and what is about to be done with them. Out: nothing, or the Failure `expression-limit`. Sizes are estimated
before the work is done.

    Budget().charge("abc" * 10)
"""

from __future__ import annotations

from .failures import Failure

LIMIT = 5_000_000
"""The cost of one evaluation, in characters; an element of a list counts as some."""

_ELEMENT = 8
_BITS = 8192
RANGE = 100_000


def too_much(what: str) -> Failure:
    return Failure(
        "expression-limit", f"{what}: more than an expression may compute", help_line="compute it in the script"
    )


def weight(value: object) -> int:
    """How large a value is when it is printed or walked. A list that occurs twice counts twice, but is walked once."""
    if isinstance(value, str):
        return _ELEMENT + len(value)
    if not isinstance(value, (list, tuple, dict, range)):
        return _ELEMENT
    return _container(value, {})


def _container(value: list[object] | tuple[object, ...] | dict[object, object] | range, seen: dict[int, int]) -> int:
    if isinstance(value, range):
        return _ELEMENT * (1 + len(value))
    known = seen.get(id(value))
    if known is not None:
        return known
    total = _ELEMENT
    for item in (*value.keys(), *value.values()) if isinstance(value, dict) else value:
        total += _container(item, seen) if isinstance(item, (list, tuple, dict, range)) else weight(item)
    seen[id(value)] = total
    return total


class Budget:
    """What one evaluation has left."""

    def __init__(self) -> None:
        self.left = LIMIT

    def charge(self, *values: object, calls: int = 0) -> None:
        """Takes the weights of some values, and of some calls, off what is left."""
        self.left -= sum(map(weight, values)) + 40 * calls
        if self.left < 0:
            raise too_much("this takes too long")


def check_growth(value: object, arguments: tuple[object, ...]) -> None:
    """Refuses a call whose result may be as large as the value times an argument: `center`, `replace`, `join`..."""
    factor = 1
    for argument in arguments:
        if isinstance(argument, str):
            factor = max(factor, len(argument))
        elif isinstance(argument, int):
            factor = max(factor, abs(argument))
    if weight(value) * factor > LIMIT:
        raise too_much("the result is too large")


def check_product(left: object, right: object) -> None:
    """Refuses `left * right` when it is too large."""
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() + right.bit_length() > _BITS:
            raise too_much("the number is too large")
        return
    times, repeated = (left, right) if isinstance(left, int) else (right, left)
    size = len(repeated) if isinstance(repeated, str) else weight(repeated)
    if isinstance(times, int) and times > 0 and size * times > LIMIT:
        raise too_much("the result is too large")


def check_power(left: object, right: object) -> None:
    """Refuses `left ** right` when it is too large."""
    if isinstance(left, int) and isinstance(right, int) and abs(left) > 1 and left.bit_length() * right > _BITS:
        raise too_much("the number is too large")
