"""Text with holes: a value of which parts are known only when the job runs.

In: constant text and run-time atoms. Out: `RunText`, the one representation that passes, plan and
targets share. A plan prints an atom as `<ip:BACKEND:0>`; a target gives it its own spelling.

    RunText(("nats://", Atom("ip", "gpu", 0), ":4222")).display() == "nats://<ip:gpu:0>:4222"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, get_args

AtomKind = Literal[
    "ip", "name", "workspace_dir", "output_dir", "workflow_output_dir", "job_id", "artifact", "artifact_repo"
]


@dataclass(frozen=True, slots=True, order=True)
class Atom:
    """One thing that only the run knows. `backend` and `node` (a node's index) belong to ip and name, `artifact` (a name) to
    the path of an artifact in the hub's cache, and to what the cache has of the repository that it is of."""

    KINDS: ClassVar[tuple[str, ...]] = get_args(AtomKind)

    kind: AtomKind
    backend: str = ""
    node: int = -1
    artifact: str = ""

    @property
    def words(self) -> str:
        """The atom as one word: ip:cluster:0, artifact:MODEL, job_id."""
        if self.artifact:
            return f"{self.kind}:{self.artifact}"
        return f"{self.kind}:{self.backend}:{self.node}" if self.backend else self.kind

    def display(self) -> str:
        """The atom as plans spell it."""
        return f"<{self.words}>"


WORKSPACE_DIR = Atom("workspace_dir")
OUTPUT_DIR = Atom("output_dir")
WORKFLOW_OUTPUT_DIR = Atom("workflow_output_dir")


@dataclass(frozen=True, slots=True)
class RunText:
    """Constant text and atoms in order. Neighbouring constants are merged, empty ones dropped."""

    parts: tuple[str | Atom, ...]

    @staticmethod
    def of(*pieces: str | Atom | RunText) -> RunText:
        """The concatenation of the pieces in normal form."""
        parts: list[str | Atom] = []
        for piece in pieces:
            for part in piece.parts if isinstance(piece, RunText) else (piece,):
                if isinstance(part, str) and parts and isinstance(parts[-1], str):
                    parts[-1] += part
                elif part != "":
                    parts.append(part)
        return RunText(tuple(parts))

    @property
    def is_constant(self) -> bool:
        return all(isinstance(part, str) for part in self.parts)

    @property
    def atoms(self) -> tuple[Atom, ...]:
        return tuple(part for part in self.parts if isinstance(part, Atom))

    def render(self, spell: Callable[[Atom], str]) -> str:
        """The text with every atom replaced by its spelling."""
        return "".join([part if isinstance(part, str) else spell(part) for part in self.parts])

    def display(self) -> str:
        """The text as plans print it."""
        return "".join([part if isinstance(part, str) else part.display() for part in self.parts])


Text: TypeAlias = str | RunText
"""Text that may have holes: a plain str when it has none."""


def join(pieces: Iterable[Text | Atom]) -> Text:
    """The concatenation of the pieces, a plain str when nothing in it waits for the run."""
    pieces = tuple(pieces)
    words = [piece for piece in pieces if isinstance(piece, str)]
    if len(words) == len(pieces):
        return "".join(words)
    text = RunText.of(*pieces)
    return "".join(str(part) for part in text.parts) if text.is_constant else text


def display(text: Text) -> str:
    """The text as plans print it, holes spelt `<kind:backend:index>`."""
    return text if isinstance(text, str) else text.display()
