"""Container images as users write them.

In: the text of a field. Out: nothing, or an error: an image is a registry reference, or the path of a .sqsh file.
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter, Span
from ..ir.expr import Text, display

_PLACEHOLDER = re.compile(r"<[^<>]*>")
_REFERENCE = re.compile(r"[A-Za-z0-9$_{][\w.$/{}#:+-]*(@[A-Za-z0-9]+:[0-9A-Fa-f]+)?")


def check_image(image: Text, span: Span, report: Reporter) -> None:
    """An image is a registry reference or the path of a .sqsh file; a placeholder that was never filled in is neither."""
    shown = display(image).strip()
    if not shown or not isinstance(image, str):
        return
    is_path = shown.endswith(".sqsh") or shown.startswith(("/", "./"))
    if not _PLACEHOLDER.search(shown) and (is_path or _REFERENCE.fullmatch(shown.removeprefix("docker://"))):
        return
    report.error(
        "invalid-image",
        f"'{shown}' is no container image",
        span,
        help="give a reference such as nvcr.io/nvidia/tritonserver:24.10, or the path of a .sqsh file",
    )
