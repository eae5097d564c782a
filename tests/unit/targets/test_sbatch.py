"""What the sbatch target asks Slurm for, and when it wants to be told that the time is nearly over."""

import json

import pytest
from sflowc.driver import compile_workflow
from sflowc.targets import TARGETS
from sflowc.targets.sbatch import time_limit


def directives(backends: str) -> list[list[str]]:
    """The options of each component."""
    text = f'version: "0.1"\nbackends: [{backends}]\nworkflow: {{name: w, tasks: {{t: {{script: [x]}}}}}}'
    plan = compile_workflow([("w.yaml", text.encode())]).plan
    assert plan is not None
    script = TARGETS["sbatch"].emit(plan)
    lines = [line.removeprefix("#SBATCH ") for line in script.splitlines() if line.startswith("#SBATCH ")]
    components: list[list[str]] = [[]]
    for line in lines:
        if line == "hetjob":
            components.append([])
        else:
            components[-1].append(line)
    return components


def test_one_backend_is_a_job_as_ever() -> None:
    (found,) = directives("{name: a, type: slurm, nodes: 2, time: 10, qos: high}")
    assert found == [
        "--job-name=w",
        "--nodes=2",
        "--time=10",
        "--qos=high",
        "--open-mode=append",
        "--signal=B:USR2@60",
    ]


def test_several_backends_are_components() -> None:
    found = directives(
        '{name: a, type: slurm, time: 10, extra_args: ["--gres=gpu:2"]}, {name: here, type: local},'
        '{name: b, type: slurm, nodes: 3, account: other, signal: USR1@20, extra_args: ["--mincpus=4"]},'
        "{name: c, type: slurm, job_name: last}"
    )
    assert found == [
        ["--job-name=w", "--nodes=1", "--time=10", "--open-mode=append", "--signal=B:USR2@60", "--gres=gpu:2"],
        ["--nodes=3", "--signal=USR1@20", "--account=other", "--mincpus=4"],
        ["--job-name=last", "--nodes=1"],
    ]


@pytest.mark.parametrize(
    ("times", "lead"),
    [
        (("60",), 60),
        (("2",), 30),
        (("1",), 15),
        (("0:02",), 1),
        (("",), 60),
        (("UNLIMITED",), 60),
        (("60", "60"), 60),
        (("60", ""), 60),  # Slurm gives the second component the limit of the first
        (("60", "30"), 60 + 30 * 60),
        (("60", "2"), 30 + 58 * 60),
        (("60", "30", "45"), 60 + 30 * 60),
        (("30", "60"), 60),
        (("", "2"), 30),
        (("UNLIMITED", "10"), 60),
        (("3-0", "1"), 65535),
    ],
)
def test_the_signal_comes_before_the_first_component_is_over(times: tuple[str, ...], lead: int) -> None:
    backends = [f'{{name: b{i}, type: slurm, time: "{time}"}}' for i, time in enumerate(times)]
    first, *others = directives(", ".join(backends))
    assert f"--signal=B:USR2@{lead}" in first
    assert not [option for component in others for option in component if "--signal" in option]


@pytest.mark.parametrize("field", ['signal: "B:USR1@300"', 'extra_args: ["--signal=B:USR1@300"]'])
def test_a_signal_that_the_user_asks_for_is_the_only_one(field: str) -> None:
    first, second = directives(f"{{name: a, type: slurm, {field}}}, {{name: b, type: slurm, time: 1}}")
    assert [option for option in first + second if "--signal" in option] == ["--signal=B:USR1@300"]


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("90", 5400),
        ("1:30", 90),
        ("1:00:00", 3600),
        ("2-0", 172800),
        ("1-2:30", 95400),
        ("1-02:30:10", 95410),
        (" 5 ", 300),
        ("0", None),
        ("UNLIMITED", None),
        ("", None),
    ],
)
def test_time_limits(time: str, seconds: int | None) -> None:
    assert time_limit(time) == seconds


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("plain", "plain"),
        ("two words", '"two words"'),
        ("#1", '"#1"'),
        ("it's", '"it\'s"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("a\\b", '"a\\\\b"'),
        ("$HOME", "$HOME"),
    ],
)
def test_a_value_is_quoted_as_sbatch_reads_it(comment: str, expected: str) -> None:
    (found,) = directives(f"{{name: a, type: slurm, comment: {json.dumps(comment)}}}")
    assert f"--comment={expected}" in found
