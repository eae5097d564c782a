"""How a probe's check is called in bash: the runtime unit it needs and the words of its call.

In: a check of the plan. Out: the words of one command that succeeds when the check does, with their holes.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..ir.expr import Atom, RunText, Text, display, join
from ..ir.plan import Check, ExecCheck, FileCheck, HttpRequest, LogWatch, NodeAddress, PlanTask, TcpPort
from .shell import quote


def unit(check: Check) -> str:
    """The runtime unit that defines the check's function."""
    match check:
        case TcpPort():
            return "probe_tcp"
        case HttpRequest():
            return "probe_http" if check.expect is None else "probe_body"
        case LogWatch():
            return "probe_log"
        case ExecCheck():
            return "probe_exec"
        case FileCheck():
            return "probe_file"


def describe(check: Check) -> str:
    """The check in a few words, for a comment."""
    match check:
        case TcpPort():
            where = "each of its nodes" if check.on_node == "each" else "its first node"
            host = check.hosts[0]
            return f"port {check.port} on {where if isinstance(host, NodeAddress) else display(host)}".splitlines()[0]
        case HttpRequest():
            body = f" with {check.expect.pattern!r} in its answer" if check.expect else ""
            return f"{check.method} {display(check.url)}".splitlines()[0] + body
        case LogWatch():
            kind = "regular expression" if check.is_regex else "text"
            first = check.pattern.splitlines()[0] if check.pattern else ""
            times = f", {check.match_count} times" if check.match_count != 1 else ""
            return f"{kind} {first!r} in the log of {check.logger_name or 'the task'}{times}"
        case ExecCheck():
            return f"status 0 of {' '.join(quote(display(word)) for word in check.command)}".splitlines()[0]
        case FileCheck():
            return f"the file {quote(display(check.path))}".splitlines()[0]


def call(
    check: Check,
    task: PlanTask,
    task_index: int,
    tasks: Mapping[str, int],
) -> tuple[Text, ...]:
    """The words of the check's command."""
    match check:
        case TcpPort():
            return ("sf_probe_tcp", str(check.port), *(_host(host) for host in check.hosts))
        case HttpRequest():
            headers = (join([f"{name}: ", value]) for name, value in check.headers)
            request = (check.method, check.url, check.body or "", *headers)
            if check.expect is None:
                return ("sf_probe_http", *request)
            return ("sf_probe_body", "-Ei" if check.expect.ignore_case else "-E", check.expect.ere, *request)
        case ExecCheck():
            return ("sf_probe_exec", str(task_index), *check.command)
        case FileCheck():
            return ("sf_probe_file", check.path)
        case LogWatch():
            watched = [tasks[name] for name in check.logger] or [task_index]
            options = "-E" if check.is_regex else "-F"
            if check.ignore_case:
                options += ",-i"
            if check.is_regex and "^" in display(check.ere) and task.operator.type == "srun":
                options = f"label,{options}"
            return ("sf_probe_log", str(check.match_count), options, check.ere, *map(str, watched))


def _host(host: NodeAddress | Text) -> Text:
    if isinstance(host, NodeAddress):
        return RunText((Atom("ip", host.backend, host.node),))
    return host
