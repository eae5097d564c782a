"""Each kind of probe: its fields become a check of the plan, or a diagnostic at the field that is wrong."""

from typing import Any

import pytest
from sflowc.diagnostics import Reporter, Span
from sflowc.ir.expr import OUTPUT_DIR, WORKFLOW_OUTPUT_DIR, WORKSPACE_DIR, Atom, RunText
from sflowc.ir.plan import BodyPattern, ExecCheck, FileCheck, HttpRequest, LogWatch, NodeAddress, TcpPort
from sflowc.probes import PROBES
from sflowc.probes.base import Check, Site

NODES = (NodeAddress("b", 0), NodeAddress("b", 1))
ADDRESS = RunText((Atom("ip", "b", 1),))
URL = RunText(("http://", Atom("ip", "b", 1), ":80/"))


def check(kind: str, **fields: Any) -> tuple[Check | None, list[tuple[str, str]]]:
    """The check, and what was reported as code and field."""
    report = Reporter()
    site = Site(
        task="t",
        nodes=NODES,
        span=Span("probe", 1, 1),
        span_of=lambda field: Span(field, 1, 1),
        tasks={"t": ("t",), "w": ("w_0", "w_1"), "w_0": ("w_0",)},
    )
    found = PROBES[kind].check(fields, site, report)
    return found, [(each.code, each.span.file) for each in report if each.span]


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("tcp_port", {"port": 80}, TcpPort(NODES[:1], 80, "first")),
        ("tcp_port", {"port": 80, "on_node": "each"}, TcpPort(NODES, 80, "each")),
        ("tcp_port", {"port": 80, "host": "h", "on_node": "each"}, TcpPort(("h",), 80, "each")),
        ("tcp_port", {"port": 65535, "host": ADDRESS}, TcpPort((ADDRESS,), 65535, "first")),
        ("http_get", {"url": URL}, HttpRequest("GET", URL, ())),
        ("http_get", {"url": "https://h", "headers": {"A": "b"}}, HttpRequest("GET", "https://h", (("A", "b"),))),
        ("http_post", {"url": "http://h", "body": "x"}, HttpRequest("POST", "http://h", (), "x")),
        ("http_post", {"url": "http://h", "headers": None}, HttpRequest("POST", "http://h", (), "")),
        (
            "http_get",
            {"url": "http://h", "expect_body": r"(?i)ok \d"},
            HttpRequest("GET", "http://h", (), None, BodyPattern(r"(?i)ok \d", "ok [0-9]", True)),
        ),
        (
            "http_post",
            {"url": "http://h", "expect_body": "re:a|b"},
            HttpRequest("POST", "http://h", (), "", BodyPattern("re:a|b", "re:a|b")),
        ),
        ("http_get", {"url": "http://h", "expect_body": None}, HttpRequest("GET", "http://h", ())),
        ("exec", {"command": ("a", "b c", "", URL)}, ExecCheck(("a", "b c", "", URL))),
        ("file", {"path": "/a b"}, FileCheck("/a b")),
        ("file", {"path": "a/$b~"}, FileCheck(RunText((WORKSPACE_DIR, "/a/$b~")))),
        ("file", {"path": "$a.b"}, FileCheck(RunText((WORKSPACE_DIR, "/$a.b")))),
        ("file", {"path": "~a/b"}, FileCheck(RunText((WORKSPACE_DIR, "/~a/b")))),
        ("file", {"path": ADDRESS}, FileCheck(RunText((WORKSPACE_DIR, "/", Atom("ip", "b", 1))))),
        ("file", {"path": RunText((OUTPUT_DIR, "/x"))}, FileCheck(RunText((OUTPUT_DIR, "/x")))),
        ("file", {"path": "$SFLOW_TASK_OUTPUT_DIR/x"}, FileCheck(RunText((WORKFLOW_OUTPUT_DIR, "/t/x")))),
        ("file", {"path": "${SFLOW_TASK_OUTPUT_DIR}"}, FileCheck(RunText((WORKFLOW_OUTPUT_DIR, "/t")))),
        ("file", {"path": "$SFLOW_WORKFLOW_OUTPUT_DIR/o/x"}, FileCheck(RunText((WORKFLOW_OUTPUT_DIR, "/o/x")))),
        ("file", {"path": "$SFLOW_OUTPUT_DIR/x"}, FileCheck(RunText((OUTPUT_DIR, "/x")))),
        (
            "file",
            {"path": RunText(("$SFLOW_WORKSPACE_DIR/", Atom("ip", "b", 1)))},
            FileCheck(RunText((WORKSPACE_DIR, "/", Atom("ip", "b", 1)))),
        ),
        ("log_watch", {"match_pattern": "a.b"}, LogWatch("a.b", False, "a.b", 1)),
        ("log_watch", {"match_pattern": URL}, LogWatch("http://<ip:b:1>:80/", False, URL, 1)),
        ("log_watch", {"match_pattern": "re:a", "match_count": 3}, LogWatch("a", True, "a", 3)),
        ("log_watch", {"match_pattern": "regex:(?i)a"}, LogWatch("(?i)a", True, "a", 1, ignore_case=True)),
        ("log_watch", {"regex_pattern": "re:a"}, LogWatch("re:a", True, "re:a", 1)),
        ("log_watch", {"match_pattern": "a", "logger": "w"}, LogWatch("a", False, "a", 1, ("w_0", "w_1"), "w")),
        ("log_watch", {"match_pattern": "a", "logger": "w_0"}, LogWatch("a", False, "a", 1, ("w_0",), "w_0")),
    ],
)
def test_a_check(kind: str, fields: dict[str, Any], expected: Check) -> None:
    assert check(kind, **fields) == (expected, [])


@pytest.mark.parametrize(
    ("kind", "fields", "problem"),
    [
        ("tcp_port", {"port": 0}, ("port-range", "port")),
        ("tcp_port", {"port": 65536}, ("port-range", "port")),
        ("http_get", {"url": "h:80"}, ("url-scheme", "url")),
        ("http_get", {"url": "http://h", "expect_body": ""}, ("empty-pattern", "expect_body")),
        ("http_get", {"url": "http://h", "expect_body": "(a"}, ("invalid-regex", "expect_body")),
        ("http_post", {"url": "http://h", "expect_body": "a(?=b)"}, ("regex-unsupported", "expect_body")),
        ("http_get", {"url": "http://h", "expect_body": URL}, ("runtime-value", "expect_body")),
        ("log_watch", {"regex_pattern": URL}, ("runtime-value", "regex_pattern")),
        ("log_watch", {"match_pattern": RunText(("re:", Atom("ip", "b", 1)))}, ("runtime-value", "match_pattern")),
        ("exec", {"command": ("", "a")}, ("empty-check", "command")),
        ("file", {"path": ""}, ("empty-check", "path")),
        ("file", {"path": "~"}, ("shell-in-path", "path")),
        ("file", {"path": "$HOME/a"}, ("shell-in-path", "path")),
        ("file", {"path": RunText(("${A}/", Atom("ip", "b", 1)))}, ("shell-in-path", "path")),
        ("http_post", {"url": ADDRESS}, ("url-scheme", "url")),
        ("log_watch", {}, ("log-watch-pattern", "probe")),
        ("log_watch", {"match_pattern": "a", "regex_pattern": "b"}, ("log-watch-pattern", "probe")),
        ("log_watch", {"match_pattern": "re:"}, ("empty-pattern", "match_pattern")),
        ("log_watch", {"regex_pattern": ""}, ("empty-pattern", "regex_pattern")),
        ("log_watch", {"match_pattern": "a", "match_count": 0}, ("not-positive", "match_count")),
        ("log_watch", {"match_pattern": "a", "logger": "x"}, ("unknown-task", "logger")),
    ],
)
def test_what_cannot_be_checked(kind: str, fields: dict[str, Any], problem: tuple[str, str]) -> None:
    assert check(kind, **fields) == (None, [problem])
