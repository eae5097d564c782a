"""A run as one HTML page that needs no network: summary, timeline, allocation map, outputs, every task's log and script.

In: a Run, how it stands, and why it failed. Out: the page. All that comes from the run is data, which the templates escape; secrets
are masked (runs/secrets.py). Times are those of the files, in UTC, so that the same directory gives the same page anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..runs.diagnose import Diagnosis
from ..runs.excerpt import excerpt
from ..runs.history import History, history
from ..runs.run import BAD_STATES, Run, TaskState
from ..runs.secrets import Masker
from ..runs.standing import Standing
from .allocation import AllocationMap, run_maps, used_gpus
from .clock import utc
from .html import html
from .plan import counted
from .report_details import Detail, Details, Pair
from .report_origin import Origin, origin
from .report_outputs import OutputTable, output_tables
from .runs import SYMBOLS, took
from .timeline import Line, Timeline, timeline

_CONSOLE_LINES, _CONSOLE_BYTES = 400, 1 << 16
_SOME = 12
"""So many failed tasks are named at the top."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the report shows."""

    title: str
    workflow: str
    run_id: str
    state: str
    notices: tuple[str, ...]
    reason: str
    facts: tuple[Pair, ...]
    counts: tuple[tuple[str, int], ...]
    diagnosis: Diagnosis | None
    failed: tuple[Detail, ...]
    more_failed: int
    symbols: dict[str, str]
    timeline: Timeline | None
    maps: tuple[AllocationMap, ...]
    outputs: tuple[OutputTable, ...]
    tasks: tuple[Detail, ...]
    origin: Origin
    console: tuple[str, ...]


def report_page(
    run: Run, how: Standing, *, diagnosis: Diagnosis | None = None, masker: Masker | None = None, log_lines: int = 80
) -> str:
    """The page's text; `log_lines` of each log at most. The masker is that of the run unless there is more to mask."""
    masker = masker or Masker.of(run)
    past = history(run.events)
    tasks = list(run.state.tasks.values())
    begin, end = _span(run, past)
    details = Details(run, past, masker, log_lines).all(tasks, begin)
    bad = [detail for detail in details if detail.state in BAD_STATES]
    workflow = masker.shown(run.facts.workflow if run.facts else run.name)
    page = Page(
        title=f"{workflow}: {how.state}",
        workflow=workflow,
        run_id=run.name,
        state=how.state,
        notices=tuple(_notices(run, how, past, end)),
        reason=masker.shown(run.state.reason),
        facts=tuple(_facts(run, how, begin, end)),
        counts=tuple(sorted(Counter(task.state for task in tasks).items())),
        diagnosis=diagnosis if diagnosis and (diagnosis.cause or diagnosis.waiting) else None,
        failed=tuple(bad[:_SOME]),
        more_failed=max(0, len(bad) - _SOME),
        symbols=SYMBOLS,
        timeline=_timeline(run, tasks, past, begin, end, masker),
        maps=run_maps(run),
        outputs=output_tables(run, masker),
        tasks=details,
        origin=origin(run, masker),
        console=_console(run, masker),
    )
    return html("html/report.html.j2", page)


def _span(run: Run, past: History) -> tuple[float | None, float | None]:
    """From the script's latest start to the end of the run, or to the last that is known of it."""
    state = run.state
    begin = past.starts[-1] if past.starts else state.started
    known = [moment for moment in (past.last, state.updated, begin) if moment is not None]
    return begin, state.finished if state.finished is not None else max(known, default=None)


def _notices(run: Run, how: Standing, past: History, end: float | None) -> Iterable[str]:
    if how.state == "RUNNING":
        yield f"The run goes on; this is how it stood at {utc(end)}."
    if how.note:
        yield f"{how.note[:1].upper()}{how.note[1:]}."
    if len(past.starts) > 1:
        yield (
            f"The script has started {len(past.starts)} times; the timeline shows what happened since {utc(past.starts[-1])}, "
            "the history of a task also what was before."
        )
    if run.facts is None:
        yield "There is no run.json: where tasks ran, what they waited for and what the script was made from is not known."
    if run.bad_lines:
        yield f"{counted(run.bad_lines, 'line')} of events.jsonl cannot be read."


def _facts(run: Run, how: Standing, begin: float | None, end: float | None) -> Iterable[Pair]:
    state, facts = run.state, run.facts
    if state.exit_status is not None:
        yield ("exit status", str(state.exit_status))
    if begin is not None and end is not None:
        yield ("took" if state.finished else "so far", took(end - begin))
    yield ("began", utc(begin))
    if state.finished is not None:
        yield ("ended", utc(state.finished))
    elif facts and facts.deadline is not None and how.state == "RUNNING":
        yield ("time is over", utc(facts.deadline))
    if facts and facts.limit is not None:
        yield ("time limit", took(facts.limit))
    if state.job_id:
        yield ("Slurm job", state.job_id)
    if facts and facts.slurm:
        for key, label in (("cluster_name", "cluster"), ("job_partition", "partition"), ("job_account", "account")):
            if value := facts.slurm.get(key):
                yield (label, value)
    host = (str(facts.host.get("name", "")) if facts else "") or state.host
    if host:
        yield ("host", host)
    if facts:
        gpus = sum(len(mine) for mine in used_gpus(run).values())
        used = f", {counted(gpus, 'GPU')} in use" if gpus else ""
        yield ("nodes", f"{len(facts.nodes)}{used}")


def _timeline(
    run: Run, tasks: Sequence[TaskState], past: History, begin: float | None, end: float | None, masker: Masker
) -> Timeline | None:
    if begin is None or end is None or not past.changes:
        return None
    facts = {task.name: task for task in run.facts.tasks} if run.facts else {}
    lines = []
    for number, task in enumerate(tasks):
        mine = facts.get(task.name)
        probed = mine is not None and any(probe.role == "readiness" for probe in mine.probes)
        lines.append(Line(f"t{number}", task, mine.after if mine else (), probed))
    return timeline(lines, past, begin, end, masker.shown)


def _console(run: Run, masker: Masker) -> tuple[str, ...]:
    """The end of what the script itself said."""
    found = excerpt(run.path / "sflow.log", lines=_CONSOLE_LINES, most=_CONSOLE_BYTES, mask=masker.masked)
    return (*found.head, *(("…",) if found.omitted else ()), *found.tail) if found else ()
