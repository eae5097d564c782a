"""Parts of a pattern -> regular expressions that every awk understands: mawk, gawk, the original one and busybox's.

In: literal text and fields. Out: pieces, each a POSIX extended regular expression for the C locale. There are no
repetitions in braces and no classes such as [:space:] in them, which mawk did not know for a long time. Nothing begins
with the middle of a UTF-8 character, so that no value is torn. Letters match in either case, as parse has it.

    literal("a.b").regex == "[Aa][.][Bb]"
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from .pattern import Field, Format, Literal, Part

_HIGH = frozenset(range(128, 256))
_STARTS = frozenset(range(1, 128)) | frozenset(range(192, 256))
"""The bytes that a character may begin with."""
_DIGITS = frozenset(b"0123456789")
_SPACES = frozenset(b"\t\n\v\f\r\x1c\x1d\x1e\x1f ")
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_WORD = _LETTERS | _DIGITS | frozenset(b"_")
_HEX = _DIGITS | frozenset(b"abcdefABCDEF")

_CHARACTER = r"[^\200-\277][\200-\277]*"
_SIGN = "[-+ ]?"
_NOT_FINITE = "[Nn][Aa][Nn]|[Ii][Nn][Ff]"
_SIGNED_INFINITY = "[Nn][Aa][Nn]|[-+]?[Ii][Nn][Ff]"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line.

    `more` are the bytes with which a match could go on where it could also end: when what follows begins with none of
    them, the longest match is the only one. `instead` is another expression, tried when the first leads nowhere.
    `least` makes it as short as can be: it is what must be there at least. `size` is its length in bytes, if it has one.
    """

    regex: str
    first: frozenset[int]
    more: frozenset[int] = frozenset()
    can_be_empty: bool = False
    least: str = ""
    instead: str = ""
    field: Field | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """The pieces of a pattern in order; `to_end` when the last one must reach the end of the line."""

    pieces: tuple[Piece, ...]
    to_end: bool


@functools.lru_cache(maxsize=1024)
def build(parts: tuple[Part, ...]) -> Compiled:
    """The pieces of a whole pattern. A field at its end takes as much as it can: an untyped one, all up to the end of the
    line."""
    pieces: list[Piece] = []
    for part in parts:
        pieces += [literal(part.text)] if isinstance(part, Literal) else _field(part)
    last = parts[-1]
    if not isinstance(last, Field) or last.format.type:
        return Compiled(tuple(pieces), to_end=False)
    if last.format.precision is None:
        return Compiled(tuple(pieces), to_end=True)
    index = next(index for index, piece in enumerate(pieces) if piece.field is last)
    pieces[index] = _bounded(last, least=False)
    return Compiled(tuple(pieces), to_end=False)


def literal(text: str) -> Piece:
    sizes = [{len(case.encode("utf-8", "surrogateescape")) for case in _cases(character)} for character in text]
    size = sum(map(min, sizes)) if all(len(each) == 1 for each in sizes) else None
    return Piece("".join(map(_character, text)), _first_bytes(text[0]), size=size)


def _cases(character: str) -> list[str]:
    cases = (character.upper(), character.lower(), character)
    return sorted({case for case in cases if len(case) == 1})


def _first_bytes(character: str) -> frozenset[int]:
    return frozenset(case.encode("utf-8", "surrogateescape")[0] for case in _cases(character))


def _character(character: str) -> str:
    """One character in either case."""
    if character in "\\^/":
        return f"\\{character}"
    if character in "[]{}().*+?|$":
        return f"[{character}]"
    if ord(character) < 32 or ord(character) == 127:
        return f"\\{ord(character):03o}"
    cases = _cases(character)
    if len(cases) == 1:
        return character
    return f"[{''.join(cases)}]" if character.isascii() else f"({'|'.join(cases)})"


def _field(field: Field) -> list[Piece]:
    """The field itself and what pads it, which is no part of the value."""
    form = field.format
    align = form.align or (">" if form.width is not None else "")
    fill = form.fill or " "
    pad = Piece(_repeated(fill, "*"), _first_bytes(fill), _first_bytes(fill), can_be_empty=True)
    around = {">": (1, 0), "<": (0, 1), "^": (1, 1)}.get(align, (0, 0))
    return [pad] * around[0] + [_value(field, fill if around[0] else "")] + [pad] * around[1]


def _repeated(character: str, sign: str) -> str:
    written = _character(character)
    return written + sign if len(written) == 1 or written[0] in "[(\\" else f"({written}){sign}"


def _value(field: Field, padding: str) -> Piece:
    """The field alone; `padding` before it has taken what could also be read as a sign."""
    kind = field.format.type
    if not kind:
        return _bounded(field, least=True)
    if kind in _TEXTS:
        first, rest, start, more = _TEXTS[kind]
        return Piece(f"{first}{rest}*", start, more, field=field)
    return _integer(field, padding) if kind == "d" else _number(field, padding)


def _bounded(field: Field, *, least: bool) -> Piece:
    """Any text, as little as will do; with a precision at the end of the pattern, as much as that allows."""
    width, precision = field.format.width or 1, field.format.precision
    shortest = _CHARACTER * width
    rest = ".*" if precision is None else _at_most(_CHARACTER, precision - width)
    more = _STARTS | _HIGH
    return Piece(shortest + rest, _STARTS, more, least=shortest if least else "", field=field)


def _at_most(regex: str, times: int) -> str:
    """Nested, since mawk does not find the longest match of one optional part behind another."""
    return f"({regex}" * times + ")?" * times


_SPACE_SET = r"\011-\015\034-\037 "
_WORD_SET = "0-9A-Z_a-z"
_OTHER = r"[\001-\057:-@\133-\136`\173-\177]"
_TEXTS: dict[str, tuple[str, str, frozenset[int], frozenset[int]]] = {
    "l": ("[A-Za-z]", "[A-Za-z]", _LETTERS, _LETTERS),
    "w": (rf"[{_WORD_SET}\300-\377]", rf"[{_WORD_SET}\200-\377]", (_WORD | _HIGH) & (_STARTS | _WORD), _WORD | _HIGH),
    "W": (_OTHER, _OTHER, frozenset(range(1, 128)) - _WORD, frozenset(range(1, 128)) - _WORD),
    "s": (f"[{_SPACE_SET}]", f"[{_SPACE_SET}]", _SPACES, _SPACES),
    "S": (rf"[^{_SPACE_SET}\200-\277]", f"[^{_SPACE_SET}]", _STARTS - _SPACES, (_STARTS | _HIGH) - _SPACES),
    "D": (r"[^0-9\200-\277]", "[^0-9]", _STARTS - _DIGITS, (_STARTS | _HIGH) - _DIGITS),
}
"""For types that are one class, repeated: the first character, all others, and both as sets. Beyond ASCII every
character counts as a letter."""


def _sign(form: Format, padding: str) -> tuple[str, frozenset[int]]:
    """What may stand before the digits, and the bytes that it may have: a sign, and what fills the room behind it."""
    if form.align != "=":
        return f"[{_signs(padding)}]?", frozenset(_signs(padding).encode())
    fill = form.fill or "0"
    return f"{_SIGN}{_repeated(fill, '*')}", frozenset(b"+- ") | _first_bytes(fill)


def _signs(padding: str) -> str:
    return "-+ ".replace(padding, "") if padding else "-+ "


def _integer(field: Field, padding: str) -> Piece:
    """Decimal, or hexadecimal, binary, octal behind 0x, 0b, 0o: but as decimal as can be."""
    form = field.format
    sign, before = _sign(form, padding)
    two = f"{sign}{_SIGN}" if form.align == "=" else f"([{_signs(padding)}]([-+ ])?)?"
    extra = form.grouping

    def digits(characters: str) -> str:
        one = f"[{characters}{extra}]"
        return f"{one}+" if form.width is None else one + _at_most(one, form.width - 1)

    decimal = f"{two}{digits('0-9')}"
    others = f"[Xx]{digits('0-9A-Fa-f')}|[Bb]{digits('01')}|[Oo]{digits('0-7')}"
    more = _HEX | frozenset(b"xXoO") | frozenset(extra.encode())
    if form.align == "=":
        more |= before
    first = before | _DIGITS | frozenset(extra.encode())
    return Piece(decimal, first, more, instead=f"[{_signs(padding)}]?0({others})", field=field)


_NUMBERS: dict[str, tuple[str, str, bytes]] = {
    "f": ("([0-9]*[.][0-9]+|" + _NOT_FINITE + ")", "", b"0123456789"),
    ".0f": ("([0-9]+|" + _NOT_FINITE + ")", "", b"0123456789"),
    "e": ("[0-9]*[.][0-9]+[Ee][-+]?[0-9]+", _SIGNED_INFINITY, b"0123456789"),
    "g": ("[0-9]+([.][0-9]+)?([Ee][-+]?[0-9]+)?", _SIGNED_INFINITY, b"0123456789.eE"),
    "n": ("[0-9]([0-9]([0-9])?)?([,.][0-9][0-9][0-9])*", "", b"0123456789,."),
    "b": ("(0[Bb])?[01]+", "", b"01bB"),
    "o": ("(0[Oo])?[0-7]+", "", b"01234567oO"),
    "x": ("(0[Xx])?[0-9A-Fa-f]+", "", b"0123456789abcdefABCDEFxX"),
    "%": ("[0-9]+([.][0-9]+)?%", "", b""),
}
"""What follows the sign, what else there may be, and the bytes that may go on where it could end."""


def _number(field: Field, padding: str) -> Piece:
    form = field.format
    kind = form.type.lower()
    regex, others, more = _NUMBERS[".0f" if kind == "f" and form.precision == 0 else kind]
    sign, before = _sign(form, padding)
    whole = f"({sign}{regex}|{others})" if others else f"{sign}{regex}"
    first = before | _HEX | frozenset(b".nNiI")
    return Piece(whole, first, frozenset(more) | (before if form.align == "=" else frozenset()), field=field)
