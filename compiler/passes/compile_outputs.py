"""Gives every concrete task the outputs that are read from its log when it has completed.

Before: instances. After: `outputs` of each, whose patterns awk can find.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..diagnostics import Reporter, Span, did_you_mean
from ..ir.expr import RunText, display
from ..ir.plan import PlanMetric, PlanOutput
from ..ir.tree import Mapping, Node, Scalar, Sequence, span_at, to_python
from ..outputs.awk import clash, is_too_large, paths
from ..outputs.pattern import PatternError, split
from .draft import Draft, Instance
from .fields import read_text
from .scope import Names
from .variables import task_scope

_LOG = ("stdout", "stderr", "log")
"""What `source` may be: all of it is the task's log."""


def compile_outputs(draft: Draft, report: Reporter) -> Draft:
    instances = tuple(_with_outputs(instance, draft, report) for instance in draft.instances)
    return replace(draft, instances=instances)


def _with_outputs(instance: Instance, draft: Draft, report: Reporter) -> Instance:
    outputs: list[PlanOutput] = []
    for mapping in instance.task.outputs:
        output = _output(mapping, task_scope(instance, draft), report)
        if output is None:
            continue
        outputs.append(output)
        if found := clash(each.pattern for each in outputs):
            inner, outer = sorted(found, key=len, reverse=True)
            report.error(
                "output-pattern",
                f"'{_shown(inner)}' and '{_shown(outer)}' cannot both be in outputs.json: one would be inside the other",
                mapping.span,
            )
            break
    return replace(instance, outputs=tuple(outputs))


def _given(mapping: Mapping, key: str) -> Node | None:
    node = mapping.get(key)
    return None if node is None or to_python(node) is None else node


def _output(mapping: Mapping, scope: Names, report: Reporter) -> PlanOutput | None:
    node = _given(mapping, "pattern")
    if not isinstance(node, Scalar):
        report.error("missing-key", "an output has no pattern", mapping.span)
        return None
    text = read_text(node, scope, report)
    if text is None or not _is_pattern(text, node, report):
        return None
    pattern = display(text)
    names = [_shown(path) for path in paths([pattern])]
    if not names:
        report.warning(
            "output-without-name",
            "no field of the pattern has a name, so nothing of it is kept",
            node.span,
            help="write {name} or {name:TYPE}; a name begins with a letter",
        )
    return PlanOutput(pattern, _source(mapping, scope, report), _metrics(mapping, names, scope, report))


def _is_pattern(text: object, node: Scalar, report: Reporter) -> bool:
    if isinstance(text, RunText) and not text.is_constant:
        shown = display(text)
        report.error("runtime-value", f"the pattern is {shown}, which is known only when the job runs", node.span)
        return False
    pattern = display(text) if isinstance(text, RunText) else str(text)
    try:
        split(pattern)
    except PatternError as error:
        written = pattern == node.text  # else an expression made it
        span = span_at(node, error.start, error.end - error.start) if written else node.span
        report.error(error.code, str(error), span, help=error.cure)
        return False
    if is_too_large(pattern):
        report.error("output-pattern", "the pattern is larger than what every awk can look for", node.span)
        return False
    return True


def _shown(path: Iterable[str]) -> str:
    base, *keys = path
    return base + "".join(f"[{key}]" for key in keys)


def _source(mapping: Mapping, scope: Names, report: Reporter) -> str | None:
    node = _given(mapping, "source")
    if node is None:
        return None
    text = read_text(node, scope, report)
    source = "" if text is None else display(text)
    if source not in _LOG:
        report.warning(
            "output-source",
            f"'{source}' is not what is read: an output is looked for in the task's log",
            node.span,
            help=did_you_mean(source, _LOG, what="write one of"),
        )
    return source


def _metrics(mapping: Mapping, names: list[str], scope: Names, report: Reporter) -> tuple[PlanMetric, ...]:
    """The fields that are measurements, with their units; all named fields are written in any case."""
    found = []
    for name, span, body in _listed(_given(mapping, "metrics")):
        if name not in names:
            message = f"'{name}' is no named field of the pattern"
            report.warning("output-metric", message, span, help=did_you_mean(name, names, what="fields"))
        found.append(PlanMetric(name, _unit(body, scope, report)))
    return tuple(found)


def _listed(node: Node | None) -> Iterable[tuple[str, Span, Node | None]]:
    """The metrics' names, where they stand, and what is said of each; written as any other named section, or as bare names."""
    if isinstance(node, Mapping):
        yield from ((name, entry.key_span, entry.value) for name, entry in node.entries.items())
    for item in node if isinstance(node, Sequence) else ():
        name = item.get("name") if isinstance(item, Mapping) else item
        if isinstance(name, Scalar):
            yield name.text, name.span, item if isinstance(item, Mapping) else None


def _unit(body: Node | None, scope: Names, report: Reporter) -> str:
    """`metrics: {ttft: ms}` or `metrics: {ttft: {unit: ms}}`."""
    node = _given(body, "unit") if isinstance(body, Mapping) else body
    if not isinstance(node, Scalar) or not isinstance(to_python(node), str):
        return ""
    text = read_text(node, scope, report)
    if isinstance(text, RunText) and not text.is_constant:
        report.error("runtime-value", f"the unit is {display(text)}, which is known only when the job runs", node.span)
        return ""
    return "" if text is None else display(text).strip()
