"""The script for the time limit: when it begins, and what it finds."""

import pytest
from compilation import diagnostics, errors, plan
from sflowc.ir.expr import display
from sflowc.ir.plan import PlanOnTimeout

SLURM = "backends: {c: {type: slurm, partition: p}}\n"


def text(hook: str, limit: str = "10m", head: str = "") -> str:
    timeout = f"timeout: {limit}, " if limit else ""
    return (
        f'version: "0.1"\n{head}workflow: {{name: w, {timeout}on_timeout: {hook}, tasks: [{{name: t, script: [x]}}]}}\n'
    )


def hook_of(source: str) -> PlanOnTimeout:
    found = plan(source).on_timeout
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("hook", "limit", "lead", "wanted"),
    [
        ("[x]", "10m", 60, None),
        ("[x]", "30s", 15, None),
        ("{script: [x], lead: 5m}", "10m", 300, 300),
        ("{script: [x], lead: '${{ 2 * 4.2 }}'}", "10m", 8.4, 9),
        ("{script: [x], lead: ~}", "10m", 60, None),
        ("{script: [x], lead: 2d}", "3d", 172800, 65535),
    ],
)
def test_when_it_begins(hook: str, limit: str, lead: float, wanted: int | None) -> None:
    found = hook_of(text(hook, limit))
    assert (found.lead, found.wanted_lead) == (lead, wanted)


def test_its_lines_take_expressions_and_it_has_the_workflows_variables() -> None:
    head = "variables: {A: 1, B: '${{ A }}2'}\n"
    found = hook_of(text("['${{ A }} ${{ task.t.nodes[0].name }} ${{ workflow.name }}', two]", head=head))
    assert [display(line) for line in found.script] == ["1 <name:local:0> w", "two"]
    assert found.env == (("A", "1"), ("B", "12"))
    assert not found.strict


def test_no_hook_is_no_hook() -> None:
    assert plan(text("~")).on_timeout is None
    assert hook_of(text("[x]").replace("name: w,", "name: w, strict: yes,")).strict


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (text("{script: [x], lead: 10m}"), ("too-large", "10m")),
        (text("{script: [x], lead: soon}"), ("wrong-type", "soon")),
        (text("{lead: 1m}"), ("missing-key", "")),
        (text("[]"), ("empty-list", "[]")),
        (text("['${{ nowhere }}']"), ("unknown-name", "nowhere")),
        (text("[x]", "'${{ \"soon\" }}'"), ("bad-duration", "soon")),
    ],
)
def test_mistakes(source: str, problem: tuple[str, str]) -> None:
    found = errors(source)
    assert [code for code, _ in found] == [problem[0]]
    assert problem[1] in found[0][1]


def test_it_needs_a_limit() -> None:
    assert [found.code for found in diagnostics(text("[x]", ""))] == ["on-timeout-without-limit"]
    assert diagnostics(text("[x]", "", SLURM)) == []
