"""Variables, artifacts and operators that nothing uses.

Before: everything. After: a warning at each. Every variable and every artifact is in the environment of every task, so
the programs that tasks start may read it: nothing is said of a name that well-known programs go by, or when scripts
start programs of the user's own. What stands in a file without tasks is a collection to choose from, and left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..diagnostics import Diagnostic, Reporter, Span
from ..ir.tree import scalars
from ..passes.draft import Draft

_READ_BY_PROGRAMS = re.compile(
    r"(?:NCCL|UCX|HF|VLLM|CUDA|NVIDIA|NVSHMEM|OMP|OMPI|MPI|PMIX?|PYTHON|TORCH|PYTORCH|TRITON|TRTLLM|TRANSFORMERS|TOKENIZERS|SLURM"
    r"|SBATCH|SRUN|SALLOC|ENROOT|PYXIS|GLOO|FI|MKL|OPENBLAS|KMP|XLA|JAX|TF|RAY|DYN|DYNAMO|ETCD|NATS|AWS|GIT|WANDB|MLFLOW|DOCKER|PIP|UV"
    r"|CONDA|LD|LC|XDG|SGLANG|SGL|FLASHINFER|MASTER|WORLD|RANK|LOCAL|NODE|HTTP|HTTPS|NO|ALL|SSL|CURL)_\w*"
    r"|LANG|TZ|TERM|TMPDIR|TEMP|TMP|EDITOR|USER|DEBUG|VERBOSE|HOSTNAME|(?:http|https|no|all)_proxy|RANK|\w*(?:TOKEN|SECRET|PASSWORD)"
    r"|PATH|HOME|IFS|SHELL|\w+_API_KEY"
)
_OWN_PROGRAM = re.compile(
    r"(?:^|[\s;&|\"'=])(?:\.{0,2}/[\w.$/{}-]+|[\w./${}-]+\.(?:sh|bash|py|pl|rb|jl|R)\b|python[\d.]*\s+-m\s|(?:make|ansible|mpirun|torchrun|srun)\b)"
)


def find_unused(draft: Draft, report: Reporter) -> None:
    workflow = draft.workflow
    own = {task.span.file for task in workflow.tasks}
    used_operators = {task.operator.name for task in workflow.tasks if task.operator}
    for operator in workflow.operators:
        if operator.name not in used_operators and operator.span.file in own:
            _report("operator", operator.name, operator.span, "no task names it", report)
    words = _words(draft)
    if any(_OWN_PROGRAM.search(item.text) for task in workflow.tasks for item in task.script):
        return  # they may read their environment
    containers = any(instance.operator_type in ("srun", "docker") for instance in draft.instances)
    swept = {name for task in workflow.tasks if task.replicas for name, _ in task.replicas.variables}
    for name, span in _variables(draft):
        if name not in words | swept and span.file in own and not _READ_BY_PROGRAMS.fullmatch(name):
            _report("variable", name, span, f"no expression and no script names it or ${name}", report)
    for artifact in workflow.artifacts:
        if artifact.name not in words and artifact.span.file in own and not containers:
            _report(
                "artifact",
                artifact.name,
                artifact.span,
                f"no expression and no script names it or ${artifact.name}",
                report,
            )


def _variables(draft: Draft) -> Iterator[tuple[str, Span]]:
    workflow = draft.workflow
    groups = (workflow.global_variables, workflow.workflow_variables, *(task.variables for task in workflow.tasks))
    for variable in (variable for group in groups for variable in group):
        yield variable.name, variable.span


def _words(draft: Draft) -> set[str]:
    """Every word that stands in a script or in any other text of the workflow."""
    texts: Iterable[str] = (scalar.text for scalar in scalars(draft.workflow))
    return {word for text in texts for word in re.findall(r"\w[\w-]*|\w+", text)} | {
        word for text in (scalar.text for scalar in scalars(draft.workflow)) for word in re.findall(r"\w+", text)
    }


def _report(kind: str, name: str, span: Span, why: str, report: Reporter) -> None:
    code = {"operator": "unused-operator", "variable": "unused-variable", "artifact": "unused-artifact"}[kind]
    advice = "take it out" if kind == "operator" else "take it out, or silence this if a program reads it"
    report.add(Diagnostic("warning", code, f"nothing uses the {kind} '{name}'", span, note=why, help=advice))
