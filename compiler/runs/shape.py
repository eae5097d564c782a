"""Whether what was read from a JSON file is what the file should hold: it may be damaged, or somebody else's.

In: a value, and a shape: a type, or several; `[shape]` for a list of such; `{name: shape}` for an object with at least these
members; `{str: shape}` for one whose members are all such. Out: yes or no.

    fits({"nodes": [0, 1]}, {"nodes": [int]})
"""

from __future__ import annotations

import math
from typing import Any

NUMBER = (int, float)
MAYBE_NUMBER = (int, float, type(None))
MAYBE_TEXT = (str, type(None))
_LARGEST = 1e15
"""No time, count or limit comes near."""


def fits(value: Any, shape: Any) -> bool:
    """Numbers must be finite; true and false are none."""
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return False
        if str in shape:
            return all(fits(item, shape[str]) for item in value.values())
        return all(name in value and fits(value[name], inner) for name, inner in shape.items())
    if isinstance(value, bool):
        return shape is bool
    if isinstance(value, (int, float)) and not (math.isfinite(value) and abs(value) < _LARGEST):
        return False
    return isinstance(value, shape)
