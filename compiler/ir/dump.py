"""A Plan as JSON (schemas/plan.schema.json): what `sflowc plan --format json` prints and other tools read.

In: a Plan. Out: plain values for json.dumps. What only the run knows is spelt `<ip:BACKEND:0>`; values of variables whose names
look like secrets are masked.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .cluster import Cluster
from .expr import RunText, Text, display
from .plan import (
    SECRET,
    Check,
    ExecCheck,
    FileCheck,
    HttpRequest,
    LogWatch,
    NodeAddress,
    Plan,
    PlanArtifact,
    PlanBackend,
    PlanOnTimeout,
    PlanProbe,
    PlanTask,
    PlanVariable,
    TcpPort,
)
from .secrets import MASK


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as nested dicts and lists, keys in a fixed order."""
    return {
        "ok": True,
        "workflow": plan.workflow,
        "workflow_timeout": plan.timeout_text,
        **({} if plan.on_timeout is None else {"on_timeout": _on_timeout(plan.on_timeout)}),
        "variables": {variable.name: _variable(variable) for variable in plan.variables},
        "domains": {v.name: _domain(v, v.domain) for v in plan.variables if v.domain is not None},
        "settable": [v.name for v in plan.variables if v.settable],
        "shaped": {v.name: list(v.shaped) for v in plan.variables if v.shaped},
        "artifacts": {artifact.name: _artifact(artifact) for artifact in plan.artifacts},
        "backends": {backend.name: _backend(plan, backend) for backend in plan.backends},
        "tasks": [_task(task) for task in plan.tasks],
        "order": list(plan.order),
        "sources": [asdict(source) for source in plan.sources],
        **({} if plan.cluster is None else {"cluster": _cluster(plan.cluster)}),
    }


def _on_timeout(hook: PlanOnTimeout) -> dict[str, Any]:
    env = {name: MASK if SECRET.search(name) else display(text) for name, text in hook.env}
    return {"script": _texts(hook.script), "lead": hook.lead, "env": env, "strict": hook.strict}


def _cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "sha256": cluster.sha256,
        "container_mounts": list(cluster.container_mounts),
        "preamble": list(cluster.shown_preamble(MASK)),
    }


def _variable(variable: PlanVariable) -> Any:
    return MASK if variable.is_secret else _value(variable.value)


def _domain(variable: PlanVariable, domain: tuple[object, ...]) -> list[Any]:
    return [MASK if variable.is_secret else _value(item) for item in domain]


def _value(value: object) -> Any:
    if isinstance(value, RunText):
        return value.display()
    if isinstance(value, (list, tuple)):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _value(item) for key, item in value.items()}
    return value


def _artifact(artifact: PlanArtifact) -> dict[str, Any]:
    content = None if artifact.content is None else display(artifact.content)
    return {"uri": artifact.shown, "path": display(artifact.path), "content": content, "sha256": artifact.sha256}


def _backend(plan: Plan, backend: PlanBackend) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": backend.type,
        "default": backend.default,
        "nodes": backend.nodes,
        "gpus_per_node": backend.gpus_per_node,
    }
    if backend.type == "slurm":
        options = {name: list(value) if isinstance(value, tuple) else value for name, value in backend.options}
        found |= {
            "account": None,
            "partition": None,
            "time": None,
            "job_name": plan.workflow,
            "extra_args": [],
            **options,
        }
    if backend.component is not None:
        found["het_group"] = backend.component
    if backend.from_cluster:
        found["from_cluster"] = list(backend.from_cluster)
    if backend.accelerators:
        found["accelerators"] = list(backend.accelerators)
    return found


def _texts(texts: tuple[Text, ...]) -> list[str]:
    return [display(text) for text in texts]


def _task(task: PlanTask) -> dict[str, Any]:
    return {
        "name": task.name,
        "base": task.base,
        "replica_index": task.replica_index,
        "replicated": task.replicated,
        "sweep_variables": list(task.sweep_variables),
        "depends_on": list(task.depends_on),
        "backend": task.backend,
        **({} if task.accelerator is None else {"accelerator": task.accelerator}),
        "node_indices": list(task.node_indices),
        "gpus": None if task.gpus is None else list(task.gpus),
        "operator": {"type": task.operator.type, "name": task.operator.name},
        "argv": _texts(task.argv),
        "container_mounts": _texts(task.container_mounts),
        "env": {name: MASK if SECRET.search(name) else display(text) for name, text in task.env},
        "probes": [_probe(probe) for probe in task.probes],
        "retries": None if task.retries is None else asdict(task.retries),
        "outputs": [asdict(output) for output in task.outputs],
        "timeout": task.timeout,
        "strict": task.strict,
        "critical": task.critical,
        "script": _texts(task.script),
    }


def _probe(probe: PlanProbe) -> dict[str, Any]:
    return {
        "type": probe.type,
        "delay": probe.delay,
        "timeout": probe.timeout,
        "interval": probe.interval,
        "success_threshold": probe.success_threshold,
        "failure_threshold": probe.failure_threshold,
        "kind": probe.kind,
        **_check(probe.check),
    }


def _check(check: Check) -> dict[str, Any]:
    match check:
        case TcpPort():
            first = check.hosts[0]
            host = {"backend": first.backend, "node": first.node} if isinstance(first, NodeAddress) else display(first)
            return {"host": host, "port": check.port, "on_node": check.on_node}
        case HttpRequest():
            headers = {name: display(value) for name, value in check.headers}
            body = {"body": display(check.body)} if check.body is not None else {}
            expect = {} if check.expect is None else {"expect_body": check.expect.pattern, "regex": check.expect.ere}
            return {"url": display(check.url), "headers": headers, **body, **expect}
        case ExecCheck():
            return {"command": _texts(check.command)}
        case FileCheck():
            return {"path": display(check.path)}
        case LogWatch():
            return {
                "pattern": check.pattern,
                "regex": display(check.ere),
                "is_regex": check.is_regex,
                "logger": check.logger_name,
                "match_count": check.match_count,
            }
