"""What can be done with a value that only the run knows.

In: RunText and values that hold it. Out: text with holes, or the Failure `runtime-value`, which says what is known only
when the job runs, and why. Values on their way into Jinja2's filters have each RunText replaced by a `Hole`, which
can be moved about but refuses every question about its characters; so what works is what needs none of them.

    needs_content(RunText((Atom("ip", "c", 0),)), "'+'")   # '+' needs the address of node 0 of backend 'c', which ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from ..ir.expr import RunText
from .failures import ContentNeeded, Failure

_WHY_NODES = "the nodes are chosen when the job starts"
_ATOMS = {
    "workspace_dir": ("the workspace directory", "it is where the job is submitted from, or its --workspace-dir"),
    "output_dir": ("the output directory", "it is chosen when the job starts, or by its --output-dir"),
    "workflow_output_dir": ("the run's output directory", "its name has the time of the start and the job id in it"),
    "job_id": ("the job id", "Slurm gives it when the job is submitted"),
}


def describe(text: RunText) -> tuple[str, str]:
    """What of a text is known only when the job runs, and why."""
    atom = text.atoms[0]
    if atom.kind == "ip":
        return f"the address of node {atom.node} of backend '{atom.backend}'", _WHY_NODES
    if atom.kind == "name":
        return f"the name of node {atom.node} of backend '{atom.backend}'", _WHY_NODES
    if atom.artifact:
        return f"the path of artifact '{atom.artifact}'", "it lies in the hub's cache on the machine that runs the job"
    return _ATOMS[atom.kind]


def needs_content(text: RunText, action: str) -> Failure:
    """The error of an action that would need the characters of a run-time value."""
    what, why = describe(text)
    return Failure(
        "runtime-value",
        f"{action} needs {what}, which is known only when the job runs",
        note=f"{why}; until then it can be printed, joined and passed on",
        help_line="do this in the script, where the value is at hand",
    )


class Hole:
    """A run-time value inside Jinja2's functions. Everything that would look at its characters raises."""

    __slots__ = ("text",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: RunText) -> None:
        self.text = text

    def __bool__(self) -> bool:
        return True  # an atom is never empty

    def __getattr__(self, name: str) -> NoReturn:
        raise ContentNeeded(self.text)


def _refuse(self: Hole, *_: object) -> NoReturn:
    raise ContentNeeded(self.text)


_QUESTIONS = """
    str repr format bytes len iter reversed contains getitem eq ne lt le gt ge hash int float index complex trunc round
    floor ceil neg pos abs invert add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod divmod rdivmod
    pow rpow lshift rlshift rshift rrshift and rand or ror xor rxor matmul rmatmul enter exit fspath copy deepcopy reduce
    reduce_ex html length_hint
"""
for _question in _QUESTIONS.split():
    setattr(Hole, f"__{_question}__", _refuse)


def to_holes(value: object) -> Any:
    """The value with every run-time text in it replaced by a hole."""
    return replace(value, lambda leaf: Hole(leaf) if isinstance(leaf, RunText) else leaf)


def from_holes(value: object) -> Any:
    """The opposite of to_holes."""
    return replace(value, lambda leaf: leaf.text if isinstance(leaf, Hole) else leaf)


def replace(value: object, leaf: Callable[[object], object]) -> Any:
    """The value with `leaf` applied to whatever in it is no list, tuple or mapping."""
    if isinstance(value, (str, int, float)):
        return leaf(value)
    if isinstance(value, dict):
        return {replace(key, leaf): replace(item, leaf) for key, item in value.items()}
    if isinstance(value, list):
        return [replace(item, leaf) for item in value]
    if isinstance(value, tuple):
        items = [replace(item, leaf) for item in value]
        return value._make(items) if hasattr(value, "_make") else tuple(items)
    return leaf(value)
