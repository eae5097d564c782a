"""Several files -> one document: merging, --set, --artifact and missable tasks.

In: loaded files in the order given. Out: one Document whose sections are mappings of name to body, or None after errors.
A later file's entry replaces an earlier one whole; tasks are concatenated; the workflow's name must agree.

    compose([infra, workers], Overrides(missable=("agg_*",)), report)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from ..diagnostics import Diagnostic, Label, Reporter, Span
from ..ir.change import replace
from ..ir.tree import Entry, Mapping, Node, Scalar, Sequence
from .load import LoadedFile
from .names import may_be_absent, why_no_directory
from .overrides import Option, set_artifact, set_job, set_variable

SECTIONS = ("variables", "artifacts", "backends", "operators")
EMPTY = Span("", 0, 0)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line adds: NAME=VALUE, NAME=URI, and patterns of tasks that may be absent; what the row of a table adds
    (its variables win over the command line's, its artifacts do not); and options of the job, such as `--nodes`."""

    sets: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    missable: tuple[str, ...] = ()
    row: tuple[Option, ...] = ()
    job: tuple[Option, ...] = ()

    def options(self) -> tuple[Option, ...]:
        """All in the order in which they are applied. Diagnostics count one a line."""
        return (
            *(Option("--set", text) for text in self.sets),
            *self.row,
            *(Option("--artifact", text) for text in self.artifacts),
            *self.job,
        )


@dataclass(slots=True)
class Document:
    """A merged workflow. `sections` hold variables, artifacts, backends and operators by name."""

    span: Span
    sections: dict[str, dict[str, Entry]] = field(default_factory=dict)
    workflow_name: Scalar | None = None
    workflow: dict[str, Node] = field(default_factory=dict)
    workflow_variables: dict[str, Entry] = field(default_factory=dict)
    tasks: dict[str, Entry] = field(default_factory=dict)
    has_version: bool = False
    missable: tuple[str, ...] = ()


def compose(files: Iterable[LoadedFile], overrides: Overrides, report: Reporter) -> Document | None:
    """The merged document; reports what does not fit together."""
    merged, found = _merged_files(tuple(files), overrides.missable)
    for diagnostic in found:
        report.add(diagnostic)
    document = _copied(merged)
    for line, option in enumerate(overrides.options(), start=1):
        if option.name == "--set":
            set_variable(option, line, document.sections.get("variables", {}), document.workflow_variables, report)
        elif option.name == "--artifact":
            set_artifact(option, line, document.sections.get("artifacts", {}), report)
        else:
            set_job(option, line, document.sections.get("backends", {}), report)
    return None if report.has_errors else document


@functools.lru_cache(maxsize=64)
def _merged_files(files: tuple[LoadedFile, ...], missable: tuple[str, ...]) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The files as one document, and what does not fit together. Many rows of a table have the same files: hence the cache,
    and it is a copy that a row may change."""
    document, report = Document(EMPTY, missable=missable), Reporter()
    for file in files:
        if file.root is not None:
            _add_file(document, file.root, report)
        if document.span == EMPTY:
            document.span = file.root.span if file.root else Span(file.name, 1, 1)
    _check_complete(document, report)
    _drop_missable(document, missable, report)
    return document, tuple(report)


def _copied(document: Document) -> Document:
    return replace(
        document,
        sections={name: dict(bodies) for name, bodies in document.sections.items()},
        workflow=dict(document.workflow),
        workflow_variables=dict(document.workflow_variables),
        tasks=dict(document.tasks),
    )


def _add_file(document: Document, root: Mapping, report: Reporter) -> None:
    document.has_version = document.has_version or "version" in root
    for name in SECTIONS:
        section = document.sections.setdefault(name, {})
        section.update(entries_of(root.get(name), name, report))
    workflow = root.get("workflow")
    if not isinstance(workflow, Mapping):
        return
    for key, entry in workflow.entries.items():
        if isinstance(entry.value, Scalar) and entry.value.value is None:
            continue
        if key == "name":
            _add_name(document, entry.value, report)
        elif key == "variables":
            document.workflow_variables.update(entries_of(entry.value, "workflow.variables", report))
        elif key == "tasks":
            _add_tasks(document, entries_of(entry.value, "tasks", report), report)
        elif key == "defaults":
            document.workflow[key] = _merged(document.workflow.get(key), entry.value)
        else:
            document.workflow[key] = entry.value


def _merged(old: Node | None, new: Node) -> Node:
    """The defaults of two files: the later one's keys win, those of `probes` one by one; a null says nothing."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return new
    entries = dict(old.entries)
    for key, entry in new.entries.items():
        if isinstance(entry.value, Scalar) and entry.value.value is None:
            continue
        both = key == "probes" and key in entries
        entries[key] = replace(entry, value=_merged(entries[key].value, entry.value)) if both else entry
    return Mapping(entries, new.span)


def entries_of(section: Node | None, what: str, report: Reporter) -> dict[str, Entry]:
    """A section as a mapping of name to body; a list's bodies give their own names."""
    if isinstance(section, Mapping):
        for key, entry in section.entries.items():
            _check_name(key, entry, report)
        return dict(section.entries)
    found: dict[str, Entry] = {}
    for body in section if isinstance(section, Sequence) else ():
        name = _at(body, "name")
        if not isinstance(name, Scalar) or name.value is None or name.text == "":
            report.error("missing-key", f"an entry of {what} has no name", body.span, help="give it a 'name'")
            continue
        if name.text in found:
            first = Label(found[name.text].key_span, "first here")
            report.error("duplicate-name", f"{what} has two entries called '{name.text}'", name.span, labels=[first])
            continue
        found[name.text] = Entry(name.span, body)
    return found


def _check_name(key: str, entry: Entry, report: Reporter) -> None:
    """A body under a name may say the name again, but no other."""
    name = _at(entry.value, "name")
    if isinstance(name, Scalar) and name.value is not None and name.text != key:
        report.error(
            "name-conflict",
            f"this is called '{key}' by its key and '{name.text}' here",
            name.span,
            labels=[Label(entry.key_span, "the key")],
            help="leave out 'name': the key is the name",
        )


def _add_name(document: Document, name: Node, report: Reporter) -> None:
    if not isinstance(name, Scalar):
        return
    wrong = why_no_directory(name.text)
    if wrong:
        message = f"the workflow's name {name.text!r} {wrong}"
        report.error("bad-workflow-name", message, name.span, help="use letters, digits, _ and -")
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
        entries_of(_at(entry.value, "variables"), f"the variables of '{name}'", report)


def _check_complete(document: Document, report: Reporter) -> None:
    start = replace(document.span, end_line=document.span.line, end_column=document.span.column)
    if not document.has_version:
        report.error("missing-version", "no file says the version of the language", start, help='add version: "0.1"')
    if document.workflow_name is None:
        report.error("missing-name", "the workflow has no name", start, help="add workflow: {name: …, tasks: …}")
    if not document.tasks:
        report.error("missing-tasks", "the workflow has no tasks", start, help="add workflow: {tasks: [...]}")


def _drop_missable(document: Document, patterns: tuple[str, ...], report: Reporter) -> None:
    """Drops dependencies on absent tasks that may be absent, and loggers likewise."""

    def is_missable(item: Node | None) -> bool:
        if not isinstance(item, Scalar) or _may_be_there(item.text, document.tasks):
            return False
        return may_be_absent(item.text, patterns, item.span, report)

    document.tasks = _dropped(document.tasks, is_missable)


def _dropped(tasks: dict[str, Entry], is_absent: Callable[[Node | None], bool]) -> dict[str, Entry]:
    """The tasks without dependencies and loggers that name what is absent."""
    found: dict[str, Entry] = {}
    for name, entry in tasks.items():
        task = entry.value
        before = _at(task, "depends_on")
        if isinstance(before, Sequence):
            kept = tuple(item for item in before if not is_absent(item))
            if len(kept) < len(before):
                task = _with(task, ("depends_on",), Sequence(kept, before.span))
        for kind in ("readiness", "failure"):
            path = ("probes", kind, "log_watch", "logger")
            if is_absent(_at(task, *path)):
                task = _with(task, path, None)
        found[name] = entry if task is entry.value else replace(entry, value=task)
    return found


def without_absent(document: Document, names: Collection[str]) -> Document:
    """The document without dependencies on, and loggers of, replicas that are not there but may be missing. `names` are those of
    all concrete tasks, which only a plan knows."""

    def is_absent(item: Node | None) -> bool:
        return (
            isinstance(item, Scalar)
            and item.text not in names
            and item.text not in document.tasks
            and may_be_absent(item.text, document.missable, item.span, Reporter())
        )

    return replace(document, tasks=_dropped(document.tasks, is_absent))


def _may_be_there(name: str, tasks: dict[str, Entry]) -> bool:
    """Whether it is a task, or can be a replica of one: which replicas there are is known only later."""
    if name in tasks:
        return True
    for task, entry in tasks.items():
        replicas = _at(entry.value, "replicas")
        if isinstance(replicas, Mapping) and name.startswith(f"{task}_"):
            swept = _at(replicas, "variables")
            if name[len(task) + 1 :].isdecimal() or (isinstance(swept, Sequence) and len(swept)):
                return True
    return False


def _at(node: Node | None, *path: str) -> Node | None:
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _with(node: Node, path: tuple[str, ...], value: Node | None) -> Node:
    """The tree with another value at the end of a path, or without that key. Parts of a tree may be shared: none is changed."""
    assert isinstance(node, Mapping)
    entries = dict(node.entries)
    old = entries[path[0]]
    new = value if len(path) == 1 else _with(old.value, path[1:], value)
    if new is None:
        del entries[path[0]]
    else:
        entries[path[0]] = replace(old, value=new)
    return Mapping(entries, node.span)
