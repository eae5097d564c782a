"""Formatting with values that only the run knows: `%`, `.format()` and JSON.

In: a pattern and values. Out: the text that Python's functions give, with the holes kept. A run-time value can stand where
its characters are written as they are, `%s` or `{}`; padding, cutting or escaping it is the Failure `runtime-value`.

    format_percent("%s:%d", (RunText((Atom("ip", "c", 0),)), 80)).display() == "<ip:c:0>:80"
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..ir.expr import Atom, RunText, Text, display, join
from .failures import Failure
from .limits import LIMIT, check_growth, too_much
from .runtime_text import needs_content
from .values import has_holes, to_text

_DIRECTIVE = re.compile(
    r"%(?:\((?P<key>[^)]*)\))?(?P<spec>[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?)[hlL]?(?P<type>.)", re.DOTALL
)
_WIDTH = re.compile(r"\d+")
_MARK, _MARK_END = "\ue000", "\ue001"
_MARKED = re.compile(f"{_MARK}([0-9]+){_MARK_END}")


class _Spelling:
    """Spells run-time texts as markers that survive formatting, and puts them back afterwards."""

    def __init__(self, *constants: object) -> None:
        self._texts: list[RunText] = []
        self._constants = constants

    def spell(self, text: RunText) -> str:
        self._texts.append(text)
        return f"{_MARK}{len(self._texts) - 1}{_MARK_END}"

    def restore(self, formatted: str) -> Text:
        if not self._texts:
            return formatted
        if any(_MARK in display(to_text(constant)) for constant in self._constants):
            raise Failure("expression-value", f"text with the character U+{ord(_MARK):04X} cannot be formatted here")
        pieces = _MARKED.split(formatted)
        return join(piece if index % 2 == 0 else self._texts[int(piece)] for index, piece in enumerate(pieces))


def _as_text(value: object) -> object:
    """Lists that hold run-time values print with them; anything else formats as it is."""
    return to_text(value) if has_holes(value) else value


def format_percent(pattern: str, given: object) -> Text:
    """Python's `pattern % given`, where a run-time value can stand for a plain `%s`."""
    directives = [found for found in _DIRECTIVE.finditer(pattern) if found["type"] != "%"]
    for found in directives:
        _check_width(found["spec"])
    check_growth(given, (pattern.count("%"),))
    if not has_holes(given):
        if any("*" in found["spec"] for found in directives):
            check_growth(pattern, given if isinstance(given, tuple) else (given,))
        return pattern % given
    spelling = _Spelling(pattern, given)

    def spelled(value: object, found: re.Match[str] | None) -> object:
        text = _as_text(value)
        if not isinstance(text, RunText):
            return value
        if found and (found["spec"] or found["type"] != "s"):
            raise needs_content(text, f"formatting with '{found[0]}'")
        return spelling.spell(text)

    if isinstance(given, dict):
        by_key = {found["key"]: found for found in directives if found["spec"] or found["type"] != "s"}
        return spelling.restore(pattern % {key: spelled(value, by_key.get(key)) for key, value in given.items()})
    values = given if isinstance(given, tuple) else (given,)
    if len(values) != len(directives):
        raise Failure("expression-type", f"'{pattern}' takes {len(directives)} values, not {len(values)}")
    return spelling.restore(pattern % tuple(spelled(value, at) for value, at in zip(values, directives, strict=True)))


def _check_width(spec: str) -> None:
    if any(len(width) > 5 for width in _WIDTH.findall(spec)):
        raise too_much("the result is too large")


class _Formatter(string.Formatter):
    """str.format() without Python's internals, with run-time values in plain fields."""

    def __init__(self, spelling: _Spelling, get: Callable[[object, object], object]) -> None:
        self._spelling = spelling
        self._get = get
        self._size = 0

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        first, *rest = re.split(r"\.|\[", field_name.replace("]", ""))
        value = self.get_value(int(first) if first.isdigit() else first, args, kwargs)
        for key in rest:
            value = self._get(value, int(key) if key.isdigit() else key)
        return value, first

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if conversion and has_holes(value):
            raise needs_content(next(iter(_first(value))), f"formatting with '!{conversion}'")
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        _check_width(format_spec)
        text = _as_text(value)
        if isinstance(text, RunText):
            if format_spec:
                raise needs_content(text, f"formatting with ':{format_spec}'")
            return self._spelling.spell(text)
        formatted = format(text, format_spec)
        self._size += len(formatted)
        if self._size > LIMIT:
            raise too_much("the result is too large")
        return formatted


def _first(value: object) -> list[RunText]:
    text = to_text(value)
    return [text] if isinstance(text, RunText) else []


def format_braces(
    pattern: str, args: Sequence[object], kwargs: Mapping[str, object], get: Callable[[object, object], object]
) -> Text:
    """Python's `pattern.format(...)`, where a run-time value can stand for a plain `{}`; `get` finds `{0.name}`."""
    spelling = _Spelling(pattern, list(args), dict(kwargs))
    return spelling.restore(_Formatter(spelling, get).vformat(pattern, args, kwargs))


def tojson(value: object, dump: Callable[[object], str]) -> Text:
    """JSON text with holes. Right only for what needs no escapes: names, addresses and job ids, but not paths."""
    spelled: list[RunText] = []

    def spell(item: object) -> object:
        if isinstance(item, RunText):
            for atom in item.atoms:
                if atom.kind not in ("ip", "name", "job_id"):
                    raise needs_content(item, "escaping as JSON")
            spelled.extend(RunText((atom,)) for atom in item.atoms)
            first = len(spelled) - len(item.atoms)
            numbers = iter(range(first, len(spelled)))
            return item.render(lambda _: f"@@hole{next(numbers)}@@")
        if isinstance(item, dict):
            return {spell(key): spell(inner) for key, inner in item.items()}
        return [spell(inner) for inner in item] if isinstance(item, (list, tuple)) else item

    text = dump(spell(value))
    if text.count("@@hole") != len(spelled):
        raise Failure("expression-value", "text with '@@hole' in it cannot be written as JSON here")
    pieces = re.split(r"@@hole([0-9]+)@@", text)
    parts: list[str | Atom | RunText] = list(pieces)
    parts[1::2] = [spelled[int(number)] for number in pieces[1::2]]
    return join(parts)
