"""The manual as a program: the files that a page shows are written, its commands run, what they print is what it says.

In: a page, Markdown. Out: its blocks, and the page followed from top to bottom in a folder.

A block with a title is a file. A block of bash is run there; one of text is what the block before it printed: its lines must
come in that order, `...` stands for anything, and times, durations and names of runs may differ. A comment before a block says
more: `<!-- exit 1 -->`, or `<!-- not run: why -->`.

    follow(Path("docs/tutorial.md"), tmp_path)
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ON_A_CLUSTER = "<!-- on a cluster -->"
"""Stands in a page whose commands need Slurm."""

_BLOCK = re.compile(
    r'^(?:<!-- (?P<remark>[^\n]*?) -->\n)?```(?P<language>\w*)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)
_DIFFERS = [
    (re.compile(r"\d\d:\d\d:\d\d"), "<time>"),
    (re.compile(r"\d{4}-\d\d-\d\d(?= <time>)"), "<date>"),
    (re.compile(r"\d+\.\d\d s\b"), "<duration>"),
    (re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}"), "<run>"),
    (re.compile(r"[ \t]+"), " "),
]


@dataclass(frozen=True)
class Block:
    language: str
    title: str | None
    text: str
    remark: str

    @property
    def runs(self) -> bool:
        return self.language == "bash" and not self.title and not self.remark.startswith("not run: ")


def pages() -> list[Path]:
    """All pages with something to run."""
    found = sorted({ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("skills/**/*.md")})
    return [page for page in found if any(block.runs for block in blocks(page))]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    return [
        Block(found["language"], found["title"], found["text"], found["remark"] or "")
        for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))
    ]


def follow(page: Path, folder: Path) -> None:
    """Does what the page says, in a folder; AssertionError where that comes out differently."""
    commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = folder / "home"
    home.mkdir()
    environment = {**os.environ, "PATH": commands, "HOME": str(home), "NO_COLOR": "1", "PS4": "+ "}
    printed = ""
    for block in blocks(page):
        if block.title:
            (folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.title).write_text(block.text, encoding="utf-8")
        elif block.runs:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block.text],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                check=False,
                timeout=300,
            )
            printed = done.stdout
            expected = int(block.remark.removeprefix("exit ")) if block.remark.startswith("exit ") else 0
            assert done.returncode == expected, f"{block.text}{printed}"
        elif block.language == "text" and not block.remark:
            _compare(block.text, printed)


def _compare(shown: str, printed: str) -> None:
    """Each line that is shown was printed, after the one before it."""
    lines = iter(_alike(printed))
    for line in _alike(shown):
        if line != "...":
            pattern = re.compile(re.escape(line).replace(r"\.\.\.", ".*"))
            assert any(pattern.fullmatch(found) for found in lines), f"not printed: {line}\nin:\n{printed}"


def _alike(text: str) -> list[str]:
    for pattern, instead in _DIFFERS:
        text = pattern.sub(instead, text)
    return [line.strip() for line in text.splitlines() if line.strip()]
