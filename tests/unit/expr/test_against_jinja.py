"""Expressions mean what they mean to Jinja2: generated ones are given to both, and both agree or both refuse."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import Any

import pytest
from evaluation import VARIABLES, Names, scalar, value
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from sflowc.diagnostics import Diagnostic, Reporter
from sflowc.expr.evaluate import evaluate_text
from sflowc.expr.values import to_text

# Its optimizer computes what is constant and puts that back as text: (-1) ** N becomes -1 ** N, which Python reads as -(1 ** N).
_JINJA = SandboxedEnvironment(undefined=StrictUndefined, variable_start_string="${{", optimized=False)


def _settled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that gives a list for a generator and a plain text for Markup, as ours do on purpose."""

    def call(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if isinstance(result, Iterator):
            return list(result)
        return str(result) if isinstance(result, str) else result

    return update_wrapper(call, function)


_JINJA.filters = {name: _settled(function) for name, function in _JINJA.filters.items()}
_SCOPE = Names({**VARIABLES, "variables": VARIABLES})

_TEXTS = st.sampled_from(["", "a", "b c", "10", "-3", "1.5", "x,y,z", "Ab", "%s", "%d-%s", "é\n", "a'b"])
_LITERALS = st.one_of(
    st.integers(0, 12).map(str),
    st.sampled_from(
        ["0x1F", "0b11", "0o17", "1_000", "1e3", "2.5E-1", "0.1", "1_0.2_5", "00", "true", "False", "none", "None"]
    ),
    _TEXTS.map(repr),
    st.sampled_from(['"q\'q"', "'a' 'b'", "'\\t\\x41\\u00e9'", "''"]),
)
_NAMES = st.sampled_from(
    ["N", "S", "T", "L", "D", "F", "variables.N", "variables['S']", "D.a", "D['items']", "L.0", "L[1]", "nope"]
)
_BINARY = st.sampled_from("+,-,*,/,//,%,**,~,==,!=,<,<=,>,>=,and,or,in,not in".split(","))  # noqa: SIM905 - readable
_FILTERS = st.sampled_from(
    """abs|capitalize|center(7)|count|default('d')|d('d', true)|default(1, boolean=true)|dictsort|escape|filesizeformat|first|float
    |float(1.5)|format(1, 'x')|format(*[1, 2])|groupby(0)|indent(2, true)|int|int(7)|int(default=3, base=16)|items|join|join('-')
    |join(', ', 0)|last|length|list|lower|map('string')|map('int', 5)|map(attribute=0)|map('default', 1)|max|min|pprint
    |reject('odd')|rejectattr('a')|replace('a', 'bb')|replace('a', 'b', 1)|reverse|round|round(1)|round(1, 'floor')|select
    |select('number')|select('>', 1)|selectattr('a', 'defined')|slice(2)|sort|sort(reverse=true)|sort(case_sensitive=true)|string
    |sum|sum(start=1)|title|tojson|tojson(indent=2)|trim|trim('a')|truncate(5, true, '.')|unique|upper|urlencode|wordcount
    |wordwrap(3)|batch(2)|batch(2, 'x')|map('upper')|xmlattr|striptags|attr('a')|nofilter""".replace(
        "\n    ", ""
    ).split("|")
)
_TESTS = st.sampled_from(
    """boolean|callable|defined|divisibleby 3|divisibleby(2)|eq 1|even|false|filter|float|ge 2|gt(1)|in [1, 2]|in('abc')|integer
    |iterable|le 2|lower|lt 3|mapping|ne 'a'|none|number|odd|sameas none|sequence|string|test|true|undefined|upper|equalto S
    |notest""".replace("\n    ", "").split("|")
)
_METHODS = st.sampled_from(
    """split(',')|upper()|strip()|replace('a', 'b')|startswith('a')|join(['x', 'y'])|format(1, 2)|count('a')|index('a')|find('b')
    |zfill(4)|get('a')|get('b', 3)|nope()|title()|splitlines()|partition(',')|is_integer()|copy()
    """.replace("\n    ", "")
    .strip()
    .split("|")
)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One more level around expressions."""
    several = st.lists(inner, max_size=3)
    return st.one_of(
        st.tuples(inner, _BINARY, inner).map(" ".join),
        st.tuples(inner, _BINARY, inner, _BINARY, inner).map(" ".join),
        inner.map("({})".format),
        st.tuples(st.sampled_from(["-", "+", "not ", "- -"]), inner).map("".join),
        several.map(lambda items: f"[{', '.join(items)}]"),
        several.map(lambda items: f"({', '.join(items)},)" if items else "()"),
        st.lists(st.tuples(_TEXTS.map(repr), inner), max_size=2).map(
            lambda pairs: "{" + ", ".join(f"{key}: {item}" for key, item in pairs) + "}"
        ),
        st.tuples(inner, inner, inner).map(lambda parts: "{} if {} else {}".format(*parts)),
        st.tuples(inner, inner).map(lambda parts: "({} if {}) ~ '!'".format(*parts)),
        st.tuples(inner, _FILTERS).map(" | ".join),
        st.tuples(inner, _FILTERS, _FILTERS).map(" | ".join),
        st.tuples(inner, st.sampled_from(["is ", "is not "]), _TESTS).map(
            lambda parts: f"{parts[0]} {parts[1]}{parts[2]}"
        ),
        st.tuples(inner, st.integers(-3, 3)).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        st.tuples(inner, st.sampled_from(["1:", ":2", "::2", "1:-1", "::-1", ":", "-2:"])).map(
            lambda parts: f"({parts[0]})[{parts[1]}]"
        ),
        st.tuples(inner, _METHODS).map(lambda parts: f"({parts[0]}).{parts[1]}"),
        st.tuples(inner, inner).map(lambda parts: f"range({parts[0]}) | list == {parts[1]}"),
    )


_EXPRESSIONS = st.recursive(_LITERALS | _NAMES, _compound, max_leaves=8)


def _rendered(text: str) -> tuple[str | None, str]:
    """What Jinja2 makes of a text, or nothing and what it says is wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of `0[1:]` in the code that Jinja2 writes
        try:
            return _JINJA.from_string(text).render(**VARIABLES, variables=VARIABLES), ""
        except Exception as error:
            return None, str(error)


_INTERNALS = ("<built-in", "<bound method", "<function", " object at 0x", "undefined")
"""What shows in Jinja2's output when Python's internals are printed; ours is an error."""


def _we_may_refuse(expression: str, theirs: str, found: Diagnostic) -> bool:
    """Ours refuses what prints internals, what is undefined (Jinja2 lets lists and most tests take it), and what is too large."""
    if (
        any(sign in theirs.lower() for sign in _INTERNALS)
        or found.code == "expression-limit"
        or "is a function" in found.message
    ):
        return True
    undefined = found.code in ("unknown-name", "index-out-of-range") or "cannot be sliced" in found.message
    return undefined and any(sign in expression for sign in ("nope", "[", "|"))


def _we_may_accept(expression: str, refusal: str) -> bool:
    """Ours takes `x is string if y` and `x is string in y`, which Jinja2 misreads, and leaves dead branches alone."""
    if "has no element" in refusal and " if " in expression:
        return True
    return re.search(r"\bis (not )?\S+( \S+)? (if|in|not in) ", expression) is not None


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(_EXPRESSIONS)
@example("-2 ** 2")
@example("2 ** 3 ** 2")
@example("-1 ** N")
@example("-2 | abs")
@example("1 if 0 if 1 else 2 else 3")
@example("not 1 == 2")
@example("1 ~ 2 + 3")
@example("1 < 3 > 2 != 5")
@example("S is string and N is not odd")
@example("D.items")
@example("'a' if nope is defined")
def test_agrees_with_jinja(expression: str) -> None:
    text = f"<${{{{ {expression} }}}}>"
    report = Reporter()
    ours = evaluate_text(scalar(text), _SCOPE, report)
    theirs, refusal = _rendered(text)
    if theirs is None:
        assert ours is None or _we_may_accept(expression, refusal), f"only Jinja2 refuses {expression}: {refusal}"
    elif ours is None:
        found = next(iter(report))
        assert _we_may_refuse(expression, theirs, found), f"only ours refuses {expression}: {found}"
    elif not any(sign in theirs.lower() for sign in _INTERNALS):
        assert ours == theirs, expression


_OPERAND = st.integers(-9, 9) | st.floats(-9, 9, allow_nan=False) | st.booleans()


@given(_OPERAND, st.sampled_from(["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!="]), _OPERAND)
def test_native_values_agree(left: object, operator: str, right: object) -> None:
    expression = f"a {operator} b"
    names = {"a": left, "b": right}
    try:
        theirs: Any = _JINJA.compile_expression(expression)(**names)
    except ZeroDivisionError:
        return
    ours: Any = value(expression, Names(names))
    assert type(ours) is type(theirs)
    assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


@pytest.mark.parametrize(
    "expression",
    [
        "1 2",
        "1 +",
        "(1",
        "x is",
        "x |",
        "x is defined is string",
        "a.b.",
        "[1 2]",
        "{1}",
        "{1:}",
        "f(a=1, 2)",
        "a[1,]",
        "[,]",
        "f(,)",
        "(,)",
        "1 = 2",
        "a not b",
        "x | f[0]",
        "x | f.g.",
        "a is b c.d e",
        "01",
        "1__0",
        "%",
        "a ; b",
        "a if",
        "a if b else",
        "'a",
    ],
)
def test_refuses_what_jinja_refuses(expression: str) -> None:
    text = f"${{{{ {expression} }}}}"
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it raises
        _JINJA.parse(text)
    report = Reporter()
    evaluate_text(scalar(text), _SCOPE, report)
    assert [found.code for found in report] == ["expression-syntax"]


def test_printing_is_python_s() -> None:
    for item in ([1, "a'b", None, True, 1.0, 1e-7, {"k": ("x",)}, [], ()], "text", None, 1e100):
        assert to_text(item) == str(item)
