"""`sflowc run`: the script's status is the command's, signals reach it once, Slurm gets what #SBATCH lines would say."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

EXECUTE = "import sys; from sflowc.cli.run import _execute; sys.exit(_execute(sys.argv[1:]))"
COUNTER = """
count=0
trap 'count=$((count + 1))' INT TERM USR1
echo ready
while [ ! -e "$0" ]; do sleep 0.05; done
echo "signals: $count"
exit 7
"""
HELLO = 'version: "0.1"\nworkflow:\n  name: hello\n  tasks: {t: {script: ["echo hi; exit ${STATUS:-0}"]}}\n'
SLURM = """version: "0.1"
backends: {c: {type: slurm, account: team, partition: p, time: 00:10:00, nodes: 2, extra_args: ["--exclude n1", "--comment='a b'"]}}
workflow:
  name: hello
  tasks: {t: {script: [echo hi]}}
"""
Sflowc = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 3", 3), ("kill -KILL $$", 137)])
def test_the_exit_status_is_that_of_the_command(script: str, status: int) -> None:
    done = subprocess.run([sys.executable, "-c", EXECUTE, "bash", "-c", script], check=False)
    assert done.returncode == status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_a_signal_is_handed_on(number: signal.Signals, tmp_path: Path) -> None:
    flag = tmp_path / "go"
    command = [sys.executable, "-c", EXECUTE, "bash", "-c", COUNTER, str(flag)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        time.sleep(0.2)
        flag.touch()
        assert process.stdout.read() == "signals: 1\n"
    assert process.returncode == 7


def test_what_the_terminal_sends_arrives_once(tmp_path: Path) -> None:
    flag = tmp_path / "go"
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", EXECUTE, "bash", "-c", COUNTER, str(flag)])
    seen = b""
    while b"ready" not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    time.sleep(0.3)
    flag.touch()
    while b"signals" not in seen:
        seen += os.read(terminal, 1000)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert b"signals: 1" in seen
    assert os.waitstatus_to_exitcode(status) == 7


@pytest.mark.parametrize("status", [0, 3])
def test_a_workflow_is_run_here(status: int, sflowc: Sflowc, tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(HELLO, encoding="utf-8")
    arguments = ("run", "hello.yaml", "--output-dir", "out", "--workspace-dir", ".")
    sflowc(*arguments, cwd=tmp_path, env={"STATUS": str(status)}, status=status)
    (log,) = tmp_path.glob("out/*/t/t.log")
    assert log.read_text(encoding="utf-8") == "hi\n"
    assert {path.name for path in tmp_path.iterdir()} == {"hello.yaml", "out"}


def test_a_dry_run_shows_the_plan_and_runs_the_checks_only(sflowc: Sflowc, tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(HELLO, encoding="utf-8")
    done = sflowc("run", "hello.yaml", "--dry-run", cwd=tmp_path)
    assert done.stdout.startswith("hello: 1 task\n")
    assert not list(tmp_path.glob("**/t.log"))
    missing = HELLO.replace("workflow:", "artifacts: {M: {uri: 'fs://gone'}}\nworkflow:")
    (tmp_path / "hello.yaml").write_text(missing, encoding="utf-8")
    assert "gone" in sflowc("run", "hello.yaml", "--dry-run", cwd=tmp_path, status=78).stderr


@pytest.fixture
def salloc(tmp_path: Path) -> dict[str, str]:
    """An environment whose salloc writes its arguments to a file, one a line, and ends with 5."""
    stub = tmp_path / "bin" / "salloc"
    stub.parent.mkdir()
    stub.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{tmp_path}/arguments\nexit 5\n", encoding="utf-8")
    stub.chmod(0o755)
    (tmp_path / "slurm.yaml").write_text(SLURM, encoding="utf-8")
    return {"PATH": f"{stub.parent}:{os.environ['PATH']}"}


def test_a_workflow_for_slurm_gets_an_allocation(salloc: dict[str, str], sflowc: Sflowc, tmp_path: Path) -> None:
    sflowc("run", "slurm.yaml", "--output-dir", "out", cwd=tmp_path, env=salloc, status=5)
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    command = arguments.index("bash")
    options = {
        "--account=team",
        "--partition=p",
        "--time=00:10:00",
        "--nodes=2",
        "--comment=a b",
        "--exclude",
        "--job-name=hello",
    }
    assert options <= set(arguments[:command])
    assert [option for option in arguments[:command] if not option.startswith("--")] == ["n1"]
    assert not {"--signal", "--open-mode", "--output"} & {option.partition("=")[0] for option in arguments[:command]}
    assert arguments[command + 1].endswith("/hello.sbatch.sh")
    assert arguments[command + 2 :] == ["run", "--output-dir", str(tmp_path / "out")]


def test_each_backend_is_a_component_of_the_allocation(salloc: dict[str, str], sflowc: Sflowc, tmp_path: Path) -> None:
    two = SLURM.replace("]}}\n", "]}, d: {type: slurm, nodes: 3, comment: x y}}\n", 1)
    (tmp_path / "two.yaml").write_text(two, encoding="utf-8")
    sflowc("run", "two.yaml", cwd=tmp_path, env=salloc, status=5)
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    assert arguments[arguments.index(":") : arguments.index("bash")] == [":", "--nodes=3", "--comment=x y"]
    assert arguments.index("--account=team") < arguments.index(":")


def test_without_salloc_it_says_what_to_do(salloc: dict[str, str], sflowc: Sflowc, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = sflowc("run", "slurm.yaml", cwd=tmp_path, env={"PATH": str(empty)}, status=1)
    assert "build it and submit it with sbatch" in done.stderr


def test_inside_an_allocation_the_script_runs_at_once(salloc: dict[str, str], sflowc: Sflowc, tmp_path: Path) -> None:
    env = {**salloc, "SLURM_JOB_ID": "1", "SLURM_JOB_NODELIST": "n"}
    done = sflowc("run", "slurm.yaml", cwd=tmp_path, env=env, status=None)
    assert done.returncode not in (0, 5)  # no srun that could be asked
    assert not (tmp_path / "arguments").exists()


def test_what_looks_like_a_directive_below_the_header_is_none(
    salloc: dict[str, str], sflowc: Sflowc, tmp_path: Path
) -> None:
    (tmp_path / "odd.yaml").write_text(SLURM.replace("[echo hi]", '["#SBATCH --gres=x"]'), encoding="utf-8")
    sflowc("run", "odd.yaml", cwd=tmp_path, env=salloc, status=5)
    assert "--gres=x" not in (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
