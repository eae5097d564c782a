"""Runs shellcheck over the scripts of a workflow's tasks.

In: a draft. Out: diagnostics at the places of the workflow's files; when there is no shellcheck, a note that says how to
get it. All scripts go to it at once, as files of a directory that is gone afterwards.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..checks.task_scripts import task_scripts
from ..diagnostics import Diagnostic
from ..driver import Lint
from ..passes.draft import Draft

LEVELS = ("off", "error", "warning", "info", "style")


def lint_with(level: str) -> Lint:
    """What lint does beyond the compiler's own checks."""
    return lambda draft: _check(draft, level)


def find_shellcheck() -> str | None:
    """The program: beside the interpreter, where the extra `lint` puts it, else on PATH."""
    return shutil.which("shellcheck", path=str(Path(sys.executable).parent)) or shutil.which("shellcheck")


def _check(draft: Draft, level: str) -> Iterable[Diagnostic]:
    if level == "off":
        return []
    scripts = {f"{number}.bash": script for number, script in enumerate(task_scripts(draft))}
    if not scripts:
        return []
    program = find_shellcheck()
    if program is None:
        return [_missing("shellcheck is not installed")]
    findings = _run(program, level, {name: script.script.text for name, script in scripts.items()})
    if findings is None:
        return [_missing("shellcheck did not work")]
    by_file: dict[str, list[dict[str, Any]]] = {}
    for finding in findings:
        by_file.setdefault(Path(finding["file"]).name, []).append(finding)
    return [found for name, given in by_file.items() for found in scripts[name].diagnostics(given)]


def _missing(why: str) -> Diagnostic:
    message = f"the tasks' scripts were not checked: {why}"
    return Diagnostic("note", "shellcheck-missing", message, help="pip install 'sflowc[lint]', or --shellcheck off")


def _run(program: str, level: str, scripts: dict[str, str]) -> list[dict[str, Any]] | None:
    """What shellcheck finds; None when it cannot be run or does not answer in JSON."""
    words = [program, "--norc", "--shell=bash", "--format=json1", f"--severity={level}"]
    with tempfile.TemporaryDirectory(prefix="sflowc-") as folder:
        for name, text in scripts.items():
            (Path(folder) / name).write_bytes(f"{text}\n".encode("utf-8", "surrogateescape"))
        try:
            done = subprocess.run([*words, *scripts], cwd=folder, capture_output=True, check=False, timeout=300)
            comments: list[dict[str, Any]] = json.loads(done.stdout)["comments"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
            return None
    return comments
