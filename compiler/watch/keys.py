"""What was typed, key by key.

In: bytes as a terminal sends them, which may come in pieces. Out: keys: a character as it is, or a name such as `up` or `enter`.

    Keys().feed(b"j\\x1b[A") == ["j", "up"]
"""

from __future__ import annotations

import codecs
import re

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])")
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?")
"""A sequence whose end has not come yet; a lone escape is a key when nothing follows."""
_SEQUENCES = {
    "\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left",
    "\x1bOA": "up", "\x1bOB": "down", "\x1bOC": "right", "\x1bOD": "left",
    "\x1b[5~": "page up", "\x1b[6~": "page down",
    "\x1b[H": "home", "\x1b[F": "end", "\x1bOH": "home", "\x1bOF": "end",
    "\x1b[1~": "home", "\x1b[4~": "end", "\x1b[7~": "home", "\x1b[8~": "end",
}  # fmt: skip
_CHARACTERS = {
    "\r": "enter", "\n": "enter", "\x7f": "backspace", "\x08": "backspace", "\x15": "clear", "\x0c": "redraw",
    "\x02": "page up", "\x06": "page down", "\x0e": "down", "\x10": "up", "\x03": "interrupt", "\t": "tab",
}  # fmt: skip


class Keys:
    """Takes bytes, and keeps what is not complete yet."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> list[str]:
        """The keys that are complete."""
        text = self._rest + self._decoder.decode(data)
        self._rest = ""
        keys: list[str] = []
        position = 0
        while position < len(text):
            found = _SEQUENCE.match(text, position)
            if found:
                keys += [_SEQUENCES[found[0]]] if found[0] in _SEQUENCES else []
                position = found.end()
                continue
            begun = _BEGUN.match(text, position)
            if begun and begun.end() == len(text):
                self._rest = begun[0]
                break
            keys += _key(text[position])
            position += 1
        return keys

    @property
    def waiting(self) -> bool:
        """Whether something has begun that the next bytes may complete."""
        return bool(self._rest)

    def flush(self) -> list[str]:
        """What has begun, when nothing has followed for a while: the escape key, and what came after it."""
        rest, self._rest = self._rest, ""
        return [key for character in rest for key in _key(character)]


def _key(character: str) -> list[str]:
    if character == "\x1b":
        return ["escape"]
    if character in _CHARACTERS:
        return [_CHARACTERS[character]]
    return [character] if character.isprintable() else []
