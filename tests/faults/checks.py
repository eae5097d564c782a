"""What is asserted of every run that was attacked.

In: how it ended, the fault, the token among the arguments of its processes. Out: nothing, or an AssertionError that says which promise
was broken.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
from workflow import every

if TYPE_CHECKING:
    from faults.stage import Ended
    from faults.table import Fault

ROOT = Path(__file__).resolve().parents[2]


def check(ended: Ended, fault: Fault, token: str, patience: float) -> None:
    """`patience`: seconds until every process must be gone."""
    assert ended.status == fault.status, f"exit status {ended.status}, not {fault.status}; it printed:\n{ended.output}"
    assert ended.seconds <= fault.within, f"it took {ended.seconds:.1f} s"
    if not fault.leaves:
        check_processes(ended, token, patience)
    check_books(ended, fault)


def check_files(left_over: Callable[[], list[Path]], patience: float) -> None:
    """Nothing is left over once it had its time."""
    left: list[Path] = []
    for _ in every(0.05, patience):
        left = left_over()
        if not left:
            return
    raise AssertionError(f"left over: {[str(path) for path in left]}")


def unfinished(output: Path, run: Path | None) -> list[Path]:
    """Locks, pipes and files that have not their name yet, in an output directory and one of its runs."""
    found = list(output.glob(".sflow*")) if output.is_dir() else []
    if run is not None and run.is_dir():
        for path in run.rglob("*"):
            if path.name in (".groups", ".owner", ".keeper") or path.suffix == ".new" or path.is_fifo():
                found.append(path)
    return found


def check_books(ended: Ended, fault: Fault) -> None:
    """status.json and events.jsonl tell the truth, as far as the fault lets them be written."""
    if fault.books == "none":
        assert ended.directory is None or not list(ended.directory.iterdir()), f"there is {ended.directory}"
        return
    assert fault.books == "torn" or ended.directory is not None, f"no run directory; it printed:\n{ended.output}"
    if ended.directory is None or not ended.directory.is_dir():
        return
    events = whole_events(ended.directory)
    if fault.books == "torn":
        return
    record = json.loads((ended.directory / "status.json").read_text())
    validator("status").validate(record)
    assert (record["state"], record["exit_status"]) == (fault.state, fault.status), record
    assert fault.reason in record["reason"], record["reason"]
    check_agreement(record, events)


def check_agreement(record: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """The last word of the events on the run and on each task is that of status.json."""
    *_, last = [event for event in events if event["event"] == "run"]
    assert events[-1] == last, "something happened after the end"
    assert [last[key] for key in ("state", "exit_status", "reason")] == [
        record[key] for key in ("state", "exit_status", "reason")
    ]
    tasks: dict[str, dict[str, Any]] = {}
    for event in events:
        if event["event"] == "run" and event["state"] == "RUNNING":
            tasks = {}
        elif event["event"] == "state":
            tasks[event["task"]] = event
    facts = ("state", "attempt", "exit_status", "reason")
    assert {name: [task[key] for key in facts] for name, task in record["tasks"].items()} == {
        name: [tasks[name][key] for key in facts] for name in record["tasks"]
    }
    assert not {"INITIATED", "RUNNING", "READY"} & {task["state"] for task in record["tasks"].values()}


def whole_events(run: Path) -> list[dict[str, Any]]:
    """The events, without what follows the last newline."""
    file = run / "events.jsonl"
    data = file.read_bytes() if file.exists() else b""
    events = [json.loads(line) for line in data[: data.rfind(b"\n") + 1].decode().splitlines()]
    for event in events:
        validator("event").validate(event)
    return events


def check_processes(ended: Ended, token: str, patience: float) -> None:
    """Nothing of the run is alive: by its id in the environment, by its session, by the token among its arguments."""
    run_id = ended.directory.name if ended.directory is not None else None
    alive: list[str] = []
    for _ in every(0.05, patience):
        alive = list(living(token, run_id, ended.session))
        if not alive:
            return
    raise AssertionError(f"alive after {patience} s: {alive}")


def living(token: str, run_id: str | None, session: int | None) -> Iterator[str]:
    """Processes of the run that are more than zombies."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _parent, _group, its_session, *_ = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if state in "ZX":
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            environment = []
        carries = run_id is not None and f"SFLOW_RUN_ID={run_id}".encode() in environment
        if token in command or carries or int(its_session) == session:
            yield f"{entry.name}: {command}"


def parent(process: int) -> int:
    """The parent of a process, 0 when it is gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()[1])
    except OSError:
        return 0


@functools.cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """Of schemas/NAME.schema.json."""
    return jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text()))
