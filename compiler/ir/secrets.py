"""Values that are not to be seen, taken out of text that shows them in whatever spelling.

In: text, and the values. Out: the text with `***` in their place. A value of less than four characters is no secret; one of less
than eight is found only as a word of its own.

    hide("GET /?key=hunter2", ["hunter2"]) == "GET /?key=***"
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

MASK = "***"
_SHORTEST = 4
"""A value of fewer characters would make holes everywhere."""
_LONG = 8
"""From here on a value is found within words too."""


def hide(text: str, values: Iterable[str]) -> str:
    """The text without the values, nor what they are in JSON or HTML."""
    pattern = pattern_of(spelling for value in values for spelling in _spellings(value))
    return pattern.sub(MASK, text) if pattern else text


def parts_of(values: Iterable[str]) -> set[str]:
    """The values and, of those that have several, their lines: each can be shown without the others."""
    parts = {part for value in values for part in (value, *value.split("\n"))}
    return {part for part in parts if len(part) >= _SHORTEST}


def pattern_of(values: Iterable[str]) -> re.Pattern[str] | None:
    """What finds them, the longest first; None when there is nothing to find."""
    parts = parts_of(values)
    long = sorted((part for part in parts if len(part) >= _LONG), key=lambda part: (-len(part), part))
    short = sorted(part for part in parts if len(part) < _LONG)
    words = [re.escape(part) for part in long] + [rf"(?<!\w){re.escape(part)}(?!\w)" for part in short]
    return re.compile("|".join(words)) if words else None


def _spellings(value: str) -> set[str]:
    import html  # few workflows have secrets, and importing it takes longer than any other part of this

    return {value, html.escape(value), *(json.dumps(value, ensure_ascii=plain)[1:-1] for plain in (True, False))}
