"""Run directories are read as they grow, in whatever state a file system shows them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sflowc.runs.events import EventTail
from sflowc.runs.facts import read_facts
from sflowc.runs.find import NoRun, all_runs, find_run
from sflowc.runs.run import Run, host_name
from written_runs import add_events, facts, probe_event, run_event, task_event, write_facts, write_status

ROOT = Path(__file__).resolve().parents[3]
RUN_SCHEMA = json.loads((ROOT / "schemas" / "run.schema.json").read_text())


def test_what_these_tests_write_is_what_scripts_write() -> None:
    jsonschema.validate(facts({"name": "a"}), RUN_SCHEMA)


def test_facts_are_none_until_the_file_is_whole(tmp_path: Path) -> None:
    assert read_facts(tmp_path) is None
    text = json.dumps(facts({"name": "a"}))
    (tmp_path / "run.json").write_text(text[:-20])
    assert read_facts(tmp_path) is None
    (tmp_path / "run.json").write_text(text)
    found = read_facts(tmp_path)
    assert found is not None
    assert found.sources == (("w.yaml", "a" * 64),)
    assert found.place(found.task("a")) == ("n1",)
    with pytest.raises(KeyError):
        found.task("b")
    (tmp_path / "run.json").write_text(text.replace('"version": 1', '"version": 2'))
    assert read_facts(tmp_path) is None


def test_units_of_outputs(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a", "units": {"ttft": "ms"}}, {"name": "b"})
    found = read_facts(tmp_path)
    assert found is not None
    assert [task.units for task in found.tasks] == [{"ttft": "ms"}, {}]
    jsonschema.validate(facts({"name": "a", "units": {"ttft": "ms"}}), RUN_SCHEMA)
    write_facts(tmp_path, {"name": "a", "units": {"ttft": 1}})
    assert read_facts(tmp_path) is None


def test_tasks_are_in_an_order_in_which_they_can_start(tmp_path: Path) -> None:
    write_facts(
        tmp_path,
        {"name": "last", "after": ["middle", "first"]},
        {"name": "middle", "after": ["first"]},
        {"name": "first"},
    )
    found = read_facts(tmp_path)
    assert found is not None
    assert [task.name for task in found.tasks] == ["first", "middle", "last"]


def test_a_circle_of_tasks_is_read_too(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a", "after": ["b"]}, {"name": "b", "after": ["a"]}, {"name": "c"})
    found = read_facts(tmp_path)
    assert found is not None
    assert [task.name for task in found.tasks] == ["c", "a", "b"]


def test_events_are_read_once_and_whole(tmp_path: Path) -> None:
    tail = EventTail(tmp_path / "events.jsonl")
    assert tail.read() == []
    add_events(tmp_path, run_event("RUNNING"))
    assert [event.state for event in tail.read()] == ["RUNNING"]
    assert tail.read() == []
    line = json.dumps({"time": 2, **task_event("tâche", "READY")}, ensure_ascii=False).encode() + b"\n"
    with tail.path.open("ab") as file:
        file.write(line[:47])
    assert tail.read() == []
    with tail.path.open("ab") as file:
        file.write(
            line[47:]
            + b"no json\n"
            + b'{"event": "run"}\n'
            + b'\xff\n[]\n{"time": 1, "event": "run", "pid": 1e999}\n'
            + line
        )
    assert [event.task for event in tail.read()] == ["tâche", "tâche"]
    assert tail.bad == 5


def test_a_file_that_became_shorter_is_read_anew(tmp_path: Path) -> None:
    tail = EventTail(tmp_path / "events.jsonl")
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"))
    assert len(tail.read()) == 2
    tail.path.write_text("")
    add_events(tmp_path, run_event("FAILED"))
    assert [event.state for event in tail.read()] == ["FAILED"]


def test_a_run_from_its_start_to_its_end(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.state.state == ""
    assert not run.refresh()
    add_events(
        tmp_path, run_event("RUNNING", pid=4242), task_event("server", "RUNNING"), probe_event("server", "HTTP 503")
    )
    assert run.refresh()
    assert run.state.tasks["server"].probes == {"readiness": (1002.0, "HTTP 503")}
    write_facts(tmp_path, {"name": "client", "after": ["server"]}, {"name": "server"})
    assert run.refresh()
    assert list(run.state.tasks) == ["server", "client"]
    assert run.state.tasks["client"].state == "INITIATED"
    add_events(
        tmp_path,
        task_event("server", "READY"),
        task_event("client", "RUNNING"),
        task_event("client", "FAILED", exit_status=3, reason="exit status 3"),
        task_event("server", "CANCELLED", exit_status=143),
        run_event("FAILED", exit_status=3, reason="client FAILED"),
    )
    assert run.refresh()
    assert not run.refresh()
    client, server = run.state.tasks["client"], run.state.tasks["server"]
    assert (client.state, client.exit_status, client.started, client.finished) == ("FAILED", 3, 1004.0, 1005.0)
    assert (server.ready, server.finished, server.since) == (1003.0, 1006.0, 1006.0)
    assert (run.state.state, run.state.exit_status, run.state.reason) == ("FAILED", 3, "client FAILED")
    assert (run.state.started, run.state.finished) == (1000.0, 1007.0)


def test_another_attempt_begins_anew(tmp_path: Path) -> None:
    add_events(
        tmp_path,
        task_event("a", "RUNNING"),
        probe_event("a", "closed"),
        task_event("a", "INITIATED", reason="attempt 2 of 3 in 1 s"),
    )
    run = Run(tmp_path)
    assert (run.state.tasks["a"].state, run.state.tasks["a"].finished) == ("INITIATED", None)
    add_events(tmp_path, task_event("a", "RUNNING", attempt=2))
    run.refresh()
    assert (run.state.tasks["a"].attempt, run.state.tasks["a"].probes) == (2, {})


def test_a_resumed_run_runs(tmp_path: Path) -> None:
    add_events(tmp_path, run_event("RUNNING"), run_event("FAILED", exit_status=1, reason="x"), run_event("RUNNING"))
    run = Run(tmp_path)
    assert (run.state.state, run.state.exit_status, run.state.finished, run.state.reason) == ("RUNNING", None, None, "")


def test_status_says_what_events_do_not(tmp_path: Path) -> None:
    write_status(
        tmp_path, {"a": {"state": "COMPLETED", "finished": 9.0}}, job_id="77", state="COMPLETED", exit_status=0
    )
    run = Run(tmp_path)
    assert (run.state.state, run.state.job_id, run.state.host, run.state.pid) == ("COMPLETED", "77", "n1", 4242)
    assert (run.state.tasks["a"].state, run.state.tasks["a"].since) == ("COMPLETED", 9.0)
    assert run.state.finished == 1001.0


def test_a_half_status_is_read_when_it_is_whole(tmp_path: Path) -> None:
    write_status(tmp_path, {})
    text = (tmp_path / "status.json").read_text()
    (tmp_path / "status.json").write_text(text[:50])
    run = Run(tmp_path)
    assert run.state.pid == 0
    (tmp_path / "status.json").write_text(text)
    assert run.refresh()
    assert run.state.pid == 4242


def test_whether_the_script_is_there(tmp_path: Path) -> None:
    child = subprocess.Popen(["bash", "-c", "echo; read -r line; exit"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()  # it is bash by now
    try:
        write_status(tmp_path, {}, host=host_name(), pid=child.pid)
        run = Run(tmp_path)
        assert run.alive() is True
        write_status(tmp_path, {}, host="another", pid=child.pid)
        run.refresh()
        assert run.alive() is None
    finally:
        child.communicate(b"\n", timeout=10)
    write_status(tmp_path, {}, host=host_name(), pid=child.pid)
    run.refresh()
    assert run.alive() is False


def test_outputs(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.outputs("a") is None
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "outputs.json").write_text('{"tps": 3.5}')
    assert run.outputs("a") == {"tps": 3.5}
    (tmp_path / "a" / "outputs.json").write_text("[]")
    assert run.outputs("a") is None


def a_run(folder: Path, name: str, time: float) -> Path:
    add_events(folder / name, run_event("RUNNING", time=time))
    return folder / name


def test_finding_runs(tmp_path: Path) -> None:
    with pytest.raises(NoRun, match="No run in"):
        find_run(None, tmp_path / "nowhere")
    (tmp_path / "no run").mkdir()
    late = a_run(tmp_path, "a-20260101-000000-000001", 30.0)
    early = a_run(tmp_path, "77-b-20260101-000000-000002", 10.0)
    again = a_run(tmp_path, "77-b-20260101-000000-000003", 20.0)
    assert all_runs(tmp_path) == [early, again, late]
    assert find_run(None, tmp_path) == find_run("latest", tmp_path) == find_run(str(tmp_path), Path()) == late
    assert find_run(str(early), Path("/nowhere")) == early
    assert find_run("77", tmp_path) == again
    assert find_run("000002", tmp_path) == early
    assert find_run(late.name, tmp_path) == late
    with pytest.raises(NoRun, match="part of several runs"):
        find_run("20260101", tmp_path)
    with pytest.raises(NoRun, match=r"No run 'x'.*There are: 77-b"):
        find_run("x", tmp_path)


def test_what_may_not_be_looked_at_is_no_run_and_hides_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mine", "theirs"):
        a_run(tmp_path, name, 1.0)
    stat = os.stat

    def denied(path: Any, *arguments: Any, **more: Any) -> os.stat_result:
        if "theirs/" in os.fspath(path):
            raise PermissionError(13, "Permission denied")
        return stat(path, *arguments, **more)

    monkeypatch.setattr(os, "stat", denied)
    assert [path.name for path in all_runs(tmp_path)] == ["mine"]


@pytest.mark.parametrize("reference", ["x" * 300, "a/" * 3000, "a\0b"])
def test_what_can_be_no_path(tmp_path: Path, reference: str) -> None:
    a_run(tmp_path, "mine", 1.0)
    with pytest.raises(NoRun):
        find_run(reference, tmp_path)
    assert all_runs(Path(reference)) == []


def test_runs_without_events_are_as_old_as_their_directories(tmp_path: Path) -> None:
    write_status(tmp_path / "new", {})
    write_status(tmp_path / "old", {})
    os.utime(tmp_path / "old", (1, 1))
    assert [run.name for run in all_runs(tmp_path)] == ["old", "new"]


def test_what_a_network_file_system_shows_late_is_read_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_facts(tmp_path, {"name": "a"})
    add_events(tmp_path, run_event("RUNNING"))
    run = Run(tmp_path)
    add_events(tmp_path, task_event("a", "RUNNING"))
    with monkeypatch.context() as late:  # the size is there, the bytes are not
        late.setattr(EventTail, "read", lambda _: [])
        run.refresh()
    assert run.state.tasks["a"].state == "INITIATED"
    assert run.refresh()
    assert run.state.tasks["a"].state == "RUNNING"
    whole = (tmp_path / "run.json").read_text()
    other = Run(tmp_path / "other")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "run.json").write_text(" " * len(whole))
    moment = (tmp_path / "other" / "run.json").stat().st_mtime_ns
    assert not other.refresh()
    (tmp_path / "other" / "run.json").write_text(whole)
    os.utime(tmp_path / "other" / "run.json", ns=(moment, moment))
    assert other.refresh()
    assert list(other.facts_of) == ["a"]


def test_zeros_at_the_end_are_what_is_not_there_yet(tmp_path: Path) -> None:
    add_events(tmp_path, run_event("RUNNING"))
    run = Run(tmp_path)
    whole = (tmp_path / "events.jsonl").read_bytes()
    add_events(tmp_path, task_event("a", "RUNNING"))
    more = (tmp_path / "events.jsonl").read_bytes()
    (tmp_path / "events.jsonl").write_bytes(whole.ljust(len(more), b"\0"))
    moment = (tmp_path / "events.jsonl").stat().st_mtime_ns
    assert not run.refresh()
    (tmp_path / "events.jsonl").write_bytes(more)
    os.utime(tmp_path / "events.jsonl", ns=(moment, moment))
    assert run.refresh()
    assert (run.bad_lines, list(run.state.tasks)) == (0, ["a"])


def test_events_that_are_begun_anew_are_not_counted_twice(tmp_path: Path) -> None:
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"), task_event("b", "RUNNING"))
    run = Run(tmp_path)
    (tmp_path / "events.jsonl").unlink()
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"))
    assert run.refresh()
    assert (len(run.events), list(run.state.tasks)) == (2, ["a"])
