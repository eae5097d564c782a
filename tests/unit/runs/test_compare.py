"""What differs between two runs."""

import json
from pathlib import Path
from typing import Any

import pytest
from sflowc.runs.compare import Comparison, compare
from sflowc.runs.compare_outcome import Tolerance
from sflowc.runs.difference import Difference
from sflowc.runs.run import Run, host_name
from written_runs import add_events, run_event, task_event, write_facts, write_status

TASKS: tuple[dict[str, Any], ...] = ({"name": "server"}, {"name": "bench", "after": ["server"], "outputs": True})


def make(
    folder: Path,
    *tasks: dict[str, Any],
    files: dict[str, str] | None = None,
    events: tuple[dict[str, Any], ...] = (),
    overrides: dict[str, str] | None = None,
    **more: Any,
) -> Run:
    """A run that went well: of `tasks`, with `files` in its directory and `events` before its end."""
    tasks = tasks or TASKS
    write_facts(folder, *tasks, **{"run_id": folder.name, "started": 5.0 + len(folder.name), **more})
    names = [str(task["name"]) for task in tasks]
    started = [{"time": 1000.0 + number / 8, **task_event(name, "RUNNING")} for number, name in enumerate(names)]
    done = [{"time": 1100.0, **task_event(name, "COMPLETED", exit_status=0)} for name in names]
    over = {"time": 1100.5, **run_event("COMPLETED", exit_status=0)}
    add_events(folder, {"time": 999.0, **run_event("RUNNING")}, *started, *(events or (*done, over)))
    write_status(folder, {}, state="COMPLETED", exit_status=0, overrides=overrides or {})
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return Run(folder)


def of(a: Run, b: Run, **allowed: float) -> Comparison:
    return compare(a, b, Tolerance(**allowed))


@pytest.mark.parametrize("same", ["itself", "another directory, another job"])
def test_the_same(same: str, tmp_path: Path) -> None:
    def one(name: str, job: str) -> Run:
        place = f"/where/ever/{name}"
        return make(
            tmp_path / name,
            variables={"FILE": f"{place}/client.py", "TWO": f"a={place}/x:{place}/y"},
            slurm={"job_id": job, "job_partition": "gpu"},
            deadline=float(job),
            files={
                "bench/bench.sh": f"python '{place}/client.py' --run {name}\n",
                "env.txt": f"SLURM_JOB_ID={job}\nTMPDIR=/scratch/{job}\n",
            },
        )

    a = one("w-20260101-120000-aaaaaa", "4711")
    b = a if same == "itself" else one("4712-w-20260102-130000-bbbbbb", "4712")
    assert of(a, b) == Comparison((), (), (), True)
    assert of(a, b).exit_status == 0


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"sources": [{"file": "w.yaml", "sha256": "b" * 64}]}, Difference("source", "w.yaml", "a" * 64, "b" * 64)),
        ({"body": "d" * 64}, Difference("run", "script", "c" * 64, "d" * 64)),
        ({"sflowc": "0.2.0"}, Difference("run", "sflowc", "0.1.0", "0.2.0")),
        ({"limit": 60}, Difference("run", "time limit", None, 60)),
        ({"overrides": {"N": "5"}}, Difference("override", "N", None, "5")),
        ({"variables": {"N": "5"}}, Difference("variable", "N", None, "5")),
        ({"slurm": {"job_id": "9", "job_partition": "gpu"}}, Difference("slurm", "job_partition", None, "gpu")),
        ({"nodes": [{"name": "n1", "address": "10.0.0.1"}]}, Difference("node", "1", "n2 (10.0.0.2)", None)),
        ({"files": {"env.txt": "NCCL_DEBUG=INFO\n"}}, Difference("environment", "NCCL_DEBUG", None, "INFO")),
        (
            {"host": {"name": "n1", "user": "u", "system": "Linux 7", "bash": "5.2", "cpus": 2}},
            Difference("host", "system", "Linux 6", "Linux 7"),
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value.what,
)
def test_inputs_of_a_run(more: dict[str, Any], expected: Difference, tmp_path: Path) -> None:
    found = of(make(tmp_path / "a"), make(tmp_path / "b", **more))
    assert found == Comparison((expected,), (), (), True)
    assert found.exit_status == 1


@pytest.mark.parametrize(
    ("more", "name", "a", "b"),
    [
        ({"after": []}, "after", ["server"], []),
        ({"nodes": [1]}, "nodes", [0], [1]),
        ({"gpus": [0, 1]}, "gpus", [], [0, 1]),
        ({"launch": "srun"}, "launch", "local", "srun"),
        ({"timeout": 90}, "timeout", None, 90),
        ({"ready_within": 9}, "ready within", None, 9),
        ({"retries": 2}, "retries", 0, 2),
        ({"critical": False}, "critical", True, False),
        ({"sweep": {"N": "4"}}, "sweep N", None, "4"),
        (
            {"probes": [{"role": "readiness", "kind": "tcp_port", "says": "port 80"}]},
            "probes", [], ["readiness tcp_port: port 80"],
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)  # fmt: skip
def test_inputs_of_a_task(more: dict[str, Any], name: str, a: object, b: object, tmp_path: Path) -> None:
    found = of(make(tmp_path / "a"), make(tmp_path / "b", TASKS[0], {**TASKS[1], **more}))
    assert found == Comparison((Difference("task", name, a, b, ("bench",)),), (), (), True)


def test_a_script(tmp_path: Path) -> None:
    a, b = (make(tmp_path / name, files={"bench/bench.sh": f"one\n{name}\nthree\n"}) for name in ("old", "new"))
    # the run's name stands in its script: that alone is no difference
    assert of(a, b).inputs == ()
    (b.path / "bench" / "bench.sh").write_text("one\ntwo\nthree\n")
    (difference,) = of(a, Run(b.path)).inputs
    assert (difference.name, difference.tasks) == ("script", ("bench",))
    assert difference.lines == ("@@ -1,3 +1,3 @@", " one", "-<run>", "+two", " three")


def test_a_secret_in_a_script_is_not_told(tmp_path: Path) -> None:
    scripts = {"one": "curl -H 'Authorization: Bearer aaaaaaaa' x", "two": "curl -H 'Authorization: Bearer bbbbbbbb' y"}
    a, b = (make(tmp_path / name, files={"bench/bench.sh": text}) for name, text in scripts.items())
    (difference,) = of(a, b).inputs
    assert difference.lines[1:] == ("-curl -H 'Authorization: Bearer ***' x", "+curl -H 'Authorization: Bearer ***' y")


def test_long_scripts(tmp_path: Path) -> None:
    many = {name: "".join(f"{name} {n}\n" for n in range(100)) for name in ("x", "y")}
    a, b = (make(tmp_path / f"run-{name}", files={"bench/bench.sh": text}) for name, text in many.items())
    (difference,) = of(a, b).inputs
    assert len(difference.lines) == 61
    assert difference.lines[-1] == "… 141 more lines"
    for run, text in ((a, "a\n"), (b, "b\n")):
        (run.path / "bench" / "bench.sh").write_text(text * 5000)
    assert of(a, b).inputs[0].lines == ("they are long, and differ",)


def test_tasks_that_only_one_has(tmp_path: Path) -> None:
    found = of(make(tmp_path / "a"), make(tmp_path / "b", TASKS[0], {"name": "other"}))
    assert found.inputs == (
        Difference("task", "", "there", None, ("bench",)),
        Difference("task", "", None, "there", ("other",)),
    )
    assert found.outcome == ()


def test_what_differs_alike_in_many_tasks_is_told_once(tmp_path: Path) -> None:
    tasks = [{"name": f"b_{number}", "base": "b"} for number in range(9)]
    found = of(make(tmp_path / "a", *tasks), make(tmp_path / "b", *({**task, "timeout": 5} for task in tasks)))
    assert found.inputs == (Difference("task", "timeout", None, 5, tuple(f"b_{number}" for number in range(9))),)


def test_states(tmp_path: Path) -> None:
    a = make(tmp_path / "a")
    events = (
        {"time": 1100.0, **task_event("server", "COMPLETED", exit_status=143)},
        {"time": 1100.0, **task_event("bench", "FAILED", attempt=2, exit_status=7)},
        {"time": 1100.5, **run_event("FAILED", exit_status=7)},
    )
    found = of(a, make(tmp_path / "b", events=events))
    assert found.inputs == ()
    assert found.outcome == (
        Difference("run", "state", "COMPLETED", "FAILED"),
        Difference("run", "exit status", 0, 7),
        Difference("task", "state", "COMPLETED", "FAILED", ("bench",)),
        Difference("task", "exit status", 0, 7, ("bench",)),
        Difference("task", "attempts", 1, 2, ("bench",)),
    )


def test_durations(tmp_path: Path) -> None:
    def lasting(name: str, seconds: float, ready: float) -> Run:
        events = (
            {"time": 1000.0 + ready, **task_event("server", "READY")},
            {"time": 1000.0 + seconds, **task_event("server", "COMPLETED", exit_status=0)},
            {"time": 1000.125 + 3, **task_event("bench", "COMPLETED", exit_status=0)},
            {"time": 999.0 + seconds, **run_event("COMPLETED", exit_status=0)},
        )
        return make(tmp_path / name, events=events)

    a = lasting("a", 100, 10)
    assert of(a, lasting("b", 109, 10.9)).outcome == ()
    b = lasting("c", 150, 5)
    assert of(a, b).outcome == (
        Difference("run", "duration", 100.0, 150.0, change=0.5),
        Difference("task", "time to ready", 10.0, 5.0, ("server",), -0.5),
        Difference("task", "duration", 100.0, 150.0, ("server",), 0.5),
    )
    assert of(a, b, durations=0.5).outcome == ()


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"tps": 100}, {"tps": 93}, [("tps", 100, 93, -0.07)]),
        ({"tps": 100}, {"tps": 100.0}, []),
        ({"tps": 0}, {"tps": 5}, [("tps", 0, 5, None)]),
        ({"tps": 1, "x": 2}, {"tps": 1}, [("x", 2, None, None)]),
        ({"ttft": [1, 2, 3]}, {"ttft": [2, 2, 5]}, [("ttft", [1, 2, 3], [2, 2, 5], 0.5)]),
        ({"ttft": [1, 3]}, {"ttft": [3, 1]}, [("ttft", [1, 3], [3, 1], 0.0)]),
        ({"name": "a", "ok": True}, {"name": "b", "ok": False}, [("name", "a", "b", None), ("ok", True, False, None)]),
        ({"odd": [{"x": 1}]}, {"odd": [{"x": 2}]}, [("odd", [{"x": 1}], [{"x": 2}], None)]),
        ({"p": {"50": 1, "99": 2}}, {"p": {"50": 1, "99": 3}}, [("p.99", 2, 3, 0.5)]),
    ],
)
def test_outputs(a: dict, b: dict, expected: list, tmp_path: Path) -> None:
    one, other = (
        make(tmp_path / name, files={"bench/outputs.json": json.dumps(values)}) for name, values in (("a", a), ("b", b))
    )
    found = [(difference.name, difference.a, difference.b, difference.change) for difference in of(one, other).outcome]
    assert found == expected


def test_units_on_which_both_agree(tmp_path: Path) -> None:
    a, b = (
        make(
            tmp_path / name,
            {"name": "bench", "outputs": True, "units": {"tps": "tok/s", "ttft": unit}},
            files={"bench/outputs.json": json.dumps({"tps": value, "ttft": value, "n": value})},
        )
        for name, unit, value in (("a", "ms", 1), ("b", "s", 2))
    )
    assert [(one.name, one.unit) for one in of(a, b).outcome] == [("tps", "tok/s"), ("ttft", ""), ("n", "")]


def test_a_tolerance_is_for_each_number(tmp_path: Path) -> None:
    files = [{"bench/outputs.json": json.dumps({"ttft": values})} for values in ([10, 20], [11, 21])]
    a, b = (make(tmp_path / name, files=each) for name, each in zip("ab", files, strict=True))
    assert of(a, b, outputs=0.1).outcome == ()
    assert len(of(a, b, outputs=0.09).outcome) == 1


def test_without_run_json(tmp_path: Path) -> None:
    a, b = make(tmp_path / "a"), make(tmp_path / "b")
    (b.path / "run.json").unlink()
    found = of(a, Run(b.path))
    assert found.notes == ("B has no run.json: what it was made of is not known",)
    assert (found.inputs, found.outcome, found.exit_status) == ((), (), 2)
    add_events(b.path, {"time": 2000.0, **task_event("extra", "COMPLETED", exit_status=0)})
    found = of(a, Run(b.path))
    assert found.outcome == (Difference("task", "", None, "there", ("extra",)),)
    assert found.exit_status == 1


def test_a_run_that_goes_on(tmp_path: Path) -> None:
    a = make(tmp_path / "a")
    b = make(tmp_path / "b", events=({"time": 1050.0, **task_event("server", "READY")},))
    found = of(a, b)
    assert found.notes == ("B goes on",)
    assert Difference("run", "state", "COMPLETED", "RUNNING") in found.outcome


def test_a_run_that_was_lost(tmp_path: Path) -> None:
    b = make(tmp_path / "b", events=({"time": 1050.0, **task_event("server", "READY")},))
    write_status(b.path, {}, host=host_name(), pid=2**22 + 1)  # no process has such a number
    assert of(make(tmp_path / "a"), Run(b.path)).notes == ("B never wrote how it ended",)
