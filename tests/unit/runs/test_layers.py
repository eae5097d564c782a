"""The layers one by one, on run directories of a few lines: corners that are hard to run into (tests/run has real failures)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sflowc.runs.diagnose import Diagnosis, Outside, diagnose, diagnose_output, own_patterns
from sflowc.runs.run import Run


@dataclass
class Task:
    """A task of a run directory: what it printed, how it ended, when."""

    state: str = "COMPLETED"
    log: str = ""
    script: str = ""
    after: list[str] = field(default_factory=list)
    gpus: list[int] = field(default_factory=list)
    reason: str = ""
    status: int = 1
    start: float | None = 1.0
    ready: float | None = None
    end: float | None = 9.0
    outputs: Any = None
    probe: str = ""
    files: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def examine(tmp_path: Path) -> Callable[..., Diagnosis]:
    """Writes the directory, and diagnoses it."""

    def write(
        state: str,
        reason: str = "",
        slurm: dict | None = None,
        outside: tuple[Outside, ...] = (),
        now: float = 60.0,
        **tasks: Task,
    ) -> Diagnosis:
        folder = tmp_path / "r"
        events: list[dict] = []
        for name, task in tasks.items():
            (folder / name).mkdir(parents=True)
            (folder / name / f"{name}.log").write_text(task.log)
            for file, text in {f"{name}.sh": task.script, **task.files}.items():
                (folder / name / file).write_text(text)
            if task.outputs is not None:
                (folder / name / "outputs.json").write_text(json.dumps(task.outputs))
            steps = [("RUNNING", task.start), ("READY", task.ready), (task.state, task.end)]
            for step, at in steps:
                if at is not None:
                    status = None if step in ("RUNNING", "READY") else 0 if step == "COMPLETED" else task.status
                    why = task.reason if step == task.state else ""
                    events.append(
                        {
                            "time": at,
                            "event": "state",
                            "task": name,
                            "state": step,
                            "attempt": 1,
                            "exit_status": status,
                            "reason": why,
                        }
                    )
            if task.probe:
                events.append(
                    {
                        "time": 5.0,
                        "event": "probe",
                        "task": name,
                        "attempt": 1,
                        "probe": "readiness",
                        "found": task.probe,
                    }
                )
        events.sort(key=lambda event: event["time"])
        events.insert(0, {"time": 0.5, "event": "run", "state": "RUNNING", "run_id": "r", "pid": 1})
        if state != "RUNNING":
            events.append({"time": 10.0, "event": "run", "state": state, "exit_status": 1, "reason": reason})
        (folder / "events.jsonl").write_text(
            "".join(f"{json.dumps(event, separators=(',', ':'))}\n" for event in events)
        )
        common = {
            "replica": 0,
            "sweep": {},
            "nodes": [0],
            "launch": "local",
            "timeout": None,
            "retries": 0,
            "critical": True,
        }
        probes = [{"role": "readiness", "kind": "http_get", "says": "GET /health"}]
        rows = [
            {
                "name": name,
                "base": name,
                "after": task.after,
                "gpus": task.gpus,
                "outputs": task.outputs is not None,
                **common,
            }
            | {"ready_within": 50, "probes": probes if task.probe or task.ready else []}
            for name, task in tasks.items()
        ]
        facts = {
            "version": 1,
            "run_id": "r",
            "workflow": "w",
            "sflowc": "0",
            "script": "w.sh",
            "rebuild": "",
            "body": "",
            "sources": [],
        }
        facts |= {
            "started": 0.5,
            "limit": None,
            "deadline": None,
            "grace": 10,
            "host": {},
            "slurm": slurm,
            "variables": {},
        }
        facts |= {"nodes": [{"name": "n1", "address": "10.0.0.1"}], "tasks": rows}
        (folder / "run.json").write_text(json.dumps(facts))
        return diagnose(Run(folder), own_patterns(), outside=outside, now=now)

    return write


def cause(found: Diagnosis) -> tuple[str, str]:
    assert found.cause is not None, found.sentence
    return found.cause.layer, found.cause.id


def verdicts(found: Diagnosis) -> dict[str, str]:
    return {report.layer: report.verdict for report in found.layers}


def served(*codes: int, path: str = "/v1/completions") -> str:
    return "".join(f'INFO:     127.0.0.1:4 - "POST {path} HTTP/1.1" {code} X\n' for code in codes)


def bench(**more: Any) -> Task:
    return Task(**{"state": "FAILED", "reason": "exit status 1 after 2.00 s", "after": ["frontend", "worker"], **more})


def test_errors_while_a_frontend_starts_do_not_count(examine: Callable[..., Diagnosis]) -> None:
    found = examine(
        "FAILED",
        frontend=Task(log=served(503, 503, 200, 200), ready=2),
        worker=Task(),
        bench=bench(log="ValueError: no\n"),
    )
    assert cause(found) == ("benchmark", "python-exception")
    assert verdicts(found)["routing"] == "OK"


@pytest.mark.parametrize(
    ("code", "fault", "next_step"),
    [
        (500, "application", "workers"),
        (401, "workflow", "key"),
        (404, "workflow", "model name"),
        (422, "workflow", "by hand"),
    ],
)
def test_each_kind_of_error_has_its_next_step(
    examine: Callable[..., Diagnosis], code: int, fault: str, next_step: str
) -> None:
    found = examine("FAILED", frontend=Task(log=served(200, code), ready=2), worker=Task(), bench=bench())
    assert cause(found) == ("routing", f"answered-{code // 100}xx")
    assert found.cause is not None
    assert found.cause.fault == fault
    assert next_step in found.cause.next_step


def test_errors_of_several_kinds(examine: Callable[..., Diagnosis]) -> None:
    found = examine("FAILED", frontend=Task(log=served(200, 404, 404, 503), ready=2), worker=Task(), bench=bench())
    assert "3 of 4 requests with errors, 1 with HTTP 503" in found.sentence


def test_a_worker_that_no_request_reached(examine: Callable[..., Diagnosis]) -> None:
    tasks = {"frontend": Task(log=served(200, 503), ready=2), "worker": Task(log=served(200), ready=2)}
    found = examine("FAILED", **tasks, decode=Task(log="listening\n", ready=2), bench=bench())
    assert found.cause is not None
    assert any(line.text == "no request reached decode" for line in found.cause.evidence)


def test_questions_for_health_are_no_requests(examine: Callable[..., Diagnosis]) -> None:
    log = "".join(served(503, path=path) for path in ("/health", "/v1/models", "/metrics?x=1", "/", "/live/x"))
    found = examine("FAILED", frontend=Task(log=log, ready=2), worker=Task(), bench=bench())
    assert verdicts(found)["routing"] == "unknown"


def test_dynamo_tells_of_requests_in_its_own_way(examine: Callable[..., Diagnosis]) -> None:
    line = "http-request: service_v2: http response sent status=503 latency_ms=2 method=POST uri=/v1/completions version=HTTP/1.1\n"
    quiet = "service_v2: http response sent status=503 latency_ms=0 method=GET uri=/health version=HTTP/1.1\nhttp response sent\n"
    found = examine("FAILED", frontend=Task(log=quiet + line, ready=2), worker=Task(), bench=bench())
    assert cause(found) == ("routing", "answered-5xx")
    assert "1 of 1 requests with HTTP 503" in found.sentence


@pytest.mark.parametrize(
    ("outputs", "found_id"),
    [
        ({"tokens_per_second": 0}, "zero-result"),
        ({"tps": [0, 0.0]}, "zero-result"),
        ({"failed": 3}, "failures-counted"),
        ({"errors": [0, 2]}, "failures-counted"),
        ({}, "no-outputs"),
    ],
)
def test_numbers_that_say_that_nothing_was_measured(
    examine: Callable[..., Diagnosis], outputs: dict, found_id: str
) -> None:
    assert cause(examine("COMPLETED", bench=Task(outputs=outputs, log="x\n"))) == ("benchmark", found_id)


@pytest.mark.parametrize("outputs", [{"tps": 3, "failed": 0}, {"tps": [0, 4]}, {"name": "x", "latency": 0}])
def test_numbers_that_are_well(examine: Callable[..., Diagnosis], outputs: dict) -> None:
    assert examine("COMPLETED", bench=Task(outputs=outputs)).verdict == "none"


def test_result_files(examine: Callable[..., Diagnosis]) -> None:
    files = {"a.json": "[1]", "b.csv": "x,y\n", "note.txt": "", "z.jsonl": " \n"}
    found = examine("COMPLETED", bench=Task(files=files))
    assert cause(found) == ("benchmark", "empty-result")
    assert "z.jsonl" in found.sentence


def test_only_benchmarks_are_asked_for_results(examine: Callable[..., Diagnosis]) -> None:
    assert examine("COMPLETED", train=Task(files={"z.json": ""}, log="Failed requests: 3\n")).verdict == "none"


def test_a_benchmark_that_measured_nothing_is_explained_by_a_worker(examine: Callable[..., Diagnosis]) -> None:
    worker = Task(log="RuntimeError: CUDA error: out of memory\n", ready=2)
    found = examine(
        "COMPLETED",
        frontend=Task(ready=2),
        worker=worker,
        bench=bench(state="COMPLETED", reason="", log="Successful requests:  0\n"),
    )
    assert cause(found) == ("allocation", "cuda-out-of-memory")
    assert verdicts(found)["benchmark"] == "FAIL"


def test_gpus_of_tasks_that_follow_each_other_are_not_shared(examine: Callable[..., Diagnosis]) -> None:
    first = Task(gpus=[0, 1], start=1, end=4)
    found = examine(
        "FAILED", a=first, b=Task(state="FAILED", reason="exit status 1", gpus=[0, 1], start=4, end=9, after=["a"])
    )
    assert cause(found) == ("orchestration", "exit-status")
    assert "2 tasks have GPUs" in found.layers[1].says


def test_gpus_that_a_script_takes(examine: Callable[..., Diagnosis]) -> None:
    taker = Task(
        state="FAILED", reason="exit status 1", gpus=[2], script="set -e\nexport CUDA_VISIBLE_DEVICES=0,1\nrun\n"
    )
    found = examine("FAILED", a=Task(gpus=[1]), b=taker)
    assert cause(found) == ("allocation", "gpus-shared")
    assert found.cause is not None
    assert [(line.file, line.line) for line in found.cause.evidence[:2]] == [("b/b.sh", 2), ("run.json", None)]


@pytest.mark.parametrize(("given", "expected"), [("2", "gpus-not-given"), ("8", "exit-status")])
def test_gpus_that_the_job_was_not_given(examine: Callable[..., Diagnosis], given: str, expected: str) -> None:
    found = examine(
        "FAILED",
        slurm={"job_id": "7", "gpus_on_node": given},
        t=Task(state="FAILED", reason="exit status 1", gpus=[0, 1, 2]),
    )
    assert cause(found)[1] == expected


def test_the_first_task_that_failed_is_the_cause(examine: Callable[..., Diagnosis]) -> None:
    found = examine(
        "FAILED",
        "a FAILED: exit status 2",
        b=Task(state="FAILED", reason="exit status 3", end=8),
        a=Task(state="FAILED", reason="exit status 2", end=8.5),
    )
    assert found.cause is not None
    assert found.cause.task == "a"
    assert [one.task for one in found.layers[0].findings] == ["a", "b"]


def test_infrastructure_that_failed_beside_is_told_too(examine: Callable[..., Diagnosis]) -> None:
    found = examine(
        "FAILED",
        "worker FAILED: exit status 1",
        nats=Task(state="FAILED", reason="killed by SIGKILL", ready=2),
        worker=Task(state="FAILED", reason="exit status 1", after=["nats"]),
        frontend=Task(state="CANCELLED", start=None, end=9, reason="not started"),
    )
    assert verdicts(found)["infrastructure"] == "FAIL"
    assert "nats FAILED after it was ready, frontend was never started" in found.layers[2].says


def test_a_limit_is_explained_by_what_was_under_way(examine: Callable[..., Diagnosis]) -> None:
    stuck = Task(
        state="CANCELLED", log="Watchdog caught collective operation timeout: WorkNCCL(...)\n", reason="stopped"
    )
    found = examine("TIMEOUT", "the workflow's time limit of 9 s is over", train=stuck)
    assert cause(found) == ("infrastructure", "nccl-timeout")
    assert verdicts(found)["orchestration"] == "OK"


def test_an_end_that_nobody_knows(examine: Callable[..., Diagnosis]) -> None:
    found = examine("FAILED", "the sky fell", t=Task(state="CANCELLED", reason="stopped"))
    assert cause(found) == ("orchestration", "ended")
    assert "the sky fell" in found.sentence


def test_what_the_job_printed_explains_a_signal(examine: Callable[..., Diagnosis], tmp_path: Path) -> None:
    printed = tmp_path / "slurm-7.out"
    printed.write_text(
        "14:00:00  w: 1 task\nslurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-03-01T10:00:00 DUE TO PREEMPTION ***\n"
    )
    found = examine(
        "CANCELLED", "SIGTERM", outside=(Outside("slurm-7.out", printed),), t=Task(state="CANCELLED", reason="stopped")
    )
    assert cause(found) == ("allocation", "slurm-preempted")
    assert found.cause is not None
    assert found.cause.evidence[0].line == 2


def test_slurms_word_for_the_end_explains_a_signal(examine: Callable[..., Diagnosis]) -> None:
    outside = (Outside("Slurm's state of job 7", text="JobState=NODE_FAIL"),)
    found = examine("CANCELLED", "SIGTERM", outside=outside, t=Task(state="CANCELLED", reason="stopped"))
    assert cause(found) == ("allocation", "slurm-node-failure")


def test_what_was_printed_and_says_nothing(tmp_path: Path) -> None:
    printed = tmp_path / "out"
    printed.write_text("hello\n")
    found = diagnose_output("out", Outside("out", printed), own_patterns())
    assert (found.verdict, found.cause) == ("unknown", None)


def test_what_a_run_that_goes_on_waits_for(examine: Callable[..., Diagnosis]) -> None:
    more = {f"t{number}": Task(state="RUNNING", end=None) for number in range(7)}
    found = examine(
        "RUNNING",
        server=Task(state="RUNNING", end=None, probe="HTTP 503", log="loading\n"),
        again=Task(state="INITIATED", reason="exit status 5; attempt 2 of 3 in 5 s", start=2, end=3),
        **more,
    )
    assert found.verdict == "none"
    assert found.waiting[0] == "server is not ready after 59 s of 50 s: HTTP 503; it last printed: loading"
    assert found.waiting[1] == "again waits for its next attempt: exit status 5; attempt 2 of 3 in 5 s"
    assert found.waiting[2] == "t0 runs since 59 s; it has printed nothing"
    assert found.waiting[-1] == "and 3 more tasks run"


def test_a_run_in_which_nothing_has_started(examine: Callable[..., Diagnosis]) -> None:
    found = examine(
        "RUNNING", a=Task(state="INITIATED", start=None, end=None), b=Task(state="INITIATED", start=None, end=None)
    )
    assert found.waiting == ("2 tasks have not started",)


def test_a_run_that_is_about_to_end(examine: Callable[..., Diagnosis]) -> None:
    found = examine(
        "RUNNING", a=Task(state="FAILED", reason="exit status 127 after 0.01 s"), b=Task(state="RUNNING", end=None)
    )
    assert cause(found) == ("orchestration", "exit-127")


def test_many_tasks_are_told_in_short(examine: Callable[..., Diagnosis]) -> None:
    found = examine("COMPLETED", **{f"frontend_{number}": Task(ready=2) for number in range(9)})
    assert "and 3 more" in found.layers[2].says


def test_what_an_earlier_start_of_the_job_printed_is_over(examine: Callable[..., Diagnosis], tmp_path: Path) -> None:
    """A job that was preempted and started again: its output goes on in the same file."""
    printed = tmp_path / "slurm-7.out"
    begin = "14:00:00  w: 1 of 1 tasks to run, in /runs/r\n"
    preempted = "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-03-01T10:00:00 DUE TO PREEMPTION ***\n"
    printed.write_text(begin + preempted + begin + "15:00:00  w FAILED\n")
    outside = (Outside("slurm-7.out", printed),)
    found = examine("FAILED", outside=outside, t=Task(state="FAILED", reason="exit status 3 after 1.00 s"))
    assert cause(found) == ("orchestration", "exit-status")


def test_what_the_script_repeats_of_a_log_is_not_the_jobs_word(
    examine: Callable[..., Diagnosis], tmp_path: Path
) -> None:
    log = "bash: nvidia-smi: command not found\nRuntimeError: CUDA error: out of memory\n"
    printed = tmp_path / "slurm-7.out"
    printed.write_text("".join(f"  | {line}\n" for line in (*log.splitlines(), "tee: No space left on device")))
    outside = (Outside("slurm-7.out", printed),)
    found = examine("FAILED", outside=outside, t=Task(state="FAILED", reason="exit status 1", log=log))
    assert cause(found) == ("allocation", "cuda-out-of-memory")
    assert [one.id for one in found.layers[1].findings] == ["cuda-out-of-memory"]


@pytest.mark.parametrize("reason", ["output tps is 0, below its minimum of 1", "no value of ttft", "tps: 0 < 5"])
def test_a_task_whose_program_was_content(examine: Callable[..., Diagnosis], reason: str) -> None:
    """What a task measured is not what its outputs require, in whatever words."""
    found = examine("FAILED", measure=Task(state="FAILED", reason=reason, status=0, log="tps 0\n"))
    assert cause(found) == ("benchmark", "out-of-bounds")
    assert reason in found.sentence


def test_why_a_result_is_not_as_required(examine: Callable[..., Diagnosis]) -> None:
    tasks = {"frontend": Task(log=served(200, 503, 503), ready=2), "worker": Task()}
    found = examine("FAILED", **tasks, bench=bench(reason="tps: 0 < 5", status=0))
    assert cause(found) == ("routing", "answered-5xx")
    assert verdicts(found)["benchmark"] == "FAIL"


def test_a_service_that_ended_before_it_was_ready_is_not_said_to_be_well(examine: Callable[..., Diagnosis]) -> None:
    found = examine("COMPLETED", nats=Task(probe="n1:4222 is closed", log="Usage: nats-server [options]\n"))
    assert verdicts(found)["infrastructure"] == "unknown"
    assert found.layers[2].says == "nats ended before it was ready"
