"""What diagnose has found, as plain data.

In: nothing; these are the types. Out: Diagnosis: a verdict, the most probable cause, and what each layer has to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Layer: TypeAlias = Literal["orchestration", "allocation", "infrastructure", "routing", "benchmark"]
Fault: TypeAlias = Literal["application", "workflow", "infrastructure"]
Verdict: TypeAlias = Literal["fault", "none", "unknown"]

LAYERS: tuple[Layer, ...] = ("orchestration", "allocation", "infrastructure", "routing", "benchmark")
"""The lowest first: what stands higher cannot work when one below is broken."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line of a file of the run; `line` is None where counting would have taken too long. The text is safe to print."""

    file: str
    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `id` is that of its pattern; `general` says how something ended, but not why."""

    id: str
    layer: Layer
    fault: Fault
    cause: str
    next_step: str
    evidence: tuple[Evidence, ...]
    task: str | None = None
    general: bool = False
    explained_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerReport:
    """`verdict` is OK, FAIL or unknown; `says` is for people."""

    layer: Layer
    verdict: Literal["OK", "FAIL", "unknown"]
    says: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`cause` is the finding of the lowest broken layer. `waiting` says what a run that goes on is waiting for."""

    run: str
    state: str
    verdict: Verdict
    sentence: str
    cause: Finding | None
    layers: tuple[LayerReport, ...]
    waiting: tuple[str, ...] = ()
