"""Which backend a task goes to: its own, the first that offers its accelerator, else the default."""

import pytest
from sflowc.diagnostics import Diagnostic
from sflowc.driver import compile_workflow
from sflowc.ir.plan import PlanTask

POOLS = """version: "0.1"
variables:
  KIND: {value: h200, domain: [h100, h200]}
  NONE: ""
backends:
  cpu: {type: local, default: true}
  a: {type: local, gpus_per_node: 4, accelerator: h100}
  b: {type: local, gpus_per_node: 8, accelerator: [h200, "${{ 'h' ~ 100 }}"], nodes: 2}
workflow:
  name: w
  variables: {ADDRESS: "${{ backends.cpu.nodes[0].name }}"}
  tasks:
"""


def compiled(*tasks: str) -> tuple[list[PlanTask], list[Diagnostic]]:
    text = POOLS + "".join(f"    - {{name: t{i}, script: [x], {task}}}\n" for i, task in enumerate(tasks))
    done = compile_workflow([("w.yaml", text.encode())])
    return list(done.plan.tasks) if done.plan else [], list(done.diagnostics)


@pytest.mark.parametrize(
    ("task", "backend"),
    [
        ("critical: true", "cpu"),
        ("backend: b", "b"),
        ("resources: {accelerator: h100}", "a"),
        ("resources: {accelerator: h200}", "b"),
        ("resources: {accelerator: ' h200 '}", "b"),
        ('resources: {accelerator: "${{ variables.KIND }}"}', "b"),
        ('resources: {accelerator: "${{ variables.NONE }}"}', "cpu"),
        ("resources: {accelerator: null}", "cpu"),
        ("resources: {accelerator: h100}, backend: b", "b"),
        ("resources: {accelerator: h100}, backend: null", "a"),
        ("variables: {KIND: h100}, resources: {accelerator: '${{ variables.KIND }}'}", "a"),
    ],
)
def test_where_a_task_goes(task: str, backend: str) -> None:
    (found,), diagnostics = compiled(task)
    assert found.backend == backend
    assert not diagnostics


def test_a_sweep_goes_over_pools_and_each_has_its_own_gpus() -> None:
    use = "resources: {accelerator: '${{ variables.KIND }}', gpus: {count: 4}}"
    found, _ = compiled(f"replicas: {{variables: [KIND]}}, {use}", use)
    assert [(task.name, task.backend, task.accelerator, task.gpus) for task in found] == [
        ("t0_h100", "a", "h100", (0, 1, 2, 3)),
        ("t0_h200", "b", "h200", (0, 1, 2, 3)),
        ("t1", "b", "h200", (4, 5, 6, 7)),
    ]


def test_a_full_pool_is_not_left_for_another() -> None:
    _, (found,) = compiled("resources: {accelerator: h100, gpus: {count: 8}}")
    assert found.code == "does-not-fit"
    assert "backend 'a'" in found.message


@pytest.mark.parametrize(
    ("task", "codes"),
    [
        ("resources: {accelerator: H100}", ["unknown-accelerator"]),
        ("resources: {accelerator: h200}, backend: a", ["accelerator-elsewhere"]),
        ("resources: {accelerator: h200}, backend: d", ["unknown-backend"]),
        ('resources: {accelerator: "${{ variables.ADDRESS }}"}', ["runtime-value"]),
        ("resources: {accelerator: [h100]}", ["wrong-type"]),
    ],
)
def test_mistakes(task: str, codes: list[str]) -> None:
    tasks, found = compiled(task)
    assert not tasks
    assert [diagnostic.code for diagnostic in found] == codes


def test_all_tasks_are_looked_at() -> None:
    _, found = compiled("backend: x", "resources: {accelerator: y}", "backend: cpu, resources: {accelerator: h100}")
    assert [diagnostic.code for diagnostic in found] == [
        "unknown-backend",
        "unknown-accelerator",
        "accelerator-elsewhere",
    ]
