"""The dashboard on a terminal: keys, signals, sizes, and what it leaves behind."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dashboards import Terminal
from written_runs import add_events, probe_event, run_event, task_event, write_facts, write_status

SFLOWC = Path(sys.executable).with_name("sflowc")


def a_run(directory: Path, *, over: bool = False) -> Path:
    tasks = [
        {"name": "server", "gpus": [0, 1], "probes": [{"role": "readiness", "kind": "http", "says": "x"}]},
        {"name": "client", "nodes": [1], "after": ["server"]},
        {"name": "report", "after": ["client"]},
    ]
    write_facts(directory, *tasks)
    add_events(
        directory,
        run_event("RUNNING", pid=4242),
        task_event("server", "RUNNING"),
        probe_event("server", "HTTP 503"),
        task_event("client", "FAILED", exit_status=3, reason="exit status 3"),
    )
    write_status(directory, {}, host="elsewhere")
    for name in ("server", "client"):
        (directory / name).mkdir()
        (directory / name / f"{name}.log").write_text(f"{name} says hello\n")
    if over:
        add_events(directory, run_event("FAILED", exit_status=3, reason="client FAILED"))
    return directory


def watch(directory: Path, *, columns: int = 120, lines: int = 30, **environment: str) -> Terminal:
    return Terminal([SFLOWC, "watch", directory], columns=columns, lines=lines, **environment)


def test_keys(tmp_path: Path) -> None:
    with watch(a_run(tmp_path)) as terminal:
        terminal.wait_for("http 503")
        assert "server │ server says hello" in terminal.text
        terminal.type("j")
        terminal.wait_for("log of server")
        terminal.type("\x1b[B")
        terminal.wait_for("client says hello")
        terminal.wait_for("log of client")
        terminal.type("\r", "j")
        terminal.wait_for("log of client, pinned")
        terminal.type("f")
        terminal.wait_for("only failed")
        assert "▶ server" not in terminal.text
        terminal.type("f", "/", "s", "e", "r")
        terminal.wait_for(lambda text: "/ser" in text and "▶ server" in text and "✗ client" not in text)
        terminal.type("\x1b")
        terminal.wait_for("✗ client")
        terminal.type("g")
        terminal.wait_for("╭─ server")
        terminal.type("?")
        terminal.wait_for("quit; the run goes on")
        terminal.type("?", "m", "a")
        terminal.wait_for("all logs")
        terminal.type("q")
        assert terminal.end() == 0
        assert not terminal.full


def test_new_events_and_log_lines_appear(tmp_path: Path) -> None:
    directory = a_run(tmp_path)
    with watch(directory) as terminal:
        terminal.wait_for("http 503")
        add_events(directory, task_event("server", "READY"))
        terminal.wait_for("● server")
        with (directory / "server" / "server.log").open("a") as file:
            file.write("one more line\n")
        terminal.wait_for("one more line")
        with (directory / "events.jsonl").open("a") as file:
            file.write('{"time": 1010.0, "event": "state", "task": "report", "st')
        terminal.read(0.6)
        assert "○ report" in terminal.text
        with (directory / "events.jsonl").open("a") as file:
            file.write('ate": "RUNNING", "attempt": 1, "exit_status": null, "reason": ""}\n')
        terminal.wait_for("▶ report")
        write_status(directory, {}, host="another", job_id="99")  # replaced under it
        terminal.wait_for("job 99, on another")
        add_events(directory, run_event("FAILED", exit_status=3, reason="client FAILED"))
        terminal.wait_for("✗ FAILED")
        terminal.type("q")
        assert terminal.end() == 1


def test_a_directory_that_is_no_run_yet(tmp_path: Path) -> None:
    with watch(tmp_path) as terminal:
        terminal.wait_for("holds no run yet")
        a_run(tmp_path)
        terminal.wait_for("http 503")
        terminal.type("q")
        assert terminal.end() == 0


def test_resizing(tmp_path: Path) -> None:
    with watch(a_run(tmp_path), columns=80, lines=24) as terminal:
        terminal.wait_for(lambda text: "\n── all logs" in text)
        for columns, lines in ((200, 50), (40, 10), (120, 40), (15, 4), (80, 24)):
            terminal.resize(columns, lines)
            marks = {200: "GPUs and nodes", 120: "GPUs and nodes", 40: "server", 15: "too small", 80: "q quit"}
            terminal.wait_for(marks[columns])
            assert len(terminal.settle().split("\n")) == lines
        terminal.type("q")
        assert terminal.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_it_and_the_terminal_is_as_before(tmp_path: Path, number: signal.Signals) -> None:
    with watch(a_run(tmp_path)) as terminal:
        terminal.wait_for("http 503")
        terminal.signal(number)
        assert terminal.end() == 128 + number


def test_ctrl_c(tmp_path: Path) -> None:
    with watch(a_run(tmp_path)) as terminal:
        terminal.wait_for("http 503")
        terminal.type("\x03")
        assert terminal.end() == 130


def test_ctrl_z_and_back(tmp_path: Path) -> None:
    with watch(a_run(tmp_path)) as terminal:
        terminal.wait_for("http 503")
        terminal.type("\x1a")
        state = Path(f"/proc/{terminal.process.pid}/stat")
        end = time.monotonic() + 20
        while state.read_text().rpartition(") ")[2][0] != "T":
            assert time.monotonic() < end
            terminal.read(0.05)
        terminal.read(0.2)
        assert not terminal.full
        terminal.signal(signal.SIGCONT)
        terminal.screen.reset()
        terminal.wait_for("http 503")
        assert terminal.full
        terminal.type("q")
        assert terminal.end() == 0


def test_an_exception_leaves_the_terminal_as_before(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\nfrom sflowc.watch.dashboard import SIGNALS, Dashboard\n"
        "from sflowc.watch.signals import Signals\nfrom sflowc.watch.subject import Subject\n"
        f"d = Dashboard(Subject(lambda: Path({str(a_run(tmp_path))!r})), over=lambda: 1 / 0 if d.shown.rows else False)\n"
        "with Signals(*SIGNALS) as s: d.run(0, 1, s)"
    )
    with Terminal([sys.executable, "-c", program], columns=120) as terminal:
        assert terminal.end() == 1
        assert b"http 503" in terminal.written
        assert b"ZeroDivisionError" in terminal.written.split(b"\x1b[?1049l")[1]


def test_a_terminal_that_goes_away(tmp_path: Path) -> None:
    with watch(a_run(tmp_path)) as terminal:
        terminal.wait_for("http 503")
        os.close(terminal.main)
        terminal.main = -1
        assert terminal.process.wait(20) == 128 + signal.SIGHUP


def test_a_terminal_that_takes_nothing_any_more(tmp_path: Path) -> None:
    directory = a_run(tmp_path)
    with watch(directory, columns=300, lines=200) as terminal:
        terminal.wait_for("http 503")
        for _ in range(100):  # fills what lies between: nobody reads
            terminal.type("g")
            time.sleep(0.01)
        time.sleep(0.5)
        terminal.signal(signal.SIGTERM)
        end = time.monotonic() + 20
        while terminal.process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert terminal.process.returncode == 128 + signal.SIGTERM


def test_the_screen_is_drawn_anew_when_asked(tmp_path: Path) -> None:
    with watch(a_run(tmp_path)) as terminal:
        terminal.wait_for("http 503")
        terminal.screen.reset()  # something else wrote to the terminal
        terminal.type("\x0c")
        terminal.wait_for("http 503")
        terminal.type("q")
        assert terminal.end() == 0


def test_no_colour(tmp_path: Path) -> None:
    directory = a_run(tmp_path)
    (directory / "server" / "server.log").write_text("\x1b[31mred\x1b[0m\n")
    with watch(directory) as terminal:
        terminal.wait_for("http 503")
        assert terminal.styled("▶ server")[0].fg == "cyan"
        assert terminal.styled("✗ client")[0].fg == "red"
        terminal.type("j")
        terminal.wait_for("log of server")
        assert terminal.styled("red")[0].fg == "red"
        assert terminal.styled("▶ server")[0].reverse
        terminal.type("q")
        terminal.end()
    with watch(directory, NO_COLOR="1") as terminal:
        terminal.wait_for("http 503")
        terminal.type("j")
        terminal.wait_for("log of server")
        cells = [cell for row in terminal.screen.buffer.values() for cell in row.values()]
        assert {(cell.fg, cell.bg) for cell in cells} == {("default", "default")}
        terminal.type("q")
        terminal.end()


def beside(text: list[str], columns: int) -> list[str]:
    """What is not the log."""
    if columns == 80:
        return [*text[:8], text[-1]]
    return [*text[:3], *(line[:69].rstrip() for line in text[3:-1]), text[-1]]


def without_clock(lines: list[str]) -> str:
    return re.sub(r"\d+d\d\dh", "", "\n".join([lines[0], *lines[2:]]))


def test_hostile_logs_do_not_disturb_the_screen(tmp_path: Path) -> None:
    directory = a_run(tmp_path)
    hostile = [
        b"\x1b[2J\x1b[H\x1b[41m", b"\x1b[?1049l", b"\x1b]0;title\x07", b"\x1b[?25h\x1bc", b"\x1b[10;10Hhere", b"\x9b2J", b"\x0e\x0f",
        "日本語テスト".encode() * 30, "👩‍👩‍👧‍👦e\u0301\u202e".encode() * 20, b"\xff\xfe\xc3", b"\x00" * 50, b"a\rb\x08\x08c\x0b\x0c", b"x" * 5000,
        b"\x1b[5m\x1b[8mhidden", b"\x1b[31" * 20,
    ]  # fmt: skip
    (directory / "server" / "server.log").write_bytes(b"\n".join(hostile) + b"\nend of it\n")
    calm = {}
    for columns in (80, 120):
        with watch(a_run(tmp_path / str(columns)), columns=columns, lines=40) as terminal:
            terminal.wait_for("http 503")
            terminal.type("j")
            terminal.wait_for("log of server")
            calm[columns] = without_clock(beside(terminal.settle().split("\n"), columns))
            terminal.type("q")
    for columns in (80, 120):
        with watch(directory, columns=columns, lines=40) as terminal:
            terminal.wait_for("end of it")
            terminal.type("j")
            terminal.wait_for("log of server")
            text = terminal.settle().split("\n")
            assert text[0].startswith("w  ▶ RUNNING")
            assert text[-1].startswith("j k move")
            assert sum("▶ server" in line for line in text) == 1
            assert terminal.screen.title == ""
            assert terminal.full
            assert without_clock(beside(text, columns)) == calm[columns]
            assert {cell.bg for row in terminal.screen.buffer.values() for cell in row.values()} == {"default"}
            terminal.type("q")
            assert terminal.end() == 0


def test_nothing_is_drawn_when_nothing_happens(tmp_path: Path) -> None:
    with watch(a_run(tmp_path, over=True)) as terminal:
        terminal.wait_for("✗ FAILED")
        terminal.settle()
        assert terminal.read(2.5) == b""
        terminal.type("j")
        (line,) = re.findall(rb"\x1b\[\?2026h(.*?)\x1b\[\?2026l", terminal.read(1.0), re.DOTALL)[:1]
        assert line.count(b"\x1b[4;1H") + line.count(b"\x1b[5;1H") >= 1
        assert b"\x1b[2J" not in line
        terminal.type("q")
        assert terminal.end() == 1


def test_only_the_clock_is_drawn_while_a_run_goes_on(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a"})
    add_events(tmp_path, run_event("RUNNING"))
    write_status(tmp_path, {}, host="elsewhere")
    with watch(tmp_path) as terminal:
        terminal.wait_for("RUNNING")
        terminal.settle()
        assert set(re.findall(rb"\x1b\[(\d+);1H", terminal.read(3.2))) <= {b"1"}
        terminal.type("q")
        assert terminal.end() == 0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def a_thousand(directory: Path) -> None:
    tasks = [{"name": f"t{n}", "base": "t", "gpus": [n % 8]} for n in range(1000)]
    write_facts(directory, *tasks)
    add_events(directory, run_event("RUNNING"), *(task_event(f"t{n}", "RUNNING") for n in range(200)))
    write_status(directory, {}, host="elsewhere")
    for n in range(200):
        (directory / f"t{n}").mkdir()
        (directory / f"t{n}" / f"t{n}.log").write_text("working\n")


def test_a_thousand_tasks(tmp_path: Path) -> None:
    a_thousand(tmp_path)
    with watch(tmp_path, columns=200, lines=50) as terminal:
        terminal.wait_for("▶ 200 running  ○ 800 initiated")
        assert "▸ t x 1000" in terminal.text
        before = cpu_seconds(terminal.process.pid)
        terminal.type("j", "\x1b[C")
        terminal.wait_for("▾ t x 1000")
        for _ in range(60):
            terminal.type("j")
            terminal.read(0.01)
        terminal.wait_for("log of t59 ")
        terminal.wait_for("▶   t59 ")
        assert terminal.styled("▶   t59 ")[0].reverse
        terminal.type("\x1b[F")
        terminal.wait_for("○   t999 ")
        terminal.type("/", *"t77", "\r")
        terminal.wait_for("▾ t x 11")
        assert cpu_seconds(terminal.process.pid) - before < 4  # some 60 frames
        terminal.type("q")
        assert terminal.end() == 0


def test_it_takes_next_to_nothing_when_nothing_happens(tmp_path: Path) -> None:
    a_thousand(tmp_path)
    with watch(tmp_path, columns=120, lines=40) as terminal:
        terminal.wait_for("working")
        terminal.read(2)
        began, before = time.monotonic(), cpu_seconds(terminal.process.pid)
        terminal.read(10)
        used = (cpu_seconds(terminal.process.pid) - before) / (time.monotonic() - began)
        print(f"{used:.2%} of a core")
        assert used < 0.03
        terminal.type("q")
        assert terminal.end() == 0


def test_without_a_terminal_there_are_lines(tmp_path: Path) -> None:
    directory = a_run(tmp_path, over=True)
    done = subprocess.run([SFLOWC, "watch", directory], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.split()[1:3] for line in done.stdout.splitlines()] == [
        ["w", "RUNNING"], ["server", "RUNNING"], ["server", "probe"], ["client", "FAILED"], ["w", "FAILED"],
    ]  # fmt: skip
    for environment in ({"TERM": "dumb"}, {}):
        words = [SFLOWC, "watch", directory] if environment else [SFLOWC, "watch", "--plain", directory]
        with Terminal(words, **environment) as terminal:
            assert terminal.end() == 1
            assert b"\x1b" not in terminal.written


def test_lines_are_ended_by_ctrl_c(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [SFLOWC, "watch", a_run(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "w       RUNNING" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[1] == ""
    assert process.returncode == 130


def test_no_such_run(tmp_path: Path) -> None:
    done = subprocess.run([SFLOWC, "watch", "12345678"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    assert "No run '12345678' in sflow_output" in done.stderr
    with Terminal([SFLOWC, "watch"], cwd=tmp_path) as terminal:
        assert terminal.end() == 3
        assert b"No run in sflow_output" in terminal.written.split(b"\x1b[?1049l")[-1]


def test_a_job_in_the_queue_can_be_named(tmp_path: Path) -> None:
    queue = tmp_path / "bin" / "squeue"
    queue.parent.mkdir()
    queue.write_text("#!/bin/sh\necho PENDING\n")
    queue.chmod(0o755)
    path = f"{queue.parent}{os.pathsep}{os.environ['PATH']}"
    with Terminal([SFLOWC, "watch", "77"], cwd=tmp_path, PATH=path) as terminal:
        terminal.wait_for("job 77 has no directory in sflow_output yet")
        a_run(tmp_path / "sflow_output" / "77-w-1")
        terminal.wait_for("http 503")
        terminal.type("q")
        assert terminal.end() == 0
