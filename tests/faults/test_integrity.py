"""Faults on this host: a script that was edited, or did not arrive whole. It is asked what it is, or run."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from faults.stage import Ended, Stage
from faults.table import INTEGRITY, Fault, attack
from workflow import SFLOWC

ONE = 'variables: {V: {value: "1"}}\nworkflow: {name: w, tasks: [{name: t, script: ["echo $V; exec sleep TOKEN"]}]}'


def edited(name: str, does: str, change: Callable[[str], str], says: str = "", status: int = 1) -> Fault:
    return Fault(
        name,
        INTEGRITY,
        does=does,
        status=status,
        books="none",
        given=(change, says),
        outcome=f"`verify` says: {says}" if says else "",
    )


def swapped(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


@attack(
    edited("one byte of a task", "A letter of a task's script is changed.", swapped("echo $V", "echo $W"), "it was edited below its header"),
    edited("one byte of a value", "A digit of a value is changed.", swapped("V=1", "V=2"), "it was edited below its header"),
    edited("one byte of the runtime", "A letter of the runtime is changed.", swapped("sf_run_end()", "sf_run_enD()"),
           "it was edited below its header"),
    edited("one byte of the header", "A letter of the command that builds it again is changed.", swapped("sflowc build", "sflowC build"),
           "its header was edited"),
    edited("a command in the header", "A line of the header is a command.", swapped("#\n# w:", "true\n# w:"), "its header was edited"),
    edited("a directive that was added", "It gets an `#SBATCH` line.", swapped("#\n# w:", "#SBATCH --nodes=9\n#\n# w:"),
           "its #SBATCH lines were edited"),
    edited("a tail", "An empty line is added at its end.", lambda text: text + "\n", "it was edited below its header"),
)  # fmt: skip
def test_an_edit_is_told_from_what_was_compiled(stage: Stage, fault: Fault) -> Ended:
    change, says = fault.given
    script = changed(stage, change)
    told = subprocess.run([SFLOWC, "verify", script], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (1, f"{script}: {says}\n")
    ended = ran(stage, script, "verify")
    assert ended.output == f"w.sh: {says}\n"
    return ended


def lines(share: float) -> Callable[[str], str]:
    """The first lines, up to the end of a function."""

    def change(text: str) -> str:
        half = text[: int(len(text) * share)]
        return half[: half.rindex("\n}\n") + 3]

    return change


@attack(
    *(
        edited(f"{percent} percent of it", f"Only {percent} percent of it are there, up to the end of a function; it is run.",
               lines(percent / 100), "", 70)
        for percent in (20, 50, 80)
    ),
    edited("all but its last line", "Its last line is missing; it is run.", lambda text: text.rpartition("sf_main")[0], "", 70),
    edited("cut within a function", "It ends in the midst of a function; it is run.", lambda text: text[: text.index("SF_RUN_STATE=RUNNING")],
           "", 70),
    edited("ends of lines", "Its lines end as those of DOS do; it is run.", lambda text: text.replace("\n", "\r\n"), "", 2),
)  # fmt: skip
def test_a_script_that_is_not_whole(stage: Stage, fault: Fault) -> Ended:
    change, _ = fault.given
    ended = ran(stage, changed(stage, change), "run")
    assert not (stage.folder / "out").exists()
    return ended


def changed(stage: Stage, change: Callable[[str], str]) -> Path:
    script = stage.workflow(ONE).script
    text = script.read_bytes().decode()
    edit = change(text)
    assert edit != text
    script.write_bytes(edit.encode())
    return script


def ran(stage: Stage, script: Path, *words: str) -> Ended:
    done = subprocess.run(
        ["bash", script, *words, *(["--output-dir", stage.output] if words == ("run",) else [])],
        cwd=stage.folder, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout + done.stderr, None, 0.0)
