"""`docker://IMAGE`: the name of a container image; its path is the name."""

from __future__ import annotations

from ..diagnostics import Reporter, Span
from .base import Located


class DockerScheme:
    scheme = "docker"
    content = False

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        return Located(uri.split("://", 1)[1])
