"""Templates: where expressions begin and end, white space, trailing newlines, and what is no expression."""

from __future__ import annotations

import pytest
from evaluation import scalar, shown
from sflowc.diagnostics import Reporter
from sflowc.expr.template import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${{ N }}", "2"),
        ("a${{1}}${{ 2 }}b", "a12b"),
        ("$${{ N }} $ {{ N }} {{ N }}", "$2 $ {{ N }} {{ N }}"),
        ("a  ${{- N -}}  b", "a2b"),
        ("a \n  ${{- N }} b", "a2 b"),
        ("a ${{ N -}} \n\n b ${{ N }}", "a 2b 2"),
        ("${{-1}}", "1"),
        ("${{ -1 }}", "-1"),
        ("${{+'a'}}", "a"),
        ("${{ '}}' }}!", "}}!"),
        ('${{ "\'}}" }}', "'}}"),
        ("${{ {'a': {'b': 1}}}}", "{'a': {'b': 1}}"),
        ("${{ {'a': {'b': 1}} -}} }}", "{'a': {'b': 1}}}}"),
        ("{% if %} {# c #} ${#a[@]} ${{ N }}", "{% if %} {# c #} ${#a[@]} 2"),
        ("line ${{ N }}\n", "line 2"),
        ("line ${{ N }}\n\n", "line 2\n"),
        ("${{ 'x\\n' }}", "x\n"),
        ("no expression\n", "no expression\n"),
        ("", ""),
    ],
)
def test_text(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("ab ${{ 1 + ", 4, "this expression is never closed"),
        ("ab ${{ (1 }} c", 11, "the expression ends too early: expected an operator, ',' or ')'"),
        ("${{ }}", 5, "the expression ends too early: expected a value"),
        ("${{ 'a }}", 5, "the text that starts with ' is not closed"),
        ("${{ 1 2 }}", 7, "unexpected '2': expected an operator, ',' or '}}'"),
        ("${{ a | }}", 9, "the expression ends too early: expected a name"),
        ("${{ [1, 2 }}", 11, "the expression ends too early: expected an operator, ',' or ']'"),
        ("${{ x.y. }}", 10, "the expression ends too early: expected a name or an index"),
        ("${{ {1 2} }}", 8, "unexpected '2': expected an operator or ':'"),
        ("${{ '\\x' }}", 5, "an escape in this text is wrong: truncated \\xXX escape"),
        ("${{ f(a=1, 2) }}", 12, "a positional argument after a named one"),
        ("${{ f(a=1, a=2) }}", 12, "'a' is given twice"),
    ],
)
def test_syntax_errors(text: str, column: int, message: str) -> None:
    report = Reporter()
    assert parse(scalar(text), report) is None
    (found,) = report
    assert found.code == "expression-syntax"
    assert found.message == message
    assert found.span is not None
    assert found.span.column == column


@pytest.mark.parametrize(
    ("text", "advice"), [("${{ !a }}", "not"), ("${{ a = 1 }}", "=="), ("${{ $N }}", "without a dollar")]
)
def test_help_for_other_languages(text: str, advice: str) -> None:
    report = Reporter()
    parse(scalar(text), report)
    assert advice in next(iter(report)).help


def test_only_one_expression_is_the_whole() -> None:
    report = Reporter()
    for text, whole in (
        ("${{ 1 }}", True),
        ("${{ 1 }}\n", True),
        (" ${{ 1 }}", False),
        ("${{ 1 }}${{ 2 }}", False),
        ("1", False),
    ):
        template = parse(scalar(text), report)
        assert template is not None
        assert (template.expression is not None) == whole
