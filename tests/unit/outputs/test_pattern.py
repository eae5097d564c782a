"""Patterns: what is a field and what is text, and what is refused at which place."""

import pytest
from sflowc.outputs.awk import clash, paths
from sflowc.outputs.pattern import Field, Format, Literal, PatternError, split


def fields(pattern: str) -> list[tuple[tuple[str, ...], Format]]:
    return [(part.path, part.format) for part in split(pattern) if isinstance(part, Field)]


@pytest.mark.parametrize(
    ("pattern", "path", "form"),
    [
        ("{ttft:f}", ("ttft",), Format(type="f")),
        ("{}", (), Format()),
        ("{0:d}", (), Format(type="d")),
        ("{_x}", (), Format()),
        ("{a.b-c}", ("a.b-c",), Format()),
        ("{a[b][c d]}", ("a", "b", "c d"), Format()),
        ("{a[b].c}", ("a", "b"), Format()),
        ("{n:,d}", ("n",), Format(grouping=",", type="d")),
        ("{n:*^+08.3f}", ("n",), Format("*", "^", 8, "", 3, "f")),
        ("{n:<<5}", ("n",), None),
        ("{n:=5d}", ("n",), Format("", "=", 5, "", None, "d")),
        ("{n:-}", ("n",), Format()),
        ("{n:.2}", ("n",), Format(precision=2)),
        ("{n:%}", ("n",), Format(type="%")),
    ],
)
def test_a_field(pattern: str, path: tuple[str, ...], form: Format | None) -> None:
    if form is None:
        with pytest.raises(PatternError):
            split(pattern)
    else:
        assert fields(pattern) == [(path, form)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{{a}}", "{a}"),
        ('{"a": {x}', '{"a": '),
        ("} {", "} {"),
        ("{a b} c", "{a b} c"),
        ("{{}}", "{}"),
        ("a {b c: {x}", "a {b c: "),
    ],
)
def test_text(pattern: str, text: str) -> None:
    assert split(pattern)[0] == Literal(text)


@pytest.mark.parametrize(
    ("pattern", "place", "code"),
    [
        ("a {x:q} b", "{x:q}", "output-type"),
        ("a {x:ti}", "{x:ti}", "output-type"),
        ("{x:%Y-%m-%d}", "{x:%Y-%m-%d}", "output-type"),
        ("{x} {y} {x}", "{x}", "output-pattern"),
        ("{a} {a[b]}", "{a[b]}", "output-pattern"),
        ("x{,3}y", "{,3}", "output-pattern"),
        ("x{1,3}y", "{1,3}", "output-pattern"),
        ("{x:d}{a b}", "{a b}", "output-pattern"),
        ("{x:}", "{x:}", "output-pattern"),
        ("{x:.300}", "{x:.300}", "output-pattern"),
        ("{x:30d}", "{x:30d}", "output-pattern"),
        ("{x:256}", "{x:256}", "output-pattern"),
        ("{x:5.3}", "{x:5.3}", "output-pattern"),
        ("{x:00d}", "{x:00d}", "output-pattern"),
        ("{x:|>5}", "{x:|>5}", "output-pattern"),
        ("{x:.=5d}", "{x:.=5d}", "output-pattern"),
        ("a\nb", "\n", "output-pattern"),
        ("", "", "empty-pattern"),
    ],
)
def test_what_is_refused(pattern: str, place: str, code: str) -> None:
    with pytest.raises(PatternError) as caught:
        split(pattern)
    assert pattern[caught.value.start : caught.value.end] == place
    assert caught.value.code == code


def test_fields_of_several_patterns_go_together() -> None:
    assert paths(["{a} {b[c]}", "{d:w} {e:d}"]) == {("a",): False, ("b", "c"): False, ("d",): False, ("e",): True}
    assert clash(["{a[b]}", "{a[c]}", "{b}"]) is None
    assert clash(["{a[b]}", "{a}"]) == (("a", "b"), ("a",))
