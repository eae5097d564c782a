"""What expressions compute with: plain Python values, text that waits for the run, and lazy namespaces.

In: any value. Out: its text as Python prints it, with holes where parts are known only when the job runs.

    to_text([1, RunText((Atom("ip", "gpu", 0),))]).display() == "[1, '<ip:gpu:0>']"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

from ..ir.expr import Atom, RunText, Text, join

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Characters of the private use area stand around a hole's number while a library function works on the text."""
_TOKEN = re.compile(f"{_OPEN}([0-9]{{1,6}}){_CLOSE}")


class Reported(Exception):
    """A name has no value, and a diagnostic has said why."""


@runtime_checkable
class Namespace(Protocol):
    """What stands behind `variables`, `backends`, `task` ...: values by name, found when asked for."""

    what: str

    def lookup(self, name: str) -> object:
        """The value of that name. Raises KeyError when there is none, Reported when it has no value."""
        ...

    def names(self) -> Iterable[str]:
        """The names that there are, for suggestions."""
        ...


def has_holes(value: object) -> bool:
    """Whether any part of the value waits for the run."""
    if isinstance(value, RunText):
        return True
    if isinstance(value, (list, tuple)):
        return any(has_holes(item) for item in value)
    if isinstance(value, dict):
        return any(has_holes(item) for pair in value.items() for item in pair)
    return False


def to_text(value: object) -> Text:
    """The value as Python's str() prints it."""
    if isinstance(value, (str, RunText)):
        return value
    if not has_holes(value):
        return str(value)
    return _printed(value)


def _printed(value: object) -> Text:
    """The value as Python's repr() prints it."""
    if isinstance(value, RunText):
        quote = '"' if any("'" in part and '"' not in part for part in value.parts if isinstance(part, str)) else "'"
        return join([quote, value, quote])
    if not has_holes(value):
        return repr(value)
    if isinstance(value, dict):
        pieces = [piece for key, item in value.items() for piece in (", ", _printed(key), ": ", _printed(item))]
        return join(["{", *pieces[1:], "}"])
    assert isinstance(value, (list, tuple))
    pieces = [piece for item in value for piece in (", ", _printed(item))]
    if isinstance(value, tuple):
        return join(["(", *pieces[1:], ",)" if len(value) == 1 else ")"])
    return join(["[", *pieces[1:], "]"])


class Sealed:
    """Lets a library function carry holes through: each becomes a token of text and is put back afterwards."""

    def __init__(self) -> None:
        self._atoms: list[Atom] = []

    def seal(self, value: object) -> object:
        """The value with every RunText replaced by text with tokens."""
        if isinstance(value, RunText):
            return value.render(self._token)
        return _mapped(value, self.seal)

    def _token(self, atom: Atom) -> str:
        self._atoms.append(atom)
        return f"{_OPEN}{len(self._atoms) - 1}{_CLOSE}"

    def open(self, value: object) -> object:
        """The value with every token put back as what it stands for."""
        if isinstance(value, str):
            return self._opened(value)
        return _mapped(value, self.open)

    def _opened(self, text: str) -> Text:
        pieces: list[str | Atom] = []
        end = 0
        for token in _TOKEN.finditer(text):
            if int(token[1]) < len(self._atoms):
                pieces += [text[end : token.start()], self._atoms[int(token[1])]]
                end = token.end()
        return join([*pieces, text[end:]]) if pieces else text


def _mapped(value: object, change: Callable[[object], object]) -> object:
    if isinstance(value, list):
        return [change(item) for item in value]
    if isinstance(value, tuple):
        return tuple(change(item) for item in value)
    if isinstance(value, dict):
        return {change(key): change(item) for key, item in value.items()}
    return value
