"""All errors of the passes come at once, one for each cause, in the order of the file."""

import json

import pytest
from sflowc.driver import compile_workflow


def found(document: dict) -> list[tuple[str, str]]:
    """Code and message of every error."""
    done = compile_workflow([("w.yaml", json.dumps({"version": "0.1", **document}).encode())])
    places = [one.span for one in done.diagnostics]
    assert places == sorted(places, key=lambda span: (span.line, span.column) if span else (0, 0))
    return [(one.code, one.message) for one in done.diagnostics if one.severity == "error"]


def codes(tasks: dict, **head: object) -> list[str]:
    return [code for code, _ in found({**head, "workflow": {"name": "w", "tasks": tasks}})]


LS = {"script": ["ls"]}
USES = {"script": ["echo ${{ X }} ${{ variables.X + 1 }}"], "timeout": "${{ X }}", "strict": "${{ X }}"}


def test_mistakes_of_all_passes_are_told_at_once() -> None:
    assert sorted(
        codes(
            {
                "a": {"script": ["${{ nope }}"], "depends_on": ["nobody"], "backend": "nowhere", "operator": "none"},
                "b": {**LS, "resources": {"gpus": {"count": 99}}, "timeout": "${{ 'x' }}"},
                "c": {**LS, "probes": {"readiness": {"tcp_port": {"port": 0}}}},
            },
            variables={"V": "${{ W }}", "N": {"type": "integer", "value": "x"}},
            artifacts={"A": {"uri": "no-scheme"}},
            backends={"c": {"type": "slurm", "nodes": 1, "gpus_per_node": 8}},
        )
    ) == [
        "bad-duration",
        "does-not-fit",
        "no-scheme",
        "port-range",
        "unknown-backend",
        "unknown-name",
        "unknown-name",
        "unknown-operator",
        "unknown-task",
        "wrong-type",
    ]


@pytest.mark.parametrize("value", ["${{ nope }}", {"type": "integer", "value": "x"}, {"value": 1, "domain": [2]}])
def test_nothing_follows_from_a_variable_that_has_no_value(value: object) -> None:
    head = {
        "variables": {"X": value, "Y": "${{ X }}1"},
        "artifacts": {"A": {"uri": "fs://${{ Y }}"}},
        "backends": {"c": {"type": "slurm", "nodes": "${{ X }}", "gpus_per_node": 2}},
        "operators": {"o": {"type": "srun", "ntasks": "${{ X }}", "container_image": "${{ Y }}"}},
    }
    tasks = {
        "t": {**USES, "operator": "o", "resources": {"gpus": {"count": "${{ X }}"}}},
        "i": {**LS, "resources": {"nodes": {"indices": [5], "exclude": ["${{ X }}"]}}},
        "r": {"script": ["${{ artifacts.A.path }}"], "replicas": {"count": "${{ X }}"}},
        "s": {"script": ["${{ task.r[1].gpus }} ${{ task.t.nodes[9].name }}"], "replicas": {"variables": ["X"]}},
        "p": {**LS, "probes": {"failure": {"log_watch": {"match_pattern": "${{ X }}", "logger": "r_7"}}}},
        "d": {**LS, "depends_on": ["r_7", "s_a"], "retries": {"count": "${{ X }}", "interval": 1}},
        "v": {"script": ["$Z ${{ Z }}"], "variables": {"Z": "${{ X }}"}},
    }
    assert len(codes(tasks, **head)) == 1


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"backend": "nowhere"}, "unknown-backend"),
        ({"resources": {"gpus": {"count": 99}}}, "does-not-fit"),
        ({"resources": {"nodes": {"indices": [99]}}}, "node-range"),
        ({"resources": {"accelerator": "none"}}, "unknown-accelerator"),
        ({"operator": "none"}, "unknown-operator"),
        ({"operator": {"name": "o", "nope": 1}}, "unknown-key"),
        ({"replicas": {"count": 0}}, "too-small"),
        ({"replicas": {"policy": "x", "count": 2}}, "unknown-value"),
        ({"replicas": {"variables": ["GONE"]}}, "unknown-variable"),
        ({"depends_on": ["uses"]}, "dependency-cycle"),
    ],
)
def test_nothing_follows_from_a_task_that_is_broken(broken: dict, code: str) -> None:
    tasks = {
        "t": {**LS, **broken},
        "uses": {
            "script": ["${{ task.t.nodes[3].name if false else task.t.operator }}"],
            "depends_on": ["t"],
            "probes": {"readiness": {"log_watch": {"match_pattern": "x", "logger": "t"}}},
        },
    }
    if code not in ("unknown-operator", "unknown-key", "dependency-cycle"):
        tasks["uses"]["script"].append("${{ task.t[4].gpus }} ${{ task.t.nodes[3].name }}")
        tasks["uses"]["script"].append("${{ task.t.gpus[7] }}")
    head = {
        "backends": {"c": {"type": "slurm", "nodes": 1, "gpus_per_node": 8}},
        "operators": {"o": {"type": "srun"}},
    }
    assert codes(tasks, **head) == [code]


def test_a_misspelt_replica_of_a_broken_task_is_forgiven_and_another_name_is_not() -> None:
    tasks = {"t": {**LS, "replicas": {"count": 0}}, "u": {**LS, "depends_on": ["t_5", "x_5"]}}
    assert codes(tasks) == ["too-small", "unknown-task"]
    tasks["u"] = {"script": ["${{ task.t_5.gpus }} ${{ task.x_5.gpus }}"]}
    assert codes(tasks) == ["too-small", "unknown-task"]
