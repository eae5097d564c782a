"""What tests of the passes share: workflows in a few lines, compiled to a plan or to the mistakes that were found."""

from __future__ import annotations

from collections.abc import Iterable

from sflowc.diagnostics import Diagnostic
from sflowc.driver import Compilation, compile_workflow
from sflowc.ir.expr import display
from sflowc.ir.plan import Plan, PlanTask
from sflowc.source.compose import Overrides

SLURM = "backends: {c: {type: slurm, nodes: 4, gpus_per_node: 4}}"
"""Four nodes of four GPUs."""


def compiled(*texts: str, **overrides: Iterable[str]) -> Compilation:
    """Files 1.yaml, 2.yaml ... compiled together; the first need not say its version."""
    first, *others = texts
    whole = (first if "version" in first else f'{first}\nversion: "0.1"\n', *others)
    files = [(f"{number}.yaml", text.encode()) for number, text in enumerate(whole, start=1)]
    return compile_workflow(files, Overrides(**{key: tuple(value) for key, value in overrides.items()}))


def workflow(*tasks: str, head: str = "", body: str = "") -> str:
    """A workflow of these tasks; `head` are other sections, `body` other keys of the workflow."""
    lines = [head, "workflow:", "  name: w", f"  {body}", "  tasks:", *(f"  - {{{task}}}" for task in tasks)]
    return "\n".join(line for line in lines if line.strip())


def plan(*texts: str, **overrides: Iterable[str]) -> Plan:
    """The plan of files that have no mistake."""
    done = compiled(*texts, **overrides)
    assert done.plan is not None, [f"{found.span} {found.code}: {found.message}" for found in done.diagnostics]
    return done.plan


def tasks(*texts: str, **overrides: Iterable[str]) -> dict[str, PlanTask]:
    """The concrete tasks of files that have no mistake, by name."""
    return {task.name: task for task in plan(*texts, **overrides).tasks}


def task(*texts: str, **overrides: Iterable[str]) -> PlanTask:
    """The only concrete task of files that have no mistake."""
    (found,) = plan(*texts, **overrides).tasks
    return found


def script(*lines: str, head: str = "", body: str = "", **fields: str) -> str:
    """The script that these lines become in a workflow of one task."""
    keys = "".join(f", {key}: {value}" for key, value in fields.items())
    quoted = ", ".join(
        '"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"' for line in lines
    )
    found = task(workflow(f"name: t, script: [{quoted}]{keys}", head=head, body=body))
    return "\n".join(display(line) for line in found.script)


def environment(found: PlanTask) -> dict[str, str]:
    """What a task's environment holds, without what the run itself says."""
    return {name: display(text) for name, text in found.env if not name.startswith("SFLOW_")}


def diagnostics(*texts: str, **overrides: Iterable[str]) -> list[Diagnostic]:
    """Everything that is said of files."""
    return list(compiled(*texts, **overrides).diagnostics)


def errors(*texts: str, **overrides: Iterable[str]) -> list[tuple[str, str]]:
    """The code of each mistake and the text under its caret; the files must not compile."""
    done = compiled(*texts, **overrides)
    assert done.plan is None, "this compiles"
    return [
        (found.code, _pointed_at(found, texts, overrides)) for found in done.diagnostics if found.severity == "error"
    ]


def error(*texts: str, **overrides: Iterable[str]) -> Diagnostic:
    """The only mistake."""
    done = compiled(*texts, **overrides)
    (found,) = [found for found in done.diagnostics if found.severity == "error"]
    return found


def _pointed_at(found: Diagnostic, texts: tuple[str, ...], overrides: dict[str, Iterable[str]]) -> str:
    assert found.span is not None
    if not found.span.file.endswith(".yaml"):
        return found.span.file
    line = texts[int(found.span.file.removesuffix(".yaml")) - 1].split("\n")[found.span.line - 1]
    end = found.span.end_column if found.span.end_line == found.span.line else len(line) + 1
    return line[found.span.column - 1 : end - 1]
