"""`sflowc run --tui`: the script's status is the command's, signals reach it once, and it outlives its picture."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from dashboards import Terminal

SFLOWC = Path(sys.executable).with_name("sflowc")
START = (
    "import sys; from pathlib import Path; from sflowc.cli.live import run_live; "
    "sys.exit(run_live(sys.argv[2:], Path(sys.argv[1])))"
)
COUNTER = """
count=0
trap 'count=$((count + 1))' INT TERM HUP USR1
echo ready
while [ ! -e "$0" ]; do sleep 0.05; done
echo "signals: $count"
exit 7
"""


def under_a_dashboard(folder: Path, script: str, *arguments: object) -> Terminal:
    words = [sys.executable, "-c", START, folder / "console", "bash", "-c", script, *arguments]
    return Terminal(words, columns=100, cwd=folder)


def after(terminal: Terminal) -> str:
    return terminal.written.rpartition(b"\x1b[?1049l")[2].decode()


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137)])
def test_the_status_is_that_of_the_script(tmp_path: Path, script: str, status: int) -> None:
    with under_a_dashboard(tmp_path, f"echo said; {script}") as terminal:
        assert terminal.end() == status
        assert after(terminal) == "said\r\n"


def test_what_the_script_says_is_shown_until_there_is_a_run(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    with under_a_dashboard(tmp_path, "echo first; printf 'in \\033[2J the queue\\n'; read -r _ <go") as terminal:
        terminal.wait_for("waiting for the run")
        terminal.wait_for("in  the queue")
        (tmp_path / "go").write_text("now\n")
        assert terminal.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_signals_arrive_once(tmp_path: Path, number: signal.Signals, closed: bool) -> None:
    flag = tmp_path / "flag"
    with under_a_dashboard(tmp_path, COUNTER, flag) as terminal:
        terminal.wait_for("ready")
        if closed:
            terminal.type("q")
            terminal.wait_for(lambda _: "ready" in after(terminal))
        if number == signal.SIGINT:
            terminal.type("\x03")
        else:
            terminal.signal(number)
        time.sleep(0.5)
        flag.touch()
        assert terminal.end() == 7
        assert "signals: 1" in after(terminal)


def test_ctrl_z_stops_the_picture_and_not_the_script(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    with under_a_dashboard(tmp_path, COUNTER, flag) as terminal:
        terminal.wait_for("ready")
        for closed in (False, True):
            terminal.type(*(["q"] if closed else []))
            terminal.read(0.5)
            terminal.type("\x1a")
            end = time.monotonic() + 20
            while Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(") ")[2][0] != "T":
                assert time.monotonic() < end
                terminal.read(0.05)
            terminal.signal(signal.SIGCONT)
            terminal.read(0.5)
            assert terminal.full != closed
        flag.touch()
        assert terminal.end() == 7
        assert "signals: 0" in after(terminal)


def test_a_terminal_that_goes_away(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    with under_a_dashboard(tmp_path, COUNTER, flag) as terminal:
        terminal.wait_for("ready")
        os.close(terminal.main)
        terminal.main = -1
        time.sleep(0.5)
        flag.touch()
        assert terminal.process.wait(20) == 7
    assert "signals: 1" in (tmp_path / "console").read_text()


def test_a_picture_that_fails(tmp_path: Path) -> None:
    broken = START.replace("import sys;", "import sys, sflowc.watch.frame as f; f.header = None;")
    words = [sys.executable, "-c", broken, tmp_path / "console", "bash", "-c", "sleep 1; echo done; exit 5"]
    with Terminal(words) as terminal:
        assert terminal.end() == 5
        assert "TypeError" in after(terminal)
        assert after(terminal).endswith("done\r\n")


def test_a_workflow_under_the_dashboard(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    (tmp_path / "w.yaml").write_text(
        'version: "0.1"\nworkflow: {name: w, tasks: [{name: a, script: ["echo printed; read -r line < go; exit 3"]}]}\n'
    )
    with Terminal([SFLOWC, "run", "--tui", "w.yaml"], columns=100, cwd=tmp_path) as terminal:
        terminal.wait_for("printed")
        terminal.wait_for("▶ a")
        (tmp_path / "go").write_text("now\n")
        assert terminal.end() == 3
        assert "w FAILED in" in after(terminal)
