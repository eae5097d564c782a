"""The html page: what it holds, and what it does in a real browser at the sizes of a desk and of a hand."""

import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chromium import Page, open_page
from sflowc.driver import compile_workflow
from sflowc.ir.plan import Plan
from sflowc.render.dot import dot
from sflowc.render.graph import graph_of
from sflowc.render.page import html_page

FLOW = """\
version: "0.1"
variables: {API_KEY: hunter2, EVIL: "</script><script>alert(1)</script>", WIDTH: "'\\"><img src=x onerror=alert(2)>"}
backends: [{name: gpus, type: local, nodes: 8, gpus_per_node: 8}]
workflow:
  name: "w <b>&amp;"
  tasks:
    - {name: "a <img src=x onerror=alert(3)>", script: ["echo '</pre><script>alert(4)</script>'"], resources: {nodes: {indices: [0]}}}
    - name: server
      script: ["serve --a-very-long-option=0123456789012345678901234567890123456789012345678901234567890123456789"]
      depends_on: ["a <img src=x onerror=alert(3)>"]
      replicas: {count: 24}
      resources: {gpus: {count: 2}}
      probes: {readiness: {log_watch: {match_pattern: "</dialog>"}}}
    - {name: client, script: ["true"], depends_on: [server], replicas: {count: 3, policy: sequential}, timeout: 90, retries: {count: 2, interval: 5}}
    - {name: report, script: ["true"], depends_on: [client], outputs: [{pattern: "x {y:d}"}]}
"""
SIZES = [(1280, 800, False), (390, 844, True)]


@pytest.fixture(scope="module")
def plan() -> Plan:
    plan = compile_workflow([("w.yaml", FLOW.encode())]).plan
    assert plan is not None
    return plan


@pytest.fixture(params=["with a graph", "without"])
def page_file(request: pytest.FixtureRequest, plan: Plan, require: Callable[[str], str], tmp_path: Path) -> Path:
    svg = None
    if request.param == "with a graph":
        command = [require("graphviz"), "-Tsvg"]
        svg = subprocess.run(command, input=dot(graph_of(plan), in_page=True), capture_output=True, text=True, check=True, timeout=60).stdout  # fmt: skip
    path = tmp_path / "page.html"
    path.write_text(html_page(plan, svg, show_variables=True), encoding="utf-8")
    return path


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_text_stays_text(page_file: Path) -> None:
    text = page_file.read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(text)
    names = [tag for tag, _ in tags.tags]
    assert names.count("script") == 1
    assert "img" not in names
    assert names.count("dialog") == 1 + 24 + 3 + 1
    assert "hunter2" not in text


def test_it_names_nothing_on_a_network(page_file: Path) -> None:
    tags = Tags()
    tags.feed(page_file.read_text(encoding="utf-8"))
    links = [value for _, attrs in tags.tags for name, value in attrs.items() if name in ("src", "href", "xlink:href")]
    assert links == ["data:,"]


def test_the_allocation_map(plan: Plan) -> None:
    text = html_page(plan, None)
    assert text.count('<td colspan="2">') == 24
    assert '<td colspan="8" class="free"><span>free</span></td>' in text


def _opened(page: Page) -> str:
    return str(page.run("document.querySelector('dialog[open] h2')?.innerText"))


@pytest.mark.parametrize(("width", "height", "dark"), SIZES, ids=["desk", "hand"])
def test_in_a_browser(width: int, height: int, dark: bool, page_file: Path, require: Callable[[str], str]) -> None:
    with open_page(require("chromium"), page_file, width, height, dark=dark) as page:
        assert page.run("innerWidth") == width
        assert page.run("document.documentElement.scrollWidth") <= width
        ground = page.run("getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(20, 24, 29)" if dark else "rgb(255, 255, 255)")
        targets = ["button.task[data-task=t3]", ".map button[data-task=t3]"]
        if "<svg" in page_file.read_text(encoding="utf-8"):
            targets.append("#graph #t3")
        for target in targets:
            page.click(target)
            assert _opened(page) == "server_2"
            assert page.run("document.querySelector('dialog[open]').scrollWidth") <= width
            assert "</dialog>" in page.run("document.querySelector('dialog[open]').innerText")
            page.press("Escape")
            assert _opened(page) == "None"
            page.run(f"document.querySelector('{target}').focus()")
            page.press("Enter")
            assert _opened(page) == "server_2"
            page.click("dialog[open] form button")
            assert _opened(page) == "None"
        assert page.complaints == []
        assert page.requests == [page_file.resolve().as_uri()]


def test_no_labels_overlap(page_file: Path, require: Callable[[str], str]) -> None:
    """The boxes of tasks in the picture keep apart, and hold their text."""
    with open_page(require("chromium"), page_file, 1280, 800) as page:
        if page.run("document.querySelector('#graph') === null"):
            return
        boxes = page.run("""[...document.querySelectorAll('#graph g.task')].map(g => {
            const box = g.querySelector('path').getBBox();
            return [box.x, box.y, box.x + box.width, box.y + box.height,
                    [...g.querySelectorAll('text')].every(t => t.getBBox().x >= box.x - 1 && t.getBBox().x + t.getBBox().width <= box.x + box.width + 1)];
        })""")
    assert len(boxes) == 29
    assert all(box[4] for box in boxes)
    for number, one in enumerate(boxes):
        for two in boxes[number + 1 :]:
            assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
