"""Which names can be those of directories, and which tasks may be absent.

In: a name. Out: what is wrong with it, empty when nothing is.

    why_no_directory("a/b") == "names no directory"
"""

from __future__ import annotations

import fnmatch
import unicodedata
from collections.abc import Iterable

from ..diagnostics import Reporter, Span

RUN_FILES = frozenset(
    (
        "sflow.log",
        "events.jsonl",
        "status.json",
        "run.json",
        "run.json.new",
        "completed.txt",
        "plan.txt",
        "env.txt",
        ".groups",
        ".owner",
        ".overrides",
    )
)
"""What a run writes into its directory, where every task has one of its own."""
MAX_BYTES = 200
"""Room for a suffix in the 255 bytes that a file name may have."""


def why_no_directory(name: str) -> str:
    """What keeps a name from being that of a directory."""
    if not name or name in (".", "..") or "/" in name:
        return "names no directory"
    if name.startswith("-"):
        return "begins with a dash, which commands take for an option"
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in name):
        return "has a control character"
    if len(name.encode("utf-8", "surrogateescape")) > MAX_BYTES:
        return f"is longer than {MAX_BYTES} bytes"
    return ""


def may_be_absent(name: str, patterns: Iterable[str], span: Span, report: Reporter) -> bool:
    """Whether --missable-tasks covers a task that is not there; that it is left out is told."""
    if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
        return False
    report.note("missable-task", f"task '{name}' is absent; what depends on it goes on without", span)
    return True
