"""`sleep` as a way of waiting for another task.

Before: tasks. After: a warning at a `sleep` that a task with dependencies begins with, and at a loop that sleeps until a port
or an address answers: both wait too long or not long enough, where a readiness probe knows.
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter
from ..passes.draft import Draft
from .commands import Statement, statements
from .texts import bash_tasks, script_text

_HARMLESS = frozenset(("echo", "printf", "export", "set", "date", ":"))
_ASKS = re.compile(
    r"\b(?:curl|wget|nc|ncat|netcat|telnet|pg_isready|redis-cli|etcdctl|nats|getent|ss|lsof)\b|/dev/tcp/"
)


def find_sleeps(draft: Draft, report: Reporter) -> None:
    for task in bash_tasks(draft):
        script = script_text(task)
        if "sleep" not in script.text:
            continue
        found = statements(script.text)
        for statement in found:
            text = statement.text(script.text)
            if re.match(r"(?:until|while)\b", text) and re.search(r"\bsleep\b", text) and _ASKS.search(text):
                report.warning(
                    "sleep-as-wait",
                    f"task '{task.name}' waits in a loop until something answers",
                    script.span(statement.start, len(text)),
                    help="give the task that is waited for a readiness probe, and name it in depends_on",
                )
                break
        else:
            first = _first_that_matters(found)
            if first and task.depends_on and len(found) > 1 and first.words[:1] == ["sleep"] and first is not found[-1]:
                name = task.depends_on[0][0]
                report.warning(
                    "sleep-as-wait",
                    f"task '{task.name}' begins by sleeping, as if '{name}' were not ready when it starts",
                    script.span(first.start, first.end - first.start),
                    help=f"give '{name}' a readiness probe: this task then starts as soon as it succeeds",
                )


def _first_that_matters(found: list[Statement]) -> Statement | None:
    return next((one for one in found if one.is_compound or not set(one.firsts) <= _HARMLESS), None)
