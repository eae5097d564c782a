"""What benchmarks measured: requests that failed, no tokens, result files with nothing in them.

In: a Case. Out: what is wrong with the results, also of runs that ended well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .case import Case
from .findings import Evidence, Finding
from .roles import table
from .scan import in_log

_RESULTS = (".json", ".jsonl", ".csv", ".parquet", ".tsv")
_EMPTY = (b"", b"{}", b"[]", b"null")
_FILES = 500
"""How many files of a task's directory are looked at."""


def findings(case: Case) -> list[Finding]:
    """Of every benchmark that ended by itself."""
    found = []
    for name in case.of_role("benchmark"):
        task = case.tasks[name]
        if task.state in ("COMPLETED", "FAILED") and not task.reason.startswith("stopped:"):
            found += [*in_log(case, name, lambda pattern: pattern.always), *_metrics(case, name), *_files(case, name)]
    return found


def _metrics(case: Case, name: str) -> Iterator[Finding]:
    """Numbers that say that nothing was measured."""
    facts = case.facts(name)
    outputs = case.run.outputs(name)
    if outputs is None or not outputs:
        if facts is not None and facts.outputs and case.tasks[name].state == "COMPLETED":
            lines = (Evidence(f"{name}/outputs.json", None, "nothing was found"), *case.end_of_log(name))
            yield _finding(
                case, "no-outputs", name, f"{name} printed none of the numbers that its outputs look for", lines
            )
        return
    roles = table()
    for key, value in outputs.items():
        numbers = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, (int, float))]
        zero = bool(numbers) and not any(numbers)
        if (zero and roles.bad_when_zero.search(key)) or (any(numbers) and roles.bad_when_not_zero.search(key)):
            shown = numbers[0] if len(numbers) == 1 else numbers[:8]
            evidence = Evidence(f"{name}/outputs.json", None, case.clean(f"{key}: {shown}"))
            yield _finding(
                case, "zero-result" if zero else "failures-counted", name, f"{name} measured {key} {shown}", (evidence,)
            )


def _files(case: Case, name: str) -> Iterator[Finding]:
    """Files for results in which nothing is."""
    own = {f"{name}.log", f"{name}.sh", "outputs.json", "step"}
    for path in _some_files(case.run.path / name):
        if path.suffix not in _RESULTS or path.name in own:
            continue
        try:
            size = path.stat().st_size
            content = path.read_bytes().strip() if size <= 16 else b"more"
        except OSError:
            continue
        if content in _EMPTY:
            where = case.clean(case.relative(path))
            evidence = Evidence(where, None, f"{size} bytes")
            yield _finding(case, "empty-result", name, f"the result file {path.name} of {name} is empty", (evidence,))
            return


def _some_files(folder: Path) -> Iterator[Path]:
    try:
        for number, path in enumerate(sorted(folder.rglob("*"))):
            if number >= _FILES:
                return
            if path.is_file() and not path.is_symlink():
                yield path
    except OSError:
        return


def _finding(case: Case, id_: str, name: str, cause: str, evidence: tuple[Evidence, ...]) -> Finding:
    next_step = "see the log of the benchmark, and send one request by hand; the lower layers may say why"
    return Finding(id_, "benchmark", "application", case.clean(cause), next_step, evidence, name)


def says(case: Case) -> tuple[bool, str]:
    """Whether there is a benchmark, and how it stands."""
    names = case.of_role("benchmark")
    if not names:
        return False, "no task is known as a benchmark"
    count = sum(1 for name in names if case.tasks[name].state == "COMPLETED")
    return count == len(names), case.clean(
        f"{count} of {len(names)} COMPLETED ({', '.join(names[:4])}{' ...' if len(names) > 4 else ''})"
    )
