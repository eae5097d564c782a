"""What is required of outputs, held against logs by each awk there is."""

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest
from requirements import need
from sflowc.ir.plan import PlanMetric, PlanOutput
from sflowc.outputs.awk import program
from sflowc.outputs.checks import marked, number_text, statements

RUNTIME = Path(__file__).resolve().parents[3] / "runtime_sh"
AWKS = {"mawk": ["mawk"], "gawk": ["gawk"], "original-awk": ["original-awk"], "busybox": ["busybox", "awk"]}


@cache
def functions() -> str:
    units = ("outputs_json", "outputs_awk", "outputs_check_awk")
    source = "".join(f'source "$1/{unit}.sh"; ' for unit in units) + "sf_outputs_awk; sf_outputs_check_awk"
    done = subprocess.run(["bash", "-c", source, "bash", RUNTIME], capture_output=True, check=True, text=True)
    return done.stdout


def complaints(awk: str, outputs: tuple[PlanOutput, ...], log: str) -> list[str]:
    """What awk says of a log, and with which exit status; outputs.json is whole in any case."""
    need(awk)
    code = program(
        tuple(output.pattern for output in outputs), label=False, marked=marked(outputs), last=statements(outputs)
    )
    done = subprocess.run(
        [*AWKS[awk], functions() + code],
        input=log,
        capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
        text=True,
        timeout=20,
    )
    assert done.stdout.endswith("}\n")
    assert done.returncode == (3 if done.stderr else 0)
    return done.stderr.splitlines()


def bounded(pattern: str, name: str, least: float | None = None, most: float | None = None) -> PlanOutput:
    return PlanOutput(pattern, metrics=(PlanMetric(name, "", least, most),), require=True)


@pytest.mark.parametrize("awk", AWKS)
@pytest.mark.parametrize(
    ("output", "log", "expected"),
    [
        (bounded("x={x:g}", "x", 1), "x=1\n", []),
        (bounded("x={x:g}", "x", 1), "a\nx=0\n", ["2 1/1 output x: 0 is below min 1"]),
        (bounded("x={x:g}", "x", 1), "x=5\nx=0.5\nx=-3\n", ["2 2/3 output x: 0.5 is below min 1"]),
        (bounded("x={x:g}", "x", 1), "x=5 x=0 x=7\n", ["1 1/3 output x: 0 is below min 1"]),
        (bounded("x={x:g}", "x", 1), "y=5\n", ["0 - output x: nothing in the log matches x={x:g}"]),
        (bounded("x={x:g}", "x", 1), "", ["0 - output x: nothing in the log matches x={x:g}"]),
        (bounded("x={x:g}", "x", 1), "x=nan\n", ["1 1/1 output x: not a finite number"]),
        (bounded("x={x:g}", "x", 1), "x=inf\n", ["1 1/1 output x: not a finite number"]),
        (bounded("x={x:g}", "x", None, 1), "x=-inf\n", ["1 1/1 output x: not a finite number"]),
        (bounded("x={x:g}", "x", -5, -1), "x=-3\nx=-5\nx=-1\n", []),
        (bounded("x={x:g}", "x", -5, -1), "x=-5.01\n", ["1 1/1 output x: -5.01 is below min -5"]),
        (bounded("x={x:g}", "x", -5, -1), "x=0\n", ["1 1/1 output x: 0 is above max -1"]),
        (bounded("x={x:g}", "x", None, 1e9), "x=1e9\nx=1000000000\n", []),
        (bounded("x={x:g}", "x", None, 1e9), "x=1000000001\n", ["1 1/1 output x: 1000000001 is above max 1000000000"]),
        (bounded("x={x:g}", "x", 1e9), "x=9.99e8\n", ["1 1/1 output x: 9.99e8 is below min 1000000000"]),
        (bounded("x={x:g}", "x", None, 1e300), "x=1e301\n", ["1 1/1 output x: 1e301 is above max 1e+300"]),
        (bounded("x={x:g}", "x", 1), "x=1e400\n", ["1 1/1 output x: not a finite number"]),
        (bounded("x={x:d}", "x", None, 1), f"x=-1{'0' * 400}\n", ["1 1/1 output x: not a finite number"]),
        (bounded("x={x:g}", "x", 0), "x=1e-400\nx=0e5\nx=1e0\n", []),
        (bounded("x={x:g}", "x", 0.1, 0.3), "x=0.1\nx=0.30\nx=3e-1\n", []),
        (bounded("x={x:f}", "x", 0), "x=-.001\n", ["1 1/1 output x: -0.001 is below min 0"]),
        (bounded("x={x:f}", "x", 0), "x=-0.0\n", []),
        (bounded("x={x:n}", "x", 1000), "x=1,234\nx=999\n", ["2 1/2 output x: 999 is below min 1000"]),
        (bounded("x={x:x}", "x", 256), "x=0xff\n", ["1 1/1 output x: 255 is below min 256"]),
        (bounded("x={x:%}", "x", 0.5), "x=50%\nx=49.9%\n", ["2 1/2 output x: 0.499 is below min 0.5"]),
        (
            bounded("x={x:d}", "x", None, 2**62),
            f"x={'9' * 60}\n",
            [f"1 1/1 output x: {'9' * 40}... is above max {2**62}"],
        ),
        (bounded("x={x[p 9]:d}", "x[p 9]", 5), "x=4\n", ["1 1/1 output x[p 9]: 4 is below min 5"]),
        (
            PlanOutput("{a} of {b:d}", require=True),
            "of 3\n",
            ["0 - output a, b: nothing in the log matches {a} of {b:d}"],
        ),
        (PlanOutput("{a} of {b:d}", require=True), "x of 3\n", []),
        (PlanOutput("{a} of {b:g}", require=True), "x of nan\n", ["1 1/1 output b: not a finite number"]),
        (PlanOutput("{a} of {b:g}", require=True), "x of nan\ny of 1\n", []),
        (PlanOutput("done {:d}", require=True), "x\n", ["0 - output: nothing in the log matches done {:d}"]),
        (PlanOutput("done {:d}", require=True), "done 5\n", []),
        (PlanOutput("x={x:d}", metrics=(PlanMetric("x", min=1),)), "nothing\n", []),
        (PlanOutput("x={x:d}", metrics=(PlanMetric("x", min=1),)), "x=0\n", ["1 1/1 output x: 0 is below min 1"]),
        (PlanOutput("{x} '\"\\$`", require=True), "y\n", ["0 - output x: nothing in the log matches {x} '\"\\$`"]),
        (
            PlanOutput("a" * 150 + "{x}", require=True),
            "y\n",
            [f"0 - output x: nothing in the log matches {'a' * 100}..."],
        ),
    ],
)
def test_what_an_awk_says(awk: str, output: PlanOutput, log: str, expected: list[str]) -> None:
    assert complaints(awk, (output,), log) == expected


@pytest.mark.parametrize("awk", AWKS)
def test_several_patterns_for_one_name_and_several_complaints(awk: str) -> None:
    outputs = (
        bounded("new: {x:d}", "x", 1),
        PlanOutput("old: {x:d}", require=True),
        bounded("y={y:d}", "y", None, 3),
        PlanOutput("end", require=True),
    )
    assert complaints(awk, outputs, "old: 5\ny=1\nend") == []
    assert complaints(awk, outputs, "old: 0\ny=4\n") == [
        "1 1/1 output x: 0 is below min 1",
        "2 1/1 output y: 4 is above max 3",
        "0 - output: nothing in the log matches end",
    ]


@pytest.mark.parametrize("awk", AWKS)
def test_text_where_a_number_is_wanted_is_out_of_bounds(awk: str) -> None:
    outputs = (bounded("a={x:d}", "x", 1), PlanOutput("b={x:w}"))
    assert complaints(awk, outputs, "b=7\n") == ["1 1/1 output x: not a finite number"]


def test_outputs_without_requirements_make_no_code() -> None:
    outputs = (PlanOutput("a {b:d}", metrics=(PlanMetric("b", "ms"),)),)
    assert (marked(outputs), statements(outputs)) == (frozenset(), ())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (1e9, "1000000000"),
        (1e300, "1e+300"),
        (2**70, str(2**70)),
        (1e-7, "1e-07"),
    ],
)
def test_a_bound_is_shown_as_people_write_it(value: float, text: str) -> None:
    assert number_text(value) == text
