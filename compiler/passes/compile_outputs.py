"""Gives every concrete task the outputs that are read from its log when it has completed.

Before: instances. After: `outputs` of each, whose patterns awk can find.
"""

from __future__ import annotations

from ..diagnostics import Reporter, did_you_mean
from ..ir.change import replace
from ..ir.expr import RunText, display
from ..ir.plan import PlanOutput
from ..ir.tree import Mapping, Node, Scalar, span_at, to_python
from ..outputs.awk import clash, is_too_large, paths
from ..outputs.pattern import PatternError, shown, split
from .constant import once_if_constant
from .draft import Draft, Instance
from .fields import read_boolean, read_text
from .metrics import read_metrics
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
                f"'{shown(inner)}' and '{shown(outer)}' cannot both be in outputs.json: one would be inside the other",
                mapping.span,
            )
            break
    return replace(instance, outputs=tuple(outputs))


def _given(mapping: Mapping, key: str) -> Node | None:
    node = mapping.get(key)
    return None if node is None or to_python(node) is None else node


@once_if_constant
def _output(mapping: Mapping, scope: Names, report: Reporter) -> PlanOutput | None:
    node = _given(mapping, "pattern")
    if not isinstance(node, Scalar):
        report.error("missing-key", "an output has no pattern", mapping.span)
        return None
    text = read_text(node, scope, report)
    if text is None or not _is_pattern(text, node, report):
        return None
    pattern = display(text)
    names = [shown(path) for path in paths([pattern])]
    if not names and _given(mapping, "require") is None:
        report.warning(
            "output-without-name",
            "no field of the pattern has a name, so nothing of it is kept",
            node.span,
            help="write {name} or {name:TYPE}; a name begins with a letter",
        )
    metrics = read_metrics(mapping.get("metrics"), pattern, scope, report)
    output = PlanOutput(pattern, _source(mapping, scope, report), metrics)
    return replace(output, require=_require(mapping, scope, report, default=output.is_checked))


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


def _require(mapping: Mapping, scope: Names, report: Reporter, *, default: bool) -> bool:
    """Whether something must be found. A value that must be within bounds must be there, unless the file says otherwise."""
    node = _given(mapping, "require")
    read = None if node is None else read_boolean(node, scope, "require", report)
    return default if read is None else read
