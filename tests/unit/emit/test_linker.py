"""Which units of the runtime a script gets."""

from collections.abc import Callable

import pytest
from sflowc.emit import linker


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replaces the runtime by units of these requirements."""

    def replace(**required: str | None) -> None:
        def text(folder: str, name: str) -> str:
            assert folder == "runtime_sh"
            unit = name.removesuffix(".sh")
            needs = required[unit]
            line = "" if needs is None else f"# requires: {needs}\n"
            return f"# shellcheck shell=bash\n# {unit}: what it does\n{line}\nsf_{unit}_do() {{ :; }}\n"

        monkeypatch.setattr(linker.resources, "read_text", text)
        for cached in (linker.unit_source, linker.requirements):
            cached.cache_clear()

    yield replace
    monkeypatch.undo()
    for cached in (linker.unit_source, linker.requirements):
        cached.cache_clear()


def names(*roots: str) -> list[str]:
    return [name for name, _ in linker.link(roots)]


def test_requirements_come_first_and_once(units: Callable[..., None]) -> None:
    units(a="b c", b="d", c="d", d="", e="")
    assert names("a") == ["d", "b", "c", "a"]


def test_units_that_nobody_needs_stay_away(units: Callable[..., None]) -> None:
    units(a="", b="")
    assert names("b") == ["b"]


def test_units_may_need_each_other(units: Callable[..., None]) -> None:
    units(a="b", b="a")
    assert names("a") == ["b", "a"]


def test_roots_keep_their_order(units: Callable[..., None]) -> None:
    units(a="", b="", c="a")
    assert names("b", "c", "a") == ["b", "a", "c"]


def test_lines_for_developers_are_left_out(units: Callable[..., None]) -> None:
    units(a="")
    assert linker.link(("a",)) == (("a", "# a: what it does\n\nsf_a_do() { :; }"),)


def test_a_unit_that_does_not_say_what_it_needs_is_a_bug(units: Callable[..., None]) -> None:
    units(a=None)
    with pytest.raises(ValueError, match="a has no '# requires:' line"):
        linker.link(("a",))
