"""A document becomes a Workflow: every part in its field, nulls as if nothing was said."""

from pathlib import Path

import pytest
from sflowc.diagnostics import Reporter
from sflowc.ir.tree import Scalar, to_python
from sflowc.ir.workflow import Workflow
from sflowc.source.compose import Overrides, compose
from sflowc.source.load import load
from sflowc.source.lower import check_overrides, lower
from sflowc.source.validate import validate

HEAD = 'version: "0.1"\n'
FULL = f"""{HEAD}
variables:
  SHORT: 4
  LONG: {{value: "${{{{ SHORT }}}}", type: integer, domain: [1, 4], description: d}}
artifacts:
  M: {{uri: "file://x", content: 5, sha256: 0a, description: d}}
backends:
  - {{name: b, type: slurm, default: true, nodes: 2, description: d}}
operators:
  o: {{type: srun, mpi: pmix, extra_args: [-v]}}
workflow:
  name: w
  timeout: 1h
  strict: yes
  variables: [{{name: V, value: x}}]
  tasks:
    t:
      script: [ls, 5]
      depends_on: [a, 1]
      operator: {{name: o, mpi: none}}
      backend: b
      replicas: {{count: 2, policy: sequential, variables: [V]}}
      resources: {{nodes: {{indices: [0], count: 1, exclude: [1]}}, gpus: {{count: 4}}}}
      probes:
        readiness: {{tcp_port: {{port: 1}}, delay: 3, http_get: ~}}
        failure: {{log_watch: {{match_pattern: x}}}}
      retries: {{count: 1, interval: 2}}
      outputs: [{{pattern: "x {{y}}"}}]
      timeout: 5
      variables: {{T: 1}}
      strict: false
      critical: false
"""


def lowered(text: str) -> tuple[Workflow, Reporter]:
    report = Reporter()
    file = load("f.yaml", text.encode(), report)
    assert file.root is not None
    validate(file.root, report)
    document = compose([file], Overrides(), report)
    assert document is not None, list(report)
    return lower(document), report


def test_every_part_has_its_field() -> None:
    workflow, report = lowered(FULL)
    assert list(report) == []
    short, long = workflow.global_variables
    assert (short.name, short.type, short.domain, to_python(short.value)) == ("SHORT", None, None, 4)
    assert (long.type, to_python(long.value), str(long.span)) == ("integer", "${{ SHORT }}", "f.yaml:5:3")
    (artifact,) = workflow.artifacts
    assert [part.text for part in (artifact.uri, artifact.content, artifact.sha256) if part] == ["file://x", "5", "0a"]
    (backend,) = workflow.backends
    assert (backend.name, backend.type, to_python(backend.fields)) == ("b", "slurm", {"nodes": 2})
    (operator,) = workflow.operators
    assert (operator.type, to_python(operator.fields)) == ("srun", {"mpi": "pmix", "extra_args": ["-v"]})
    assert [variable.name for variable in workflow.workflow_variables] == ["V"]
    assert isinstance(workflow.timeout, Scalar)
    assert (workflow.name, workflow.timeout.text, str(workflow.span)) == ("w", "1h", "f.yaml:13:9")


def test_every_part_of_a_task_has_its_field() -> None:
    (task,) = lowered(FULL)[0].tasks
    assert [item.text for item in task.script] == ["ls", "5"]
    assert [name for name, _ in task.depends_on] == ["a", "1"]
    assert task.operator is not None
    assert task.operator.overrides is not None
    assert (task.operator.name, to_python(task.operator.overrides)) == ("o", {"mpi": "none"})
    assert task.replicas is not None
    assert [name for name, _ in task.replicas.variables] == ["V"]
    assert task.resources is not None
    assert to_python(task.resources.node_exclude) == [1]  # type: ignore[arg-type]
    assert [(probe.type, probe.kind) for probe in task.probes] == [("readiness", "tcp_port"), ("failure", "log_watch")]
    assert to_python(task.probes[0].knobs) == {"delay": 3}
    assert to_python(task.retries) == {"count": 1, "interval": 2}  # type: ignore[arg-type]
    assert [to_python(output) for output in task.outputs] == [{"pattern": "x {y}"}]
    assert [variable.name for variable in task.variables] == ["T"]


@pytest.mark.parametrize(
    "key", ["depends_on", "operator", "backend", "replicas", "resources", "probes", "retries", "outputs", "timeout", "variables"]
)  # fmt: skip
def test_null_says_nothing(key: str) -> None:
    start = f"{HEAD}workflow:\n  name: w\n  tasks:\n    t:\n      script: [ls]\n"
    plain, _ = lowered(start)
    with_null, report = lowered(f"{start}      {key}: ~\n")
    assert list(report) == []
    assert with_null.tasks == plain.tasks


@pytest.mark.parametrize(
    ("override", "code", "message"),
    [
        ("{name: oo}", "unknown-operator", "no operator is called 'oo'"),
        ("oo", "unknown-operator", "no operator is called 'oo'"),
        ("{name: o, mpy: x}", "unknown-key", "operator 'o' of type srun has no key 'mpy'"),
        ("{name: o, type: docker, mpi: x}", "unknown-key", "operator 'o' of type docker has no key 'mpi'"),
        ("{name: o, type: dokcer}", "unknown-value", "'type' cannot be 'dokcer'"),
        ("{name: o, ntasks: few}", "wrong-type", "'ntasks' must be a whole number"),
    ],
)
def test_overrides_are_those_of_the_type(override: str, code: str, message: str) -> None:
    workflow, report = lowered(
        f"{HEAD}operators: {{o: {{type: srun}}}}\n"
        f"workflow: {{name: w, tasks: {{t: {{script: [ls], operator: {override}}}}}}}\n"
    )
    check_overrides(workflow, report)
    (found,) = report
    assert found.code == code
    assert found.message.startswith(message)


@pytest.mark.parametrize(
    "override",
    [
        "{name: o, mpi: ~, label: ~, ntasks: ~, extra_args: ~}",
        "{name: o, type: docker, image: x}",
        "{name: o, type: ~}",
    ],
)
def test_overrides_that_are_fine(override: str) -> None:
    workflow, report = lowered(
        f"{HEAD}operators: {{o: {{type: srun}}}}\n"
        f"workflow: {{name: w, tasks: {{t: {{script: [ls], operator: {override}}}}}}}\n"
    )
    check_overrides(workflow, report)
    assert list(report) == []


def test_the_samples_lower() -> None:
    for path in sorted((Path(__file__).resolve().parents[3] / "samples").glob("*.yaml")):
        workflow, report = lowered(path.read_text(encoding="utf-8"))
        check_overrides(workflow, report)
        assert list(report) == []
        assert workflow.tasks
