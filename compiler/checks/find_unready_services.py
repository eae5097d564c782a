"""Services that others wait for, and that never say that they are ready.

Before: placed tasks with probes. After: a warning for a task without a readiness probe whose script ends in what does not end by
itself: those that depend on it would wait for ever.
"""

from __future__ import annotations

import re

from ..diagnostics import Label, Reporter
from ..passes.draft import Draft
from .commands import statements
from .texts import bash_tasks, script_text

_SERVES = re.compile(
    r"""(?:^|[\s/"'])(?:
      etcd | nats-server | redis-server | mongod | postgres | mysqld | nginx(?=.*daemon\ off) | haproxy | envoy
    | memcached | consul\ agent | prometheus | grafana-server | minio\ server | tritonserver | trtllm-serve | vllm\ serve
    | uvicorn | gunicorn | hypercorn | ray\ start(?=.*--block) | mlflow\ server | tensorboard | jupyter[ -](?:lab|notebook|server)
    | python[\d.]*\ (?:-\S+\ )*-m\ (?:http\.server | vllm\.entrypoints\S* | sglang\.launch_server | uvicorn | gunicorn
        | dynamo\.\w+)
    | sleep\ (?:inf\w*) | tail\ (?:-\S+\ )*-[fF]
    )(?=$|\s)""",
    re.VERBOSE,
)
_FOR_EVER = re.compile(r"while\s+(?:true|:|\[\s+1\s+\])\s*(?:;|\n)")


def find_unready_services(draft: Draft, report: Reporter) -> None:
    dependents: dict[str, list[str]] = {}
    for task in draft.workflow.tasks:
        for name, _ in task.depends_on:
            dependents.setdefault(name, []).append(task.name)
    for task in bash_tasks(draft):
        waiting = dependents.get(task.name)
        if not waiting or any(probe.type == "readiness" for probe in task.probes):
            continue
        script = script_text(task)
        found = statements(script.text)
        last = found[-1] if found else None
        text = last.text(script.text) if last else ""
        if last is None or last.in_background or not (_SERVES.search(text) or _endless(text)):
            continue
        span = next(
            name_span for other in draft.workflow.tasks for name, name_span in other.depends_on if name == task.name
        )
        report.warning(
            "service-without-readiness",
            f"'{task.name}' does not look as if it ended, and '{waiting[0]}' waits until it does",
            script.span(last.start, last.end - last.start),
            labels=[Label(span, "waits for it")],
            help=f"give '{task.name}' a readiness probe: tcp_port, http_get or log_watch",
        )


def _endless(text: str) -> bool:
    return _FOR_EVER.match(text) is not None and not re.search(r"\b(?:break|exit|return)\b", text)
