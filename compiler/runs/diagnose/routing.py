"""Do requests reach workers: what the access logs of frontends and workers say.

In: a Case. Out: errors of HTTP that were answered to requests. Requests that only ask whether a service is there (health, models,
metrics) do not count: they fail while a service starts.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from .case import Case
from .findings import Evidence, Fault, Finding

# uvicorn, nginx, Python's http.server and most others: "POST /v1/completions HTTP/1.1" 503
_ACCESS = re.compile(
    rb'"(?:GET|POST|PUT|DELETE|PATCH) (/[^ "\r\n]{0,300}) HTTP/[0-9.]{1,4}"[ \t]{1,4}([1-5][0-9]{2})\b'
)
_ASKS_ONLY = re.compile(
    rb"^/(?:health\w*|healthz|live\w*|ready\w*|ping|metrics|version|v1/models|status|favicon\.ico)?(?:[/?].*)?$"
)


@dataclass(slots=True)
class Answers:
    """How often each status was answered, and where the first error of each stands: status -> (offset, line)."""

    count: Counter[int] = field(default_factory=Counter)
    first: dict[int, tuple[int, str]] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return sum(number for status, number in self.count.items() if status >= 400)

    @property
    def total(self) -> int:
        return sum(self.count.values())


def answers(case: Case, task: str) -> Answers:
    """What the access log of a task says, as far as it is read."""
    found = Answers()
    for piece in case.reader.pieces(case.run.log(task)):
        for match in _ACCESS.finditer(piece.data):
            if _ASKS_ONLY.match(match[1]):
                continue
            status = int(match[2])
            found.count[status] += 1
            if status >= 400 and status not in found.first:
                start = piece.data.rfind(b"\n", 0, match.start()) + 1
                line = piece.data[max(start, match.start() - 200) : match.end() + 40].split(b"\n")[0]
                found.first[status] = (piece.offset + match.start(), line.decode("utf-8", "replace"))
    return found


def findings(case: Case) -> list[Finding]:
    """What frontends answered with errors."""
    made = []
    for name in case.of_role("frontend"):
        seen = answers(case, name)
        errors = {status: number for status, number in seen.count.items() if status >= 400}
        if errors:
            made.append(_finding(case, name, seen, max(errors, key=lambda status: (status >= 500, errors[status]))))
    return made


def _finding(case: Case, name: str, seen: Answers, status: int) -> Finding:
    offset, line = seen.first[status]
    evidence = [case.evidence(case.run.log(name), offset, line)]
    cause = (
        f"{name} answered {seen.errors} of {seen.total} requests with an error, {seen.count[status]} with HTTP {status}"
    )
    fault: Fault = "application" if status >= 500 else "workflow"
    next_step = "see its log at that time, and whether its workers were ready and are alive"
    if status in (401, 403):
        next_step = "give the client the key that the frontend wants"
    elif status == 404:
        next_step = "compare the client's path and model name with what the frontend serves (/v1/models)"
    elif status < 500:
        next_step = "send one of these requests by hand; the body of the answer says what is wrong with it"
    silent = [worker for worker in case.of_role("worker") if worker != name and case.tasks[worker].started is not None]
    served = {worker: answers(case, worker).total for worker in silent}
    if served and any(served.values()):
        for worker in [worker for worker, number in served.items() if not number]:
            evidence.append(Evidence(f"{worker}/{worker}.log", None, case.clean(f"no request reached {worker}")))
    return Finding(f"answered-{status // 100}xx", "routing", fault, case.clean(cause), next_step, tuple(evidence), name)


def says(case: Case) -> tuple[bool, str]:
    """Whether access logs say anything, and what."""
    seen = {name: answers(case, name) for name in case.of_role("frontend")}
    seen = {name: found for name, found in seen.items() if found.total}
    if not seen:
        return False, "no log of a frontend tells of requests"
    parts = [f"{name} answered {found.total} requests, {found.errors} with an error" for name, found in seen.items()]
    return True, case.clean(", ".join(parts[:4]))
