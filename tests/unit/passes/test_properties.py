"""What holds for all workflows: of placement, of the names of replicas, and of the order in which files are merged."""

from __future__ import annotations

import itertools
import json
import math
import re
from typing import Any

from compilation import compiled
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from sflowc.driver import Compilation
from sflowc.ir.dump import plan_to_json
from sflowc.ir.plan import Plan, PlanTask
from sflowc.targets import default_target

TASKS = "abcdef"


def as_yaml(document: dict[str, Any]) -> str:
    """JSON is YAML."""
    return json.dumps({"version": "0.1", **document})


# ---- Placement -------------------------------------------------------------------------------------------------------


@st.composite
def requests(draw: st.DrawFn, name: str, earlier: list[str]) -> dict[str, Any]:
    """A task with resources, replicas, dependencies on earlier tasks and now and then a readiness probe."""
    resources: dict[str, Any] = {}
    nodes: dict[str, Any] = {}
    match draw(st.sampled_from(["anywhere", "anywhere", "count", "indices"])):
        case "count":
            nodes["count"] = draw(st.integers(1, 2))
        case "indices":
            nodes["indices"] = draw(st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True))
    if draw(st.integers(0, 4)) == 0:
        nodes["exclude"] = draw(st.lists(st.integers(0, 1), max_size=1))
    if draw(st.integers(0, 4)):
        resources["gpus"] = {"count": draw(st.integers(1, 6))}
    if nodes:
        resources["nodes"] = nodes
    task: dict[str, Any] = {"name": name, "script": ["x"], "resources": resources}
    if draw(st.booleans()):
        policy = draw(st.sampled_from(["parallel", "sequential", "sequential"]))
        task["replicas"] = {"count": draw(st.integers(1, 4)), "policy": policy}
    if earlier:
        task["depends_on"] = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True))
    if draw(st.integers(0, 3)) == 0:
        task["probes"] = {"readiness": {"tcp_port": {"port": 80}}}
    if draw(st.booleans()):
        task["backend"] = draw(st.sampled_from(["c", "l"]))
    return task


@st.composite
def workflows(draw: st.DrawFn) -> str:
    """Tasks on two backends of a few nodes and GPUs."""
    names = TASKS[: draw(st.integers(1, 5))]
    tasks = [draw(requests(name, list(names[:position]))) for position, name in enumerate(names)]
    sizes = [{"nodes": draw(st.integers(2, 6)), "gpus_per_node": draw(st.integers(3, 8))} for _ in range(2)]
    backends = {"c": {"type": "slurm", **sizes[0]}, "l": {"type": "local", **sizes[1]}}
    return as_yaml({"backends": backends, "workflow": {"name": "w", "tasks": tasks}})


def ended_before(plan: Plan) -> dict[str, set[str]]:
    """For each concrete task those that have surely ended when it starts: what it waits for and cannot become ready."""
    before: dict[str, set[str]] = {}
    ready = {task.name for task in plan.tasks if any(probe.type == "readiness" for probe in task.probes)}
    for name in plan.order:
        task = plan.task(name)
        before[name] = {other for other in task.depends_on if other not in ready}.union(
            *(before[other] for other in task.depends_on)
        )
    return before


def slices(task: PlanTask) -> set[tuple[str, int, int]]:
    return {(task.backend, node, gpu) for node in task.node_indices for gpu in task.gpus or ()}


@settings(max_examples=300, deadline=None)
@given(workflows())
def test_no_gpu_is_given_to_two_tasks_that_may_run_at_the_same_time(text: str) -> None:
    plan = compiled(text).plan
    event("it fits" if plan else "it does not fit")
    assume(plan)
    assert plan is not None
    before = ended_before(plan)
    for one, other in itertools.combinations(plan.tasks, 2):
        if one.name not in before[other.name] and other.name not in before[one.name]:
            assert not slices(one) & slices(other), (one.name, other.name)


@settings(max_examples=200, deadline=None)
@given(workflows())
def test_nodes_and_gpus_are_ones_that_there_are_and_as_many_as_were_asked_for(text: str) -> None:
    plan = compiled(text).plan
    assume(plan)
    assert plan is not None
    asked = {task["name"]: task["resources"] for task in json.loads(text)["workflow"]["tasks"]}
    for task in plan.tasks:
        backend = plan.backend(task.backend)
        assert set(task.node_indices) <= set(range(backend.nodes))
        assert len(set(task.node_indices)) == len(task.node_indices) > 0
        assert backend.gpus_per_node is not None
        assert set(task.gpus or ()) <= set(range(backend.gpus_per_node))
        wanted = asked[task.base].get("gpus", {}).get("count")
        given_to_it = None if task.gpus is None else len(task.gpus)
        assert given_to_it == (None if wanted is None else math.ceil(wanted / len(task.node_indices)))
        nodes = asked[task.base].get("nodes", {})
        assert len(task.node_indices) == nodes.get("count", len(nodes.get("indices", task.node_indices)))
        assert not set(nodes.get("exclude", ())) & set(task.node_indices)


@settings(max_examples=200, deadline=None)
@given(workflows())
def test_what_does_not_fit_is_told(text: str) -> None:
    done = compiled(text)
    found = {found.code for found in done.diagnostics if found.severity == "error"}
    assert (done.plan is None) == bool(found)
    assert found <= {"does-not-fit", "node-range", "no-nodes", "indices-and-count"}


@settings(max_examples=50, deadline=None)
@given(workflows())
def test_a_plan_and_its_script_are_the_same_each_time(text: str) -> None:
    def outcome(done: Compilation) -> tuple[object, object, object]:
        if done.plan is None:
            return None, None, done.diagnostics
        return plan_to_json(done.plan), default_target(done.plan).emit(done.plan), done.diagnostics

    assert outcome(compiled(text)) == outcome(compiled(text))


@settings(max_examples=200, deadline=None)
@given(workflows())
def test_the_order_holds_every_task_once_and_after_all_that_it_waits_for(text: str) -> None:
    plan = compiled(text).plan
    assume(plan)
    assert plan is not None
    assert sorted(plan.order) == sorted(task.name for task in plan.tasks)
    place = {name: position for position, name in enumerate(plan.order)}
    for task in plan.tasks:
        assert all(place[other] < place[task.name] for other in task.depends_on)


# ---- Names of replicas -----------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.text(alphabet=st.characters(min_codepoint=1, max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=4),
    st.text(alphabet="a.-_ /1", max_size=3),
    st.integers(-20, 20),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.booleans(),
)
DOMAINS = st.lists(VALUES, min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(st.lists(DOMAINS, min_size=1, max_size=3), st.sampled_from(["parallel", "sequential"]))
def test_no_two_concrete_tasks_have_one_name_and_every_combination_has_one(
    domains: list[list[object]], policy: str
) -> None:
    variables = {f"V{n}": {"value": domain[0], "domain": domain} for n, domain in enumerate(domains)}
    replicas = {"variables": list(variables), "policy": policy}
    tasks = [{"name": "t", "script": ["x"], "replicas": replicas}, {"name": "t_1", "script": ["x"]}]
    done = compiled(as_yaml({"variables": variables, "workflow": {"name": "w", "tasks": tasks}}))
    if done.plan is None:
        event("a clash")
        assert {found.code for found in done.diagnostics if found.severity == "error"} == {"replica-name-clash"}
        return
    event("no clash")
    names = [task.name for task in done.plan.tasks]
    assert len(set(names)) == len(names) == math.prod(map(len, domains)) + 1
    assert all(re.fullmatch(r"t(_[A-Za-z0-9_+@%=~]*)+", name) for name in names)
    combinations = [tuple(map(str, values)) for values in itertools.product(*domains)]
    found = [tuple(dict(task.env)[name] for name in variables) for task in done.plan.tasks[:-1]]
    assert found == combinations
    assert [task.replica_index for task in done.plan.tasks[:-1]] == list(range(len(combinations)))


# ---- Several files ---------------------------------------------------------------------------------------------------

NAMES = st.sampled_from("ABCD")
SECTION = st.dictionaries(NAMES, st.integers(0, 9), max_size=4)
FILES = st.lists(st.tuples(SECTION, SECTION, st.none() | st.integers(1, 99)), min_size=1, max_size=4)


@settings(max_examples=100, deadline=None)
@given(FILES)
def test_the_last_file_that_says_something_is_the_one_that_counts(
    files: list[tuple[dict[str, int], dict[str, int], int | None]],
) -> None:
    texts = []
    for number, (variables, own, timeout) in enumerate(files):
        tasks = [{"name": f"t{number}", "script": ["x"]}]
        workflow = {"name": "w", "variables": own, "tasks": tasks, **({"timeout": timeout} if timeout else {})}
        texts.append(as_yaml({"variables": variables, "workflow": workflow}))
    plan = compiled(*texts).plan
    assert plan is not None
    expected: dict[str, int] = {}
    for variables, _, _ in files:
        expected |= variables
    for _, own, _ in files:
        expected |= own
    assert {variable.name: variable.value for variable in plan.variables} == {k: str(v) for k, v in expected.items()}
    assert plan.timeout == ([None] + [timeout for _, _, timeout in files if timeout])[-1]
    assert [task.name for task in plan.tasks] == [f"t{number}" for number in range(len(files))]


@settings(max_examples=100, deadline=None)
@given(workflows(), st.data())
def test_a_workflow_in_pieces_is_the_workflow(text: str, data: st.DataObject) -> None:
    whole = json.loads(text)
    tasks = whole["workflow"].pop("tasks")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(tasks)), max_size=2)))
    pieces = [tasks[start:end] for start, end in itertools.pairwise([0, *cuts, len(tasks)])]
    parts = [whole, *({"workflow": {"tasks": piece}} for piece in pieces)]
    if data.draw(st.booleans()):
        parts.append({"backends": parts[0].pop("backends")})
    together, apart = compiled(text), compiled(*map(as_yaml, parts))
    assert [found.code for found in together.diagnostics] == [found.code for found in apart.diagnostics]
    if together.plan is not None and apart.plan is not None:
        one, other = plan_to_json(together.plan), plan_to_json(apart.plan)
        assert {**one, "sources": None} == {**other, "sources": None}
