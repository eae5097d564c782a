"""The Plan: what runs where, in which order, under which probes and limits. Target-neutral.

In: built by the passes. Out: read by every target, `sflowc plan`, and the JSON of schemas/plan.schema.json.
Everything is resolved but the atoms of `ir.expr`; times are seconds; tasks are the concrete replicas.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..diagnostics import Span
from .cluster import Cluster
from .expr import Text, display

OperatorType = Literal["bash", "srun", "docker", "ssh", "python"]
SECRET = re.compile(r"(TOKEN|KEY|PASSWORD|PASSWD|SECRET|CREDENTIALS?)$", re.IGNORECASE)
"""Names of variables whose values are never printed."""
_is_secret = functools.lru_cache(maxsize=4096)(SECRET.search)  # every task has the same names in its environment
_PASSWORD = re.compile(r"^https?://[^/?#:]*:([^/?#]*)@", re.IGNORECASE)
SCRIPT = "<script>"
"""The argument of a task's argv that stands for its script; a target puts the real thing there."""


@dataclass(frozen=True, slots=True)
class PlanVariable:
    """A global or workflow variable. `value` is a Python value or RunText; `text` what a task's environment holds.

    `shaped` says what was made of it while compiling; `settable` that it only reaches environments, so that `--set` can still
    change it when the script runs.
    """

    name: str
    value: object
    text: Text
    type: str
    domain: tuple[object, ...] | None
    is_secret: bool = False
    shaped: tuple[str, ...] = ()
    settable: bool = False


@dataclass(frozen=True, slots=True)
class HttpFetch:
    """A file that the run downloads to the artifact's path, unless it is there."""

    url: str


@dataclass(frozen=True, slots=True)
class HubFetch:
    """A repository of the Hugging Face hub, or one file of it, that the run has the hub's cache hold. `file` is empty for all."""

    type: Literal["model", "dataset"]
    repo: str
    revision: str
    file: str


Fetch: TypeAlias = HttpFetch | HubFetch


@dataclass(frozen=True, slots=True)
class PlanArtifact:
    """`content` is written when the run starts; `path` is what `$NAME` holds; `check` asks the preflight to see that it exists.

    `shown` is the URI without secrets, for people; `span` the URI's place; `sha256` what a download must hash to.
    """

    name: str
    scheme: str
    uri: str
    shown: str
    path: Text
    content: Text | None = None
    sha256: str | None = None
    check: bool = False
    fetch: Fetch | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class PlanBackend:
    """`options` are the type's own fields in schema order: account, partition, time, extra_args ... (text or tuple of text).

    `component` counts the slurm backends of a workflow that has several: each is a component of one heterogeneous job.
    `accelerators` are the kinds of hardware that it offers, by which tasks find it. `from_cluster` names the options of which
    the cluster profile has given at least a part.
    """

    name: str
    type: Literal["local", "slurm"]
    default: bool
    nodes: int
    gpus_per_node: int | None
    options: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    component: int | None = None
    accelerators: tuple[str, ...] = ()
    from_cluster: tuple[str, ...] = ()

    def option(self, name: str) -> str | tuple[str, ...] | None:
        return dict(self.options).get(name)


@dataclass(frozen=True, slots=True)
class PlanOperator:
    """What runs a task."""

    type: OperatorType
    name: str


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """The host of a probe when it is a node: node `node` of backend `backend`."""

    backend: str
    node: int


@dataclass(frozen=True, slots=True)
class LogWatch:
    """`pattern` as the user wrote it (without `re:`); `ere` the POSIX ERE or literal text that grep takes. Only the
    latter may have holes."""

    pattern: str
    is_regex: bool
    ere: Text
    match_count: int
    logger: tuple[str, ...] = ()  # concrete tasks whose logs count; empty: the task's own
    logger_name: str | None = None  # as the user wrote it
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class TcpPort:
    """Whether somebody listens."""

    hosts: tuple[NodeAddress | Text, ...]  # one for on_node first or an explicit host, all assigned nodes for each
    port: int
    on_node: Literal["first", "each"]


@dataclass(frozen=True, slots=True)
class BodyPattern:
    """`pattern` as the user wrote it; `ere` the POSIX ERE that grep takes."""

    pattern: str
    ere: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """http_get and http_post. With `expect` a line of the answer's body has the pattern."""

    method: Literal["GET", "POST"]
    url: Text
    headers: tuple[tuple[str, Text], ...]
    body: Text | None = None
    expect: BodyPattern | None = None


@dataclass(frozen=True, slots=True)
class ExecCheck:
    """Whether a command succeeds."""

    command: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class FileCheck:
    """`path` is absolute: against the workspace when the user's was not."""

    path: Text


Check: TypeAlias = TcpPort | HttpRequest | LogWatch | ExecCheck | FileCheck


@dataclass(frozen=True, slots=True)
class PlanProbe:
    """`deadline` is set only when the user wrote a readiness timeout; `timeout` bounds one check."""

    type: Literal["readiness", "failure"]
    kind: str
    check: Check
    delay: float
    timeout: float
    interval: float
    success_threshold: int
    failure_threshold: int
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a task that failed is run again, and after how long."""

    count: int
    interval: float
    backoff: float


@dataclass(frozen=True, slots=True)
class PlanMetric:
    """A named field that is a measurement; `unit` is for people. Every value of it must be from `min` to `max`."""

    name: str
    unit: str = ""
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class PlanOutput:
    """A pattern. `require`: the task fails when the log has none of it."""

    pattern: str
    source: str | None = None
    metrics: tuple[PlanMetric, ...] = ()
    require: bool = False

    @property
    def is_checked(self) -> bool:
        """Whether the task can fail for what is found."""
        return self.require or any(each.min is not None or each.max is not None for each in self.metrics)


@dataclass(frozen=True, slots=True)
class PlanTask:
    """One concrete task. `argv` is the whole command with SCRIPT as its last argument."""

    name: str
    base: str
    span: Span
    replica_index: int
    replicated: bool
    sweep_variables: tuple[str, ...]
    own_variables: tuple[str, ...]  # those that hide others for this task alone, swept ones among them
    depends_on: tuple[str, ...]
    backend: str
    node_indices: tuple[int, ...]
    gpus: tuple[int, ...] | None
    operator: PlanOperator
    argv: tuple[Text, ...]
    container_mounts: tuple[Text, ...]
    env: tuple[tuple[str, Text], ...]  # everything, in order of precedence resolved: one entry a name, sorted by name
    script: tuple[Text, ...]
    probes: tuple[PlanProbe, ...] = ()
    retries: Retries | None = None
    outputs: tuple[PlanOutput, ...] = ()
    timeout: float | None = None
    strict: bool = False
    critical: bool = True
    accelerator: str | None = None


@dataclass(frozen=True, slots=True)
class PlanOnTimeout:
    """What runs when a time limit is near, `lead` seconds before it; `env` is what it finds in its environment."""

    script: tuple[Text, ...]
    lead: float
    env: tuple[tuple[str, Text], ...] = ()
    strict: bool = False
    wanted_lead: int | None = None
    """Whole seconds, when the workflow says how many: then a job asks Slurm for its signal so long before its limit."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A compiled file: its name as given and the sha256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)  # no slots: it keeps its secrets, which emitting asks for often
class Plan:
    """All that a target needs to know."""

    workflow: str
    timeout: float | None
    timeout_text: str | None  # as the user wrote it
    variables: tuple[PlanVariable, ...]
    artifacts: tuple[PlanArtifact, ...]
    backends: tuple[PlanBackend, ...]
    tasks: tuple[PlanTask, ...]  # file order, replicas in index order
    order: tuple[str, ...]  # a topological order of the task names, breadth first
    sources: tuple[SourceFile, ...] = ()
    command: tuple[str, ...] = ()  # the arguments of `sflowc build` that make the same script again
    output_dir: str = ""  # where the script puts run directories unless told otherwise; relative to the workspace
    cluster: Cluster | None = None
    on_timeout: PlanOnTimeout | None = None

    @functools.cached_property
    def secrets(self) -> tuple[str, ...]:
        """The values, as far as they are known, of variables that are called like secrets; passwords in URLs."""
        found = {variable.text for variable in self.variables if variable.is_secret}
        found |= {text for task in self.tasks for name, text in task.env if _is_secret(name)}
        urls = [artifact.fetch.url for artifact in self.artifacts if isinstance(artifact.fetch, HttpFetch)]
        checks = (probe.check for task in self.tasks for probe in task.probes)
        urls += [display(check.url) for check in checks if isinstance(check, HttpRequest)]
        found |= {password for url in urls for password in _PASSWORD.findall(url)}
        return tuple(sorted(text for text in found if isinstance(text, str) and text))

    def task(self, name: str) -> PlanTask:
        return next(task for task in self.tasks if task.name == name)

    def backend(self, name: str) -> PlanBackend:
        return next(backend for backend in self.backends if backend.name == name)
