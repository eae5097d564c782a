"""Words of bash: any text as one word, and text with holes as one word that the run completes.

In: text, or `ir.expr` text with a speller for its atoms. Out: a word that bash expands to exactly that text.

    quote("it's $5") == '"it\'s \\\\$5"'
    word(RunText(("http://", Atom("ip", "gpu", 0))), spell) == '"http://${SF_NODE_IP[0]}"'
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from ..ir.expr import Atom, Text

Speller = Callable[[Atom], str]
"""Gives the parameter expansion for an atom, such as `${SF_NODE_IP[0]}`."""

_BARE = re.compile(r"[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*")
_MARKS = re.compile("[\x01\r\x7f]|\n(?=# |SF_|(?:task_script|task_outputs|artifact_content|cluster_preamble) )")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SPECIAL_IN_DOUBLE_QUOTES = re.compile(r'[\\"$`]')


@functools.lru_cache(maxsize=4096)  # tasks share most of their words
def quote(text: str) -> str:
    """The text as one word: bare when every character is safe in every position, else in the quotes that leave it readable."""
    if _BARE.fullmatch(text):
        return text
    if "'" in text or "$" in text or "`" in text or _MARKS.search(text):
        return f'"{_escaped(text)}"'
    return f"'{text}'"


def quote_on_one_line(text: str) -> str:
    """The same for a place where a line break would end more than the word, such as a comment."""
    quoted = quote(text)
    if not _CONTROL.search(quoted):
        return quoted
    return '"' + _CONTROL.sub(_octal, _SPECIAL_IN_DOUBLE_QUOTES.sub(r"\\\g<0>", text)) + '"'


def comment(text: str) -> str:
    """The text as what may stand behind a `#`: on one line, whatever it holds."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def word(text: Text, spell: Speller) -> str:
    """The text as one word, its holes as expansions inside double quotes."""
    if isinstance(text, str):
        return quote(text)
    if text.is_constant:
        return quote(text.display())
    return '"' + "".join(_inside(part, spell) for part in text.parts) + '"'


def _inside(part: str | Atom, spell: Speller) -> str:
    if isinstance(part, Atom):
        return spell(part)
    return _escaped(part)


@functools.lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    """The text between double quotes. Bash marks bytes with two of its own, and gets lost among them in words of an array; sbatch
    takes no script in which a carriage return stands before a line feed; and no line of a value may look like one that the
    script finds in its own text: a comment, a here-document."""
    return _MARKS.sub(_octal, _SPECIAL_IN_DOUBLE_QUOTES.sub(r"\\\g<0>", text))


def _octal(found: re.Match[str]) -> str:
    """A character between double quotes, which end before it and begin again behind it."""
    return '"' + "".join(f"$'\\{byte:03o}'" for byte in found[0].encode()) + '"'


def assignment(name: str, text: Text, spell: Speller) -> str:
    """`NAME=value` as one word, for an array of assignments."""
    value = word(text, spell)
    if value.startswith('"'):
        return f'"{name}={value[1:]}'
    return f"{name}={value}"


def wrap(words: list[str], *, first: str, last: str, width: int = 118) -> list[str]:
    """Words between `first` and `last`, on as many lines as they need, later ones indented by two."""
    one_line = f"{first}{' '.join(words)}{last}"
    if len(one_line) <= width and "\n" not in one_line:
        return [one_line]
    lines = [first]
    current = " "
    for item in words:
        if len(current) > 1 and len(current) + 1 + len(item) > width - 2:
            lines.append(current)
            current = " "
        current += f" {item}"
    return [*lines, current, last]


def directive_value(text: str) -> str:
    """The value of a directive: sbatch splits the line at white space, quotes keep it together, a backslash escapes."""
    if not re.search(r"[\s#'\"\\]", text):
        return text
    return '"' + re.sub(r'["\\]', r"\\\g<0>", text) + '"'
