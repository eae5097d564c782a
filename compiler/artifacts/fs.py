"""`fs://PATH`: a file or folder that must be there when the run starts; the preflight looks for it."""

from __future__ import annotations

from ..diagnostics import Reporter, Span
from ..ir.expr import WORKSPACE_DIR
from .base import Located
from .paths import is_path, local_path, mount_of, under


class FsScheme:
    scheme = "fs"
    content = False

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        path = local_path(uri)
        if not is_path(path, name, span, report):
            return None
        located = under(WORKSPACE_DIR, path)
        return Located(located, check=True, mount=mount_of(located))
