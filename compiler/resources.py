"""Finds the data that ships with sflowc: templates, runtime units, schemas, samples. The only module that does.

In: a folder and a file name. Out: its path or text. In a wheel the folders lie inside the package, in a checkout
beside it; both are tried, in this order.

    read_text("runtime_sh", "clock.sh")
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """The path of a packaged file or folder.

    Raises FileNotFoundError, naming both places, when it is in neither.
    """
    places = (_PACKAGE.joinpath(*parts), _PACKAGE.parent.joinpath(*parts))
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(f"no packaged file {'/'.join(parts)} in {places[0].parent} or {places[1].parent}")


def read_text(*parts: str) -> str:
    """The text of a packaged file."""
    return path(*parts).read_text(encoding="utf-8")
