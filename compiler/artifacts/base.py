"""What an artifact scheme is: it turns a URI into the path that tasks see, and what the run does to have it there.

In: a URI, and whether content was given. Out: the path, whether the preflight must find it, and the download that
puts it there. A relative path is relative to the workspace of the run, generated content to its output directory; neither
the disk nor the network is ever looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..diagnostics import Reporter, Span
from ..ir.expr import Text
from ..ir.plan import Fetch


@dataclass(frozen=True, slots=True)
class Located:
    """Where an artifact is when tasks run. `mount` is what a container must mount for it, None for nothing."""

    path: Text
    check: bool = False
    mount: Text | None = None
    fetch: Fetch | None = None


class Scheme(Protocol):
    """One scheme of artifact URIs. `content` says whether the workflow may give the artifact's content."""

    scheme: str
    content: bool

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        """The artifact's place; None after reporting why there is none."""
        ...


def bad_uri(name: str, what: str, advice: str, span: Span, report: Reporter) -> None:
    """Reports a URI that its scheme cannot read. `what` completes "the URI of artifact 'X' ..."."""
    report.error("bad-uri", f"the URI of artifact '{name}' {what}", span, help=advice)
