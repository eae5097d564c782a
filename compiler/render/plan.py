"""A plan as text: what would run where, in which order, ready and failed when, and which task has which GPU.

In: a Plan. Out: text of 80 columns, unless a single word is longer.

      6  decode     srun   node 1  GPU 0-3
           after load_image, both of prefill
           ready when port 8000 is open, every 5s, within 1m
"""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable

from ..ir.expr import display
from ..ir.plan import (
    Check,
    ExecCheck,
    FileCheck,
    HttpRequest,
    LogWatch,
    NodeAddress,
    Plan,
    PlanBackend,
    PlanProbe,
    PlanTask,
    TcpPort,
)
from ..ir.secrets import MASK
from .paint import WIDTH, Painter, columns, visible

MAX_MAP_NODES = 64
_INDENT = " " * 8


def plan_text(plan: Plan, *, colour: bool = False) -> str:
    """The whole plan: backends, tasks in the order in which they can start, and the allocation map of each backend."""
    paint = Painter(colour)
    limit = f", at most {plan.timeout_text or duration(plan.timeout)}" if plan.timeout else ""
    out = [f"{paint('bold', plan.workflow)}: {counted(len(plan.tasks), 'task')}{limit}"]
    if plan.on_timeout is not None:
        lines = counted(sum(display(text).count("\n") + 1 for text in plan.on_timeout.script), "line")
        out.append(f"  {duration(plan.on_timeout.lead)} before a time limit runs on_timeout, {lines}")
    out.append("")
    for backend in plan.backends:
        out += _backend(backend, paint)
    out += _cluster(plan, paint)
    tasks = {task.name: task for task in plan.tasks}
    replicas: dict[str, list[str]] = {}
    for task in plan.tasks:
        replicas.setdefault(task.base, []).append(task.name)
    width = min(32, max(len(name) for name in tasks))
    for number, name in enumerate(plan.order, start=1):
        out += _task(tasks[name], number, width, plan, replicas, paint)
    for backend in plan.backends:
        out += _allocation(plan, backend, paint)
    out += _variables(plan, paint)
    return "\n".join(out) + "\n"


def _variables(plan: Plan, paint: Painter) -> list[str]:
    """Which variables the script's user may still change, and what the others have become."""
    settable = [variable.name for variable in plan.variables if variable.settable]
    shaped = [variable for variable in plan.variables if variable.shaped]
    out = ["", paint("bold", "Variables:")] if settable or shaped else []
    if settable:
        out += _wrapped(", ".join(settable), "    ", first="  to be changed with --set when the script runs: ")
    for variable in shaped:
        more = f" and {len(variable.shaped) - 3} more" if len(variable.shaped) > 3 else ""
        out += _wrapped(f"{variable.name} shaped {', '.join(variable.shaped[:3])}{more}", "  ")
    return out


def counted(number: int, noun: str) -> str:
    """1 task, 2 tasks."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """90 as 1m30s; what is no whole number of seconds stays a number of seconds."""
    if seconds != int(seconds) or seconds < 1:
        return f"{seconds:g}s"
    left, out = int(seconds), ""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        out += f"{left // size}{unit}" if left // size else ""
        left %= size
    return out


def _wrapped(text: str, indent: str, *, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        visible(text),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def ranges(numbers: Iterable[int]) -> str:
    """0-3,6 for 0, 1, 2, 3, 6."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


def _backend(backend: PlanBackend, paint: Painter) -> list[str]:
    facts = [counted(backend.nodes, "node")]
    if backend.gpus_per_node:
        facts.append(f"{counted(backend.gpus_per_node, 'GPU')} each")
    if backend.accelerators:
        facts.append(f"accelerator{'s' if len(backend.accelerators) > 1 else ''} {', '.join(backend.accelerators)}")
    for name, value in backend.options:
        if name != "job_name" and value:
            whose = " (cluster profile)" if name in backend.from_cluster else ""
            facts.append(f"{name} {value if isinstance(value, str) else shlex.join(value)}{whose}")
    if backend.component is not None:
        facts.insert(0, f"component {backend.component} of a heterogeneous job")
    return [f"{backend.type} backend {paint('bold', backend.name)}:", *_wrapped(", ".join(facts), "  "), ""]


def _cluster(plan: Plan, paint: Painter) -> list[str]:
    """What comes from the cluster profile, but for the options, which stand at the backends."""
    profile = plan.cluster
    if profile is None:
        return []
    given = list(dict.fromkeys(name for backend in plan.backends for name in backend.from_cluster))
    out = [f"cluster profile {paint('bold', visible(profile.name))}:"]
    out += _wrapped(f"options: {', '.join(given) or 'none that the workflow leaves open'}", "  ")
    if profile.container_mounts:
        out += _wrapped(f"containers mount {', '.join(profile.container_mounts)}", "  ")
    if profile.preamble:
        out += ["  before the workflow:", *(f"    {visible(line)}" for line in profile.shown_preamble(MASK))]
    return [*out, ""]


def _task(
    task: PlanTask, number: int, width: int, plan: Plan, replicas: dict[str, list[str]], paint: Painter
) -> list[str]:
    nodes = ranges(task.node_indices)
    where = f"node {nodes}" if len(task.node_indices) == 1 else f"nodes {nodes}"
    if len(plan.backends) > 1:
        where = f"{task.backend} {where}"
    gpus = f"  GPU {ranges(task.gpus)}" if task.gpus else ""
    name = paint("bold", task.name) + " " * (width - columns(task.name))
    lines = [f"{number:4}  {name}  {task.operator.type:<6}  {where}{gpus}"]
    if task.depends_on:
        lines += _wrapped(f"after {', '.join(_grouped(task.depends_on, replicas))}", _INDENT)
    limits = []
    if task.timeout:
        limits.append(f"at most {duration(task.timeout)}")
    if task.retries and task.retries.count:
        limits.append("1 retry" if task.retries.count == 1 else f"up to {task.retries.count} retries")
    if limits:
        lines += _wrapped(", ".join(limits), _INDENT)
    for probe in task.probes:
        lines += [paint("dim", line) for line in _wrapped(probe_text(probe), _INDENT)]
    return lines


def _grouped(names: tuple[str, ...], replicas: dict[str, list[str]]) -> list[str]:
    """Names, those of all replicas of a task as one."""
    left = dict.fromkeys(names)
    for base, all_of_it in replicas.items():
        if len(all_of_it) > 1 and left.keys() >= set(all_of_it):
            word = f"both of {base}" if len(all_of_it) == 2 else f"all {len(all_of_it)} of {base}"
            first = next(name for name in left if name in all_of_it)
            left = {word if name == first else name: None for name in left if name == first or name not in all_of_it}
    return list(left)


def probe_text(probe: PlanProbe) -> str:
    """A probe in one line."""
    word = "ready when" if probe.type == "readiness" else "failed when"
    within = f", within {duration(probe.deadline)}" if probe.deadline is not None else ""
    more = "" if probe.type == "readiness" or isinstance(probe.check, LogWatch | FileCheck) else " no more"
    return f"{word} {_check_text(probe.check)}{more}, every {duration(probe.interval)}{within}"


def _check_text(check: Check) -> str:
    """What a check succeeds with."""
    match check:
        case TcpPort():
            host = check.hosts[0]
            each = " on each node" if check.on_node == "each" else ""
            where = f" is open{each}" if isinstance(host, NodeAddress) else f" of {display(host)} is open"
            return f"port {check.port}{where}"
        case HttpRequest():
            body = f" with '{check.expect.pattern}' in its answer" if check.expect else ""
            return f"{check.method} {display(check.url)} succeeds{body}"
        case LogWatch():
            times = f" {check.match_count} times" if check.match_count != 1 else ""
            return f"the log{f' of {check.logger_name}' if check.logger_name else ''} has '{check.pattern}'{times}"
        case ExecCheck():
            return f"`{shlex.join(map(display, check.command))}` succeeds"
        case FileCheck():
            return f"{display(check.path)} is there"


def _allocation(plan: Plan, backend: PlanBackend, paint: Painter) -> list[str]:
    """The map of a backend's GPUs: a line for each node, or for neighbours that are alike, a column for each GPU."""
    size = backend.gpus_per_node or 0
    owners: dict[int, dict[int, list[str]]] = {}
    for task in plan.tasks:
        if task.backend == backend.name:
            for node in task.node_indices:
                for gpu in task.gpus or ():
                    owners.setdefault(node, {}).setdefault(gpu, []).append(task.name)
    if not owners or not size:
        return []
    numbers = {name: number for number, name in enumerate(plan.order, start=1)}
    cell = max(5, min(18, (WIDTH - 14) // size))
    title = f"GPUs of {paint('bold', backend.name)}, with the names or numbers of their tasks:"
    out = ["", title, (" " * 14 + "".join(f"{gpu:<{cell}}" for gpu in range(size))).rstrip()]
    rows: list[tuple[list[int], str]] = []
    for node in range(min(backend.nodes, MAX_MAP_NODES)):
        row = _bars([owners.get(node, {}).get(gpu, []) for gpu in range(size)], cell, numbers)
        if rows and rows[-1][1] == row:
            rows[-1][0].append(node)
        else:
            rows.append(([node], row))
    out += [f"  {'nodes' if len(nodes) > 1 else 'node'} {ranges(nodes)}".ljust(13) + row for nodes, row in rows]
    if backend.nodes > MAX_MAP_NODES:
        out.append(paint("dim", f"  ... and {backend.nodes - MAX_MAP_NODES} more nodes"))
    return out


def _bars(owners: list[list[str]], cell: int, numbers: dict[str, int]) -> str:
    """A node's GPUs, those that belong to the same tasks as one bar with their name, or their numbers when it is too long."""
    out, start = "|", 0
    for end in range(1, len(owners) + 1):
        if end < len(owners) and owners[end] == owners[start]:
            continue
        room = (end - start) * cell - 1
        names = owners[start]
        label = names[0] if len(names) == 1 else ranges(numbers[name] for name in names)
        if names and len(label) > room:
            label = str(numbers[names[0]]) if len(names) == 1 else f"{numbers[names[0]]}+"
        out += f"{(label or '.')[:room]:<{room}}|"
        start = end
    return out
