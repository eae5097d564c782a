"""Plan -> Script IR: the shared half of the bash and sbatch targets.

In: a Plan, and the directives of the target. Out: a Script whose every word is quoted for bash. Nodes of all
backends get one flat numbering, tasks and probes are numbered in the plan's order, and what most tasks have in
common (their environment, a script that replicas share) stands once.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping

from ..ir.expr import Atom, RunText, Text
from ..ir.plan import Plan, PlanBackend, PlanProbe, PlanTask
from ..ir.script import Block, Document, Function, Script
from ..ir.secrets import hide
from ..outputs import awk, checks
from . import artifact_calls, launch_words, probe_calls, timeout_calls
from .fingerprints import fingerprints
from .linker import link
from .lower_variables import GIVEN, settable, variables_function
from .shell import Speller, assignment, quote, quote_on_one_line, word, wrap

GRACE = 10
"""Seconds between TERM and KILL. Slurm gives a cancelled job 30 s before it kills (KillWait)."""

BUILTINS = frozenset(
    [
        "CUDA_VISIBLE_DEVICES",
        "SFLOW_WORKSPACE_DIR",
        "SFLOW_OUTPUT_DIR",
        "SFLOW_WORKFLOW_OUTPUT_DIR",
        "SFLOW_TASK_OUTPUT_DIR",
        "SFLOW_TASK_ASSIGNED_NODE_NAMES",
        "SFLOW_TASK_ASSIGNED_NODE_IPS",
        "SFLOW_REPLICA_INDEX",
    ]
)
"""Environment that the runtime gives a task from its placement, so that no task's block repeats it."""


class Numbering:
    """Indices that a script uses: nodes over all backends, tasks by name; and how an atom is spelt."""

    def __init__(self, plan: Plan) -> None:
        self.first_node: dict[str, int] = {}
        count = 0
        for backend in plan.backends:
            self.first_node[backend.name] = count
            count += backend.nodes
        self.component = {backend.name: backend.component for backend in plan.backends}
        self.task = {task.name: index for index, task in enumerate(plan.tasks)}
        artifacts = {artifact.name: i for i, artifact in enumerate(artifact_calls.fetched(plan.artifacts))}
        self.spell = _speller(tuple(self.first_node.items()), tuple(artifacts.items()))

    def node(self, backend: str, node: int) -> int:
        return self.first_node[backend] + node


@functools.lru_cache(maxsize=256)
def _speller(first_nodes: tuple[tuple[str, int], ...], artifacts: tuple[tuple[str, int], ...]) -> Speller:
    """The same one for all plans that number nodes and artifacts alike, so that what it has spelt need not be spelt again."""
    first_node, artifact = dict(first_nodes), dict(artifacts)

    def spell(atom: Atom) -> str:
        """The parameter expansion that gives the atom's value when the script runs."""
        match atom.kind:
            case "ip":
                return f"${{SF_NODE_IP[{first_node[atom.backend] + atom.node}]}}"
            case "name":
                return f"${{SF_NODE_NAME[{first_node[atom.backend] + atom.node}]}}"
            case "workspace_dir":
                return "${SF_WORKSPACE}"
            case "output_dir":
                return "${SF_OUTPUT}"
            case "workflow_output_dir":
                return "${SF_RUN}"
            case "job_id":
                return "${SLURM_JOB_ID-}"
            case "artifact":
                return f"${{SF_ARTIFACT[{artifact[atom.artifact]}]}}"
            case "artifact_repo":  # all that the hub's cache has of it
                return f"${{SF_ARTIFACT[{artifact[atom.artifact]}]%/snapshots/*}}"

    return spell


def lower_script(plan: Plan, version: str, directives: tuple[str, ...], usage: tuple[str, ...]) -> Script:
    """The script of a plan. `directives` are `#SBATCH` options, `usage` the lines that tell a reader how to run it."""
    numbers = Numbering(plan)
    changeable = settable(plan)
    common = _common_environment(plan)
    documents, mark = _documents(plan)
    tasks, probes, probe_index = [], [], 0
    tiers, feeds = _graph(plan)
    made_of = fingerprints(plan)
    for index, task in enumerate(plan.tasks):
        own = range(probe_index, probe_index + len(task.probes))
        hidden = tuple(name for name in task.own_variables if name in changeable)
        own_mark = made_of[task.name]
        tasks.append(_task_block(task, index, own, tiers[index], feeds[index], common, hidden, own_mark, numbers))
        for probe in task.probes:
            probes.append(_probe_block(probe, probe_index, task, index, numbers, plan.secrets))
            probe_index += 1
    return Script(
        workflow=plan.workflow,
        summary=_summary(plan),
        version=version,
        directives=directives,
        sources=tuple((source.name, source.sha256) for source in plan.sources),
        rebuild=" ".join(quote_on_one_line(argument) for argument in plan.command),
        usage=usage,
        settings=(*_settings(plan, mark), *timeout_calls.settings(plan.on_timeout, directives)),
        functions=tuple(_functions(plan, common, mark, numbers)),
        tasks=tuple(tasks),
        probes=tuple(probes),
        documents=documents,
        units=link(_roots(plan)),
        cluster=(plan.cluster.name, plan.cluster.sha256) if plan.cluster else None,
        preamble=_preamble(plan),
    )


def _summary(plan: Plan) -> str:
    count = len(plan.tasks)
    return f"{plan.workflow}: {count} task{'s' if count != 1 else ''}"


def _settings(plan: Plan, mark: str) -> tuple[str, ...]:
    commands = sorted({"srun", "scontrol", "scancel"} if any(b.type == "slurm" for b in plan.backends) else set())
    if any(map(_is_checked, plan.tasks)):
        commands.append("awk")
    if {"probe_log", "probe_body"} & {probe_calls.unit(probe.check) for task in plan.tasks for probe in task.probes}:
        commands.append("grep")
    commands += sorted({str(task.argv[0]) for task in plan.tasks if task.argv} - {"bash", *commands})
    lines = [
        f"SF_WORKFLOW={quote(plan.workflow)}",
        f"SF_GRACE={GRACE * 100} # centiseconds between TERM and KILL",
        f"SF_LAUNCHERS={quote(' '.join(sorted({_launcher(task) for task in plan.tasks})))}",
        f"SF_COMMANDS=({' '.join(quote(command) for command in commands)}) # looked for before anything starts",
        f"SF_HOLE_MARK={quote(mark)}",
        f"SF_NAME_WIDTH={max([8, *(len(task.name) for task in plan.tasks)])}",
        f"SF_WAITS=({' '.join(str(len(task.depends_on)) for task in plan.tasks)}) # for how many others each task waits",
        f"SF_FIRST=({' '.join(str(i) for i, task in enumerate(plan.tasks) if not task.depends_on)})",
        *artifact_calls.settings(plan.artifacts),
    ]
    if plan.secrets:
        lines.append("SF_PRIVATE=1 # this file holds secrets: what is made of it is for its owner alone")
    if plan.timeout is not None:
        lines.insert(1, f"SF_LIMIT={_seconds(plan.timeout)} # seconds for the whole workflow")
    if plan.output_dir:
        lines.insert(
            1, f"SF_OUTPUT_DEFAULT={quote(plan.output_dir)} # run directories go there; if relative, in the workspace"
        )
    return tuple(lines)


def _roots(plan: Plan) -> tuple[str, ...]:
    """The runtime units that the script calls itself."""
    roots = ["local"]
    roots += sorted({_launcher(task) for task in plan.tasks} - {"local"})
    if any(backend.type == "slurm" for backend in plan.backends):
        roots.append("slurm_nodes")
    if any(task.retries for task in plan.tasks):
        roots.append("retry")
    kinds = {probe_calls.unit(probe.check) for task in plan.tasks for probe in task.probes}
    if kinds:
        roots += ["probe", *sorted(kinds)]
    if any(task.outputs for task in plan.tasks):
        roots.append("outputs")
    if any(map(_is_checked, plan.tasks)):
        roots.append("outputs_check")
    roots += artifact_calls.units(plan.artifacts)
    if plan.on_timeout is not None:
        roots.append("drain")
        if any(backend.type == "slurm" for backend in plan.backends):
            roots.append("time_left")
    if settable(plan):
        roots.append("override")
    if _preamble(plan):
        roots.append("preamble")
    return (*roots, "main")


def _is_checked(task: PlanTask) -> bool:
    """Whether the task can fail for its outputs."""
    return any(output.is_checked for output in task.outputs)


def _launcher(task: PlanTask) -> str:
    return task.operator.type if task.operator.type in ("srun", "docker", "ssh") else "local"


def _component(task: PlanTask, numbers: Numbering) -> str:
    """The component of a heterogeneous job that the task's step belongs to; nothing for the first, whose id is the job's."""
    component = numbers.component[task.backend]
    return str(component) if component and f"--het-group={component}" in task.argv else ""


def _seconds(value: float) -> str:
    """Seconds as the runtime reads them: no exponent, no more than two decimals."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def _graph(plan: Plan) -> tuple[list[int], list[list[int]]]:
    """For every task its tier (the longest way from a task that waits for nothing), and the tasks that wait for it."""
    numbers = {task.name: index for index, task in enumerate(plan.tasks)}
    by_name = {task.name: task for task in plan.tasks}
    tiers = [0] * len(plan.tasks)
    feeds: list[list[int]] = [[] for _ in plan.tasks]
    for name in plan.order:
        index = numbers[name]
        before = [numbers[other] for other in by_name[name].depends_on]
        tiers[index] = max((tiers[other] + 1 for other in before), default=0)
    for index, task in enumerate(plan.tasks):
        for other in task.depends_on:
            feeds[numbers[other]].append(index)
    return tiers, feeds


def _common_environment(plan: Plan) -> dict[str, Text]:
    """What every task has in its environment with the same value, and what can be changed for all that do not hide it."""
    shared = {name: value for name, value in plan.tasks[0].env if name not in BUILTINS}
    for task in plan.tasks[1:]:
        own = dict(task.env)
        shared = {name: value for name, value in shared.items() if _is_same(own.get(name), value)}
    return {**shared, **{name: variable.text for name, variable in settable(plan).items()}}


def _is_same(one: Text | None, other: Text) -> bool:
    """Most values that tasks have in common are the same object."""
    return one is other or one == other


def _task_block(
    task: PlanTask,
    index: int,
    probes: range,
    tier: int,
    feeds: list[int],
    common: Mapping[str, Text],
    hidden: tuple[str, ...],
    fingerprint: str,
    numbers: Numbering,
) -> Block:
    if hidden:
        common = {name: text for name, text in common.items() if name not in hidden}
    setup = _setup_words(task, common, numbers)
    fields = [
        ("TASK", quote(task.name)),
        ("BASE", quote(task.base) if task.base != task.name else ""),
        ("TIER", str(tier) if tier else ""),
        ("AFTER", _indices(numbers.task[name] for name in task.depends_on)),
        ("FEEDS", _indices(feeds)),
        ("NODES", _indices(numbers.node(task.backend, node) for node in task.node_indices)),
        ("GPUS", ",".join(map(str, task.gpus)) if task.gpus else ""),
        ("REPLICA", str(task.replica_index) if task.replica_index else ""),
        ("SWEEPS", quote(" ".join(task.sweep_variables)) if task.sweep_variables else ""),
        ("LAUNCH", _launcher(task) if _launcher(task) != "local" else ""),
        ("COMPONENT", _component(task, numbers)),
        ("TIMEOUT", _seconds(task.timeout) if task.timeout is not None else ""),
        ("RETRY", quote(_retry(task)) if task.retries else ""),
        ("PROBES_OF", _indices(probes)),
        ("READY_WITHIN", _ready_within(task)),
        ("OPTIONAL", "" if task.critical else "1"),
        ("OUTPUTS", "1" if task.outputs else ""),
        ("UNITS", _units(task)),
        ("CHECKED", "1" if _is_checked(task) else ""),
        ("SETUP", "1" if setup else ""),
        ("HIDES", quote(" ".join(hidden)) if hidden else ""),
        ("FINGERPRINT", fingerprint),
    ]
    words = [f"SF_{name}[{index}]={value}" for name, value in fields if value]
    lines = wrap(words, first="", last="") if len(" ".join(words)) <= 118 else _two_lines(words)
    if setup:
        lines += [f"setup_{index}() {{", *(f"  {line}" for line in setup), "}"]
    return Block(comment=_task_comment(task, index), lines=tuple(lines))


def _two_lines(words: list[str], width: int = 118) -> list[str]:
    lines = [""]
    for item in words:
        if lines[-1] and len(lines[-1]) + 1 + len(item) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {item}".strip()
    return lines


def _indices(indices: Iterable[int]) -> str:
    return quote(" ".join(map(str, indices))).replace("''", "")


def _retry(task: PlanTask) -> str:
    assert task.retries is not None
    return f"{task.retries.count} {_seconds(task.retries.interval)} {_seconds(task.retries.backoff)}"


def _ready_within(task: PlanTask) -> str:
    deadlines = [probe.deadline for probe in task.probes if probe.deadline is not None]
    return _seconds(deadlines[0]) if deadlines else ""


def _units(task: PlanTask) -> str:
    """The units of its metrics, as members of an object of JSON."""
    units = {metric.name: metric.unit for output in task.outputs for metric in output.metrics if metric.unit}
    return quote(json.dumps(units, ensure_ascii=False)[1:-1]) if units else ""


def _task_comment(task: PlanTask, index: int) -> str:
    facts = [f"after {', '.join(task.depends_on)}" if task.depends_on else "starts at once"]
    nodes = ", ".join(map(str, task.node_indices))
    facts.append(f"node{'s' if len(task.node_indices) != 1 else ''} {nodes} of {task.backend}")
    if task.gpus:
        facts.append(f"GPU{'s' if len(task.gpus) != 1 else ''} {','.join(map(str, task.gpus))}")
    return f"{index}  {task.name}: {'; '.join(facts)}"


def _setup_words(task: PlanTask, common: Mapping[str, Text], numbers: Numbering) -> list[str]:
    """The lines of the task's setup function: its own environment, and the command that runs its script."""
    lines: list[str] = []
    own = [(name, value) for name, value in task.env if name not in BUILTINS and not _is_same(common.get(name), value)]
    if own:
        lines += wrap([assignment(name, value, numbers.spell) for name, value in own], first="SF_ENV+=(", last=")")
    return lines + launch_words.lines(task, numbers.spell)


def _probe_block(
    probe: PlanProbe, index: int, task: PlanTask, task_index: int, numbers: Numbering, secrets: tuple[str, ...]
) -> Block:
    times = (probe.delay, probe.interval, probe.timeout)
    thresholds = (probe.success_threshold, probe.failure_threshold)
    numbers_text = " ".join([*(_seconds(value) for value in times), *map(str, thresholds)])
    call = probe_calls.call(probe.check, task, task_index, numbers.task)
    words = [word(argument, numbers.spell) for argument in call]
    return Block(
        comment=f"{probe.type} of {task.name}: {hide(probe_calls.describe(probe.check), secrets)}",
        lines=(
            f"SF_PROBE_TASK[{index}]={task_index} SF_PROBE_ROLE[{index}]='{probe.type} {probe.kind}'"
            f" SF_PROBE_TIMES[{index}]={quote(numbers_text)}",
            f"probe_{index}() {{ {' '.join(words)}; }}"
            if not any("\n" in item for item in words)
            else f"probe_{index}() {{\n  {' '.join(words)}\n}}",
        ),
    )


def _functions(plan: Plan, common: Mapping[str, Text], mark: str, numbers: Numbering) -> Iterable[Function]:
    nodes = [_nodes_call(backend, numbers) for backend in plan.backends]
    yield Function("workflow_nodes", "names and addresses of the nodes", tuple(nodes))
    entries = [assignment(name, value, numbers.spell) for name, value in sorted(common.items())]
    entries += [GIVEN] if settable(plan) else []
    lines = ["SF_ENV=(", *(f"  {entry}" for entry in entries), ")"] if entries else ["SF_ENV=()"]
    yield Function("workflow_environment", "the variables that every task gets", tuple(lines))
    variables = variables_function(plan)
    if variables is not None:
        yield variables
    yield from timeout_calls.functions(plan.on_timeout, common, numbers.spell)
    atoms = sorted({atom for text in _texts(plan) if isinstance(text, RunText) for atom in text.atoms})
    holes = [f"{quote(_token(atom, mark))} {word(RunText((atom,)), numbers.spell)}" for atom in atoms]
    lines = ["SF_HOLE=(", *(f"  {hole}" for hole in holes), ")"] if holes else ["SF_HOLE=()"]
    yield Function("workflow_holes", "what only the run knows, by its placeholder in the texts below", tuple(lines))
    yield from artifact_calls.functions(plan.artifacts, numbers.spell)
    if any(_launcher(task) == "docker" for task in plan.tasks):
        yield from artifact_calls.mounts(plan.artifacts, numbers.spell)


def _nodes_call(backend: PlanBackend, numbers: Numbering) -> str:
    first = numbers.first_node[backend.name]
    if backend.type == "slurm":
        if backend.component is None:
            return f'sf_slurm_nodes {first} {backend.nodes} "${{SLURM_JOB_NODELIST-}}"'
        nodes = f"SLURM_JOB_NODELIST_HET_GROUP_{backend.component}"
        return f'sf_slurm_nodes {first} {backend.nodes} "${{{nodes}-}}" {backend.component}'
    return f"sf_local_nodes {first} {backend.nodes}"


def _texts(plan: Plan) -> Iterable[Text]:
    """Every text that stands in a here-document."""
    if plan.on_timeout is not None:
        yield from plan.on_timeout.script
    for task in plan.tasks:
        yield from task.script
    for artifact in plan.artifacts:
        if artifact.content is not None:
            yield artifact.content


def _documents(plan: Plan) -> tuple[tuple[Document, ...], str]:
    """The here-documents, one for all tasks that share a text, and the mark that begins a placeholder in them."""
    texts = list(_texts(plan))
    constants = [part for text in texts for part in (text.parts if isinstance(text, RunText) else (text,))]
    mark = "@@"
    while any(f"{mark}{kind}" in part for part in constants if isinstance(part, str) for kind in Atom.KINDS):
        mark += "@"
    texts_of_tasks = [_script_text(task.script, mark, strict=task.strict) for task in plan.tasks]
    found = _shared("task_script", "END_OF_SCRIPT", texts_of_tasks, plan)
    for index, artifact in enumerate(artifact_calls.written(plan.artifacts)):
        text = _fill((artifact.content or "",), mark)
        found.append(Document(f"artifact_content {index}", artifact.name, text, _delimiter("END_OF_CONTENT", text)))
    if plan.on_timeout is not None:
        text = _script_text(plan.on_timeout.script, mark, strict=plan.on_timeout.strict)
        found.append(Document("on_timeout 0", plan.workflow, text, _delimiter("END_OF_SCRIPT", text)))
    outputs = [_outputs_text(task) for task in plan.tasks]
    return (*found, *_shared("task_outputs", "END_OF_OUTPUTS", outputs, plan)), mark


def _preamble(plan: Plan) -> Document | None:
    """What the cluster profile puts before the workflow."""
    if plan.cluster is None or not plan.cluster.preamble:
        return None
    text = plan.cluster.preamble.removesuffix("\n")
    return Document("cluster_preamble", plan.cluster.name, text, _delimiter("END_OF_PREAMBLE", text))


def _shared(command: str, delimiter: str, texts: Iterable[str | None], plan: Plan) -> list[Document]:
    """A here-document for each text, under the numbers of all tasks that have it."""
    users: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        if text is not None:
            users.setdefault(text, []).append(index)
    found = []
    for text, indices in users.items():
        names = ", ".join(plan.tasks[index].name for index in indices[:4])
        more = f" and {len(indices) - 4} more" if len(indices) > 4 else ""
        numbers = " ".join(map(str, indices))
        found.append(Document(f"{command} {numbers}", f"{names}{more}", text, _delimiter(delimiter, text)))
    return found


def _outputs_text(task: PlanTask) -> str | None:
    """The awk code that finds the task's outputs."""
    if not task.outputs:
        return None
    return awk.program(
        tuple(output.pattern for output in task.outputs),
        label="--label" in task.argv,
        marked=checks.marked(task.outputs),
        last=checks.statements(task.outputs),
    )


def _script_text(script: Iterable[Text], mark: str, *, strict: bool) -> str:
    text = _fill(script, mark)
    return f"set -euo pipefail\n{text}" if strict else text


def _fill(items: Iterable[Text], mark: str) -> str:
    """The items as one text, every atom as its placeholder."""
    spelt = [item if isinstance(item, str) else item.render(lambda atom: _token(atom, mark)) for item in items]
    return "\n".join(spelt)


def _token(atom: Atom, mark: str) -> str:
    return f"{mark}{atom.words}{mark}"


def _delimiter(wanted: str, text: str) -> str:
    """A delimiter that is no line of the text."""
    if wanted not in text:
        return wanted
    lines = set(text.split("\n"))
    delimiter, number = wanted, 1
    while delimiter in lines:
        number += 1
        delimiter = f"{wanted}_{number}"
    return delimiter
