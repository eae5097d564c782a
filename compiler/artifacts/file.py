"""`file://PATH`: a local file; with content, one that the run writes before any task starts."""

from __future__ import annotations

from ..diagnostics import Reporter, Span
from ..ir.expr import WORKFLOW_OUTPUT_DIR, WORKSPACE_DIR
from .base import Located
from .paths import decoded, escapes, is_path, local_path, mount_of, under, without_scheme


class FileScheme:
    scheme = "file"
    content = True

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        path = decoded(without_scheme(uri)) if has_content else local_path(uri)
        if not is_path(path, name, span, report):
            return None
        if has_content and path.endswith("/"):
            report.error("bad-uri", f"artifact '{name}' would be written to a folder: {path}", span, help="name a file")
            return None
        if has_content and escapes(path):
            report.error(
                "artifact-escapes",
                f"artifact '{name}' would be written outside the run's output directory: {path}",
                span,
                help="drop the '..' or give an absolute path",
            )
            return None
        located = under(WORKFLOW_OUTPUT_DIR if has_content else WORKSPACE_DIR, path)
        return Located(located, mount=mount_of(located))
