"""What can be done with values that only the run knows, and that nothing else slips through."""

from __future__ import annotations

import pytest
from evaluation import mistake, shown, value
from hypothesis import given, settings
from hypothesis import strategies as st
from sflowc.diagnostics import Reporter
from sflowc.expr.filters import _OF_RUN_TEXT, _tools
from sflowc.ir.expr import RunText


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ip", "<ip:c:0>"),
        ("ip ~ ':' ~ 80", "<ip:c:0>:80"),
        ("'tcp://' + ip", "tcp://<ip:c:0>"),
        ("nodes | map(attribute='ip_address') | join(',')", "<ip:c:0>,<ip:c:1>"),
        ("nodes | join(',', attribute='name')", "<name:c:0>,<name:c:1>"),
        ("','.join([ip, 'x'])", "<ip:c:0>,x"),
        ("(nodes | first).name ~ (nodes | last).index", "<name:c:0>1"),
        ("backends.c.nodes[1].ip_address", "<ip:c:1>"),
        ("nodes[:1] | map(attribute='index') | list", "[0]"),
        ("nodes[0]", "{'name': '<name:c:0>', 'ip_address': '<ip:c:0>', 'index': 0, 'num_gpus': 4}"),
        ("[model, (ip,)]", "['<workspace_dir>/models', ('<ip:c:0>',)]"),
        ('[ip ~ "\'"]', '["<ip:c:0>\'"]'),
        ('[ip ~ "\'\\""]', "['<ip:c:0>\\'\"']"),
        ("[ip ~ '\\n']", "['<ip:c:0>\\n']"),
        ("nodes | length", "2"),
        ("nodes | sum(attribute='num_gpus')", "8"),
        ("nodes | selectattr('index', 'gt', 0) | map(attribute='name') | join", "<name:c:1>"),
        (
            "nodes | sort(attribute='index', reverse=true) | map(attribute='name') | list",
            "['<name:c:1>', '<name:c:0>']",
        ),
        ("nodes | map(attribute='ip_address') | map('string') | list", "['<ip:c:0>', '<ip:c:1>']"),
        ("nodes | reverse | map(attribute='name') | join('+')", "<name:c:1>+<name:c:0>"),
        ("'%s:%d' | format(ip, 80)", "<ip:c:0>:80"),
        ("'%s:%05d' % (ip, 80)", "<ip:c:0>:00080"),
        ("'%(a)s%%' % {'a': ip}", "<ip:c:0>%"),
        ("'{0}-{n[0][name]}'.format(ip, n=nodes)", "<ip:c:0>-<name:c:0>"),
        ("'{}{:>4}'.format(ip, 1)", "<ip:c:0>   1"),
        ("nodes[0] | tojson", '{"index": 0, "ip_address": "<ip:c:0>", "name": "<name:c:0>", "num_gpus": 4}'),
        ("ip | default('x')", "<ip:c:0>"),
        ("ip | default('x', true)", "<ip:c:0>"),
        ("ip | string", "<ip:c:0>"),
        ("nodes | map(attribute='nope', default=ip) | first", "<ip:c:0>"),
        ("'y' if ip else 'n'", "y"),
        ("(not ip) ~ (ip and 1) ~ (ip or 1)", "False1<ip:c:0>"),
        ("[ip is defined, ip is string, ip is number, ip is none, ip is mapping]", "[True, True, False, False, False]"),
        ("nodes | map(attribute='name') | select('string') | join", "<name:c:0><name:c:1>"),
        ("{'a': ip}.get('a')", "<ip:c:0>"),
        ("'a' in {'a': ip}", "True"),
        ("ip in []", "False"),
        ("[ip] + ['x'] * 2", "['<ip:c:0>', 'x', 'x']"),
        ("dict(a=ip).items() | list", "[('a', '<ip:c:0>')]"),
    ],
)
def test_what_needs_no_content(expression: str, expected: str) -> None:
    assert shown(f"${{{{ {expression} }}}}") == expected


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("ip + 1", "ip"),
        ("1 - ip", "ip"),
        ("ip * 2", "ip"),
        ("-ip", "-ip"),
        ("ip == 'x'", "ip"),
        ("1 < N < ip", "ip"),
        ("'a' in ip", "ip"),
        ("ip in ['a']", "ip"),
        ("[ip] == ['a']", "[ip]"),
        ("ip | upper", "upper"),
        ("'a' | replace('a', ip)", "replace"),
        ("ip | length", "length"),
        ("ip | int", "int"),
        ("ip | list", "list"),
        ("ip | first", "first"),
        ("ip | tojson | upper", "upper"),
        ("model | tojson", "tojson"),
        ("nodes | sort(attribute='name')", "sort"),
        ("nodes | map(attribute='name') | map('upper') | list", "map"),
        ("nodes | map(attribute='name') | unique | list", "unique"),
        ("nodes | map(attribute='name') | max", "max"),
        ("nodes | selectattr('name', 'eq', 'a') | list", "selectattr"),
        ("nodes | groupby('name')", "groupby"),
        ("ip is sameas ip", "sameas"),
        ("ip is lower", "lower"),
        ("ip is divisibleby 2", "divisibleby"),
        ("'%5s' % ip", "ip"),
        ("'%d' | format(ip)", "format"),
        ("'%r' % (ip,)", "(ip,)"),
        ("ip[0]", "0"),
        ("ip[1:]", "ip[1:]"),
        ("ip.upper()", "upper"),
        ("ip.x", "x"),
        ("nodes[ip]", "ip"),
        ("{ip: 1}", "ip"),
        ("range(ip)", "range(ip)"),
        ("'a'.replace('a', ip)", "'a'.replace('a', ip)"),
        ("'{:>5}'.format(ip)", "'{:>5}'.format(ip)"),
        ("'{!r}'.format(ip)", "'{!r}'.format(ip)"),
        ("ip | format(1)", "format"),
        ("[ip].index('a')", "[ip].index('a')"),
    ],
)
def test_what_needs_content(expression: str, place: str) -> None:
    code, under, found = mistake(expression)
    assert code == "runtime-value"
    assert "known" in found.message
    assert under in (place, f"({place})")


def test_the_error_says_what_and_why() -> None:
    found = mistake("ip | upper")[2]
    assert found.message == (
        "filter 'upper' needs the address of node 0 of backend 'c', which is known only when the job runs"
    )
    assert found.note.startswith("the nodes are chosen when the job starts")


_ARGUMENTS = st.lists(st.sampled_from(["1", "'a'", "'name'", "true", "ip", "nodes", "none"]), max_size=2)
_SUBJECTS = ["ip", "[ip]", "[ip, 'a']", "nodes", "nodes[0]", "model", "[[ip]]", "nodes | map(attribute='name')"]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(_SUBJECTS), st.sampled_from(sorted(_tools().environment.filters)), _ARGUMENTS)
def test_no_filter_looks_at_the_content(subject: str, name: str, arguments: list[str]) -> None:
    """Whatever a filter gives is the same when the run-time values are others, so it cannot have looked at them."""
    from evaluation import SCOPE, Names, scalar
    from sflowc.expr.evaluate import evaluate_text
    from sflowc.ir.expr import display

    call = f"({', '.join(arguments)})" if arguments else ""
    text = f"${{{{ {subject} | {name}{call} }}}}"
    report = Reporter()
    result = evaluate_text(scalar(text), SCOPE, report)
    if result is None:
        return

    def settled(item: object) -> object:
        if isinstance(item, RunText):
            return item.display()
        if isinstance(item, dict):
            return {key: settled(inner) for key, inner in item.items()}
        return [settled(inner) for inner in item] if isinstance(item, list) else item

    known = Names({name: settled(found) for name, found in SCOPE.values.items()})
    expected = evaluate_text(scalar(text), known, Reporter())
    assert expected is not None
    same = display(result)
    if name == "tojson":  # which escapes the angle brackets of the spelling
        same = same.replace("<", "\\u003c").replace(">", "\\u003e")
    assert same == expected


@pytest.mark.parametrize("name", sorted(set(_tools().environment.tests) - {"==", "!=", "<", "<=", ">", ">="}))
def test_no_test_looks_at_the_content(name: str) -> None:
    if name in _OF_RUN_TEXT:
        assert isinstance(value(f"ip is {name}"), bool)
    else:
        assert mistake(f"ip is {name}('a')")[0] == "runtime-value"
