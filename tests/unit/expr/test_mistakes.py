"""Every mistake has its code, its place and its advice; nothing escapes, and nothing takes long."""

from __future__ import annotations

import time

import pytest
from evaluation import SCOPE, Names, mistake, scalar, shown, value
from hypothesis import given, settings
from hypothesis import strategies as st
from sflowc.diagnostics import Reporter
from sflowc.expr.evaluate import evaluate_text
from sflowc.expr.failures import NotHere, Reported


@pytest.mark.parametrize(
    ("expression", "code", "place", "advice"),
    [
        ("1 + nods", "unknown-name", "nods", "did you mean 'nodes'?"),
        ("variables.NN + 1", "unknown-variable", "NN", "did you mean 'N'?"),
        ("variables['M']", "unknown-variable", "'M'", ""),
        ("backends.b.nodes", "unknown-backend", "b", "there are: c"),
        ("nodes[0].adress", "unknown-name", "adress", "did you mean 'ip_address'?"),
        ("nodes[2]", "index-out-of-range", "2", ""),
        ("D.b", "unknown-name", "b", "there are"),
        ("nope.x | default(1)", "unknown-name", "nope", ""),
        ("S | uper", "unknown-filter", "uper", "did you mean 'upper'?"),
        ("S | random", "unknown-filter", "random", "$RANDOM"),
        ("S is evn", "unknown-test", "evn", "did you mean 'even'?"),
        ("variables.T > 1", "expression-type", "variables.T", "type: integer"),
        ("1 > T", "expression-type", "T", "type: integer"),
        ("T + 1", "expression-type", "T + 1", "type: integer"),
        ("-S", "expression-type", "-S", ""),
        ("none + 1", "expression-type", "none + 1", ""),
        ("1 in 2", "expression-type", "1", ""),
        ("N()", "expression-type", "N", ""),
        ("S.upper", "expression-type", "S.upper", "upper()"),
        ("S[1:'a']", "expression-type", "'a'", ""),
        ("S[::0]", "expression-value", "::0", ""),
        ("N[0]", "unknown-name", "0", ""),
        ("'%d' % 'x'", "expression-type", "'%d' % 'x'", ""),
        ("{[]: 1}", "expression-type", "[]", ""),
        ("1 // 0", "division-by-zero", "1 // 0", ""),
        ("1 % 0", "division-by-zero", "1 % 0", ""),
        ("5 is divisibleby 0", "division-by-zero", "divisibleby", ""),
        ("(-8) ** 0.5", "expression-value", "(-8) ** 0.5", ""),
        ("2.0 ** 10000", "expression-value", "2.0 ** 10000", ""),
        ("[] | first", "unknown-name", "first", ""),
        ("[3, 'a'] | sort", "expression-type", "sort", ""),
        ("S | replace", "expression-type", "replace", ""),
        ("nope if N else 1", "unknown-name", "nope", ""),
        ("[nope]", "unknown-name", "nope", ""),
        ("1 | default(1, 2, 3)", "expression-type", "default", ""),
        ("lipsum()", "unknown-name", "lipsum", ""),
    ],
)
def test_place_and_advice(expression: str, code: str, place: str, advice: str) -> None:
    found_code, under, found = mistake(expression)
    assert (found_code, under) == (code, place)
    assert advice in found.help


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("nope | default(5)", 5),
        ("variables.NOPE | d('x')", "x"),
        ("nope is defined", False),
        ("nope is undefined", True),
        ("nope is not defined", True),
        ("N | default(nope)", 2),
        ("nodes[7] | default('none')", "none"),
        ("[] | first | default(3)", 3),
        ("1 if nope is defined else 2", 2),
        ("'z' if N == 3", ""),
        ("('z' if N == 3) ~ 'x'", "x"),
        ("('z' if N == 3) | default('d')", "d"),
        ("'' | default('e', true)", "e"),
        ("[{'a': 1}, {}] | map(attribute='a') | select('defined') | list", [1]),
        ("N > 1 and nope is undefined", True),
        ("F and nope", False),
    ],
)
def test_undefined_may_be_asked_for(expression: str, expected: object) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "''.__class__",
        "''['__class__']",
        "'' | attr('__class__')",
        "[''] | map(attribute='__class__') | list",
        "'{0.__class__}'.format(1)",
        "'{0[__class__]}'.format(1)",
        "'{a.__init__.__globals__}'.format_map({'a': range})",
        "range.__call__",
        "dict.__subclasses__()",
        "[].append(1)",
        "D.update(a=1)",
        "nodes.pop()",
        "''.encode()",
        "self",
        "cycler",
        "S.upper.owner",
    ],
)
def test_no_way_into_python(expression: str) -> None:
    assert mistake(expression)[0] in ("unknown-name", "expression-type", "expression-value")


@pytest.mark.parametrize(
    "expression",
    [
        "9 ** 9999999",
        "9 ** 9 ** 9 ** 9 ** 9",
        "2 ** 4000 * 2 ** 4000 * 2 ** 4000",
        "'a' * 10 ** 9",
        "10 ** 9 * [1]",
        "range(10 ** 9)",
        "range(99999) | map('string') | map('upper') | map('lower') | map('trim') | join",
        "range(50000) | select('in', range(50000) | list) | list",
        "'x' | center(10 ** 9)",
        "'x'.ljust(10 ** 9)",
        "'\\t'.expandtabs(10 ** 9)",
        "'%999999999d' % 1",
        "'%*d' % (999999999, 1)",
        "'{:>999999999}'.format(1)",
        "'{:.999999999f}'.format(1.5)",
        "('x' * 99999) | replace('x', 'y' * 9999)",
        "('x' * 99999).replace('x', 'y' * 9999)",
        "('a\\n' * 99999) | indent(99999)",
        "(range(9999) | list) | join('x' * 99999)",
        "[1] | batch(10 ** 9, 0) | list",
        "[1] | slice(10 ** 9) | list",
        "[[1]] * 9999 | sum(start=[]) | length",
        "1 | round(10 ** 9, 'ceil')",
        "[['a' * 999] * 999] * 999",
        "(" * 2000 + "1" + ")" * 2000,
        "+".join(["1"] * 5000),
        "-" * 5000 + "1",
        "not " * 5000 + "1",
        "1" * 5000,
        "[1,2,3] | tojson(indent=10**9)",
    ],
)
def test_no_expression_takes_long(expression: str) -> None:
    report = Reporter()
    started = time.process_time()
    evaluate_text(scalar(f"${{{{ {expression} }}}}"), SCOPE, report)
    assert time.process_time() - started < 3  # one second where nothing else runs


def test_all_mistakes_of_a_text_are_reported() -> None:
    report = Reporter()
    evaluate_text(scalar("${{ a }} ${{ b }} ${{ N }} ${{ 1 // 0 }}"), SCOPE, report)
    assert [found.code for found in report] == ["unknown-name", "unknown-name", "division-by-zero"]


def test_a_scope_may_refuse() -> None:
    class Refusing(Names):
        def lookup(self, name: str) -> object:
            if name == "task":
                raise NotHere("task-outside-script", "'task' is known only in scripts", "use backends")
            raise Reported

    code, under, found = mistake("1 + task.x", Refusing({}))
    assert (code, under, found.help) == ("task-outside-script", "task", "use backends")
    report = Reporter()
    assert evaluate_text(scalar("${{ failed }}"), Refusing({}), report) is None
    assert not len(report)


def test_numbers_in_text_are_pointed_out() -> None:
    for expression, warned in (("T * 2", True), ("T + T", True), ("T ~ 2", False), ("S * 2", False), ("N * 2", False)):
        report = Reporter()
        evaluate_text(scalar(f"${{{{ {expression} }}}}"), SCOPE, report)
        assert [found.code for found in report] == (["string-arithmetic"] if warned else [])
    assert shown("${{ T * 2 }}") == "33"


_SNIPPETS = """
    1 0 2.5 'a' '' N S T L D nodes ip nope variables . [ ] ( ) { } , : | ~ + - * / // % ** == < in not and or if else is
    none true join default upper sort first map length replace defined format split items __class__ 99999 = }} -}} ${{
"""


@settings(max_examples=400, deadline=2000)
@given(st.lists(st.sampled_from(_SNIPPETS.split()), max_size=14).map(" ".join) | st.text(max_size=30))
def test_anything_gives_a_value_or_a_diagnostic(text: str) -> None:
    report = Reporter()
    result = evaluate_text(scalar(f"${{{{ {text} }}}}"), SCOPE, report)
    assert (result is None) == report.has_errors
