"""What happened to tasks, attempt by attempt."""

from pathlib import Path
from typing import Any

from sflowc.runs.history import History, history
from sflowc.runs.run import Run
from written_runs import add_events, probe_event, run_event, task_event


def of(folder: Path, *events: dict[str, Any]) -> History:
    add_events(folder, *events)
    return history(Run(folder).events)


def test_attempts_end_with_what_came_next(tmp_path: Path) -> None:
    past = of(
        tmp_path,
        run_event("RUNNING"),
        task_event("a", "RUNNING"),
        probe_event("a", "HTTP 503"),
        task_event("a", "INITIATED", exit_status=3, reason="exit status 3"),
        task_event("a", "RUNNING", attempt=2),
        task_event("a", "READY", attempt=2),
        task_event("a", "COMPLETED", attempt=2, exit_status=143),
        task_event("b", "CANCELLED", attempt=0),
    )
    first, second = past.attempts["a"]
    assert (first.started, first.ready, first.ended, first.state, first.exit_status) == (
        1001,
        None,
        1003,
        "INITIATED",
        3,
    )
    assert [event.found for event in first.probes] == ["HTTP 503"]
    assert (second.number, second.started, second.ready, second.ended, second.state) == (
        2,
        1004,
        1005,
        1006,
        "COMPLETED",
    )
    assert past.attempts["b"] == []
    assert [event.state for event in past.changes["b"]] == ["CANCELLED"]
    assert (past.starts, past.last) == ([1000], 1007)


def test_a_run_that_was_resumed(tmp_path: Path) -> None:
    past = of(
        tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"), run_event("RUNNING"), task_event("a", "RUNNING")
    )
    assert past.starts == [1000, 1002]
    assert [(one.started, one.ended, one.state) for one in past.attempts["a"]] == [
        (1001, 1001, "LOST"),
        (1003, None, "RUNNING"),
    ]


def test_what_comes_after_the_end_changes_nothing(tmp_path: Path) -> None:
    past = of(tmp_path, task_event("a", "RUNNING"), task_event("a", "FAILED"), probe_event("a", "late"))
    assert past.attempts["a"][0].probes == []


def test_downloads(tmp_path: Path) -> None:
    def fetch(name: str, state: str) -> dict[str, str]:
        return {
            "event": "artifact",
            "artifact": name,
            "state": state,
            "reason": "HTTP 404" if state == "FAILED" else "",
        }

    past = of(tmp_path, fetch("A", "FETCHING"), fetch("B", "FETCHING"), fetch("A", "READY"), fetch("B", "FAILED"))
    assert [(one.name, one.started, one.ended, one.state, one.reason) for one in past.downloads] == [
        ("A", 1000, 1002, "READY", ""),
        ("B", 1001, 1003, "FAILED", "HTTP 404"),
    ]
