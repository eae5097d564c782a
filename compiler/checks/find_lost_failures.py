"""Commands in the middle of a script whose failure nobody sees.

Before: tasks. After: a warning at the first such command of each task that is not strict. A script's status is that of
its last command; `set -e`, `|| exit`, or `strict: true` makes the others count. Commands that only show something or clean
up do not matter, and loops, conditions and functions are left to the reader.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ..diagnostics import Reporter
from ..ir.workflow import Task
from ..passes.draft import Draft
from .commands import Statement, statements
from .texts import ScriptText, bash_tasks, is_strict, script_text

_HARMLESS = frozenset(
    [
        ":",
        "[",
        "[[",
        "alias",
        "cat",
        "command",
        "date",
        "declare",
        "df",
        "disown",
        "du",
        "echo",
        "env",
        "exit",
        "export",
        "false",
        "free",
        "hash",
        "head",
        "help",
        "history",
        "hostname",
        "id",
        "jobs",
        "kill",
        "let",
        "local",
        "ls",
        "mkdir",
        "module",
        "nproc",
        "nvidia-smi",
        "pgrep",
        "pkill",
        "popd",
        "printenv",
        "printf",
        "ps",
        "pwd",
        "read",
        "readonly",
        "return",
        "rm",
        "rmdir",
        "sed",
        "set",
        "shopt",
        "sleep",
        "source",
        "tail",
        "test",
        "touch",
        "trap",
        "true",
        "type",
        "typeset",
        "ulimit",
        "umask",
        "unalias",
        "uname",
        "unset",
        "uptime",
        "wait",
        "which",
        "whoami",
    ]
)
_ERREXIT = re.compile(r"(?m)^\s*set\s+(-[a-zA-Z]*e|-o\s+errexit)|\btrap\b.*\bERR\b")
_PIPEFAIL = re.compile(r"\bpipefail\b")


def find_lost_failures(draft: Draft, report: Reporter) -> None:
    for task in bash_tasks(draft):
        if is_strict(task, draft):
            continue
        script = script_text(task)
        if _ERREXIT.search(script.text):
            continue
        _check(task, script, report)


def _check(task: Task, script: ScriptText, report: Reporter) -> None:
    found = statements(script.text)
    lost = [
        statement
        for statement, after in pairwise(found)
        if _can_fail_unseen(statement, script.text) and "$?" not in after.text(script.text)
    ]
    if lost:
        more = f"; so would {len(lost) - 1} more" if len(lost) > 1 else ""
        report.warning(
            "lost-failure",
            f"task '{task.name}' would go on when '{_short(script.written(lost[0].start, lost[0].end))}' fails{more}",
            script.span(lost[0].start, lost[0].end - lost[0].start),
            note="only the status of a script's last command counts",
            help="set `strict: true` on the task or the workflow, or end the command with `|| exit`",
        )
        return
    if found and _loses_its_beginning(found[-1], script.text):
        last = found[-1]
        report.warning(
            "lost-failure",
            f"task '{task.name}' would succeed when '{_short(script.written(last.start, last.joints[0]))}' fails",
            script.span(last.start, last.end - last.start),
            note="the status of a pipe is that of its last command",
            help="set `strict: true` on the task or the workflow, or begin with `set -o pipefail`",
        )


def _loses_its_beginning(last: Statement, script: str) -> bool:
    """Whether it is a pipe that begins with a command that matters."""
    if last.operators[:1] != ["|"] or "||" in last.operators or last.is_compound or _PIPEFAIL.search(script):
        return False
    return bool(last.firsts) and last.firsts[0] not in _HARMLESS


def _can_fail_unseen(statement: Statement, script: str) -> bool:
    if statement.is_compound or statement.in_background or "||" in statement.operators:
        return False
    if not statement.firsts:  # assignments alone
        return re.search(r"\$\((?!\()|`", statement.text(script)) is not None
    return any(first not in _HARMLESS for first in statement.firsts)


def _short(text: str) -> str:
    line = " ".join(text.split("\n")[0].rstrip("\\").split())
    return line if len(line) <= 40 else f"{line[:37]}..."
