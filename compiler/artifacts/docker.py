"""`docker://IMAGE`: the name of a container image; its path is the name."""

from __future__ import annotations

from ..diagnostics import Reporter, Span
from .base import Located, bad_uri


class DockerScheme:
    scheme = "docker"
    content = False

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        image = uri.partition("://")[2]
        if not image or any(character <= " " for character in image):
            bad_uri(name, "names no image", "write docker://IMAGE, such as docker://ubuntu:24.04", span, report)
            return None
        return Located(image)
