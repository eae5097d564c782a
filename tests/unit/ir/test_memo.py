"""Results are kept of the same objects, and of those alone."""

from sflowc.ir.memo import by_identity


class Box:
    """Equal to every other one."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Box)

    __hash__ = None  # type: ignore[assignment]


def test_computes_once_for_the_same_objects() -> None:
    calls = []

    @by_identity
    def seen(first: object, second: object) -> int:
        calls.append((first, second))
        return len(calls)

    a, b = Box(), Box()
    assert [seen(a, b), seen(a, b), seen(b, a), seen(a, a), seen(a, b)] == [1, 1, 2, 3, 1]


def test_an_object_that_takes_the_place_of_another_is_another() -> None:
    @by_identity
    def text(items: list[int]) -> str:
        return str(items)

    assert all(text([number]) == f"[{number}]" for number in range(10_000))


def test_nothing_is_a_result_too() -> None:
    calls = []

    @by_identity
    def nothing(part: object) -> None:
        calls.append(part)

    part = Box()
    nothing(part)
    nothing(part)
    assert len(calls) == 1
