"""Do requests reach workers: what the access logs of frontends and workers say.

In: a Case. Out: errors of HTTP that were answered to requests. Requests that only ask whether a service is there (health, models,
metrics) do not count: they fail while a service starts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .case import Case
from .findings import Evidence, Fault, Finding
from .log_reader import Piece

# uvicorn, nginx, Python's http.server and most others: "POST /v1/completions HTTP/1.1" 503
_ACCESS = re.compile(
    rb'"(?:GET|POST|PUT|DELETE|PATCH) (/[^ "\r\n]{0,300}) HTTP/[0-9.]{1,4}"[ \t]{1,4}([1-5][0-9]{2})\b'
)
_ASKS_ONLY = re.compile(
    r"^/(?:health\w*|healthz|live\w*|ready\w*|ping|metrics|version|v1/models|status|favicon\.ico)?(?:[/?].*)?$"
)


# NVIDIA Dynamo: http response sent status=503 latency_ms=2 method=POST uri=/v1/completions ...
_DYNAMO = b"http response sent"
_SENT = re.compile(r"status=([1-5][0-9]{2}) .{0,80}method=(?:GET|POST|PUT|DELETE|PATCH) uri=(/\S{0,300})")
_LINES = 200_000


class Told(NamedTuple):
    """A request that was answered, and where that stands."""

    piece: Piece
    place: int
    status: int
    line: str


@dataclass(slots=True)
class Answers:
    """How often each status was answered, and where the first error of each stands."""

    count: Counter[int] = field(default_factory=Counter)
    first: dict[int, Told] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return sum(number for status, number in self.count.items() if status >= 400)

    @property
    def total(self) -> int:
        return sum(self.count.values())


def answers(case: Case, task: str) -> Answers:
    """What the access log of a task says, as far as it is read. Errors before the first success are those of a start."""
    pieces = case.reader.pieces(case.run.log(task))
    told = [one for piece in pieces for one in (*_told(piece), *_told_by_dynamo(piece))]
    served = next((number for number, one in enumerate(told) if one.status < 400), 0)
    found = Answers()
    for one in told[served:]:
        found.count[one.status] += 1
        if one.status >= 400:
            found.first.setdefault(one.status, one)
    return found


def _told(piece: Piece) -> Iterator[Told]:
    """The requests that do not only ask whether somebody is there."""
    for match in _ACCESS.finditer(piece.data):
        if not _ASKS_ONLY.match(match[1].decode("utf-8", "replace")):
            start = max(piece.data.rfind(b"\n", 0, match.start()) + 1, match.start() - 200)
            line = piece.data[start : match.end() + 40].split(b"\n")[0]
            yield Told(piece, match.start(), int(match[2]), line.decode("utf-8", "replace"))


def _told_by_dynamo(piece: Piece) -> Iterator[Told]:
    at = 0
    for _ in range(_LINES):
        at = piece.data.find(_DYNAMO, at)
        if at < 0:
            return
        line = piece.data[at : at + 600].split(b"\n")[0].decode("utf-8", "replace")
        match = _SENT.search(line)
        if match and not _ASKS_ONLY.match(match[2]):
            yield Told(piece, at, int(match[1]), line)
        at += len(_DYNAMO)


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
    told = seen.first[status]
    evidence = [case.evidence(told.piece, told.place, told.line)]
    cause = f"{name} answered {seen.errors} of {seen.total} requests with HTTP {status}"
    if seen.errors != seen.count[status]:
        cause = f"{name} answered {seen.errors} of {seen.total} requests with errors, {seen.count[status]} with HTTP {status}"
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
