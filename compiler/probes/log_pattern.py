"""Python's regular expressions -> what `grep -E` can do, GNU's and busybox's alike.

In: a pattern in Python's dialect. Out: a POSIX extended regular expression that matches the same lines, and whether case
is ignored. Classes are those of ASCII, since the prober works on bytes. Look-around, back-references and the like have no
counterpart and are errors at their column.

    translate(r"(?:ready|up) in \\d+s", span, report) == ("(ready|up) in [0-9]+s", False)
"""

from __future__ import annotations

import functools
import re
import unicodedata
import warnings
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn

from ..diagnostics import Reporter, Span
from ..expr import lalr
from .posix_regex import (
    ASCII,
    LINE,
    SPACE,
    Anchor,
    Chars,
    Choice,
    Node,
    Repeat,
    Sequence,
    can_be_empty,
    expansion,
    fold,
    fold_choice,
    holds_line_anchor,
    write,
)

_LIMIT = 255
"""Repetitions that every grep takes (POSIX's RE_DUP_MAX)."""
_NESTED = 5000
"""Repetitions of repetitions: grep spells them all out in memory."""
_GREP = "has no counterpart in grep -E, which runs where the task does"


_DIGITS = frozenset(b"0123456789")
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_CATEGORIES = {
    "d": Chars(_DIGITS),
    "w": Chars(_WORD),
    "s": Chars(SPACE),
    "D": Chars(ASCII - _DIGITS, others=True),
    "W": Chars(ASCII - _WORD, others=True),
    "S": Chars(ASCII - SPACE, others=True),
}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ANCHORS = {"^": "^", "\\A": "^", "$": "$", "\\Z": "$", "\\z": "$", "\\b": r"\b", "\\B": r"\B"}
_OPENINGS = {
    "(?=": "look-ahead",
    "(?!": "negative look-ahead",
    "(?<=": "look-behind",
    "(?<!": "negative look-behind",
    "(?P=": "a back-reference",
    "(?(": "a conditional group",
    "(?>": "an atomic group",
}


class _Unsupported(Exception):
    def __init__(self, what: str, start: int, end: int) -> None:
        super().__init__(what)
        self.start, self.end = start, end


class Parsed(NamedTuple):
    """A pattern as data, as grep -E has it, and whether it ignores case."""

    tree: Choice
    ere: str
    ignores_case: bool


def translate(pattern: str, span: Span, report: Reporter) -> tuple[str, bool] | None:
    """The ERE for a pattern and whether it ignores case; None after reporting why there is none."""
    found = parse_pattern(pattern, span, report)
    return None if found is None else (found.ere, found.ignores_case)


def parse_pattern(pattern: str, span: Span, report: Reporter, where: str = _GREP) -> Parsed | None:
    """None after reporting what is wrong, or what is not to be had in the place `where` the pattern is for."""
    try:
        found = _parsed(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        message, at = getattr(error, "msg", "it is too deep or too large"), getattr(error, "pos", None) or 0
        report.error("invalid-regex", f"this is no regular expression: {message}", _at(span, pattern, at, at + 1))
        return None
    except _Unsupported as unsupported:
        report.error(
            "regex-unsupported",
            f"{unsupported} {where}",
            _at(span, pattern, unsupported.start, unsupported.end),
            help="write the pattern without it, or watch for literal text",
        )
        return None
    if can_be_empty(found.tree):
        report.error("empty-pattern", "the pattern also matches the empty text, so it says nothing", span)
        return None
    return found


@functools.lru_cache(maxsize=1024)  # many workflows of a table have the same patterns
def _parsed(pattern: str) -> Parsed:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of nested sets, which are a matter of a later Python
        re.compile(pattern)
    builder = _Builder()
    tree: Choice = lalr.load("probes", "log_pattern.json").parse(pattern, 0, len(pattern), builder)
    return Parsed(tree, write(tree), builder.ignores_case)


def _at(span: Span, pattern: str, start: int, end: int) -> Span:
    """The place of pattern[start:end] in its scalar, when what else the scalar holds is a prefix, quotes or both."""
    around = span.end_column - span.column - len(pattern)
    before = {0: 0, 2: 1, 3: 3, 5: 4, 6: 6, 8: 7}.get(around)
    if span.line != span.end_line or before is None:
        return span
    column = span.column + before
    return replace(span, column=column + start, end_column=column + max(end, start + 1))


class _Builder:
    """One method for each rule of the grammar: its children and their place -> a node."""

    def __init__(self) -> None:
        self.ignores_case = False
        self._kept_case: tuple[int, int] | None = None

    def start(self, children: list[Any], start: int, end: int) -> Choice:
        *flags, choice = children
        letters = "".join(token.text for token in flags)
        if "x" in letters:
            raise _Unsupported("a verbose pattern", start, end)
        self.ignores_case = "i" in letters
        if self.ignores_case and self._kept_case:
            raise _Unsupported("a group that heeds case in a pattern that ignores it", *self._kept_case)
        found: Choice = choice
        return fold_choice(found, letters_too=False) if self.ignores_case else found

    def alternatives(self, children: list[Any], start: int, end: int) -> Choice:
        return Choice(tuple(children))

    def sequence(self, children: list[Any], start: int, end: int) -> Sequence:
        return Sequence(tuple(children))

    def repeat(self, children: list[Any], start: int, end: int) -> Node:
        body, token = children
        sign = token.text
        if len(sign) > 1 and sign[-1] == "+":
            raise _Unsupported("a possessive repetition", token.start, token.end)
        lazy = len(sign) > 1 and sign[-1] == "?"
        low, high = _bounds(sign.removesuffix("?") if lazy else sign)
        if max(low, high or 0) > _LIMIT:
            raise _Unsupported(f"a repetition of more than {_LIMIT} times", token.start, token.end)
        if high != 1 and holds_line_anchor(body):  # the C library's regcomp() loses it in the second copy
            raise _Unsupported("a repetition of an anchor", token.start, token.end)
        made = Repeat(body, low, high, lazy)
        if expansion(made) > _NESTED:
            raise _Unsupported(f"a repetition of more than {_NESTED} times in all", token.start, token.end)
        return made

    def character(self, children: list[Any], start: int, end: int) -> Node:
        return _character(children[0].text, start, end)

    def any(self, children: list[Any], start: int, end: int) -> Node:
        return Chars(ASCII - {10}, others=True)

    def escape(self, children: list[Any], start: int, end: int) -> Node:
        return _escape(children[0].text, start, end)

    def anchor(self, children: list[Any], start: int, end: int) -> Node:
        return Anchor(_ANCHORS[children[0].text])

    def group(self, children: list[Any], start: int, end: int) -> Node:
        node: Node = children[0]
        return node

    def flagged_group(self, children: list[Any], start: int, end: int) -> Node:
        token, node = children
        on, _, off = token.text[2:].removesuffix(":").partition("-")
        if on.startswith("P<"):
            return self.group([node], start, end)
        if "x" in on:
            raise _Unsupported("a verbose group", token.start, token.end)
        if "i" in off:
            self._kept_case = self._kept_case or (token.start, token.end)
        return fold(node, letters_too=True) if "i" in on else self.group([node], start, end)

    def unsupported(self, children: list[Any], start: int, end: int) -> NoReturn:
        raise _Unsupported(_OPENINGS.get(children[0].text, "a back-reference"), start, end)

    def char_class(self, children: list[Any], start: int, end: int) -> Node:
        return _class(children[0].text, start, end)


def _bounds(sign: str) -> tuple[int, int | None]:
    """The least and the largest number of repetitions."""
    if sign in "*+?":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
    low, comma, high = sign[1:-1].partition(",")
    return int(low or 0), (int(high) if high else None) if comma else int(low)


def _character(text: str, start: int, end: int) -> Chars:
    code = ord(text)
    if code in (0, 10):
        what = "a line break (the log is searched line by line)" if code else "a zero byte"
        raise _Unsupported(what, start, end)
    return Chars(frozenset((code,))) if code < 128 else Chars(frozenset(), texts=(text,))


def _unescaped(text: str) -> str:
    """The character that an escape stands for, if it stands for one and not for a category."""
    letter = text[1]
    if letter == "N":
        return unicodedata.lookup(text[3:-1])
    if letter in "xuU" and len(text) > 2:
        return chr(int(text[2:], 16))
    return chr(int(text[1:], 8)) if letter in "01234567" else _CONTROLS.get(letter, letter)


def _escape(text: str, start: int, end: int) -> Chars:
    return _CATEGORIES.get(text[1]) or _character(_unescaped(text), start, end)


_MEMBER = re.compile(r"\\(?:x..|u.{4}|U.{8}|N\{[^}]*\}|[0-7]{1,3}|.)|.", re.DOTALL)


def _class(text: str, start: int, end: int) -> Chars:
    """`[...]` as a set. Python's rules: `]` may come first, `-` may come first or last, \\b is a backspace."""
    negated = text.startswith("[^")
    members = [found[0] for found in _MEMBER.finditer(text[2 if negated else 1 : -1])]
    chars, others, texts, index = set[int](), False, list[str](), 0
    while index < len(members):
        first, *rest = members[index : index + 3]
        category = _CATEGORIES.get(first[1]) if len(first) == 2 and first[0] == "\\" else None
        if category:
            chars |= category.ascii
            others = others or category.others
            index += 1
            continue
        low = high = _member(first)
        if len(rest) == 2 and rest[0] == "-":
            high = _member(rest[1])
            index += 2
        index += 1
        if high < 128:
            chars.update(range(low, high + 1))
        elif low == high:
            texts.append(chr(low))
        else:
            raise _Unsupported("a range beyond ASCII", start, end)
    if negated and texts:
        raise _Unsupported("a class without a character beyond ASCII", start, end)
    if negated:
        return Chars(ASCII - chars, not others, negated=True)
    if not others and not texts and not chars & LINE:
        raise _Unsupported("a class that matches nothing in a line", start, end)
    return Chars(frozenset(chars), others, () if others else tuple(dict.fromkeys(texts)))


def _member(text: str) -> int:
    return 8 if text == "\\b" else ord(_unescaped(text)) if text[0] == "\\" else ord(text)
