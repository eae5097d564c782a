"""What is watched."""

import threading
from pathlib import Path

from sflowc.watch import subject as module
from sflowc.watch.subject import Slurm, Subject
from written_runs import add_events, run_event, task_event, write_facts, write_status


def test_what_changes(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a"})
    add_events(tmp_path, run_event("RUNNING"))
    subject = Subject(lambda: tmp_path)
    assert subject.refresh()
    assert not subject.refresh()
    assert subject.goes_on
    write_status(tmp_path, {}, state="RUNNING", host="elsewhere")
    assert subject.refresh()
    assert not subject.refresh()
    add_events(tmp_path, task_event("a", "RUNNING"), run_event("COMPLETED"))
    assert subject.refresh()
    assert not subject.goes_on


def test_slurm_is_asked_beside_it_and_seldom(tmp_path: Path) -> None:
    asked: list[str] = []
    answer = threading.Event()

    def ask(job: str) -> str:
        asked.append(job)
        answer.wait(20)
        return "NODE_FAIL"

    write_facts(tmp_path, {"name": "a"})
    add_events(tmp_path, run_event("RUNNING"))
    write_status(tmp_path, {}, host="elsewhere", job_id="77")
    subject = Subject(lambda: tmp_path, ask=ask)
    for _ in range(3):
        subject.refresh()
        assert subject.how.state == "RUNNING"  # nobody waits for the answer
    answer.set()
    assert subject._slurm._asking is not None
    subject._slurm._asking.join(20)
    assert subject.refresh()
    assert (subject.how.state, asked) == ("LOST", ["77"])
    assert "job 77 is NODE_FAIL" in subject.how.note


def test_the_next_question(monkeypatch: object) -> None:
    slurm = Slurm(lambda job: f"state of {job}")
    slurm.state("7")
    assert slurm._asking is not None
    slurm._asking.join(20)
    first = slurm._asking
    assert (slurm.state("7"), slurm._asking) == ("state of 7", first)
    slurm._next -= module._ASK_EVERY
    slurm.state("7")
    assert slurm._asking is not first
    slurm._asking.join(20)
