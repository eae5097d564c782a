"""Outputs of a task: their patterns, where they are read and what is said of them."""

import pytest
from compilation import diagnostics, errors, task, tasks, workflow
from sflowc.ir.plan import PlanMetric, PlanOutput


def outputs(listed: str) -> tuple[PlanOutput, ...]:
    return task(workflow(f"name: t, script: [x], outputs: {listed}")).outputs


def warnings(listed: str) -> list[str]:
    return [found.code for found in diagnostics(workflow(f"name: t, script: [x], outputs: {listed}"))]


def mistakes(listed: str) -> list[tuple[str, str]]:
    return errors(workflow(f"name: t, script: [x], outputs: {listed}"))


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("~", ()),
        ("[]", ()),
        ("[{pattern: 'a {b}'}]", (PlanOutput("a {b}"),)),
        ("[{pattern: 'a {b}'}, {pattern: 'c {d:d}', name: n}]", (PlanOutput("a {b}"), PlanOutput("c {d:d}"))),
        ("[{pattern: 'a {b}', source: stderr, metrics: ~}]", (PlanOutput("a {b}", "stderr"),)),
        (
            "[{pattern: 'a {b} {c}', metrics: [b, c]}]",
            (PlanOutput("a {b} {c}", None, (PlanMetric("b"), PlanMetric("c"))),),
        ),
        (
            "[{pattern: 'a {b[c]}', metrics: {'b[c]': ms}}]",
            (PlanOutput("a {b[c]}", None, (PlanMetric("b[c]", "ms"),)),),
        ),
        (
            "[{pattern: 'a {b}', metrics: {b: {unit: '${{ 1 }}/s'}}}]",
            (PlanOutput("a {b}", None, (PlanMetric("b", "1/s"),)),),
        ),
        (
            "[{pattern: 'a {b}', metrics: [{name: b, unit: ' µs '}]}]",
            (PlanOutput("a {b}", None, (PlanMetric("b", "µs"),)),),
        ),
        ("[{pattern: 'a {b}', metrics: {b: ~}}]", (PlanOutput("a {b}", None, (PlanMetric("b"),)),)),
        ("[{pattern: 'a {b}', metrics: {b: [x]}}]", (PlanOutput("a {b}", None, (PlanMetric("b"),)),)),
        ("[{pattern: 'a {b}', require: true}]", (PlanOutput("a {b}", require=True),)),
        ("[{pattern: 'a {b}', require: ~}]", (PlanOutput("a {b}"),)),
        ("[{pattern: 'a {b}', require: '${{ 1 > 2 }}'}]", (PlanOutput("a {b}"),)),
        ("[{pattern: 'a {:d}', require: true}]", (PlanOutput("a {:d}", require=True),)),
        (
            "[{pattern: 'a {b:d}', metrics: {b: {min: 1}}, require: no}]",
            (PlanOutput("a {b:d}", None, (PlanMetric("b", min=1),)),),
        ),
        ("[{pattern: '${{ 1 + 1 }} {b}', source: '${{ \"log\" }}'}]", (PlanOutput("2 {b}", "log"),)),
    ],
)
def test_an_output(listed: str, expected: tuple[PlanOutput, ...]) -> None:
    assert outputs(listed) == expected
    assert warnings(listed) == []


def test_a_replica_has_a_pattern_of_its_own() -> None:
    text = workflow(
        "name: t, script: [x], replicas: {variables: [V]}, outputs: [{pattern: '${{ variables.V }}: {b}'}]",
        head="variables: {V: {value: a, domain: [a, b]}}",
    )
    assert [found.outputs[0].pattern for found in tasks(text).values()] == ["a: {b}", "b: {b}"]


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ("[{pattern: 'a {:d}'}]", "output-without-name"),
        ("[{pattern: 'a'}]", "output-without-name"),
        ("[{pattern: 'a {b}', source: file.txt}]", "output-source"),
        ("[{pattern: 'a {b}', metrics: [c]}]", "output-metric"),
        ("[{pattern: 'a {b:d}', metrics: {b: {mim: 1}}}]", "output-metric"),
    ],
)
def test_what_is_said_and_compiled_all_the_same(listed: str, code: str) -> None:
    assert warnings(listed) == [code]
    assert len(outputs(listed)) == 1


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        ("[{pattern: 'a {b:q}'}]", ("output-type", "{b:q}")),
        ("[{pattern: ~}]", ("missing-key", "{pattern: ~}")),
        ("[{pattern: 'a {b} {b}'}]", ("output-pattern", "{b}")),
        ("[{pattern: 'a ${{ 1 }} {b:q}'}]", ("output-type", "'a ${{ 1 }} {b:q}'")),
        ("[{pattern: 'a {b}'}, {pattern: 'a {b[c]}'}]", ("output-pattern", "{pattern: 'a {b[c]}'}")),
        ("[{pattern: ''}]", ("empty-pattern", "''")),
        (
            "[{pattern: '${{ backends.local.nodes[0].ip_address }} {b}'}]",
            ("runtime-value", "'${{ backends.local.nodes[0].ip_address }} {b}'"),
        ),
        (
            "[{pattern: '{b}', metrics: {b: '${{ backends.local.nodes[0].name }}'}}]",
            ("runtime-value", "'${{ backends.local.nodes[0].name }}'"),
        ),
        ("[{pattern: '{a:250} {b:250}'}]", ("output-pattern", "'{a:250} {b:250}'")),
    ],
)
def test_what_cannot_be_read(listed: str, problem: tuple[str, str]) -> None:
    assert mistakes(listed) == [problem]
