"""Scripts are told from edited ones and from outdated ones, by sflowc and by themselves."""

import functools
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from compilation import plan
from hypothesis import given, settings
from hypothesis import strategies as st
from sflowc.emit.signature import signature
from sflowc.targets.sbatch import SbatchTarget

TEXT = """version: "0.1"
variables: {N: 3}
backends: [{name: c, type: slurm, nodes: 1, gpus_per_node: 8, account: a, partition: p, time: "5"}]
workflow: {name: w, tasks: [{name: t, script: ["echo $N é"]}]}
"""


@pytest.fixture
def script(sflowc: Callable, tmp_path: Path) -> Path:
    (tmp_path / "w.yaml").write_text(TEXT)
    sflowc("build", "w.yaml", "-o", "w.sh", cwd=tmp_path)
    return tmp_path / "w.sh"


def both(sflowc: Callable, script: Path, status: int) -> str:
    """What both verifications say; they have the same exit status."""
    ours = sflowc("verify", script.name, cwd=script.parent, status=status).stdout
    own = subprocess.run(
        ["bash", script.name, "verify"], cwd=script.parent, capture_output=True, text=True, check=False
    )
    assert own.returncode == status, own.stdout + own.stderr
    assert len(own.stdout.splitlines()) == len(ours.splitlines())
    return ours


def test_a_faithful_script(sflowc: Callable, script: Path) -> None:
    assert "is what sflowc" in both(sflowc, script, 0)
    assert "is what sflowc" in sflowc("verify", "w.sh", "w.yaml", cwd=script.parent).stdout


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("#SBATCH --nodes=1", "#SBATCH --nodes=2", "its #SBATCH lines were edited"),
        ("#SBATCH --nodes=1\n", "#SBATCH --nodes=1\n#SBATCH --exclusive\n", "its #SBATCH lines were edited"),
        ("echo $N", "echo $M", "edited below its header"),
        ("rebuild  sflowc", "rebuild  sudo sflowc", "its header was edited"),
        ("# `sbatch FILE`", "touch canary # `sbatch FILE`", "its header was edited"),
        ('sf_main "$@"', 'sf_main "$@"\n', "edited below its header"),
    ],
)
def test_an_edited_script(sflowc: Callable, script: Path, old: str, new: str, says: str) -> None:
    text = script.read_text()
    assert old in text
    script.write_text(text.replace(old, new))
    assert says in both(sflowc, script, 1)


def test_an_outdated_script(sflowc: Callable, script: Path) -> None:
    source = script.with_name("w.yaml")
    source.write_text(TEXT.replace("N: 3", "N: 4"))
    assert "w.yaml has changed since" in both(sflowc, script, 1)
    record = json.loads(
        sflowc("verify", "w.sh", "-f", "w.yaml", "--format", "json", cwd=script.parent, status=1).stdout
    )
    assert (record["faithful"], len(record["differences"])) == (False, 1)
    assert "another script" in record["differences"][0]
    sflowc("verify", "w.sh", "-f", "w.yaml", "--set", "N=3", cwd=script.parent)
    source.write_text(TEXT.replace("nodes: 1", "nodes: 2"))
    said = sflowc("verify", "w.sh", "w.yaml", cwd=script.parent, status=1).stdout
    assert "ask Slurm for something else" in said


def test_sources_elsewhere_by_another_name_are_the_same(sflowc: Callable, script: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "copy.yaml").write_text(TEXT)
    sflowc("verify", "w.sh", "other/copy.yaml", cwd=script.parent)
    sflowc("verify", str(script), cwd=tmp_path / "other")


def test_what_is_no_script_of_ours(sflowc: Callable, tmp_path: Path) -> None:
    (tmp_path / "x.sh").write_text("#!/bin/bash\necho x\n")
    assert "no script of sflowc" in sflowc("verify", "x.sh", cwd=tmp_path, status=1).stderr
    assert "cannot read" in sflowc("verify", "y.sh", cwd=tmp_path, status=1).stderr


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_no_byte_can_change_unnoticed(data: st.DataObject) -> None:
    text = _text()
    at = data.draw(st.integers(0, len(text) - 1) | st.integers(0, text.index("\n\n") + 2))
    new = data.draw(st.sampled_from("x\n #\r$\0é").filter(lambda character: character != text[at]))
    for edited in (
        text[:at] + new + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + new + text[at:],
        text[:at],
    ):
        read = signature(edited)
        assert read is None or read.edited or edited == text, at


def test_neither_a_tail_nor_other_ends_of_lines() -> None:
    text = _text()
    for edited in (text + "\n", text + "true\n", text.replace("\n", "\r\n"), text.replace("\n", "\r"), text + text):
        read = signature(edited)
        assert read is None or read.edited


@functools.cache
def _text() -> str:
    text = SbatchTarget().emit(plan(TEXT))
    signed = signature(text)
    assert signed is not None
    assert signed.edited == ()
    return text
