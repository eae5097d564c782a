"""Lines for where there is no terminal."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sflowc.runs.run import host_name
from sflowc.watch import plain
from sflowc.watch.plain import Follower
from sflowc.watch.subject import Subject
from written_runs import add_events, probe_event, run_event, task_event, write_facts, write_status


def clock(moment: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment))


def follower(directory: Path) -> tuple[Follower, list[str]]:
    lines: list[str] = []
    return Follower(Subject(lambda: directory, ask=lambda _: None), lines.append), lines


def test_a_line_for_each_event(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "server"})
    add_events(
        tmp_path,
        run_event("RUNNING", pid=4242),
        {"event": "artifact", "artifact": "model", "state": "FETCHING"},
        task_event("server", "RUNNING"),
        probe_event("server", "HTTP 503\x1b[2J\n"),
    )
    write_status(tmp_path, {}, host="elsewhere")
    follow, lines = follower(tmp_path)
    assert not follow.look()
    assert lines == [
        f"{clock(1000)}  w       RUNNING",
        f"{clock(1001)}  model   FETCHING",
        f"{clock(1002)}  server  RUNNING",
        f"{clock(1003)}  server  probe      readiness: HTTP 503",
    ]
    del lines[:]
    assert not follow.look()
    assert lines == []
    add_events(
        tmp_path,
        task_event("server", "RUNNING", attempt=2),
        task_event("server", "FAILED", reason="exit status 3 after 1 s"),
        run_event("FAILED", exit_status=3, reason="server FAILED"),
    )
    assert follow.look()
    assert lines == [
        f"{clock(1004)}  server  RUNNING    attempt 2",
        f"{clock(1005)}  server  FAILED     exit status 3 after 1 s",
        f"{clock(1006)}  w       FAILED     exit status 3: server FAILED",
    ]


def test_a_file_that_is_begun_anew(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a"})
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"))
    follow, lines = follower(tmp_path)
    follow.look()
    (tmp_path / "events.jsonl").unlink()
    add_events(tmp_path, run_event("COMPLETED"))
    assert follow.look()
    assert len(lines) == 3


def test_what_is_lost_may_still_be_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_facts(tmp_path, {"name": "a"}, grace=0.0)
    add_events(tmp_path, run_event("RUNNING", pid=2**22 + 1))
    write_status(tmp_path, {}, host=host_name(), pid=2**22 + 1)
    follow, lines = follower(tmp_path)
    assert not follow.look()
    monkeypatch.setattr(plain, "_GRACE", -1.0)
    assert follow.look()
    assert "LOST: process 4194305 is gone" in lines[-1]
    assert follow.subject.how.exit_status == 3


def test_a_run_that_is_not_there_yet(tmp_path: Path) -> None:
    write_facts(tmp_path / "w", {"name": "a"})
    add_events(tmp_path / "w", run_event("COMPLETED"))
    found: Iterator[Path | None] = itertools.chain([None, None], itertools.repeat(tmp_path / "w"))
    lines: list[str] = []
    Follower(Subject(lambda: next(found), lambda: "job 7 waits\x1b[2J"), lines.append).follow()
    assert lines[0] == "waiting: job 7 waits"
    assert len(lines) == 2
