"""A scalar and a scope -> its value.

In: a scalar whose text may hold expressions, and a namespace that knows the names. Out: text (with holes where only the run
knows), or the native value when the text is exactly one expression. A mistake is reported at the part of the
expression that is wrong, and the result is None.

    evaluate_text(scalar("tcp://${{ ip }}:${{ port + 1 }}"), scope, report).display() == "tcp://<ip:c:0>:4223"
"""

from __future__ import annotations

from ..diagnostics import Reporter
from ..ir.expr import Text, join
from ..ir.tree import Scalar, span_at
from .ast import Node
from .failures import ContentNeeded, Failure, Reported
from .limits import LIMIT, too_much
from .runtime_text import needs_content
from .template import has_expression, parse
from .values import Function, Namespace, Nothing, length_at_least, plain, to_text
from .walk import Walker


def evaluate_scalar(scalar: Scalar, scope: Namespace, report: Reporter) -> object:
    """The native value of a scalar: YAML's own when it has no expression, that of the expression when it is one and
    nothing else, else its text. None may also mean that a mistake was reported."""
    if not isinstance(scalar.value, str) or not has_expression(scalar.text):
        return scalar.value
    template = parse(scalar, report)
    if template is None:
        return None
    if template.expression is None:
        return evaluate_text(scalar, scope, report)
    ok, value = _run(template.expression, scalar, scope, report)
    if not ok or isinstance(value, Nothing):
        return None if not ok else ""
    return list(value) if isinstance(value, range) else value


def evaluate_text(scalar: Scalar, scope: Namespace, report: Reporter) -> Text | None:
    """The text of a scalar, its expressions replaced; None after a mistake. All of its mistakes are reported."""
    if not has_expression(scalar.text):
        return scalar.text
    template = parse(scalar, report)
    if template is None:
        return None
    pieces: list[Text] = []
    failed = False
    for piece in template.pieces:
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        ok, value = _run(piece, scalar, scope, report)
        failed = failed or not ok
        if not failed:
            pieces.append(to_text(value))
    return None if failed else join(pieces)


def _run(node: Node, scalar: Scalar, scope: Namespace, report: Reporter) -> tuple[bool, object]:
    """Whether an expression has a value, and the value. A value that is returned can be printed."""
    try:
        value = plain(Walker(scope, scalar, report).value(node))
        if isinstance(value, (list, tuple, dict, Function)) and length_at_least(to_text(value)) > LIMIT:
            raise too_much("the text is too long")
        return True, value
    except Reported:
        report.failed_again()
        return False, None
    except ContentNeeded as needed:
        failure = needs_content(needed.text, "this")
    except RecursionError:
        failure = Failure("expression-limit", "the expression is nested too deeply", node)
    except Failure as found:
        failure = found
    place = failure.node or node
    span = span_at(scalar, place.start, place.end - place.start)
    report.error(failure.code, failure.message, span, note=failure.note, help=failure.help)
    return False, None
