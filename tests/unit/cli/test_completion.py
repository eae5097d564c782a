"""Completion in real shells: a line is typed at a terminal, completed by the tab key, and printed as it then stands."""

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from requirements import need

WORKFLOW = """\
version: "0.1"
variables:
  PORT: {type: integer, value: 8000, domain: [8000, 9000], description: where it listens}
  VERBOSE: {type: boolean, value: false}
  API_KEY: {value: hush, domain: [hush, shout]}
artifacts: {MODEL: {uri: fs:///model}}
workflow:
  name: w
  tasks:
    - {name: server, depends_on: [warm_up], script: ["true"]}
    - {name: client, depends_on: [server], script: ["true"]}
"""
LIST = 'version: "0.1"\nvariables: [{name: LISTED, value: 1}]\nworkflow: {tasks: {other: {script: ["true"]}}}\n'
LINES = [
    ("pl", "plan "),
    ("plan --form", "plan --format "),
    ("plan --format js", "plan --format json "),
    ("plan my", "plan my.workflow.yaml "),
    ("plan -f my", "plan -f my.workflow.yaml "),
    ("plan my.workflow.yaml --set PO", "plan my.workflow.yaml --set PORT="),
    ("plan my.workflow.yaml --set PORT=9", "plan my.workflow.yaml --set PORT=9000 "),
    ("plan my.workflow.yaml --set=PORT=9", "plan my.workflow.yaml --set=PORT=9000 "),
    ("plan -f my.workflow.yaml -s VERBOSE=f", "plan -f my.workflow.yaml -s VERBOSE=false "),
    ("plan my.workflow.yaml -s API_KEY=", "plan my.workflow.yaml -s API_KEY="),
    ("plan my.workflow.yaml --artifact M", "plan my.workflow.yaml --artifact MODEL="),
    ("plan my.workflow.yaml --missable-tasks w", "plan my.workflow.yaml --missable-tasks warm_up "),
    ("run 'a list.yaml' my.workflow.yaml --task o", "run 'a list.yaml' my.workflow.yaml --task other "),
    ("run 'a list.yaml' my.workflow.yaml -s LI", "run 'a list.yaml' my.workflow.yaml -s LISTED="),
]
START = {
    "bash": (
        ["--norc", "--noprofile", "-i"],
        'PS1=READY; bind "set enable-bracketed-paste off"; eval "$(sflowc completion bash)"',
    ),
    "zsh": (["-f", "-i"], 'PS1=READY; bindkey -e; autoload -Uz compinit; compinit -D; eval "$(sflowc completion zsh)"'),
    "fish": (["--no-config", "-i"], "function fish_prompt; printf READY; end; sflowc completion fish | source"),
}


class Terminal:
    """A shell at a terminal."""

    def __init__(self, master: int) -> None:
        self.master = master
        self.seen = ""

    def send(self, text: str) -> None:
        os.write(self.master, text.encode())

    def expect(self, pattern: str, seconds: float = 20) -> re.Match[str]:
        """Reads on until the pattern is there."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.seen)
            if found:
                self.seen = self.seen[found.end() :]
                return found
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            assert ready, f"no {pattern!r} in {self.seen!r}"
            self.seen += os.read(self.master, 65536).decode(errors="replace")

    def completed(self, line: str) -> str:
        """The line after the tab key, printed by a command that is put before it; an X shows where the cursor then was."""
        self.send(f"sflowc {line}\tX\x01print_line \r")
        found = self.expect(r"<sflowc ([^\r\n]*)>\r?\n")
        self.expect("READY")
        return found[1]


@contextmanager
def _terminal(shell: str, folder: Path) -> Iterator[Terminal]:
    options, setup = START[shell]
    show = folder / "print_line"
    show.write_text("#!/usr/bin/env python3\nimport sys\nprint('<' + ' '.join(sys.argv[1:]) + '>')\n")
    show.chmod(0o755)
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {"PATH": path, "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [need(shell) if shell != "bash" else "bash", *options],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=folder,
        env=env,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(slave)
    try:
        terminal = Terminal(master)
        terminal.send(f"{setup}; echo LOA''DED\r")
        terminal.expect("LOADED")
        terminal.expect("READY")
        yield terminal
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(master)


@pytest.mark.parametrize("shell", START)
def test_lines_are_completed(shell: str, tmp_path: Path) -> None:
    (tmp_path / "my.workflow.yaml").write_text(WORKFLOW)
    (tmp_path / "a list.yaml").write_text(LIST)
    with _terminal(shell, tmp_path) as terminal:
        found = [terminal.completed(line) for line, _ in LINES]
    assert found == [f"{line}X".replace("'", "") for _, line in LINES]
