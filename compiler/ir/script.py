"""The Script IR: an emitted bash script as parts, before it is text.

In: lowered from a Plan by `emit.lower_script`. Out: rendered by `emit.render_script`. Everything that stands in a
script is here, already quoted for bash where it is a word; nothing is decided while rendering.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A here-document: `command` is what reads it (`task_script 0 1`), `comment` stands behind it, `text` is its body."""

    command: str
    comment: str
    text: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class Block:
    """A few lines of bash under one comment: a task or a probe."""

    comment: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A bash function of the data half; `comment` says what it gives."""

    name: str
    comment: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """One script. `directives` are `#SBATCH` options; `units` the runtime units in order, as (name, text).

    `cluster` is the name and the sha256 of the cluster profile, `preamble` what it puts before the workflow.
    """

    workflow: str
    summary: str
    version: str
    directives: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    rebuild: str
    usage: tuple[str, ...]
    settings: tuple[str, ...]
    functions: tuple[Function, ...]
    tasks: tuple[Block, ...]
    probes: tuple[Block, ...]
    documents: tuple[Document, ...]
    units: tuple[tuple[str, str], ...]
    cluster: tuple[str, str] | None = None
    preamble: Document | None = None

    @property
    def on_timeout(self) -> bool:
        """Whether something runs when a time limit is near."""
        return any(document.command.startswith("on_timeout") for document in self.documents)

    @property
    def outputs(self) -> bool:
        """Whether outputs are read from a task's log."""
        return any(document.command.startswith("task_outputs") for document in self.documents)
