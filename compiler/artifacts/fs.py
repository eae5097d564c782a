"""`fs://PATH`: a file or folder that must be there when the run starts; the preflight looks for it."""

from __future__ import annotations

from ..diagnostics import Reporter, Span
from ..ir.expr import WORKSPACE_DIR
from .base import Located
from .paths import local_path, mount_of, under


class FsScheme:
    scheme = "fs"
    content = False

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        path = under(WORKSPACE_DIR, local_path(uri))
        return Located(path, check=True, mount=mount_of(path))
