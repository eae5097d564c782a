"""How runs are shown on a terminal."""

from pathlib import Path

import pytest
from sflowc.render.runs import run_text, runs_text, took
from sflowc.runs.run import Run
from sflowc.runs.standing import Standing, standing
from written_runs import add_events, probe_event, run_event, task_event, write_facts, write_status


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.00s"),
        (0.254, "0.25s"),
        (12.34, "12.3s"),
        (60, "1m00s"),
        (200.4, "3m20s"),
        (3840, "1h04m"),
        (183600, "2d03h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert took(seconds) == text


def a_run(folder: Path, tasks: int = 0) -> Run:
    directory = folder / "w-1"
    many = [{"name": f"bench_{n}", "base": "bench", "after": ["server"]} for n in range(tasks)]
    write_facts(directory, {"name": "server", "nodes": [0, 1], "gpus": [0, 1, 2, 5]}, {"name": "client"}, *many)
    write_status(directory, {}, host="n1", job_id="77")
    add_events(
        directory,
        run_event("RUNNING"),
        task_event("server", "RUNNING"),
        probe_event("server", "HTTP 503\x1b[31m"),
        task_event("client", "FAILED", exit_status=3, reason="exit status 3 after 1 s"),
    )
    return Run(directory)


def test_a_run_with_its_tasks(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    text = run_text(run, Standing("RUNNING"), now=1061.0)
    assert text.replace(str(tmp_path), "") == (
        "w  RUNNING for 1m01s\n"
        "/w-1\n"
        f"{text.splitlines()[2]}\n"
        "\n"
        "  task    state    for     where\n"
        "  server  RUNNING  1m00s   n1+1 GPU 0-2,5  not ready: HTTP 503\\x1b[31m\n"
        "  client  FAILED           n1              exit status 3 after 1 s\n"
        "\n"
        "2 tasks: 1 RUNNING, 1 FAILED\n"
    ).replace("for     where", "for    where").replace("1m00s   n1", "1m00s  n1").replace(
        "FAILED           n1", "FAILED          n1"
    )
    assert text.splitlines()[2].endswith(", job 77, on n1")


def test_colours(tmp_path: Path) -> None:
    text = run_text(a_run(tmp_path), Standing("FAILED"), now=1061.0, colour=True)
    assert "\x1b[1;31mFAILED\x1b[0m" in text


def test_many_tasks_fit_on_one_screen(tmp_path: Path) -> None:
    run = a_run(tmp_path, tasks=200)
    text = run_text(run, Standing("RUNNING"), now=1061.0, rows=24)
    assert len(text.splitlines()) <= 24
    assert "  bench x 200  INITIATED" in text
    assert text.endswith("202 tasks: 1 RUNNING, 1 FAILED, 200 INITIATED\n")


def test_tasks_of_many_names_fit_too(tmp_path: Path) -> None:
    directory = tmp_path / "w-1"
    write_facts(directory, *({"name": f"t{n}"} for n in range(100)))
    add_events(directory, run_event("RUNNING"), task_event("t77", "FAILED"), task_event("t99", "RUNNING"))
    text = run_text(Run(directory), Standing("RUNNING"), now=1061.0, rows=20)
    assert len(text.splitlines()) <= 20
    assert "  t77" in text
    assert "  t99" in text
    assert "more" in text


def test_a_table_of_runs(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    lines = runs_text([(run, Standing("LOST")), (Run(tmp_path / "none"), Standing("UNKNOWN"))], now=2000.0).splitlines()
    assert lines[0].split() == ["run", "state", "took", "status", "job", "began"]
    assert lines[1].split()[:5] == ["w-1", "LOST", "1.00s", "-", "77"]
    assert lines[2].split()[:4] == ["none", "UNKNOWN", "-", "-"]


def test_standing(tmp_path: Path) -> None:
    assert standing(Run(tmp_path)).exit_status == 3
    for state, status in (("COMPLETED", 0), ("FAILED", 1), ("TIMEOUT", 1), ("CANCELLED", 1)):
        write_status(tmp_path, {}, state=state, host="elsewhere")
        assert (standing(Run(tmp_path)).state, standing(Run(tmp_path)).exit_status) == (state, status)
    write_status(tmp_path, {}, host="elsewhere")
    assert standing(Run(tmp_path)) == Standing("RUNNING")


@pytest.mark.parametrize(
    "job", ["RUNNING", "COMPLETING", "SIGNALING", "STAGE_OUT", "RESV_DEL_HOLD", "of a later Slurm", None]
)
def test_a_run_on_another_host_goes_on_as_long_as_slurm_calls_its_job_nothing_that_is_an_end(
    tmp_path: Path, job: str | None
) -> None:
    write_status(tmp_path, {}, host="elsewhere", job_id="77")
    assert standing(Run(tmp_path), ask=lambda _: job) == Standing("RUNNING")


@pytest.mark.parametrize("job", ["COMPLETED", "CANCELLED", "NODE_FAIL", "PREEMPTED"])
def test_a_run_whose_job_has_ended_without_a_word_is_lost(tmp_path: Path, job: str) -> None:
    write_status(tmp_path, {}, host="elsewhere", job_id="77")
    found = standing(Run(tmp_path), ask=lambda _: job)
    assert (found.state, found.note) == ("LOST", f"job 77 is {job}, and the run has not written how it ended")
