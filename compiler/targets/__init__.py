"""The targets that sflowc can compile to."""

from __future__ import annotations

from ..ir.plan import Plan
from .base import Target
from .bash import BashTarget
from .sbatch import SbatchTarget

TARGETS: dict[str, Target] = {target.name: target for target in (BashTarget(), SbatchTarget())}


def default_target(plan: Plan) -> Target:
    """sbatch when a backend is a Slurm cluster, else bash."""
    return TARGETS["sbatch" if any(backend.type == "slurm" for backend in plan.backends) else "bash"]
