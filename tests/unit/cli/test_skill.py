"""`sflowc skill`: skills for coding assistants. What they show is executed in tests/run/test_manual.py."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sflowc.cli import COMMANDS
from sflowc.cli.skill import skills

NAMES = ["composing-workflows", "debugging-runs", "planning-gpus", "writing-workflows"]
FILES = ["AGENTS.md", *(f"{name}/SKILL.md" for name in NAMES)]


def test_the_list(sflowc: Callable) -> None:
    listed = sflowc("skill", "--list").stdout
    assert listed == sflowc("skill").stdout
    entries = json.loads(sflowc("skill", "--format", "json").stdout)["skills"]
    assert [entry["name"] for entry in entries] == NAMES
    assert all(entry["about"] in listed for entry in entries)


def test_they_are_written_and_nothing_is_lost(sflowc: Callable, tmp_path: Path) -> None:
    done = sflowc("skill", "-o", "new/skills", cwd=tmp_path)
    assert done.stdout.split()[1::2] == [f"new/skills/{name}" for name in FILES]
    folder = tmp_path / "new" / "skills"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")} == set(FILES)
    sflowc("skill", "-o", "new/skills", cwd=tmp_path)  # nothing differs
    (folder / "AGENTS.md").write_text("mine")
    assert "AGENTS.md; --force" in sflowc("skill", "-o", "new/skills", cwd=tmp_path, status=1).stderr
    assert (folder / "AGENTS.md").read_text() == "mine"
    sflowc("skill", "-o", "new/skills", "--force", cwd=tmp_path)
    assert (folder / "AGENTS.md").read_text() == skills()["AGENTS.md"]


@pytest.mark.parametrize("name", FILES)
def test_front_matter_links_and_commands(name: str) -> None:
    text = skills()[name]
    if name != "AGENTS.md":
        front = re.match(r"---\nname: ([a-z-]+)\ndescription: ([^\n]+)\n---\n", text)
        assert front
        assert front[1] == name.partition("/")[0]
        assert len(front[2]) < 400
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert link in FILES
    for command in re.findall(r"\bsflowc ([a-z]+)\b", text):
        assert command in COMMANDS or command in ("compiles", "workflow", "script"), command
