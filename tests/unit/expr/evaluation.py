"""What the tests of expressions share: a scope with a bit of everything, and an evaluation that keeps its diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sflowc.diagnostics import Diagnostic, Reporter, Span
from sflowc.expr.evaluate import evaluate_scalar, evaluate_text
from sflowc.ir.expr import Atom, RunText, display
from sflowc.ir.tree import Scalar


class Names:
    """A namespace over a mapping."""

    def __init__(self, values: Mapping[str, object], what: str = "name") -> None:
        self.values = values
        self.what = what

    def lookup(self, name: str) -> object:
        return self.values[name]

    def names(self) -> Iterable[str]:
        return self.values


def node(index: int) -> dict[str, object]:
    return {
        "name": RunText((Atom("name", "c", index),)),
        "ip_address": RunText((Atom("ip", "c", index),)),
        "index": index,
        "num_gpus": 4,
    }


VARIABLES = {"N": 2, "S": "a", "T": "3", "L": [1, "two", 3.0], "D": {"a": 1, "items": 2}, "F": False}
SCOPE = Names(
    {
        **VARIABLES,
        "variables": Names(VARIABLES, "variable"),
        "backends": Names({"c": {"nodes": [node(0), node(1)]}}, "backend"),
        "nodes": [node(0), node(1)],
        "ip": RunText((Atom("ip", "c", 0),)),
        "model": RunText((Atom("workspace_dir"), "/models")),
    }
)


def scalar(text: str, line: int = 1, column: int = 1) -> Scalar:
    """A plain scalar that is a line of its own."""
    return Scalar(text, text, Span("w.yaml", line, column, line, column + len(text)), source=(text,))


def shown(text: str, scope: Names = SCOPE) -> str:
    """The text of a template, which must have one."""
    report = Reporter()
    result = evaluate_text(scalar(text), scope, report)
    assert result is not None, [f"{found.code}: {found.message}" for found in report]
    return display(result)


def value(expression: str, scope: Names = SCOPE) -> object:
    """The native value of an expression, which must have one."""
    report = Reporter()
    result = evaluate_scalar(scalar(f"${{{{ {expression} }}}}"), scope, report)
    assert not report.has_errors, [f"{found.code}: {found.message}" for found in report]
    return result


def mistake(expression: str, scope: Names = SCOPE) -> tuple[str, str, Diagnostic]:
    """The code of an expression's only error, the text under its caret and the whole of it."""
    report = Reporter()
    text = f"x ${{{{ {expression} }}}}"
    assert evaluate_text(scalar(text), scope, report) is None
    (found,) = [found for found in report if found.severity == "error"]
    assert found.span is not None
    return found.code, text[found.span.column - 1 : found.span.end_column - 1], found
