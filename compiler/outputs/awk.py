"""The outputs of a task -> awk code that finds them, for the functions of the runtime unit outputs_awk.

In: the patterns of a task. Out: a function of awk for each of them, the rule that calls them for every line, and what
outputs.json holds, in the order in which the fields first stand in the patterns.

A pattern is found as a whole first. Since there is a match then, its pieces can be cut off one after the other: the
longest or shortest stretch behind which the rest of the pattern matches is the one that Python's backtracking takes.
What match() says of where a match begins is only trusted where it begins with plain text: mawk 1.3.4 finds a later one
when the beginning can be read in two ways. Nor does mawk find the longest match when two parts in a row may be absent.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator

from .pattern import TEXTS, Field, clashing, shown, split
from .pieces import Compiled, Piece, build

LARGEST = 8000
"""Bytes of one regular expression; mawk takes 8190."""
_BASES = {"d": 0, "n": 10, "b": 2, "o": 8, "x": 16, "X": 16}


@functools.lru_cache(maxsize=1024)
def program(
    patterns: tuple[str, ...], *, label: bool, marked: frozenset[str] = frozenset(), last: tuple[str, ...] = ()
) -> str:
    """The code for a task's patterns. `label`: its log has the number of a process before each line, from srun. `marked` and
    `last` are of what is required of the outputs (checks.py)."""
    lines = ['{ sub(/^ *[0-9]+: /, "") } # srun\'s label'] if label else []
    for number, pattern in enumerate(patterns, start=1):
        lines += _function(number, pattern, marked)
    calls = "; ".join(f"start(); find_{number}()" for number in range(1, len(patterns) + 1))
    return "\n".join([*lines, f"{{ {calls} }}", *_report(paths(patterns), last)])


def is_too_large(pattern: str) -> bool:
    """Whether mawk has no room for the pattern's expression."""
    return len(_rest(build(split(pattern)), 0).encode("utf-8", "surrogateescape")) > LARGEST


def paths(patterns: Iterable[str]) -> dict[tuple[str, ...], bool]:
    """Where the values of all patterns go, every place once, and whether they are numbers."""
    fields = [part for pattern in patterns for part in split(pattern) if isinstance(part, Field)]
    return {field.path: field.format.type not in TEXTS for field in fields if field.path}


def clash(patterns: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Two fields of different patterns of which one would be an object and a value at once."""
    found = paths(patterns)
    for path in found:
        if other := clashing(path, set(found)):
            return path, other
    return None


def _function(number: int, pattern: str, marked: frozenset[str]) -> Iterator[str]:
    compiled = build(split(pattern))
    yield f"function find_{number}() {{ # {pattern}"
    whole = _rest(compiled, 0)
    if compiled.pieces[0].size is not None:
        yield f"  while (begins(match(line, {_literal(whole)}))) {{"
    elif _starts_anywhere(compiled):
        yield f"  while (begins(line ~ /^{whole}/)) {{"
    else:
        yield f"  while (begins(1 + near(match(line, {_literal(whole)})))) {{"
        yield f"    for (n = 0; n < length(line) && substr(line, n + 1) !~ /^{whole}/; n++) ;"
        yield "    cut(n)"
    for index in range(len(compiled.pieces)):
        for line in _step(compiled, index):
            yield f"    {line}"
        field = compiled.pieces[index].field
        if field is not None and shown(field.path) in marked:
            yield f"    mark({string(shown(field.path))})"
    if f"pattern {number}" in marked:
        yield f'    mark("pattern {number}")'
    yield "  }"
    yield "}"


def _starts_anywhere(compiled: Compiled) -> bool:
    """Whether a match can always begin earlier, since any text may come first."""
    first = next(piece for piece in compiled.pieces if not piece.can_be_empty)
    return bool(first.least) and first.regex.endswith(".*")


def _rest(compiled: Compiled, start: int) -> str:
    """The expression of all pieces from one on."""
    regexes = (_whole(piece) for piece in compiled.pieces[start:])
    return "".join(regexes) + ("$" if compiled.to_end else "")


def _whole(piece: Piece) -> str:
    return f"({piece.regex}|{piece.instead})" if piece.instead else piece.regex


def _literal(regex: str) -> str:
    """A regular expression as awk writes it; `/=` would be an operator."""
    return f"/[=]{regex[1:]}/" if regex.startswith("=") else f"/{regex}/"


def _step(compiled: Compiled, index: int) -> Iterator[str]:
    """Cuts a piece off the line, of which the whole rest of the pattern is known to match."""
    piece, rest = compiled.pieces[index], _rest(compiled, index + 1)
    if piece.size is not None:
        yield f"cut({piece.size})"
        return
    if piece.least:
        yield from _shortest(compiled, index)
    elif piece.instead:
        if _ends_anywhere(compiled, index + 1):
            yield f"if (line !~ /^{piece.instead}/) {{"
        else:
            yield f"if (line ~ /^{piece.regex}{rest}/) {{"
        yield from (f"  {line}" for line in _longest(compiled, index, piece.regex))
        yield "} else {"
        yield from (f"  {line}" for line in _longest(compiled, index, piece.instead))
        yield "}"
    else:
        yield from _longest(compiled, index, piece.regex)
    yield _keep(piece.field) if piece.field is not None and piece.field.path else "cut(n)"


def _ends_anywhere(compiled: Compiled, start: int) -> bool:
    """Whether nothing need follow."""
    return not compiled.to_end and all(piece.can_be_empty for piece in compiled.pieces[start:])


def _may_go_on(compiled: Compiled, start: int) -> bool:
    """Whether what follows may also begin inside the longest match of the piece before."""
    first = frozenset[int]()
    for following in compiled.pieces[start:]:
        first |= following.first
        if not following.can_be_empty:
            break
    return bool(first & compiled.pieces[start - 1].more)


def _longest(compiled: Compiled, index: int, regex: str) -> Iterator[str]:
    yield f"n = longest(match(line, /^{regex}/))"
    if not _ends_anywhere(compiled, index + 1) and _may_go_on(compiled, index + 1):
        rest = _rest(compiled, index + 1)
        yield f"while (n > 0 && (substr(line, n + 1) !~ /^{rest}/ || substr(line, 1, n) !~ /^{regex}$/)) n--"


def _shortest(compiled: Compiled, index: int) -> Iterator[str]:
    rest = _rest(compiled, index + 1)
    if rest == "$":
        yield "n = length(line)"
        return
    yield f"n = longest(match(line, /^{compiled.pieces[index].least}/))"
    if compiled.pieces[index + 1].size is not None:
        yield f"n += shortest(match(substr(line, n + 1), {_literal(rest)}))"
    else:
        yield f"n += near(match(substr(line, n + 1), {_literal(rest)}))"
        yield f"while (n < length(line) && substr(line, n + 1) !~ /^{rest}/) n++"


def _keep(field: Field) -> str:
    kind, key = field.format.type, string(shown(field.path))
    if kind in _BASES:
        return f"integer({key}, cut(n), {_BASES[kind]})"
    if kind and kind in "fFeEgG":
        return f"number({key}, cut(n))"
    return f"percent({key}, cut(n))" if kind == "%" else f"text({key}, cut(n))"


def string(text: str) -> str:
    """Text as a string of awk. What could be an escape is none: a name has letters, digits, -, . and _, a key more."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _report(found: Iterable[tuple[str, ...]], last: tuple[str, ...]) -> Iterator[str]:
    """The rule that prints the object: its fields, and the objects in it."""
    yield "END {"
    yield '  print "{"'
    for line in (*_members(found, 0), "finish()", *last):
        yield f"  {line}"
    yield "}"


def _members(found: Iterable[tuple[str, ...]], depth: int) -> Iterator[str]:
    groups: dict[str, list[tuple[str, ...]]] = {}
    for path in found:
        groups.setdefault(path[depth], []).append(path)
    for name, group in groups.items():
        if len(group[0]) == depth + 1:
            yield f"field({string(_json(name))}, {string(shown(group[0]))})"
        else:
            yield f"object({string(_json(name))})"
            yield from (f"  {line}" for line in _members(group, depth + 1))
            yield "object_end()"
