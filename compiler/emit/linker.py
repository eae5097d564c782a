"""The linker: which units of the bash runtime a script needs, in which order.

In: the names of the units that a script calls itself. Out: those and everything that they require, each as
(name, text), requirements first. A unit says what it needs in a line `# requires: clock json`; that line and
shellcheck's own are for developers and are left out of what is emitted.
"""

from __future__ import annotations

import functools
import re

from .. import resources

_REQUIRES = re.compile(r"^# requires:(.*)\n", re.MULTILINE)
_FOR_DEVELOPERS = re.compile(r"^# (?:requires:|shellcheck shell=).*\n", re.MULTILINE)


@functools.cache
def unit_source(name: str) -> str:
    """The text of a unit as it stands in runtime_sh."""
    return resources.read_text("runtime_sh", f"{name}.sh")


@functools.cache
def requirements(name: str) -> tuple[str, ...]:
    """The units that a unit requires directly.

    Raises ValueError for a unit without a `# requires:` line.
    """
    found = _REQUIRES.search(unit_source(name))
    if found is None:
        raise ValueError(f"runtime unit {name} has no '# requires:' line")
    return tuple(found[1].split())


def link(roots: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The closure of `roots`, every unit once, in the order in which a depth-first walk finishes them."""
    order: dict[str, None] = {}
    entered: set[str] = set()

    def visit(name: str) -> None:
        if name in entered:
            return
        entered.add(name)
        for needed in requirements(name):
            visit(needed)
        order[name] = None

    for root in roots:
        visit(root)
    return tuple((name, _emitted(unit_source(name))) for name in order)


@functools.cache
def _emitted(source: str) -> str:
    return _FOR_DEVELOPERS.sub("", source).strip("\n")
