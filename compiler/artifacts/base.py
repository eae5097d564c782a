"""What an artifact scheme is: it turns a URI into the path that tasks see.

In: a URI, and whether content was given. Out: the path, and whether the preflight must find it. A relative path is
relative to the workspace of the run, generated content to its output directory; the disk is never looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..diagnostics import Reporter, Span
from ..ir.expr import Text


@dataclass(frozen=True, slots=True)
class Located:
    """Where an artifact is when tasks run. `mount` is what a container must mount for it, None for nothing."""

    path: Text
    check: bool = False
    mount: Text | None = None


class Scheme(Protocol):
    """One scheme of artifact URIs. `content` says whether the workflow may give the artifact's content."""

    scheme: str
    content: bool

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        """The artifact's place; None after reporting why there is none."""
        ...
