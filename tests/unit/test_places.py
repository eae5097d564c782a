"""Where the characters of a scalar stand: whatever YAML makes of the lines."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sflowc.diagnostics import Reporter
from sflowc.ir.places import char_places
from sflowc.ir.tree import Mapping, Scalar, Sequence, span_at
from sflowc.source.load import load


def scalars(text: str) -> list[Scalar]:
    report = Reporter()
    queue = [load("f.yaml", text.encode(), report).root]
    assert list(report) == []
    found = []
    while queue:
        node = queue.pop(0)
        if isinstance(node, Scalar):
            found.append(node)
        elif isinstance(node, Sequence):
            queue += node.items
        elif isinstance(node, Mapping):
            queue += [entry.value for entry in node.entries.values()]
    return found


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("a: one two", "two", (1, 8)),
        ("a: 'it''s two'", "two", (1, 11)),
        ('a: "\\x41\\n\\u00e9 two"', "two", (1, 18)),
        ('a: "one\\\n   two"', "two", (2, 4)),
        ("a: one\n  more\n\n  two", "two", (4, 3)),
        ("a: 'one\n  more\n\n  two'", "two", (4, 3)),
        ("a: |\n  one\n  two\n", "two", (3, 3)),
        ("a: |\n\n  one\n    two\n", "two", (4, 5)),
        ("a: |1\n   one\n two\n", "two", (3, 2)),
        ("a: >\n  one\n  two\n", "two", (3, 3)),
        ("a: >-\n  one\n\n  more\n   two\n  end\n", "two", (5, 4)),
        ("a: &x |+  # why\n  one\n  two\n\n\n", "two", (3, 3)),
        ("a: !!str >2-\n    one\n  two\n", "two", (3, 3)),
        ("k:\n- - - |\n      one\n      two", "two", (4, 7)),
        ("a: [x, 'y two']", "two", (1, 11)),
        ("a: |\n  é日 two two\n", "two", (2, 6)),
    ],
)
def test_a_word_stands_where_it_is_written(text: str, word: str, place: tuple[int, int]) -> None:
    (scalar,) = [one for one in scalars(text) if word in one.text]
    span = span_at(scalar, scalar.text.index(word), len(word))
    assert (span.line, span.column) == place
    assert (span.end_line, span.end_column) == (place[0], place[1] + len(word))
    assert char_places(scalar) is not None


LINE = st.text("ab #:'\"\\\t-é{}$", max_size=12)
TEXT = st.lists(LINE, max_size=6).map("\n".join)


def check(document: str) -> None:
    for scalar in scalars(document):
        places = char_places(scalar)
        assert places is not None, (document, scalar)
        lines = document.splitlines()
        for character, (line, column) in zip(scalar.text, places, strict=True):
            written = lines[line - 1][column - 1 : column]
            assert written == character or character in "\n " or written in "\\'", (document, character, line, column)


@settings(max_examples=300, deadline=None)
@given(TEXT, st.sampled_from(["'", '"', "|", ">"]), st.integers(2, 60))
def test_what_is_dumped_in_any_style_is_found(text: str, style: str, width: int) -> None:
    check(yaml.dump({"k": [{"v": text}]}, default_style=style, width=width, allow_unicode=True))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text("ab c\\'#", max_size=8), max_size=5), st.sampled_from(["|", ">"]), st.sampled_from(["", "-", "+"])
)
def test_blocks_as_people_write_them(lines: list[str], style: str, sign: str) -> None:
    body = "".join(f"   {line}\n" if line.strip() else "\n" for line in ["x", *lines])
    check(f"k: {style}{sign}\n{body}end: 1\n")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("ab c'", min_size=1, max_size=8), min_size=1, max_size=5))
def test_quoted_lines_as_people_write_them(lines: list[str]) -> None:
    text = "\n  ".join(line.replace("'", "''") for line in lines)
    check(f"k: 'x{text}y'\n")
    check(f"k: {json.dumps('x'.join(lines))}\n")
