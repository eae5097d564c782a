"""Outputs: what Python's parse finds in a line, the awk code finds, run by each awk there is.

Two things are told otherwise on purpose: a field at the end of a pattern takes as much as it can, an untyped one all up to
the end of the line, where parse's own search would stop after one character; and a sign behind a space counts, which
parse loses.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import parse
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from requirements import need
from sflowc.outputs.awk import clash, program
from sflowc.outputs.pattern import Field, PatternError, split

RUNTIME = Path(__file__).resolve().parents[3] / "runtime_sh"
ANY = object()
AWKS = {"mawk": ["mawk"], "gawk": ["gawk"], "original-awk": ["original-awk"], "busybox": ["busybox", "awk"]}


@cache
def functions() -> str:
    source = 'source "$1/outputs_json.sh"; source "$1/outputs_awk.sh"; sf_outputs_awk'
    done = subprocess.run(["bash", "-c", source, "bash", RUNTIME], capture_output=True, check=True)
    return done.stdout.decode()


def found(awk: str, patterns: tuple[str, ...], log: bytes, *, label: bool = False) -> dict:
    """outputs.json as an awk writes it."""
    need(awk)
    done = subprocess.run(
        [*AWKS[awk], functions() + program(patterns, label=label)],
        input=log,
        capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
        timeout=20,
    )
    assert done.stderr == b"", (patterns, done.stderr)
    assert done.returncode == 0
    return json.loads(done.stdout, parse_float=_decimal, parse_constant=pytest.fail)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of many digits
        return Decimal(float(text))


def expected(patterns: tuple[str, ...], lines: list[str]) -> dict:
    """The same, as parse has it."""
    values: dict[tuple[str, ...], list[object]] = {}
    parsers = [(parse.compile(pattern), split(pattern)) for pattern in patterns]
    regexes = [_expression(parser, parts) for parser, parts in parsers]
    order = [part.path for _, parts in parsers for part in parts if isinstance(part, Field) and part.path]
    for line in lines:
        for (parser, _), regex in zip(parsers, regexes, strict=True):
            at = 0
            while match := regex.search(line, at):
                at = match.end()
                for group in parser.named_fields:
                    name = parser._group_to_name_map[group]
                    path = tuple(re.sub(r"\[([^]]+)\]", "\n\\1", name).split("\n"))
                    values.setdefault(path, []).append(_value(parser, group, match))
    whole: dict = {}
    for path in dict.fromkeys(order):
        if path in values:
            *above, last = path
            inner = whole
            for key in above:
                inner = inner.setdefault(key, {})
            inner[last] = values[path] if len(values[path]) > 1 else values[path][0]
    return whole


def _expression(parser: parse.Parser, parts: tuple) -> re.Pattern[str]:
    """What parse searches for; a field at the end takes as much as it can."""
    expression, last = parser._expression, parts[-1]
    if isinstance(last, Field) and last.format.type == "d":
        before, opening, choice = re.fullmatch(r"(.*)(\(\?P<\w+>|\()(.*)", expression, re.DOTALL).groups()
        decimal, others, after = re.fullmatch(r"(.*?)\|(.*)(\).*)", choice, re.DOTALL).groups()
        expression = f"{before}{opening}{others}|{decimal}{after}"
    if isinstance(last, Field) and not last.format.type:
        if last.format.precision is None:
            expression += r"\Z"
        else:
            head, tail = expression.rsplit("}?)", 1)
            expression = f"{head}}}){tail}"
    return re.compile(expression, parser._re_flags)


def _value(parser: parse.Parser, group: str, match: re.Match[str]) -> object:
    text, convert = match[group], parser._type_conversions.get(group)
    if convert is None:
        return text
    try:
        value = convert(text.lstrip(" +"), match)
    except ValueError:  # it fails at a lone comma for {:,d}, and at what fills a number
        return ANY
    return None if isinstance(value, float | Decimal) and not math.isfinite(value) else value


def same(ours: object, theirs: object) -> bool:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if theirs is ANY:
        return True
    if theirs is None and isinstance(ours, Decimal):
        return ours.copy_abs() > Decimal("1e308")  # infinite only to a float
    if isinstance(theirs, float | Decimal) and isinstance(ours, int | Decimal):
        return math.isclose(float(ours), float(theirs), rel_tol=1e-12)
    return type(ours) is type(theirs) and ours == theirs


_LITERALS = st.one_of(
    st.sampled_from(
        [" ", ": ", "=", ", ", " ms", "TTFT", "a", "x", "0", "-", "%", "{{", "}}", "é", "{", "}", "|", ";"]
    ),
    st.sampled_from(
        [".", "(b)", "[c]", "c*", "d+", "?", "^", "$", "\\", "/", "\t", '"', "&", "#", "'", "µs", "Ж", "{ a}"]
    ),
)
_NAMES = st.sampled_from(["", "", "a", "b", "c", "d", "e_1", "f.g", "h-i", "j[k]", "j[l]", "j[m][n]", "0", "_x"])
_TYPES = st.sampled_from([*"nboxX%fFeEgGwWdDsSldddffgg", "", "", "", ".0f", ".2f", "5.1f"])
_SIZES = st.sampled_from(
    ["", "", "", "", "3", "05", ">", "<", "^", "=", ">4", "<6", "^5", "_>5", "0=6", "x=4", "*^7", "é<4", "+", " 3"]
)
_TEXT_SIZES = st.sampled_from(["", "", "", "2", ".3", "2.4", ">", "<5", "^.3", "->8", "10"])


@st.composite
def fields(draw: st.DrawFn) -> str:
    kind = draw(_TYPES)
    size = draw(_SIZES if kind else _TEXT_SIZES)
    grouping = draw(st.sampled_from(["", "", ",", "_"])) if kind == "d" else ""
    spec = size + grouping + kind if kind[:1] not in "5." or not kind else kind
    return "{" + draw(_NAMES) + (f":{spec}" if spec else "") + "}"


_PATTERNS = st.lists(st.one_of(_LITERALS, fields(), fields()), min_size=1, max_size=6).map("".join)
_NUMBERS = [
    "12",
    "-5",
    "+7",
    " 3",
    "- 4",
    "0x1F",
    "0b101",
    "0o17",
    "007",
    "1,234",
    "1_000",
    "1,234.567",
    "12.5",
    "-.5",
    "+1.50",
]
_FLOATS = [
    "0.0",
    "1e5",
    "2.5E-3",
    "1.5e+10",
    "nan",
    "-inf",
    "INF",
    "50%",
    "0.25%",
    "1.2.3",
    "5x",
    "xx3",
    "00012",
    "-5-6",
    "11-2",
]
_LARGE = ["123456789012345678901234567890", "0xfffffffffffffffffff"]
_WORDS = ["abc", "Zoë", "a_b1", "--", " ", "  ", "\t", "x y", "!?", "___", "*", "0", "e", "a"]
_SAMPLES = st.sampled_from([*_NUMBERS, *_FLOATS, *_LARGE, *_WORDS])
_JUNK = st.text("ab0 1.-:=%{}éx,\t", max_size=8)


@st.composite
def lines_for(draw: st.DrawFn, pattern: str) -> str:
    """A line in which the pattern stands, or nearly."""
    pieces = [draw(_JUNK) if draw(st.booleans()) else ""]
    for part in split(pattern):
        if isinstance(part, Field):
            padding = draw(st.sampled_from(["", "", "", " ", "   "]))
            pieces.append(padding + draw(_SAMPLES) + draw(st.sampled_from(["", "", padding])))
        else:
            pieces.append(draw(st.sampled_from([part.text, part.text, part.text.upper(), part.text.swapcase()])))
    return "".join([*pieces, draw(_JUNK)])


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[str, ...], list[str]]:
    """Patterns that both know, and lines for them."""
    patterns = []
    for pattern in draw(st.lists(_PATTERNS, min_size=1, max_size=3)):
        if usable(pattern) and not clash([*patterns, pattern]):
            patterns.append(pattern)
    lines = draw(st.lists(_JUNK, max_size=2))
    for pattern in patterns:
        lines += draw(st.lists(lines_for(pattern), min_size=1, max_size=4))
    return tuple(patterns), lines


def usable(pattern: str) -> bool:
    """Whether the pattern is one; what parse cannot use we must refuse, and what we refuse must be for a reason of ours."""
    try:
        regex = parse.compile(pattern)._search_re
    except (ValueError, re.error, NotImplementedError, KeyError):
        regex = None
    try:
        split(pattern)
    except PatternError as error:
        refused = str(error)
    else:
        refused = ""
    ours = ("stands twice", "cannot both", "cannot be what fills", "awk can tell", "awk can count", "is no field")
    assert bool(refused) == (regex is None) or any(reason in refused for reason in ours), (pattern, refused)
    return not refused


@pytest.mark.parametrize("awk", AWKS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
@example((("x: {v:d}", "{a}={b:d};"), ["x: 0x1F x: 5", "k=0x1F;l=0b11;"]))
@example((("{t:n}{u:d}",), ["1,234,56", "12,345,678"]))
@example((("{a:24d} {b:.24}|{c:200}|{d:6.29}",), [f"{'1' * 24} {'é' * 24}|{'x' * 200}|{'é' * 28}"]))
@example((("{a:.3}{b:w}", "{c:^8}|"), ["éèàb", "  mid  |"]))
def test_finds_what_parse_finds(awk: str, case: tuple[tuple[str, ...], list[str]]) -> None:
    patterns, lines = case
    if patterns:
        log = "".join(f"{line}\n" for line in lines).encode()
        ours, theirs = found(awk, patterns, log), expected(patterns, lines)
        assert same(ours, theirs), (patterns, lines, ours, theirs)


@pytest.mark.parametrize("awk", AWKS)
def test_sruns_label_is_no_part_of_a_line(awk: str) -> None:
    log = b" 0: loss 1.5\n12: a: loss 2.5\nloss 3.5\n"
    assert found(awk, ("{what}loss {loss:f}", "{first:d}"), log, label=True)["what"] == "a: "
    assert found(awk, ("{what}loss {loss:f}",), log)["what"] == [" 0: ", "12: a: "]
    assert found(awk, ("loss {loss:f}",), log, label=True) == {"loss": [Decimal("1.5"), Decimal("2.5"), Decimal("3.5")]}


@pytest.mark.parametrize("awk", AWKS)
def test_long_lines_are_read_in_time(awk: str) -> None:
    patterns = ("{name} took {t:f} s", "rate {rate:d}", "{done:%}")
    log = b"x1y2 " * 100_000 + b"rate 5 12%\n"
    assert found(awk, patterns, log) == {"rate": 5, "done": Decimal("0.12")}
