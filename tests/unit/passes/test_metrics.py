"""Metrics of outputs: their names, units and bounds."""

import pytest
from compilation import diagnostics, errors, task, tasks, workflow
from sflowc.ir.plan import PlanMetric, PlanOutput


def output(metrics: str, pattern: str = "a {b:d} {c:g} {t}", head: str = "") -> PlanOutput:
    return task(
        workflow(f"name: t, script: [x], outputs: [{{pattern: '{pattern}', metrics: {metrics}}}]", head=head)
    ).outputs[0]


def mistakes(metrics: str) -> list[tuple[str, str]]:
    return errors(
        workflow(f"name: t, script: [x], outputs: [{{pattern: 'a {{b:d}} {{c:g}} {{t}}', metrics: {metrics}}}]")
    )


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ("~", ()),
        ("[b, c]", (PlanMetric("b"), PlanMetric("c"))),
        ("{b: ms, c: ~}", (PlanMetric("b", "ms"), PlanMetric("c"))),
        ("{b: {unit: ms, min: 1}, c: {max: 2.5}}", (PlanMetric("b", "ms", 1), PlanMetric("c", "", None, 2.5))),
        ("[b, {name: c, unit: s, min: -1e9, max: '3'}]", (PlanMetric("b"), PlanMetric("c", "s", -1e9, 3))),
        ("{b: {min: ~, description: how many}}", (PlanMetric("b"),)),
        ("{b: [p50, p99]}", (PlanMetric("b"),)),
        ("{b: {min: 1, max: 1}}", (PlanMetric("b", "", 1, 1),)),
        ("{b: {max: 1.0e+300}}", (PlanMetric("b", "", None, 1e300),)),
        ("{b: {unit: '${{ \"m\" ~ \"s\" }}', min: '${{ 2 * 3 }}'}}", (PlanMetric("b", "ms", 6),)),
    ],
)
def test_metrics(metrics: str, expected: tuple[PlanMetric, ...]) -> None:
    assert output(metrics).metrics == expected


@pytest.mark.parametrize(
    ("metrics", "required"),
    [("[b]", False), ("{b: ms}", False), ("{b: {min: 1}}", True), ("{b: {max: 0}}", True)],
)
def test_what_must_be_within_bounds_must_be_there(metrics: str, required: bool) -> None:
    assert output(metrics).require is required


def test_a_replica_has_bounds_of_its_own() -> None:
    text = workflow(
        "name: t, script: [x], replicas: {variables: [V]}, outputs: [{pattern: 'a {b:d}', metrics: {b: {min: '${{ variables.V }}'}}}]",
        head="variables: {V: {value: 1, type: integer, domain: [1, 8]}}",
    )
    assert [found.outputs[0].metrics[0].min for found in tasks(text).values()] == [1, 8]


@pytest.mark.parametrize(
    ("metrics", "problem"),
    [
        ("{b: {min: 2, max: 1}}", ("output-check", "2")),
        ("{x: {min: 2}}", ("output-check", "x")),
        ("{t: {max: 2}}", ("output-check", "t")),
        ("[{name: t, max: 2}]", ("output-check", "t")),
        ("{b: {min: fast}}", ("wrong-type", "fast")),
        ("{b: {min: '${{ \"fast\" }}'}}", ("not-a-number", "'${{ \"fast\" }}'")),
        ("{b: {min: .nan}}", ("not-a-number", ".nan")),
        ("{b: {max: .inf}}", ("not-a-number", ".inf")),
        ("{b: {max: true}}", ("wrong-type", "true")),
        (
            "{b: {min: '${{ backends.local.nodes[0].ip_address }}'}}",
            ("runtime-value", "'${{ backends.local.nodes[0].ip_address }}'"),
        ),
        (
            "{b: '${{ backends.local.nodes[0].ip_address }}'}",
            ("runtime-value", "'${{ backends.local.nodes[0].ip_address }}'"),
        ),
    ],
)
def test_mistakes(metrics: str, problem: tuple[str, str]) -> None:
    assert mistakes(metrics) == [problem]


def test_a_field_that_is_meant_is_named() -> None:
    text = workflow("name: t, script: [x], outputs: [{pattern: 'a {rate:d}', metrics: {rats: {min: 1}}}]")
    (found,) = diagnostics(text)
    assert (found.code, found.help) == ("output-check", "did you mean 'rate'?")
