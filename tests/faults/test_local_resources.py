"""Faults on this host: what a run needs of the machine is not there any more, or runs out."""

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from faults.stage import Ended, Stage
from faults.table import EXIT, HANGS, Fault, attack
from requirements import need

FULL = """
workflow:
  name: w
  tasks:
    - {name: a, script: ['until [ -e GO ]; do sleep 0.1; done; head -c 100000000 /dev/zero >$SFLOW_OUTPUT_DIR/ballast; sleep 2; %s']}
    - {name: b, depends_on: [a], script: ['sleep 0.2', 'echo b']}
"""


@attack(
    Fault(
        "the disk is full",
        EXIT,
        does="The disk of the run directory is full when a task is to begin, and stays so.",
        status=1,
        books="torn",
        outcome="what could not be written is said; no task begins with half its script",
        given="true",
    ),
    Fault(
        "the disk is full for a while",
        EXIT,
        does="The disk of the run directory is full for two seconds, in which forty tasks end.",
        status=0,
        state="COMPLETED",
        outcome="no event is lost",
        given="rm $SFLOW_OUTPUT_DIR/ballast",
    ),
)
def test_a_full_disk(stage: Stage, fault: Fault) -> Ended:
    ballast = stage.small_disk(800)
    script = "until [ -e $SFLOW_OUTPUT_DIR/ballast ]; do sleep 0.1; done; sleep 0.5"
    others = "".join(f"\n    - {{name: t{number}, script: ['{script}']}}" for number in range(40))
    mark = stage.folder / "go"
    run = stage.start(stage.workflow(FULL.rstrip().replace("GO", str(mark)) % fault.given + others))
    stage.wait_until(lambda: len(list(stage.output.glob("*/*/*.log"))) == 41)
    mark.touch()
    ended = stage.finish(run)
    ballast.unlink(missing_ok=True)
    assert "cannot write events.jsonl" in ended.output
    if fault.status:
        assert "its script and its log cannot be written" in ended.output
        assert not list(stage.output.glob("*/b/b.log")) or ended.log("b") == ""
    return ended


@attack(
    Fault(
        "the disk is full from the beginning",
        EXIT,
        does="There is no room at all on the disk of the run directory.",
        status=1,
        books="torn",
        outcome="no task begins",
    )
)
def test_a_disk_that_was_full_before(stage: Stage, fault: Fault) -> Ended:
    ballast = stage.small_disk(200)
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    mark = stage.folder / "ran"
    ended = stage.run(f"workflow: {{name: w, tasks: [{{name: t, script: [touch {mark}]}}]}}")
    assert not mark.exists()
    return ended


@attack(
    Fault(
        "a log fills the disk",
        EXIT,
        does="The log of a task fills the disk; the task sees that its output cannot be written.",
        status=1,
        books="torn",
        outcome="the reason is on the console",
    )
)
def test_a_log_that_fills_the_disk(stage: Stage, fault: Fault) -> Ended:
    stage.small_disk(800)
    ended = stage.run("workflow: {name: w, tasks: [{name: t, script: ['head -c 100000000 /dev/zero']}]}")
    assert "t FAILED: exit status 1" in ended.output
    return ended


CHAIN = """
workflow:
  name: w
  tasks:
    - {name: a, script: ['echo begun; until [ -e %s ]; do sleep 0.05; done; sleep TOKEN & sleep 1']}
    - {name: b, depends_on: [a], script: ['true']}
"""


@attack(
    Fault(
        "the output directory is removed",
        EXIT,
        does="The whole output directory is removed while a task runs; the next task can have no directory.",
        status=1,
        books="torn",
        outcome="the reason is on the console",
        given=shutil.rmtree,
    ),
    Fault(
        "the output directory is replaced",
        EXIT,
        does="The output directory is renamed while a task runs, and an empty one takes its name.",
        status=1,
        books="torn",
        outcome="the reason is on the console",
        given=lambda path: (path.rename(path.with_name("elsewhere")), path.mkdir()),
    ),
)
def test_an_output_directory_that_goes_away(stage: Stage, fault: Fault) -> Ended:
    mark = stage.folder / "go"
    run = stage.start(stage.workflow(CHAIN % mark))
    stage.wait_for("a", "RUNNING")
    stage.wait_until(lambda: [path for path in stage.output.glob("*/a/a.log") if path.stat().st_size])
    stage.wait_until(lambda: list(stage.output.glob("*/run.json")))  # the last that comes beside the first task
    fault.given(stage.output)
    mark.touch()
    ended = stage.finish(run)
    assert "b FAILED: its script and its log cannot be written" in ended.output
    return ended


@attack(
    Fault(
        "the output directory is removed, and SIGTERM",
        EXIT,
        does="The output directory is removed while a task runs that minds no signal but SIGTERM; then SIGTERM to the script.",
        status=143,
        books="torn",
        outcome="the task is asked to end, not killed, though the list of what runs had gone with the directory",
        within=8,
    )
)
def test_a_signal_without_a_directory(stage: Stage, fault: Fault) -> Ended:
    mark = stage.folder / "asked"
    run = stage.start(
        stage.workflow(
            f"workflow: {{name: w, tasks: [{{name: t, script: [\"trap 'touch {mark}; exit' TERM; sleep TOKEN & wait\"]}}]}}"
        )
    )
    stage.wait_for("t", "RUNNING")
    time.sleep(0.5)
    shutil.rmtree(stage.output)
    run.signal("TERM")
    ended = stage.finish(run)
    assert mark.exists()
    return ended


@attack(
    Fault(
        "a log that cannot be opened",
        EXIT,
        does="Where the log of a task is to be there is a directory.",
        status=1,
        state="FAILED",
        reason="b FAILED: its script and its log cannot be written",
    )
)
def test_a_log_that_cannot_be_opened(stage: Stage, fault: Fault) -> Ended:
    return stage.run("""
workflow:
  name: w
  tasks:
    - {name: a, script: [mkdir $SFLOW_WORKFLOW_OUTPUT_DIR/b/b.log]}
    - {name: b, depends_on: [a], script: ['true']}
""")


def as_nobody(*limits: str) -> list[str]:
    """A user of whom there is no other process: they would count among those that a limit allows."""
    somebody = 2_000_000 + os.getpid()
    return ["setpriv", f"--reuid={somebody}", f"--regid={somebody}", "--clear-groups", "prlimit", *limits]


@attack(
    Fault(
        "a task's directory that cannot be written",
        EXIT,
        does="A user other than root runs a workflow in which a task takes the rights of another one's directory away.",
        status=1,
        state="FAILED",
        reason="b FAILED: its script and its log cannot be written",
    )
)
def test_a_directory_that_cannot_be_written(stage: Stage, fault: Fault) -> Ended:
    need("mount")  # root: only root can become somebody else
    stage.public()
    return stage.run(
        """
workflow:
  name: w
  tasks:
    - {name: a, script: [chmod 500 $SFLOW_WORKFLOW_OUTPUT_DIR/b]}
    - {name: b, depends_on: [a], script: ['true']}
""",
        wrap=as_nobody(),
    )


@attack(
    Fault(
        "no more processes",
        EXIT,
        does="A user may have no more than 30 processes, and forty tasks are to run at once.",
        status=254,
        state="FAILED",
        outcome="254 is what bash makes of a fork that fails, in a task or in the script",
        within=120,
        given="",
    ),
    Fault(
        "no more processes, and tasks that stay",
        EXIT,
        does="A user may have no more than 30 processes, and forty tasks that ignore SIGTERM are to run at once.",
        status=254,
        state="FAILED",
        outcome="the tasks are killed, though nothing can be started to look for them",
        within=120,
        given='trap "" TERM; ',
    ),
    Fault(
        "no more processes for the script",
        EXIT,
        does="A user may have no more than 30 processes; what cannot be started is never a child of a task.",
        status=254,
        state="FAILED",
        within=120,
        given="exec ",
    ),
)
def test_no_more_processes(stage: Stage, fault: Fault) -> Ended:
    need("mount")
    stage.public()
    tasks = "".join(f"\n    - {{name: t{number}, script: ['{fault.given}sleep 5TOKEN']}}" for number in range(40))
    return stage.run(f"workflow:\n  name: w\n  tasks:{tasks}", wrap=as_nobody("--nproc=30"), timeout=150)


@attack(
    Fault(
        "few descriptors",
        EXIT,
        does="A process may have 64 open files, and sixty tasks run at once.",
        status=0,
        state="COMPLETED",
        given=64,
    ),
    Fault(
        "hardly any descriptors",
        EXIT,
        does="A process may have 24 open files, and sixty tasks run at once.",
        status=0,
        state="COMPLETED",
        given=24,
    ),
    Fault(
        "too few descriptors",
        EXIT,
        does="A process may have 23 open files.",
        status=78,
        books="none",
        outcome="what is missing is said; no task was started",
        given=23,
    ),
)
def test_few_descriptors(stage: Stage, fault: Fault) -> Ended:
    tasks = "".join(f"\n    - {{name: t{number}, script: ['sleep 1; sleep 0.0TOKEN']}}" for number in range(60))
    ended = stage.run(f"workflow:\n  name: w\n  tasks:{tasks}", wrap=["prlimit", f"--nofile={fault.given}"])
    assert ("- 24 open files at least: ulimit -n is 23\n" in ended.output) == (fault.given == 23)
    return ended


@attack(
    Fault(
        "little memory",
        EXIT,
        does="A process may have 200 MB of memory, and a task asks for a gigabyte.",
        status=1,
        state="FAILED",
        reason="t FAILED: exit status 1",
        given=("--as=200000000", "python3 -c 'x = bytes(10**9)'"),
    ),
    Fault(
        "small files",
        EXIT,
        does="A file may have no more than a megabyte, and a task writes more to its log.",
        status=153,
        state="FAILED",
        reason="t FAILED: killed by SIGXFSZ",
        given=("--fsize=1000000", "exec head -c 3000000 /dev/zero"),
    ),
    Fault(
        "little time",
        EXIT,
        does="A process may compute for a second, and a task computes for longer.",
        status=152,
        state="FAILED",
        reason="t FAILED: killed by SIGXCPU",
        given=("--cpu=1:60", "while :; do :; done"),
    ),
)
def test_a_limit_of_the_system(stage: Stage, fault: Fault) -> Ended:
    limit, script = fault.given
    return stage.run(f'workflow: {{name: w, tasks: [{{name: t, script: ["{script}"]}}]}}', wrap=["prlimit", limit])


BIG = "workflow: {name: w, tasks: [{name: t, script: ['true', '# %s', 'echo end']}]}" % ("x" * 100_000)


@attack(
    Fault(
        "no directory for temporary files",
        EXIT,
        does="/tmp holds no file, TMPDIR is not there, and the script of a task is larger than a pipe.",
        status=0,
        state="COMPLETED",
    )
)
def test_no_room_for_temporary_files(stage: Stage, fault: Fault) -> Ended:
    need("mount")
    stage.public()
    hide = 'mount -t tmpfs -o nr_inodes=1,size=4k none /tmp && exec "$@"'
    ended = stage.run(
        BIG, wrap=["unshare", "-m", "bash", "-c", hide, "_"], environment={"TMPDIR": "/nowhere", "PATH": os.defpath}
    )
    assert ended.log("t") == "end\n"
    return ended


@attack(
    Fault(
        "a read-only workspace",
        EXIT,
        does="The directory in which the script lies and is started cannot be written; the output goes elsewhere.",
        status=0,
        state="COMPLETED",
    )
)
def test_a_read_only_workspace(stage: Stage, fault: Fault) -> Ended:
    need("mount")
    stage.public()
    workspace = stage.folder / "workspace"
    workspace.mkdir()
    workflow = stage.workflow("workflow: {name: w, tasks: [{name: t, script: ['touch here && exit 9; echo end']}]}")
    shutil.move(workflow.script, workspace)
    workflow.script = workspace / workflow.script.name
    lock = (
        f'mount --bind {workspace} {workspace} && mount -o remount,ro,bind {workspace} && cd {workspace} && exec "$@"'
    )
    return stage.finish(stage.start(workflow, wrap=["unshare", "-m", "bash", "-c", lock, "_"], cwd=workspace))


LIMITED = """
workflow:
  name: w
  tasks:
    - {name: t, %s, script: ['until [ -e %s ]; do sleep 0.05; done; sleep 0.5; exec sleep %s']}
"""


@attack(
    Fault(
        "the clock is set forward",
        HANGS,
        does="While a task with a time limit of a minute runs the clock is set a day forward.",
        status=0,
        state="COMPLETED",
        outcome="no limit is over before its time",
        given=("timeout: 60", "86400", "0.1TOKEN"),
    ),
    Fault(
        "the clock is set back",
        HANGS,
        does="While a task with a time limit of two seconds runs the clock is set a day back.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer than its time limit of 2 s",
        outcome="the limit is kept",
        given=("timeout: 2", "-86400", "TOKEN"),
        within=10,
    ),
)
def test_a_clock_that_is_set(stage: Stage, fault: Fault) -> Ended:
    limit, shift, seconds = fault.given
    mark, clock, library = stage.folder / "go", stage.folder / "clock", stage.folder / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([need("gcc"), "-shared", "-fPIC", f'-DSHIFT="{clock}"', "-o", library, source], check=True)
    run = stage.start(stage.workflow(LIMITED % (limit, mark, seconds)), environment={"LD_PRELOAD": str(library)})
    stage.wait_for("t", "RUNNING")
    clock.write_text(shift)
    mark.touch()
    ended = stage.finish(run)
    times = [event["time"] for event in stage.events()]
    assert abs(times[-1] - times[0] - int(shift)) < 100, "the clock was not set"
    return ended


@attack(
    Fault(
        "a script that is deleted",
        EXIT,
        does="The script is deleted while it runs.",
        status=0,
        state="COMPLETED",
        given=lambda path: path.unlink(),
    ),
    Fault(
        "a script that is edited",
        EXIT,
        does="The script is overwritten, in place, while it runs.",
        status=0,
        state="COMPLETED",
        given=lambda path: path.write_text("echo something else; exit 99\n" * 20_000),
    ),
    Fault(
        "a script that is cut off",
        EXIT,
        does="The script is truncated while it runs.",
        status=0,
        state="COMPLETED",
        given=lambda path: os.truncate(path, 0),
    ),
)
def test_a_script_that_changes_while_it_runs(stage: Stage, fault: Fault) -> Ended:
    mark = stage.folder / "go"
    workflow = stage.workflow(CHAIN % mark)
    run = stage.start(workflow)
    stage.wait_for("a", "RUNNING")
    stage.wait_until(lambda: [path for path in stage.output.glob("*/a/a.log") if path.stat().st_size])
    fault.given(workflow.script)
    mark.touch()
    return stage.finish(run)
