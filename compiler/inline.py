"""Inlines variables: what `sflowc compose --resolve` does to a document.

In: a Document that compiles. Out: the same with the values of variables in place of the expressions that name them, and without the
variables that nothing needs any more. A variable stays when a sweep goes over it, when it shapes a number of replicas, when it is
a secret, when only the run knows its value, or when a text names it otherwise than in an expression, as `$NAME` does.

    inline_variables(document).sections["variables"].keys()
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from typing import Literal

from .diagnostics import Reporter
from .driver import run_passes
from .expr.evaluate import evaluate_scalar
from .expr.mentions import mentions
from .expr.template import expressions
from .expr.values import has_holes, to_text
from .ir.plan import SECRET, PlanVariable
from .ir.tree import Entry, Mapping, Node, Scalar, Sequence
from .ir.workflow import Workflow
from .passes.draft import Draft
from .passes.meanings import declared, meant
from .passes.parts import Part, parts
from .passes.scope import Names, variable_scope
from .source.compose import Document
from .source.core_schema import plain_value
from .source.lower import lower

_Key = tuple[Literal["global", "workflow"], str]
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRIPS = re.compile(r"\$\{\{[-+]|-\}\}")


def inline_variables(document: Document) -> Document:
    """The document with what is known put in place. A variable is inlined wherever it is named and dropped, or left as it is: one
    that was inlined in some places only could be changed in the others when the script runs."""
    workflow = lower(document)
    draft = run_passes(workflow, Reporter())
    known = {key: variable for key, variable in _variables(draft) if _can_be_known(key, variable, workflow)}
    while True:
        inlined: set[_Key] = set()
        result = _replaced(document, _values(workflow, known, inlined))
        stuck = _drop(result, inlined, known)
        if not stuck:
            return result
        for key in stuck:
            del known[key]


def _drop(document: Document, inlined: set[_Key], known: Container[_Key]) -> set[_Key]:
    """Drops what was inlined and is not needed, and what only that was made of. Out: what was inlined and is needed, or was made of
    something that is: its value would stand fixed beside one that can still be changed."""
    candidates: dict[_Key, set[_Key]] = {key: {key} for key in inlined}  # with what was inlined on their account
    while droppable := sorted(key for key in candidates if key in known and not _is_needed(key, document)):
        for key in droppable:
            users = candidates.pop(key)
            for part in _made_of(key, document):
                candidates.setdefault(part, set()).update(users)
            _section(document, key[0]).pop(key[1])
    return set().union(*candidates.values())


def _variables(draft: Draft) -> Iterator[tuple[_Key, PlanVariable]]:
    yield from ((("global", name), variable) for name, variable in draft.globals.items())
    yield from ((("workflow", name), variable) for name, variable in draft.workflow_variables.items())


def _can_be_known(key: _Key, variable: PlanVariable, workflow: Workflow) -> bool:
    swept = any(key[1] == name for task in workflow.tasks if task.replicas for name, _ in task.replicas.variables)
    counts = any(use.startswith(("the replica count of", "the replicas of")) for use in variable.shaped)
    hides = key[0] == "workflow" and key[1] in declared(workflow)["global"]  # tasks would see what it hides
    return not (swept or counts or hides or has_holes(variable.value) or SECRET.search(key[1]))


def _values(workflow: Workflow, known: dict[_Key, PlanVariable], inlined: set[_Key]) -> dict[int, Scalar]:
    """What comes in the place of scalars, by their identity: the same node, behind an alias, may mean different things."""
    found: dict[int, Scalar | None] = {}
    names = declared(workflow)
    used: dict[int, set[_Key]] = {}
    for part in parts(workflow):
        scalar, keys = part.scalar, set[_Key]()
        value = (
            None
            if part.of
            else _value(part, known, {name: meant(name, part, names) for _, name in mentions(scalar)}, keys)
        )
        if id(scalar) in found and found[id(scalar)] != value:
            value = None
        found[id(scalar)] = value
        used[id(scalar)] = keys
    for identity, value in found.items():
        if value is not None:
            inlined |= used[identity]
    return {identity: value for identity, value in found.items() if value is not None}


def _value(part: Part, known: dict[_Key, PlanVariable], names: dict[str, list[_Key]], used: set[_Key]) -> Scalar | None:
    """The scalar with what is known in place; None when nothing is, or white space would be stripped."""
    scalar = part.scalar
    if not names or _STRIPS.search(scalar.text):
        return None
    places = expressions(scalar.text)
    pieces: list[str] = []
    after = 0
    for start, end in places:
        inner = Scalar(scalar.text[start:end], scalar.text[start:end], scalar.span)
        keys = [key for _, name in mentions(inner) for key in names[name] or [("global", "")]]
        value = _constant(inner, known, keys)
        if value is not None:
            used.update(keys)
            if (start, end) == (0, len(scalar.text)):
                text = value if isinstance(value, str) else _text(value)
                return Scalar(value, text, scalar.span, "'" if isinstance(value, str) else "")
        pieces += [scalar.text[after:start], scalar.text[start:end] if value is None else _text(value)]
        after = end
    text = "".join([*pieces, scalar.text[after:]])
    if text == scalar.text:
        return None
    if not expressions(text):
        text = text.removesuffix("\n")  # as a text with an expression loses it
    return Scalar(text, text, scalar.span, "'")


def _constant(inner: Scalar, known: dict[_Key, PlanVariable], keys: list[_Key]) -> str | int | float | bool | None:
    """The value of one expression, if it is made of known variables only and reads back as what it is."""
    if not keys or any(key not in known for key in keys):
        return None
    report = Reporter()
    variables = Names("variable", {name: known[level, name].value for level, name in keys})
    value = evaluate_scalar(inner, variable_scope(variables, Names("name", {})), report)
    if report.has_errors or not isinstance(value, (str, int, float, bool)) or "${{" in str(value):
        return None
    return value if isinstance(value, str) or plain_value(_text(value)) == value else None


def _text(value: object) -> str:
    text = to_text(value)
    assert isinstance(text, str)
    return text


def _replaced(document: Document, values: dict[int, Scalar]) -> Document:
    def entries(section: dict[str, Entry]) -> dict[str, Entry]:
        return {name: replace(entry, value=node(entry.value)) for name, entry in section.items()}

    def node(old: Node) -> Node:
        if isinstance(old, Scalar):
            return values.get(id(old), old)
        if isinstance(old, Sequence):
            return Sequence(tuple(map(node, old.items)), old.span)
        return Mapping(entries(old.entries), old.span)

    return replace(
        document,
        sections={name: entries(section) for name, section in document.sections.items()},
        workflow={key: node(value) for key, value in document.workflow.items()},
        workflow_variables=entries(document.workflow_variables),
        tasks=entries(document.tasks),
    )


def _is_needed(key: _Key, document: Document) -> bool:
    """Whether an expression, or any text as a word, still names the variable."""
    workflow = lower(document)
    names = declared(workflow)
    for part in parts(workflow):
        if part.of == key[1] and part.task is None:
            continue
        mentioned = {name for _, name in mentions(part.scalar)}
        if any(key in meant(name, part, names) for name in mentioned):
            return True
        if key[1] not in mentioned and key[1] in _WORD.findall(part.scalar.text):
            return True
    return False


def _made_of(key: _Key, document: Document) -> Iterable[_Key]:
    """The variables that the value of one is made of."""
    workflow = lower(document)
    names = declared(workflow)
    is_global = key[0] == "global"
    for part in parts(workflow):
        if part.of == key[1] and part.task is None and part.is_global == is_global:
            for _, name in mentions(part.scalar):
                yield from meant(name, part, names)


def _section(document: Document, level: str) -> dict[str, Entry]:
    return document.sections["variables"] if level == "global" else document.workflow_variables
