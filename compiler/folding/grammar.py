"""The parser of expressions: lark's LALR tables for grammar.lark, kept between runs.

In: the text of one expression. Out: lark's tree with positions. Building the tables takes 75 ms, loading them 5, so
they are kept in the user's cache directory under the hash of what they are made of; without one they are built.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .. import resources

if TYPE_CHECKING:
    from lark import Lark, Tree


@functools.cache
def parser() -> Lark:
    """The parser, from the cache when it is there."""
    import lark

    grammar = resources.read_text("folding", "grammar.lark")
    key = hashlib.sha256(f"{lark.__version__}\0{grammar}".encode()).hexdigest()[:16]
    cached = _cache_directory() / f"expressions-{key}.tables"
    try:
        with cached.open("rb") as file:
            return lark.Lark.load(file)
    except Exception:  # noqa: BLE001, S110 - whatever is wrong with a cache, it can be made again
        pass
    built = lark.Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)
    _keep(built, cached)
    return built


def _cache_directory() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sflowc"


def _keep(built: Lark, cached: Path) -> None:
    """Writes the tables in one step; a home that cannot be written only means that they are built again."""
    try:
        cached.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=cached.parent, delete=False) as file:
            built.save(file)
        Path(file.name).replace(cached)
    except OSError:
        return


def parse(text: str) -> Tree:  # type: ignore[type-arg]
    """The tree of an expression.

    Raises lark.exceptions.UnexpectedInput where the text is no expression.
    """
    tree: Tree = parser().parse(text)  # type: ignore[type-arg, assignment]
    return tree
