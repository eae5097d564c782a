"""The ends of logs as they grow."""

import os
import time
from pathlib import Path

import pytest
from sflowc.runs.run import Run
from sflowc.watch import tails as module
from sflowc.watch.tails import KEPT, Tail, Tails
from written_runs import add_events, run_event, task_event, write_facts


def write(directory: Path, task: str, text: str, mode: str = "a") -> None:
    (directory / task).mkdir(exist_ok=True)
    with (directory / task / f"{task}.log").open(mode) as file:
        file.write(text)


def a_run(directory: Path, *names: str) -> Run:
    write_facts(directory, *({"name": name} for name in names))
    add_events(directory, run_event("RUNNING"), *(task_event(name, "RUNNING") for name in names))
    return Run(directory)


def texts(tails: Tails) -> list[str]:
    lines = [*tails.lines, *tails.partial(str)]
    return [f"{line.task}: {''.join(segment.text for segment in line.segments)}" for line in lines]


def look(tails: Tails, run: Run, *names: str) -> bool:
    tails._next = 0.0
    return tails.refresh(run, ",".join(names), names, str)


def test_one_log(tmp_path: Path) -> None:
    run, tails = a_run(tmp_path, "a"), Tails()
    assert look(tails, run, "a")  # it is another one than before
    assert not look(tails, run, "a")
    write(tmp_path, "a", "one\ntwo\n")
    assert look(tails, run, "a")
    assert texts(tails) == ["a: one", "a: two"]
    assert not look(tails, run, "a")
    write(tmp_path, "a", "three\n")
    look(tails, run, "a")
    assert texts(tails) == ["a: one", "a: two", "a: three"]
    write(tmp_path, "a", "anew\n", mode="w")
    look(tails, run, "a")
    assert texts(tails)[-1] == "a: anew"


def test_the_last_word_of_a_line_without_an_end_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, tails = a_run(tmp_path, "a"), Tails()
    look(tails, run, "a")
    write(tmp_path, "a", "the key is hf_abc")
    look(tails, run, "a")
    assert texts(tails) == ["a: the key is"]
    assert tails.restless
    monkeypatch.setattr(module, "_REST", -1.0)
    assert texts(tails) == ["a: the key is hf_abc"]
    assert not tails.restless


def test_several_logs_come_by_the_time_of_their_files(tmp_path: Path) -> None:
    run, tails = a_run(tmp_path, "a", "b"), Tails()
    write(tmp_path, "b", "early\n")
    os.utime(tmp_path / "b" / "b.log", (1, 1))
    write(tmp_path, "a", "late\n")
    look(tails, run, "a", "b")
    assert tails.several
    assert texts(tails) == ["b: early", "a: late"]
    write(tmp_path, "b", "now\n")
    look(tails, run, "a", "b")
    assert texts(tails)[-1] == "b: now"
    look(tails, run, "b")
    assert texts(tails) == ["b: early", "b: now"]


def test_many_logs_are_looked_at_once_a_second(tmp_path: Path) -> None:
    names = [f"t{number}" for number in range(12)]
    run, tails = a_run(tmp_path, *names), Tails()
    look(tails, run, *names)
    write(tmp_path, "t3", "x\n")
    assert not tails.refresh(run, ",".join(names), names, str)
    assert look(tails, run, *names)


def test_of_very_many_only_those_that_run_or_started_last_are_read(tmp_path: Path) -> None:
    names = [f"t{number:03}" for number in range(100)]
    run, tails = a_run(tmp_path, *names), Tails()
    for name in names:
        write(tmp_path, name, "a\n" * 500)
    add_events(tmp_path, *(task_event(name, "COMPLETED") for name in names[1:]))
    run.refresh()
    look(tails, run, *names)
    read = {line.task for line in tails.lines}
    assert read == {"t000", *names[60:]}
    assert len(tails.lines) <= KEPT
    look(tails, run, *names)
    assert {line.task for line in tails.lines} == read
    add_events(tmp_path, task_event("t005", "RUNNING"))
    run.refresh()
    look(tails, run, *names)
    assert "t005" in {line.task for line in tails.lines}


def test_what_is_over_is_read_no_more_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, tails = a_run(tmp_path, "a", "b"), Tails()
    add_events(tmp_path, task_event("a", "COMPLETED"))
    run.refresh()
    look(tails, run, "a", "b")
    write(tmp_path, "a", "late\n")
    assert look(tails, run, "a", "b")
    monkeypatch.setattr(module, "_WHILE", -1.0)
    look(tails, run, "a", "b")
    write(tmp_path, "a", "too late\n")
    assert not look(tails, run, "a", "b")
    add_events(tmp_path, task_event("a", "RUNNING", attempt=2))
    run.refresh()
    assert look(tails, run, "a", "b")
    assert texts(tails)[-1] == "a: too late"


def test_a_huge_log_is_read_from_its_end_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    with (tmp_path / "a.log").open("wb") as file:
        file.truncate(1 << 33)  # 8 GiB that are not there
        file.seek(0, 2)
        file.write(b"\nlast\n")
    began = time.process_time()
    tail = Tail(tmp_path / "a.log")
    assert tail.read() == [b"last"]
    with (tmp_path / "a.log").open("ab") as file:
        file.write(b"x" * (1 << 20) + b" 99%\r100% done")
    assert tail.read() == []
    assert time.process_time() - began < 2
    run, tails = a_run(tmp_path, "a"), Tails()
    (tmp_path / "a.log").rename(tmp_path / "a" / "a.log")
    monkeypatch.setattr(module, "_REST", -1.0)
    look(tails, run, "a")
    assert texts(tails) == ["a: 100% done"]


def test_a_long_line_that_begins_in_the_middle_of_a_word(tmp_path: Path) -> None:
    run, tails = a_run(tmp_path, "a"), Tails()
    write(tmp_path, "a", "x" * 5000)
    look(tails, run, "a")
    assert texts(tails) == []


def test_what_is_no_log(tmp_path: Path) -> None:
    run, tails = a_run(tmp_path, "a", "../a"), Tails()
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a" / "a.log")
    look(tails, run, "a", "../a", "nobody")
    assert texts(tails) == []
