"""Loading YAML: what scalars mean, where everything stands, and what is refused."""

import math
import time
from dataclasses import replace

import pytest
from sflowc.diagnostics import Reporter, Span
from sflowc.ir.tree import Mapping, Scalar, Sequence, span_at, to_python
from sflowc.source.load import MAX_DEPTH, load


def tree(text: str | bytes) -> Mapping:
    report = Reporter()
    root = load("f.yaml", text.encode() if isinstance(text, str) else text, report).root
    assert list(report) == []
    assert root is not None
    return root


def value(text: str | bytes) -> object:
    return to_python(tree(text))


def problems(text: str | bytes) -> list[tuple[str, int, int]]:
    report = Reporter()
    load("f.yaml", text.encode() if isinstance(text, str) else text, report)
    return [(found.code, found.span.line, found.span.column) for found in report if found.span]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *[(word, True) for word in ("true", "True", "TRUE")],
        *[(word, False) for word in ("false", "False", "FALSE")],
        *[(word, None) for word in ("null", "Null", "NULL", "~", "")],
        *[(word, word) for word in ("yes", "no", "on", "off", "Yes", "NO", "y", "n", "tRue", "nULL")],
        ("010", 10), ("-07", -7), ("+12", 12), ("0", 0),
        ("0o17", 15), ("0x1F", 31), ("-0x1F", "-0x1F"), ("0b11", "0b11"), ("0o8", "0o8"),
        ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-1.5E-2", -0.015), (".inf", math.inf), ("-.INF", -math.inf),
        *[(word, word) for word in ("00:30:00", "1_000", "2024-01-01", "1e", ".", "-", "1.2.3", "=", "<<", "0.1.")],
        ("'4'", "4"), ('"true"', "true"), ("!!str 4", "4"), ("! 4", "4"), ("'é ☃ 😀'", "é ☃ 😀"),
    ],
)  # fmt: skip
def test_scalars_of_the_core_schema(written: str, meant: object) -> None:
    found = value(f"a: {written}" if written != "-" else "a: '-'")
    assert isinstance(found, dict)
    assert (found["a"], type(found["a"])) == (meant, type(meant))


def test_nan() -> None:
    found = value("a: .NaN")
    assert isinstance(found, dict)
    assert math.isnan(found["a"])


@pytest.mark.parametrize("digits", ["9" * 5000, "0x" + "f" * 5000, "0o" + "7" * 9000, "1" + "0" * 5000 + ".0"])
def test_a_number_that_nobody_can_mean_stays_text(digits: str) -> None:
    assert value(f"a: {digits}") == {"a": digits}


def test_a_scalar_keeps_what_was_written() -> None:
    scalar = tree("account: 0123").get("account")
    assert isinstance(scalar, Scalar)
    assert (scalar.text, scalar.value) == ("0123", 123)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a: |\n  x\n   y\n\n", "x\n y\n"),
        ("a: |-\n  x\n  y\n", "x\ny"),
        ("a: |+\n  x\n\n", "x\n\n"),
        ("a: >\n  x\n  y\n\n  z\n", "x y\nz\n"),
        ("a: x\n  y\n", "x y"),
        ('a: "x\\ty\\\n  z"\n', "x\tyz"),
        ("a: 'it''s'", "it's"),
    ],
)
def test_the_text_of_a_scalar(written: str, text: str) -> None:
    assert value(written) == {"a": text}


def test_the_bytes_before_and_at_the_ends_of_lines_do_not_matter() -> None:
    plain = value("a: 1\nb: |\n  x\n  y\n")
    assert value(b"\xef\xbb\xbfa: 1\nb: |\n  x\n  y\n") == plain
    assert value(b"a: 1\r\nb: |\r\n  x\r\n  y\r\n") == plain
    assert value(b"a: 1\rb: |\r  x\r  y\r") == plain


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "null\n", "~", "---\n...\n"])
def test_an_empty_document_is_no_error(text: str) -> None:
    report = Reporter()
    assert load("f.yaml", text.encode(), report).root is None
    assert list(report) == []


def test_the_sha256_is_that_of_the_bytes() -> None:
    loaded = load("f.yaml", b"a: 1\n", Reporter())
    assert loaded.sha256 == "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae"


def test_places() -> None:
    root = tree("a: x\nlist:\n  - 'é'\n  - {k: [1, 2]}\n")
    assert root.entries["list"].key_span == Span("f.yaml", 2, 1, 2, 5)
    items = root.get("list")
    assert isinstance(items, Sequence)
    assert items.items[0].span == Span("f.yaml", 3, 5, 3, 8)
    assert items.items[1].span == Span("f.yaml", 4, 5, 4, 16)


def test_anchors_and_aliases() -> None:
    assert value("a: &x [1, {b: 2}]\nc: *x\nd: &x 3\ne: *x\n") == {
        "a": [1, {"b": 2}],
        "c": [1, {"b": 2}],
        "d": 3,
        "e": 3,
    }


def test_merge_keys() -> None:
    text = "a: &x {p: 1, q: 2}\nb: &y {q: 3, r: 4}\n"
    assert value(f"{text}c: {{p: 9, <<: *x}}")["c"] == {"q": 2, "p": 9}  # type: ignore[index]
    assert value(f"{text}c: {{<<: [*x, *y], p: 9}}")["c"] == {"p": 9, "q": 2, "r": 4}  # type: ignore[index]
    assert value(f"{text}c: {{<<: *x, <<: *y}}")["c"] == {"p": 1, "q": 2, "r": 4}  # type: ignore[index]
    assert value("a: {'<<': 1}") == {"a": {"<<": 1}}
    assert problems("a: {<<: 1}") == [("bad-merge-key", 1, 9)]


def test_a_duplicate_key_shows_both_places() -> None:
    report = Reporter()
    load("f.yaml", b"a:\n  b: 1\n  'b': 2\n", report)
    (found,) = report
    assert (found.code, str(found.span)) == ("duplicate-key", "f.yaml:3:3")
    assert [str(label.span) for label in found.labels] == ["f.yaml:2:3"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\n---\nb: 2\n", ("several-documents", 2, 1)),
        ("a:\n\tb: 1\n", ("yaml-syntax", 2, 1)),
        ("a:\n  - x\n\t- y\n", ("yaml-syntax", 3, 1)),
        ("a: b: c\n", ("yaml-syntax", 1, 5)),
        ("a: [1\nb: 2\n", ("yaml-syntax", 2, 2)),
        ("b: 'x\n", ("yaml-syntax", 1, 4)),
        ("a: @x\n", ("yaml-syntax", 1, 4)),
        ("a: x\nb: \x07\n", ("yaml-syntax", 2, 4)),
        ("a: *x\n", ("unknown-anchor", 1, 4)),
        ("a: &x [*x]\n", ("unknown-anchor", 1, 8)),
        ("a: &x\n  <<: *x\n", ("unknown-anchor", 2, 7)),
        ("a: !!python/object:os.system x\n", ("unknown-tag", 1, 4)),
        ("a: {{ x }}\n", ("complex-key", 1, 5)),
        ("- a\n", ("not-a-mapping", 1, 1)),
        ("hello", ("not-a-mapping", 1, 1)),
        (b"a: 1\nb: \xc3\xa9\xff\n", ("not-utf-8", 2, 5)),
        (b"\xff\xfea\x00", ("not-utf-8", 1, 1)),
    ],
)
def test_what_is_no_yaml_or_not_ours(text: str | bytes, problem: tuple[str, int, int]) -> None:
    assert problems(text) == [problem]


def test_a_tab_is_named_as_what_it_is() -> None:
    report = Reporter()
    load("f.yaml", b"a:\n\tb: 1\n", report)
    (found,) = report
    assert "tab" in found.message
    assert found.help == "indent with spaces"


def laughs(levels: int) -> str:
    lines = ["a0: &a0 [" + ",".join("x" * 10) + "]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [laughs(9), "a: " + "[" * 5000, "a: " + "[" * 5000 + "]" * 5000, "- " * 300_000 + "x", "a: " + "{a: " * 400, "? " * 3000],
    ids=["laughs", "open", "closed", "block", "braces", "keys"],
)  # fmt: skip
def test_what_is_too_much_is_refused_at_once(text: str) -> None:
    began = time.process_time()
    assert {code for code, _, _ in problems(text)} == {"yaml-too-large"}
    assert time.process_time() - began < 1


def test_what_is_deep_but_not_too_deep() -> None:
    nested = value(f"a: {'[' * (MAX_DEPTH - 1)}{']' * (MAX_DEPTH - 1)}")
    assert str(nested).count("[") == MAX_DEPTH - 1


@pytest.mark.parametrize(
    ("text", "piece", "occurrence", "place"),
    [
        ("a: x ${{ y }}", "y", 0, (1, 10)),
        ("a: 'it''s ${{ y }}'", "y", 0, (1, 15)),
        ("a: |\n  one y\n  two ${{ y }}\n", "y", 1, (3, 11)),
        ("a: >\n  one\n  two ${{ y }}\n", "y", 0, (3, 11)),
        ("a: aaaa ${{ aa }}", "aa", 2, (1, 13)),
    ],
)
def test_a_place_inside_a_scalar(text: str, piece: str, occurrence: int, place: tuple[int, int]) -> None:
    scalar = tree(text).get("a")
    assert isinstance(scalar, Scalar)
    offset = -1
    for _ in range(occurrence + 1):
        offset = scalar.text.index(piece, offset + 1) if offset < 0 else scalar.text.index(piece, offset + len(piece))
    span = span_at(scalar, offset, len(piece))
    assert (span.line, span.column, span.end_column) == (*place, place[1] + len(piece))


def test_a_place_that_cannot_be_told_is_the_scalar() -> None:
    scalar = tree('a: "x\\u0041y"').get("a")
    assert isinstance(scalar, Scalar)
    assert span_at(scalar, 1) == Span("f.yaml", 1, 6, 1, 12)
    assert span_at(scalar, 3) == scalar.span
    assert span_at(replace(scalar, source=()), 1) == scalar.span


def test_text_with_a_nul_is_refused() -> None:
    assert problems('a: b\nc: "x\\0y"') == [("nul-character", 2, 4)]
