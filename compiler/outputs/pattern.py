"""A pattern in the format of Python's `parse` library -> literal text and fields.

In: the text of a pattern. Out: its parts in order. What `parse` takes for a field is one here, and everything else is
literal text, a lone brace too. What cannot be read from a log by awk raises `PatternError` with its place in the pattern.

    split("TTFT: {ttft:f} ms") == (Literal("TTFT: "), Field("ttft", "f", Format(type="f"), 6, 14), Literal(" ms"))
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..diagnostics import did_you_mean

TYPES = frozenset("nboxX%fFeEgGwWdDsSl")
"""Types of fields that awk can read, by their letter; a field without one is any text."""
TEXTS = frozenset(("", *"wWsSlD"))
"""Those whose values are text; those of all others are numbers."""
LEAST, MOST = 255, 24
"""How many characters a field may be told to have at least, and how many it may have more than that: each of them stands
in the expression, and mawk nests no deeper."""

_DATES = frozenset(("ti", "te", "ta", "tg", "th", "tc", "tt", "ts"))
_TOKENS = re.compile(
    r"(?P<brace>\{\{|\}\})|\{(?P<name>[\w-]*(?:\.[\w-]+|\[[^\]]+\])*)(?::(?P<format>[^}]+))?\}", re.DOTALL
)
_FORMAT = re.compile(
    r"(?:(?P<fill>[^<>=^])?(?P<align>[<>=^]))?[-+ ]?0?(?P<width>\d*)(?P<grouping>[,_]?)(?:\.(?P<precision>\d*))?(?P<type>.*)",
    re.DOTALL,
)
_REPETITION = re.compile(r"\{(?:\d+,\d*|,\d*)\}")


class PatternError(Exception):
    """What is wrong with pattern[start:end]."""

    def __init__(self, code: str, message: str, start: int, end: int, cure: str = "") -> None:
        super().__init__(message)
        self.code, self.start, self.end, self.cure = code, start, end, cure


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Format:
    """What stands behind the colon of a field: [[fill]align][sign][0][width][grouping][.precision][type]."""

    fill: str = ""
    align: str = ""
    width: int | None = None
    grouping: str = ""
    precision: int | None = None
    type: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """`path` is where its value goes in outputs.json; it is empty when the value is not kept. `start` is its place."""

    path: tuple[str, ...]
    format: Format
    start: int
    end: int


Part = Literal | Field


@functools.lru_cache(maxsize=1024)  # many workflows of a table have the same patterns
def split(pattern: str) -> tuple[Part, ...]:
    """The parts of a pattern; neighbouring texts are one."""
    if not pattern:
        raise PatternError("empty-pattern", "an empty pattern matches everywhere, so it says nothing", 0, 0)
    if (at := pattern.find("\n")) >= 0:
        message = "a pattern with a line break matches nothing: the log is read line by line"
        raise PatternError("output-pattern", message, at, at + 1, "give each line a pattern of its own")
    parts: list[Part] = []
    for part in _tokens(pattern):
        before = parts[-1] if parts else None
        if isinstance(part, Literal) and isinstance(before, Literal):
            parts[-1] = Literal(before.text + part.text)
        else:
            parts.append(part)
    _check_names([part for part in parts if isinstance(part, Field)])
    return tuple(parts)


def _tokens(pattern: str) -> Iterator[Part]:
    """Fields, braces that were doubled, and the plain texts between them."""
    at = 0
    for found in _TOKENS.finditer(pattern):
        if found.start() > at:
            yield Literal(_text(pattern, at, found.start()))
        at = found.end()
        yield Literal(found["brace"][0]) if found["brace"] else _field(found)
    if at < len(pattern):
        yield Literal(_text(pattern, at, len(pattern)))


def _text(pattern: str, start: int, end: int) -> str:
    """Plain text; braces in it must not mean something to parse."""
    text = pattern[start:end]
    cure = "write {{ and }} for braces that are text"
    if len(text) > 1 and text[0] == "{" and text[-1] == "}":
        message = f"'{text}' is no field: a name has letters, digits, -, . and _, then a type may follow behind :"
        raise PatternError("output-pattern", message, start, end, cure)
    if repetition := _REPETITION.search(text):
        message = f"'{repetition[0]}' is a repetition to parse, not text"
        raise PatternError("output-pattern", message, start + repetition.start(), start + repetition.end(), cure)
    return text


def _field(found: re.Match[str]) -> Field:
    name, start, end = found["name"], found.start(), found.end()
    path: tuple[str, ...] = ()
    if name[:1].isalpha():  # parse takes any other name for a number, and what has a number is not kept
        base, *keys = re.split(r"\[([^\]]+)\]", name)
        path = (base, *keys[::2])
    return Field(path, _format(found["format"] or "", start, end), start, end)


def _format(text: str, start: int, end: int) -> Format:
    found = _FORMAT.fullmatch(text)
    assert found is not None
    kind, fill, align = found["type"], found["fill"] or "", found["align"] or ""
    if kind and kind not in TYPES:
        raise _unknown_type(kind, start, end)
    width, precision = (int(found[key]) if found[key] else None for key in ("width", "precision"))
    wrong = _wrong_size(kind, width, precision)
    if fill == "|" or (align == "=" and fill and fill in r".\+?*[](){}^$"):
        wrong = f"'{fill}' cannot be what fills the field"
    if wrong:
        raise PatternError("output-pattern", wrong, start, end)
    return Format(fill, align, width, found["grouping"], precision, kind)


def _wrong_size(kind: str, width: int | None, precision: int | None) -> str:
    """What is wrong with the size of a field: a width is the least of text and the most of whole numbers."""
    least, most = width or 1, precision
    if kind == "d":
        least, most = 1, width
    elif kind:
        return ""
    if width == 0 or precision == 0:
        return "a field of no width matches nothing"
    if most is not None and most < least:
        return f"the field is to have at least {least} characters and at most {most}"
    if least > LEAST:
        return f"the field is to have at least {least} characters; awk can count to {LEAST}"
    if most is not None and most - least >= MOST:
        return f"the field is to have {least} to {most} characters; awk can tell {MOST} lengths apart"
    return ""


def _unknown_type(kind: str, start: int, end: int) -> PatternError:
    is_date = kind in _DATES or "%" in kind
    message = f"a field of type '{kind}' is a date or time" if is_date else f"'{kind}' is no type of a field"
    if is_date:
        cure = "take it as text: leave the type out, or use S for all up to the next space"
    else:
        cure = did_you_mean(kind, sorted(TYPES), what="types") or "leave the type out for any text"
    return PatternError("output-type", message, start, end, cure)


def shown(path: Iterable[str]) -> str:
    """The name of a field, as a pattern has it."""
    return "".join(f"[{part}]" if index else part for index, part in enumerate(path))


def _check_names(fields: list[Field]) -> None:
    paths: set[tuple[str, ...]] = set()
    for field in fields:
        if not field.path:
            continue
        name = shown(field.path)
        if field.path in paths:
            message = f"the field '{name}' stands twice in the pattern: awk cannot look for the same value again"
            raise PatternError("output-pattern", message, field.start, field.end, "leave out the second one's name")
        if clash := clashing(field.path, paths):
            message = f"'{name}' and '{clash[0]}' cannot both be in outputs.json: one would be inside the other"
            raise PatternError("output-pattern", message, field.start, field.end)
        paths.add(field.path)


def clashing(path: tuple[str, ...], others: set[tuple[str, ...]]) -> tuple[str, ...] | None:
    """One of the others that is an object where `path` is a value, or the other way round."""
    for other in sorted(others):
        short = min(len(path), len(other))
        if len(path) != len(other) and path[:short] == other[:short]:
            return other
    return None
