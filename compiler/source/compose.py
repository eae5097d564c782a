"""Several files -> one document: merging, --set, --artifact and missable tasks.

In: loaded files in the order given. Out: one Document whose sections are mappings of name to body, or None after errors.
A later file's entry replaces an earlier one whole; tasks are concatenated; the workflow's name must agree.

    compose([infra, workers], Overrides(missable=("agg_*",)), report)
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..diagnostics import Label, Reporter, Span
from ..ir.tree import Entry, Mapping, Node, Scalar, Sequence
from .load import LoadedFile
from .overrides import set_artifact, set_variable

SECTIONS = ("variables", "artifacts", "backends", "operators")
EMPTY = Span("", 0, 0)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line adds: NAME=VALUE, NAME=URI, and patterns of tasks that may be absent."""

    sets: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    missable: tuple[str, ...] = ()


@dataclass(slots=True)
class Document:
    """A merged workflow. `sections` hold variables, artifacts, backends and operators by name."""

    span: Span
    sections: dict[str, dict[str, Entry]] = field(default_factory=dict)
    workflow_name: Scalar | None = None
    workflow: dict[str, Node] = field(default_factory=dict)
    workflow_variables: dict[str, Entry] = field(default_factory=dict)
    tasks: dict[str, Entry] = field(default_factory=dict)
    versions: list[Scalar] = field(default_factory=list)


def compose(files: Iterable[LoadedFile], overrides: Overrides, report: Reporter) -> Document | None:
    """The merged document; reports what does not fit together."""
    document = Document(EMPTY)
    for file in files:
        if file.root is not None:
            _add_file(document, file.root, report)
        if document.span == EMPTY:
            document.span = file.root.span if file.root else Span(file.name, 1, 1)
    _check_complete(document, report)
    for text in overrides.sets:
        set_variable(text, document.sections.get("variables", {}), document.workflow_variables, report)
    for text in overrides.artifacts:
        set_artifact(text, document.sections.get("artifacts", {}), report)
    _drop_missable(document, overrides.missable, report)
    return None if report.has_errors else document


def _add_file(document: Document, root: Mapping, report: Reporter) -> None:
    version = root.get("version")
    if isinstance(version, Scalar):
        document.versions.append(version)
    for name in SECTIONS:
        section = document.sections.setdefault(name, {})
        section.update(_entries(root.get(name), name, report))
    workflow = root.get("workflow")
    if not isinstance(workflow, Mapping):
        return
    for key, entry in workflow.entries.items():
        if isinstance(entry.value, Scalar) and entry.value.value is None:
            continue
        if key == "name":
            _add_name(document, entry.value, report)
        elif key == "variables":
            document.workflow_variables.update(_entries(entry.value, "workflow.variables", report))
        elif key == "tasks":
            _add_tasks(document, _entries(entry.value, "tasks", report), report)
        else:
            document.workflow[key] = entry.value


def _entries(section: Node | None, what: str, report: Reporter) -> dict[str, Entry]:
    """A section as a mapping of name to body; a list's bodies give their own names."""
    if isinstance(section, Mapping):
        return dict(section.entries)
    found: dict[str, Entry] = {}
    for body in section if isinstance(section, Sequence) else ():
        name = body.get("name") if isinstance(body, Mapping) else None
        if not isinstance(name, Scalar) or name.text == "":
            report.error("missing-key", f"an entry of {what} has no name", body.span, help="give it a 'name'")
            continue
        if name.text in found:
            first = Label(found[name.text].key_span, "first here")
            report.error("duplicate-name", f"{what} has two entries called '{name.text}'", name.span, labels=[first])
            continue
        found[name.text] = Entry(name.span, body)
    return found


def _add_name(document: Document, name: Node, report: Reporter) -> None:
    if not isinstance(name, Scalar):
        return
    first = document.workflow_name
    if first is not None and first.text != name.text:
        report.error(
            "workflow-name-conflict",
            f"the workflow is called '{name.text}' here and '{first.text}' in another file",
            name.span,
            labels=[Label(first.span, "the other name")],
            help="give it the same name in all files, or in one file only",
        )
    document.workflow_name = name


def _add_tasks(document: Document, tasks: dict[str, Entry], report: Reporter) -> None:
    for name, entry in tasks.items():
        if name in document.tasks:
            first = Label(document.tasks[name].key_span, "first here")
            report.error("duplicate-name", f"two tasks are called '{name}'", entry.key_span, labels=[first])
        document.tasks.setdefault(name, entry)


def _check_complete(document: Document, report: Reporter) -> None:
    start = replace(document.span, end_line=document.span.line, end_column=document.span.column)
    if not document.versions:
        report.error("missing-version", "no file says the version of the language", start, help='add version: "0.1"')
    for version in document.versions:
        _check_version(version, report)
    if document.workflow_name is None:
        report.error("missing-key", "the workflow has no name", start, help="add workflow: {name: …, tasks: …}")
    if not document.tasks:
        report.error("missing-key", "the workflow has no tasks", start, help="add workflow: {tasks: [...]}")


def _check_version(version: Scalar, report: Reporter) -> None:
    if isinstance(version.value, float):
        report.error(
            "version-not-text",
            f"the version {version.text} is a number here",
            version.span,
            help=f'quote it: version: "{version.text}"',
        )
    elif version.text != "0.1":
        report.error(
            "unknown-version",
            f"this is version '{version.text}' of the language",
            version.span,
            help='sflowc knows version "0.1"',
        )


def _drop_missable(document: Document, patterns: tuple[str, ...], report: Reporter) -> None:
    """Drops dependencies on absent tasks that may be absent, and loggers likewise."""
    names = set(document.tasks)
    for entry in document.tasks.values():
        if not isinstance(entry.value, Mapping):
            continue
        before = entry.value.get("depends_on")
        if isinstance(before, Sequence):
            kept = tuple(item for item in before if not _is_missable(item, names, patterns, report))
            dependencies = entry.value.entries["depends_on"]
            entry.value.entries["depends_on"] = replace(dependencies, value=Sequence(kept, before.span))
        probes = entry.value.get("probes")
        for probe in (probes.get("readiness"), probes.get("failure")) if isinstance(probes, Mapping) else ():
            watch = probe.get("log_watch") if isinstance(probe, Mapping) else None
            logger = watch.get("logger") if isinstance(watch, Mapping) else None
            if isinstance(watch, Mapping) and logger is not None and _is_missable(logger, names, patterns, report):
                del watch.entries["logger"]


def _is_missable(item: Node, names: set[str], patterns: tuple[str, ...], report: Reporter) -> bool:
    if not isinstance(item, Scalar) or item.text in names:
        return False
    if any(item.text.startswith(f"{name}_") for name in names):
        return False  # perhaps a replica of a task that is there
    if any(fnmatch.fnmatchcase(item.text, pattern) for pattern in patterns):
        report.note("missable-task", f"task '{item.text}' is absent; what depends on it goes on without", item.span)
        return True
    return False
