"""diagnose on directories that are hard to read: nothing in them, huge or binary logs, secrets, text that steers terminals."""

import json
import os
import re
import subprocess
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from sflowc.runs.diagnose import Cleaner, Diagnosis, diagnose, own_patterns
from sflowc.runs.diagnose.log_reader import HEAD, TAIL, LogReader, last_lines, line_number
from sflowc.runs.diagnose.roles import roles_of
from sflowc.runs.run import Run

Sflowc = Callable[..., subprocess.CompletedProcess[str]]


def record(
    folder: Path, log: bytes, *, task: str = "train", reason: str = "exit status 1 after 0.50 s", facts: bool = False
) -> Path:
    """The directory of a run with one task that failed."""
    (folder / task).mkdir(parents=True)
    (folder / task / f"{task}.log").write_bytes(log)
    events = [
        {"time": 1.0, "event": "run", "state": "RUNNING"},
        {
            "time": 1.1,
            "event": "state",
            "task": task,
            "state": "RUNNING",
            "attempt": 1,
            "exit_status": None,
            "reason": "",
        },
        {
            "time": 1.6,
            "event": "state",
            "task": task,
            "state": "FAILED",
            "attempt": 1,
            "exit_status": 1,
            "reason": reason,
        },
        {"time": 1.7, "event": "run", "state": "FAILED", "exit_status": 1, "reason": f"{task} FAILED: {reason}"},
    ]
    (folder / "events.jsonl").write_text("".join(f"{json.dumps(event, separators=(',', ':'))}\n" for event in events))
    return folder


def found(folder: Path, cleaner: Cleaner | None = None) -> Diagnosis:
    return diagnose(Run(folder), own_patterns(), cleaner=cleaner)


def test_a_directory_with_nothing_in_it(tmp_path: Path, sflowc: Sflowc) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "events.jsonl").write_text("")
    done = sflowc("diagnose", str(tmp_path / "r"), status=3)
    assert "It cannot be known what happened" in done.stdout


def test_no_run_at_all(tmp_path: Path, sflowc: Sflowc) -> None:
    done = sflowc("diagnose", "4711", cwd=tmp_path, status=3)
    assert "No run '4711'" in done.stderr


def test_a_directory_without_run_json(tmp_path: Path) -> None:
    it = found(record(tmp_path / "r", b"a\nValueError: no\n"))
    assert it.cause is not None
    assert (it.cause.id, it.cause.task) == ("python-exception", "train")
    assert {report.layer: report.verdict for report in it.layers}["allocation"] == "unknown"
    assert [(line.file, line.line) for line in it.cause.evidence[:2]] == [("train/train.log", 2), ("events.jsonl", 3)]


def test_a_directory_with_a_status_alone(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir()
    row = {
        "state": "FAILED",
        "attempt": 1,
        "exit_status": 127,
        "started": 1.0,
        "finished": 2.0,
        "reason": "exit status 127 after 1.00 s",
    }
    whole = {
        "version": 1,
        "run_id": "r",
        "workflow": "w",
        "state": "FAILED",
        "exit_status": 127,
        "reason": "t FAILED: exit status 127 after 1.00 s",
    }
    (folder / "status.json").write_text(
        json.dumps(
            {**whole, "started": 1.0, "updated": 2.0, "job_id": None, "host": "h", "pid": 1, "tasks": {"t": row}}
        )
    )
    it = found(folder)
    assert it.cause is not None
    assert it.cause.id == "exit-127"


def test_a_reason_that_nobody_knows(tmp_path: Path) -> None:
    it = found(record(tmp_path / "r", b"", reason="the moon was full"))
    assert it.cause is not None
    assert "train FAILED: the moon was full" in it.sentence
    assert it.cause.fault == "application"


@pytest.mark.parametrize("ending", [b"\n", b""])
def test_a_log_of_a_gigabyte(tmp_path: Path, ending: bytes) -> None:
    """Sparse, so that it costs no disk; only its beginning and its end are read."""
    folder = record(tmp_path / "r", b"")
    log = folder / "train" / "train.log"
    with log.open("r+b") as file:
        file.write(b"step 0\n" * 1000)
        file.truncate(1 << 30)
        file.seek(0, 2)
        file.write(b"\nstep 9\nRuntimeError: CUDA error: out of memory" + ending)
    tracemalloc.start()
    began = time.process_time()
    it = found(folder)
    assert time.process_time() - began < 5
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()
    assert it.cause is not None
    assert it.cause.id == "cuda-out-of-memory"
    assert it.cause.evidence[0].line is None, "counting the lines of a gigabyte takes too long"
    assert it.cause.evidence[0].text == "RuntimeError: CUDA error: out of memory"


def test_what_stands_in_the_middle_of_a_huge_log_is_not_seen(tmp_path: Path) -> None:
    filler = b"x" * 99 + b"\n"
    log = filler * (HEAD // 50) + b"MemoryError\n" + filler * (2 * TAIL // 100) + b"ValueError: late\n"
    it = found(record(tmp_path / "r", log))
    assert it.cause is not None
    assert it.cause.id == "python-exception"
    assert it.cause.evidence[0].line == log.count(b"\n")


def test_many_large_logs_are_read_within_bounds(tmp_path: Path) -> None:
    reader = LogReader()
    for number in range(60):
        path = tmp_path / f"{number}.log"
        with path.open("wb") as file:
            file.truncate(HEAD + TAIL)
        sum(len(piece.data) for piece in reader.pieces(path))
    assert sum(len(piece.data) for pieces in reader._pieces.values() for piece in pieces) <= 48 << 20


@pytest.mark.parametrize(
    "noise", [bytes(range(256)) * 40, b"\xff\xfe\x00" * 5000, b"\x00" * 70000, b"\xf0\x9f\x92" * 3000, b"A" * 300_000]
)
def test_a_binary_log(tmp_path: Path, noise: bytes) -> None:
    it = found(record(tmp_path / "r", noise + b"\nMemoryError\n" + noise[:100]))
    assert it.cause is not None
    assert it.cause.id == "memory-exhausted"


def test_a_line_of_a_megabyte(tmp_path: Path) -> None:
    it = found(record(tmp_path / "r", b"y" * 500_000 + b" CUDA out of memory " + b"z" * 500_000))
    assert it.cause is not None
    assert it.cause.id == "cuda-out-of-memory"
    assert len(it.cause.evidence[0].text) < 300
    assert "CUDA out of memory" in it.cause.evidence[0].text


def test_only_the_last_attempt_counts(tmp_path: Path) -> None:
    log = b"MemoryError\n\n======== attempt 2 ========\nValueError: at last\n"
    it = found(record(tmp_path / "r", log))
    assert it.cause is not None
    assert (it.cause.id, it.cause.evidence[0].line) == ("python-exception", 4)


def test_what_healthy_logs_have_too_counts_at_the_end_only(tmp_path: Path) -> None:
    early = b"cat: /etc/x: No such file or directory\n" + b"step\n" * 5000
    it = found(record(tmp_path / "a", early))
    assert it.cause is not None
    assert it.cause.id == "exit-status"
    it = found(record(tmp_path / "b", early + b"cat: /etc/x: No such file or directory\n"))
    assert it.cause is not None
    assert it.cause.id == "file-not-found"


def test_progress_bars_are_lines(tmp_path: Path) -> None:
    it = found(record(tmp_path / "r", b"10%\r20%\rValueError: half way\r"))
    assert it.cause is not None
    assert it.cause.cause.endswith("ValueError: half way")


def test_labels_of_srun_do_not_hide_a_line(tmp_path: Path) -> None:
    it = found(record(tmp_path / "r", b"0: fine\n3: MemoryError\n"))
    assert it.cause is not None
    assert it.cause.id == "memory-exhausted"


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_nothing_that_is_printed_steers_a_terminal_or_is_a_secret(tmp_path: Path, sflowc: Sflowc, form: str) -> None:
    hostile = "\x1b]0;title\x07\x1b[2J\x1b[31mValueError: \x9b31m \x08\x08 \u202eevil HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz pw-of-mine https://me:pw@host/x `|` <b>\x1b[0m"
    folder = record(tmp_path / "r", hostile.encode(), reason="exit status 1 \x1b[31m pw-of-mine")
    done = sflowc("diagnose", str(folder), "--format", form, status=1, env={"MY_PASSWORD": "pw-of-mine"})
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stdout)
    for secret in ("hf_abc", "pw-of-mine", "me:pw"):
        assert secret not in done.stdout
    assert "evil" in done.stdout


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("HF_TOKEN=abc123 next", "HF_TOKEN=*** next"),
        ('{"api_key": "abc123", "n": 1}', '{"api_key": "***", "n": 1}'),
        ("Authorization: Bearer abcdef123456", "Authorization: Bearer ***"),
        ("--api-key abc123 --x", "--api-key *** --x"),
        ("Total generated tokens: 0", "Total generated tokens: 0"),
        ("KeyError: 'x'", "KeyError: 'x'"),
        ("the key\tis here", "the key is here"),
        ("sk-abcdefghijklmnop1234", "***"),
        ("x" * 1000, "x" * 240 + "..."),
    ],
)
def test_a_line_is_cleaned(text: str, shown: str) -> None:
    assert Cleaner()(text) == shown


def test_patterns_of_ones_own_count_before_others(tmp_path: Path, sflowc: Sflowc) -> None:
    folder = record(tmp_path / "r", b"the licence server lic7 is down\nCUDA out of memory\n")
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        """
patterns:
  - id: licence-gone
    layer: infrastructure
    fault: infrastructure
    regex: "licence server (?P<host>[a-z0-9]{1,20}) is down"
    cause: "{task} had no licence, since {host} is down"
    next: tell the administrators of {host}
    examples: ["the licence server lic7 is down"]
"""
    )
    done = sflowc("diagnose", str(folder), "--patterns", str(mine), "--format", "json", status=1)
    cause = json.loads(done.stdout)["cause"]
    assert (cause["id"], cause["cause"]) == ("licence-gone", "train had no licence, since lic7 is down")


def test_a_mistake_in_patterns_of_ones_own_is_told_with_its_place(tmp_path: Path, sflowc: Sflowc) -> None:
    folder = record(tmp_path / "r", b"")
    mine = tmp_path / "mine.yaml"
    mine.write_text("patterns:\n  - {id: x, layer: network}\n")
    done = sflowc("diagnose", str(folder), "--patterns", str(mine), status=2)
    assert "unknown-value" in done.stderr
    assert "mine.yaml:2:" in done.stderr
    assert sflowc("diagnose", str(folder), "--patterns", "none.yaml", status=2).stderr.count(
        "Cannot read the patterns in none.yaml"
    )


@pytest.mark.parametrize(
    ("name", "script", "roles"),
    [
        ("etcd", "", {"etcd"}),
        ("discovery", "exec etcd --data-dir x", {"etcd"}),
        ("discovery", 'exec /usr/bin/etcd --data-dir "x"', {"etcd"}),
        ("prepare", "echo http://etcd:2379 # etcd", set()),
        ("prepare", "# exec etcd", set()),
        ("nats-0", "", {"nats"}),
        ("x", "if true; then exec nats-server -p 1; fi", {"nats"}),
        ("frontend_0", "exec python3 -m dynamo.frontend --http-port 8000", {"frontend"}),
        ("decode_1", "exec python3 -m dynamo.vllm \\\n  --model x", {"worker"}),
        ("server", "vllm serve /model --port 1", {"frontend", "worker"}),
        ("measure", "aiperf profile --url x", {"benchmark"}),
        ("benchmark_16", "", {"benchmark"}),
        ("measure", 'python3 "$client/utils/bench_serving/benchmark_serving.py" --x', {"benchmark"}),
        ("workbench", "", set()),
        ("train", "torchrun train.py", set()),
    ],
)
def test_what_part_a_task_is(name: str, script: str, roles: set[str]) -> None:
    assert roles_of(name, script) == roles


def test_places_in_files(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a\nb\n\nc")
    assert [line_number(path, offset) for offset in (0, 2, 5)] == [1, 2, 4]
    assert line_number(tmp_path / "none", 3) is None
    assert last_lines(LogReader().pieces(path), 2) == [(2, "b"), (5, "c")]


def test_colours_do_not_hide_a_line_nor_move_it(tmp_path: Path) -> None:
    log = b"\x1b[2mone\x1b[0m\n\x1b[31mCUDA\x1b[0m \x1b[1mout of\x1b[0m memory\n"
    it = found(record(tmp_path / "r", log))
    assert it.cause is not None
    assert (it.cause.id, it.cause.evidence[0].line) == ("cuda-out-of-memory", 2)
    assert it.cause.evidence[0].text == "CUDA out of memory"


def test_a_log_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = record(tmp_path / "r", b"")
    (folder / "train" / "train.log").unlink()
    os.mkfifo(folder / "train" / "train.log")
    assert found(folder).verdict == "fault"


@pytest.mark.parametrize(("now", "verdict"), [(150.0, "none"), (2000.0, "fault")])
def test_a_run_elsewhere_whose_time_is_over(tmp_path: Path, now: float, verdict: str) -> None:
    """Nobody can say whether its process is there, but its limit can."""
    folder = record(tmp_path / "r", b"")
    events = (folder / "events.jsonl").read_text().splitlines(keepends=True)
    (folder / "events.jsonl").write_text("".join(events[:2]))
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
        "started": 1.0,
        "limit": 100,
        "deadline": None,
        "grace": 10,
        "host": {},
        "slurm": None,
        "nodes": [],
        "variables": {},
        "tasks": [],
    }
    (folder / "run.json").write_text(json.dumps(facts))
    it = diagnose(Run(folder), own_patterns(), now=now)
    assert it.verdict == verdict
