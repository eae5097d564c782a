"""compile(): from the bytes of files to a Plan. Pure: the same input gives the same output, on any machine.

In: files by name, and what the command line overrides. Out: a Compilation: the Plan, or none when there were errors, and all
diagnostics. A phase runs only when the one before it found no error; within a phase all are found.

    compile_workflow([("hello.yaml", data)]).plan.order
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from .checks import ALWAYS
from .diagnostics import CompileError, Diagnostic, Reporter
from .ir.cluster import Cluster
from .ir.plan import Plan, SourceFile
from .ir.workflow import Workflow
from .passes.apply_cluster import apply_cluster
from .passes.apply_defaults import apply_defaults
from .passes.assemble_plan import assemble_plan
from .passes.build_environment import build_environment
from .passes.build_probes import build_probes
from .passes.check_cycles import check_cycles
from .passes.check_deadlocks import check_deadlocks
from .passes.check_pools import check_pools
from .passes.compile_outputs import compile_outputs
from .passes.draft import Draft
from .passes.expand_replicas import expand_replicas
from .passes.fold_scripts import fold_scripts
from .passes.merge_operators import merge_operators
from .passes.place_tasks import place_tasks
from .passes.prepare_timeout import prepare_timeout
from .passes.resolve_artifacts import resolve_artifacts
from .passes.resolve_backends import resolve_backends
from .passes.resolve_task_variables import resolve_task_variables
from .passes.resolve_variables import resolve_variables
from .passes.resolve_workflow_variables import resolve_workflow_variables
from .passes.route_tasks import route_tasks
from .passes.scope import Names
from .passes.set_limits import set_limits
from .passes.trace_variables import trace_variables
from .passes.wire_dependencies import wire_dependencies
from .source.cluster import read_cluster
from .source.compose import Document, Overrides, compose
from .source.ignores import Ignore, read_ignores, silence
from .source.load import LoadedFile, load
from .source.lower import check_overrides, lower
from .source.validate import validate

PASSES: tuple[Callable[[Draft, Reporter], Draft], ...] = (
    apply_defaults,
    resolve_variables,
    resolve_backends,
    apply_cluster,
    resolve_artifacts,
    resolve_workflow_variables,
    expand_replicas,
    resolve_task_variables,
    wire_dependencies,
    check_cycles,
    route_tasks,
    place_tasks,
    prepare_timeout,
    build_environment,
    merge_operators,
    build_probes,
    set_limits,
    compile_outputs,
    fold_scripts,
    check_deadlocks,
    check_pools,
    trace_variables,
)
"""What makes a Plan of a Workflow, in order."""


NO_OVERRIDES = Overrides()
Lint: TypeAlias = Callable[[Draft], Iterable[Diagnostic]]
"""What looks at a finished draft with tools of its own."""


@dataclass(frozen=True, slots=True)
class Compilation:
    """`plan` is None when a diagnostic is an error. `document` is what it was made of, None when that has errors already."""

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """`document` is None when a diagnostic is an error."""

    document: Document | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file that was read once and may be compiled many times: its tree, and what is wrong with it by itself."""

    loaded: LoadedFile
    broken: tuple[Diagnostic, ...]
    """Mistakes of YAML."""
    invalid: tuple[Diagnostic, ...]
    """Mistakes against the schema."""
    ignores: tuple[Ignore, ...]
    wrong_ignores: tuple[Diagnostic, ...]


def read_source(name: str, data: bytes) -> SourceText:
    """What can be known of a file alone."""
    yaml, schema = Reporter(), Reporter()
    loaded = load(name, data, yaml)
    if loaded.root is not None:
        validate(loaded.root, schema)
    ignores, wrong = read_ignores(name, data, loaded.root)
    return SourceText(loaded, tuple(yaml), tuple(schema), tuple(ignores), tuple(wrong))


def compose_workflow(files: Iterable[tuple[str, bytes]], overrides: Overrides = NO_OVERRIDES) -> Composition:
    """Files, in the order given, merged and checked against the schema: nothing is evaluated."""
    return compose_sources([read_source(name, data) for name, data in files], overrides)


def compose_sources(sources: Iterable[SourceText], overrides: Overrides = NO_OVERRIDES) -> Composition:
    """The same of files that have been read."""
    report = Reporter()
    document = None
    with contextlib.suppress(CompileError):
        document = _composed(list(sources), overrides, None, report)[0]
    return Composition(document, tuple(report))


def compile_workflow(
    files: Iterable[tuple[str, bytes]],
    overrides: Overrides = NO_OVERRIDES,
    command: Iterable[str] = (),
    lint: Lint | None = None,
    cluster: tuple[str, bytes] | None = None,
) -> Compilation:
    """Compiles files, in the order given, to a Plan. `command` is what the emitted script's header says rebuilds it, `cluster`
    the path and the bytes of a cluster profile.

    With `lint` all checks are made, and what it finds counts too.
    """
    return compile_sources([read_source(name, data) for name, data in files], overrides, command, lint, cluster)


def compile_sources(
    sources: Iterable[SourceText],
    overrides: Overrides = NO_OVERRIDES,
    command: Iterable[str] = (),
    lint: Lint | None = None,
    cluster: tuple[str, bytes] | None = None,
) -> Compilation:
    """The same of files that have been read."""
    report = Reporter()
    plan = document = None
    sources = list(sources)
    with contextlib.suppress(CompileError):
        document, profile = _composed(sources, overrides, cluster, report)
        draft = run_passes(lower(document), report, profile)
        report.raise_if_errors()
        for check in ALWAYS:
            check(draft, report)
        if lint is not None:
            _lint(draft, lint, report)
        report.raise_if_errors()
        files = [SourceFile(source.loaded.name, source.loaded.sha256) for source in sources]
        plan = assemble_plan(draft, files, command)
    return Compilation(plan, _audible(report, sources, unused=lint is not None and plan is not None), document)


def _lint(draft: Draft, tools: Lint, report: Reporter) -> None:
    from .checks.lint import LINT

    for check in LINT:
        check(draft, report)
    for found in tools(draft):
        report.add(found)


def _audible(report: Reporter, sources: list[SourceText], *, unused: bool) -> tuple[Diagnostic, ...]:
    """What was found and no comment silences; with `unused` also which comments silence nothing."""
    ignores = [ignore for source in sources for ignore in source.ignores]
    for diagnostic in [wrong for source in sources for wrong in source.wrong_ignores]:
        report.add(diagnostic)
    return tuple(silence(report, ignores, unused=unused))


def _composed(
    sources: list[SourceText], overrides: Overrides, cluster: tuple[str, bytes] | None, report: Reporter
) -> tuple[Document, Cluster | None]:
    _add_all(report, [found for source in sources for found in source.broken])
    profile = read_cluster(*cluster, report) if cluster else None
    _add_all(report, [found for source in sources for found in source.invalid])
    document = compose([source.loaded for source in sources], overrides, report)
    if document is None:
        raise CompileError
    return document, profile


def _add_all(report: Reporter, diagnostics: Iterable[Diagnostic]) -> None:
    for diagnostic in diagnostics:
        report.add(diagnostic)
    report.raise_if_errors()


def run_passes(workflow: Workflow, report: Reporter, cluster: Cluster | None = None) -> Draft:
    """The draft that all passes have been over, errors or no errors: what is broken has a stand-in."""
    about = {"name": workflow.name}
    broken = check_overrides(workflow, report)
    draft = Draft(workflow, Names("name", {"workflow": about}), cluster=cluster, broken_operators=broken)
    for transform in PASSES:
        draft = transform(draft, report)
    return draft
