"""Pictures of a workflow: what is drawn, and that a label may hold any text."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sflowc.driver import compile_workflow
from sflowc.render.boxes import ascii_boxes
from sflowc.render.dot import dot
from sflowc.render.graph import Edge, Graph, Group, Node, graph_of
from sflowc.render.mermaid import mermaid
from sflowc.render.paint import columns
from sflowc.source.compose import Overrides

FLOW = """\
version: "0.1"
variables:
  API_KEY: hunter2
  SIZE: {value: 1, type: integer, domain: [1, 2]}
backends: [{name: gpus, type: local, nodes: 2, gpus_per_node: 4}]
workflow:
  name: w
  tasks:
    - {name: load, script: ["true"], resources: {nodes: {indices: [0]}}}
    - name: server
      script: ["true"]
      depends_on: [load]
      replicas: {count: 2}
      resources: {gpus: {count: 3}}
      probes: {readiness: {log_watch: {match_pattern: up}}}
    - name: client
      script: ["true"]
      depends_on: [server]
      replicas: {variables: [SIZE], policy: sequential}
      resources: {nodes: {indices: [1]}}
"""


def graph(**options: bool) -> Graph:
    plan = compile_workflow([("w.yaml", FLOW.encode())]).plan
    assert plan is not None
    return graph_of(plan, **options)


def test_edges_go_to_groups_and_along_chains() -> None:
    assert graph().edges == (
        Edge("start", "t0", ""),
        Edge("t0", "g0", "Completed"),
        Edge("g0", "t3", "Ready"),
        Edge("t3", "t4", "Completed"),
        Edge("t4", "stop", "Completed"),
    )
    assert [(group.title, group.members) for group in graph().groups] == [
        ("server, 2 replicas", ("t1", "t2")),
        ("client, 2 replicas in turn", ("t3", "t4")),
    ]
    assert [node.depth for node in graph().nodes] == [0, 1, 1, 2, 3]


def test_part_of_a_group_keeps_its_own_edges() -> None:
    text = FLOW.replace("depends_on: [server]", "depends_on: [server_1]")
    plan = compile_workflow([("w.yaml", text.encode())]).plan
    assert plan is not None
    edges = graph_of(plan).edges
    assert Edge("t2", "t3", "Ready") in edges
    assert Edge("t1", "stop", "Ready") in edges


def test_variables_are_shown_without_secrets() -> None:
    assert graph().variables == ()
    assert graph(show_variables=True).variables == ("API_KEY = ***", "SIZE = 1")
    assert "SIZE = 2" in graph(show_variables=True).nodes[4].facts
    for render in (mermaid, dot, ascii_boxes):
        assert "hunter2" not in render(graph(show_variables=True))


def test_mermaid() -> None:
    text = mermaid(graph())
    assert '    t1["server_0<br/>bash, node 0<br/>GPUs 0-2"]\n' in text
    assert '  subgraph g0["server, 2 replicas"]\n' in text
    assert "  g0 -->|Ready| t3\n" in text


@pytest.mark.parametrize("width", [24, 40, 80, 200])
def test_boxes_keep_to_the_width(width: int) -> None:
    text = ascii_boxes(graph(show_variables=True), width=width)
    assert max(columns(line) for line in text.splitlines()) <= width
    flat = re.sub(r"\W", "", text)
    assert all(name in flat for name in ("load", "server_0", "server_1", "client_1", "client_2"))


def test_boxes_side_by_side() -> None:
    assert ascii_boxes(graph()) == (
        "w\n\n● start\n│\n"
        "╭─ load ───────────╮\n│ bash, node 0     │\n╰──────────────────╯\n│\n"
        "╭─ server, 2 replicas ─────────────╮\n│ server_0, bash, node 0, GPUs 0-2 │\n"
        "│ server_1, bash, node 1, GPUs 0-2 │\n│ ◂ load is Completed              │\n"
        "╰──────────────────────────────────╯\n│\n"
        "╭─ client, 2 replicas in turn ─╮\n│ client_1, bash, node 1       │\n"
        "│ ◂ all of server are Ready    │\n│ client_2, bash, node 1       │\n"
        "╰──────────────────────────────╯\n│\n◉ stop, when client_2 is Completed\n"
    )


def test_the_picture_in_the_readme_is_of_today() -> None:
    root = Path(__file__).resolve().parents[3]
    names = ("slurm", "infra", "vllm/prefill", "vllm/decode", "bench/infmax")
    files = [(name, (root / "samples" / "inference" / f"{name}.yaml").read_bytes()) for name in names]
    sets = ("SLURM_ACCOUNT=mine", "SLURM_PARTITION=gpu", "SLURM_NODES=2", "PREFILL_WORKERS=2", "DECODE_WORKERS=2")
    plan = compile_workflow(files, Overrides(sets, (), ("agg",))).plan
    assert plan is not None
    today = graph_of(plan)
    expected = [text for node in today.nodes for text in (node.name, *node.facts)]
    expected += [group.title for group in today.groups] + [edge.label for edge in today.edges if edge.label]
    expected += [today.title, "start", "stop"]
    svg = (root / "docs" / "pictures" / "inference.svg").read_text(encoding="utf-8")
    shown = [
        text.replace("&#45;", "-").strip("\xa0 ")
        for text in re.findall(r">([^<>]+)</text>", svg.replace("&#160;", " "))
    ]
    assert sorted(shown) == sorted(expected)


HOSTILE = [
    'a"b', "a]b", "a[b", "end", "</script>", "a\nb", "a\\", "\\N", "&quot;", "#quot;", "style:x #1;", "`x`", "1. x", "- x",
    "%% x", "a-->b", "|x|", "日本", "é", "{x}", "$(x)", "a;b", "@{x}", "click",
]  # fmt: skip


def labelled(name: str) -> Graph:
    nodes = (Node("t0", name, ("bash, node 0",), False, 0), Node("t1", f"{name}_1", (name,), True, 1))
    group = Group("g0", name, ("t1",), False)
    edges = (Edge("start", "t0", ""), Edge("t0", "g0", "Ready"), Edge("g0", "stop", "Completed"))
    return Graph(name, nodes, (group,), edges, (f"X = {name}",))


LABEL = r'"(?:[\w _\-.,/=()]|\#\d+;|<br/>)*"'
MERMAID = re.compile(
    rf"""\ \ (?:\ \ )?(?:start\(\(start\)\)|stop\(\(\(stop\)\)\)|(?:t\d+|variables)\[{LABEL}\]|subgraph\ g\d+\[{LABEL}\]|end|direction\ LR
    |\w+\ -->(?:\|(?:Ready|Completed)\|)?\ \w+|classDef\ gpu\ [\w:#,]+|class\ [\w,]+\ gpu)""",
    re.VERBOSE,
)
TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20))


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_mermaid_has_nothing_but_harmless_labels(name: str) -> None:
    lines = mermaid(labelled(name)).split("\n")
    assert lines[0] == "flowchart LR"
    assert lines[-1] == ""
    assert [line for line in lines[1:-1] if not MERMAID.fullmatch(line)] == []
    label = re.search(r't0\["(.*)<br/>', "\n".join(lines))
    assert label is not None
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label[1]) == name


@given(TEXT, st.integers(24, 100))
@settings(max_examples=200, deadline=None)
def test_boxes_hold_any_text(name: str, width: int) -> None:
    lines = ascii_boxes(labelled(name), width=width).split("\n")
    assert max(map(columns, lines)) <= width
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("name", HOSTILE)
def test_graphviz_reads_every_label(name: str, require: Callable[[str], str]) -> None:
    program = require("graphviz")
    done = subprocess.run([program, "-Tplain"], input=dot(labelled(name)), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    drawn = [line for line in done.stdout.splitlines() if line.startswith(("node ", "edge "))]
    assert len(drawn) == 5 + 3
    svg = subprocess.run([program, "-Tsvg"], input=dot(labelled(name)), capture_output=True, text=True, timeout=60)
    words = [
        re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), word)
        for word in re.findall(r">([^<>]+)</text>", svg.stdout)
    ]
    shown = [
        word.replace("&quot;", '"')
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#45;", "-")
        .replace("&amp;", "&")
        for word in words
    ]
    assert name.split("\n")[0] in shown
