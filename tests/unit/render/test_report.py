"""The report: what it holds, and what it does in a real browser at the sizes of a desk and of a hand."""

import json
import random
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from chromium import Page, open_page
from sflowc.render.report import report_page
from sflowc.runs.compare import compare
from sflowc.runs.compare_outcome import Tolerance
from sflowc.runs.diagnose import diagnose, own_patterns
from sflowc.runs.run import Run
from sflowc.runs.standing import Standing, standing
from written_runs import add_events, probe_event, run_event, task_event, write_facts, write_status

EVIL = "</script></pre><img src=x onerror=alert(1)>\x1b[31m'\"]]>&amp;"
TASK = "t <b>&amp;\"'"
SIZES = [(1280, 800, False), (390, 844, True)]


class Parts(HTMLParser):
    """Tags with their attributes, and the text outside of tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str, kind: str = "") -> list[dict[str, str | None]]:
        """The attributes of the tags of a name, and of a class."""
        return [
            found for name, found in self.tags if name == tag and kind in [*(found.get("class") or "").split(" "), ""]
        ]


def page_of(folder: Path, state: str = "", note: str = "", **more: Any) -> str:
    run = Run(folder)
    return report_page(run, Standing(state or run.state.state or "UNKNOWN", note), **more)


def task_files(folder: Path, name: str, **files: str) -> None:
    (folder / name).mkdir(exist_ok=True)
    for ending, text in files.items():
        (folder / name / (f"{name}.{ending}" if ending != "json" else "outputs.json")).write_text(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run with a service, a task that was tried twice, one that failed, one that never started, and hostile text everywhere."""
    folder = tmp_path / "w-1"
    probes = [
        {"role": "readiness", "kind": "http_get", "says": f"GET http://h/{EVIL}"},
        {"role": "failure", "kind": "log_watch", "says": "text 'Traceback'"},
    ]
    write_facts(
        folder,
        {"name": "server", "gpus": [0, 1], "probes": probes, "ready_within": 30},
        {"name": TASK, "after": ["server"], "gpus": [2], "retries": 2, "outputs": True},
        {"name": "bad", "after": ["server"], "nodes": [1], "timeout": 90},
        {"name": "never", "after": ["bad"], "critical": False},
        variables={"EVIL": EVIL, "HF_TOKEN": "***"},
        workflow=f"w {EVIL}",
        slurm={"job_id": "77", "job_partition": "gpu", "cluster_name": "alpha"},
    )
    add_events(
        folder,
        {"event": "artifact", "artifact": "MODEL", "state": "FETCHING", "reason": ""},
        run_event("RUNNING"),
        {"event": "artifact", "artifact": "MODEL", "state": "READY", "reason": ""},
        task_event("server", "RUNNING"),
        probe_event("server", f"HTTP 503 {EVIL}"),
        task_event("server", "READY"),
        task_event(TASK, "RUNNING"),
        probe_event("server", "matches in the log: 1 of 2", "failure"),
        task_event(TASK, "INITIATED", exit_status=3, reason="exit status 3 after 2 s; attempt 2 of 3"),
        task_event("bad", "RUNNING"),
        task_event(TASK, "RUNNING", attempt=2),
        task_event(TASK, "COMPLETED", attempt=2, exit_status=0, reason="after 1.00 s"),
        task_event("bad", "FAILED", exit_status=4, reason=f"exit status 4 {EVIL}"),
        task_event("never", "CANCELLED", attempt=0, reason="not started"),
        task_event("server", "COMPLETED", exit_status=143),
        run_event("FAILED", exit_status=4, reason=f"bad FAILED {EVIL}"),
    )
    write_status(folder, {}, state="FAILED", exit_status=4, overrides={"N": EVIL}, job_id="77")
    (folder / "env.txt").write_text(f"CUDA_HOME={EVIL}\nHF_TOKEN=***\n")
    (folder / "w.sh").write_text("workflow_environment() {\n  SF_ENV=(API_KEY=hunter2-s3cret)\n}\n")
    (folder / "sflow.log").write_text(f"03:00:00  {EVIL}\n")
    task_files(
        folder, "server", log=f"{EVIL}\nkey hunter2-s3cret\n" + "".join(f"line {n}\n" for n in range(500)), sh="serve\n"
    )
    task_files(folder, "bad", log="", sh=f"echo '{EVIL}' hunter2-s3cret\n")
    task_files(
        folder, TASK, log="tps: 1.5\n", sh="bench", json=json.dumps({"tps": 1.5, "name": EVIL, "ttft": list(range(20))})
    )
    return folder


def test_text_stays_text(folder: Path) -> None:
    page = page_of(folder)
    parts = Parts(page)
    assert len(parts.named("script")) == 1
    assert parts.named("img") == []
    assert parts.named("b") == [{}]
    assert "\x1b" not in page
    assert page.count("onerror") >= 9, "the hostile text is not shown where it should be"


def test_it_names_nothing_on_a_network(folder: Path) -> None:
    parts = Parts(page_of(folder))
    links = {value for _, attrs in parts.tags for name, value in attrs.items() if name in ("src", "href", "xlink:href")}
    assert {link for link in links if not str(link).startswith("#")} == {"data:,"}
    ids = {attrs["id"] for _, attrs in parts.tags if "id" in attrs}
    assert {str(link)[1:] for link in links if str(link).startswith("#")} <= ids


def test_secrets_are_masked(folder: Path) -> None:
    page = page_of(folder)
    assert "hunter2" not in page
    assert page.count("***") >= 4


def test_the_same_directory_gives_the_same_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(folder)
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert page_of(folder) == page


def test_the_summary(folder: Path) -> None:
    text = " ".join(Parts(page_of(folder)).text.split())
    assert "✗ FAILED bad FAILED" in text
    assert "exit status 4 took 14.0s began 1970-01-01 00:16:41 UTC ended 1970-01-01 00:16:55 UTC" in text
    assert "Slurm job 77 cluster alpha partition gpu host n1 nodes 2, 3 GPUs in use" in text
    assert "1 CANCELLED, 2 COMPLETED, 1 FAILED" in text


def test_the_timeline(folder: Path) -> None:
    parts = Parts(page_of(folder))
    bars = [attrs["class"] for attrs in parts.named("rect")][:14]
    assert bars == [
        "fetch",
        *["wait", "starting", "ready"],
        *["wait", "running bad", "retry", "running"],
        *["wait", "running bad"],
        *["wait"],
        *["wait", "starting", "ready"],  # of the legend
    ]
    says = [str(attrs["aria-label"]) for attrs in parts.named("svg") if "aria-label" in attrs]
    assert says[1] == "server: COMPLETED; waited 2.00s; starting for 2.00s; ready for 9.00s"
    assert says[2] == (
        f"{TASK}: COMPLETED; waited 5.00s for server; attempt 1, running for 2.00s, exit status 3 after 2 s; attempt 2 of 3; "
        "2.00s until attempt 2; attempt 2, running for 1.00s"
    )
    marks = [attrs["class"] for attrs in parts.named("use", "mark")][:3]
    assert marks == ["mark readiness", "mark failure", "mark ready"]


def test_places_are_percentages_of_the_time_that_is_shown(folder: Path) -> None:
    rects = Parts(page_of(folder)).named("rect")
    server = [
        (float(rect["x"].rstrip("%")), float(rect["width"].rstrip("%")))
        for rect in rects[1:4]
        if rect["x"] and rect["width"]
    ]
    assert server == [(0, 14.29), (14.29, 14.29), (28.57, 64.29)]  # of 14 seconds


def test_the_allocation_map(folder: Path) -> None:
    page = page_of(folder)
    assert '<td colspan="2"><button type="button" style="--hue: 210" data-task="t0">server</button></td>' in page
    assert '<td colspan="3" class="free"><span>free</span></td>' in page


def test_outputs_and_what_is_missing(tmp_path: Path) -> None:
    tasks = [
        {"name": f"b_{n}", "base": "b", "sweep": {"USERS": str(n)}, "outputs": True, "units": {"tps": "tok/s"}}
        for n in (1, 2)
    ]
    write_facts(tmp_path, *tasks)
    add_events(
        tmp_path, run_event("RUNNING"), task_event("b_1", "COMPLETED", exit_status=0), task_event("b_2", "FAILED")
    )
    task_files(tmp_path, "b_1", json='{"tps": 1.5, "all": [1, 2, 3, 4, 5, 6, 7, 8], "of": {"p99": "x"}}')
    text = " ".join(Parts(page_of(tmp_path)).text.split())
    assert "Outputs of b task USERS tps (tok/s) all of[p99] ✓ b_1 1 1.5 1, 2, 3, 4, 5, 6, … 8 in all x ✗" in text
    assert "✗ b_2 2 missing missing missing" in text


def test_why_it_failed(folder: Path) -> None:
    found = diagnose(Run(folder), own_patterns())
    run = Run(folder)
    page = report_page(run, Standing("FAILED"), diagnosis=found)
    text = " ".join(Parts(page).text.split())
    assert f"Diagnosis {' '.join(found.sentence.split())}" in text
    assert "FAIL orchestration" in text
    assert "<img src=x" not in page
    assert "Diagnosis" not in page_of(folder)


def test_logs_have_a_bound(folder: Path) -> None:
    page = page_of(folder, log_lines=12)
    assert "line 0\n" in page
    assert "line 1\n" not in page
    assert "bytes are left out" in page
    assert "line 491\n" in page
    assert "line 490\n" not in page
    (folder / "bad" / "bad.log").write_bytes(b"x" * 50_000_000)
    assert len(page_of(folder, log_lines=100_000)) < 300_000


def test_only_what_failed_is_open(folder: Path) -> None:
    items = Parts(page_of(folder)).named("details", "item")
    assert [item["id"] for item in items if "open" in item] == ["t2"]


def test_a_run_that_goes_on(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a"}, {"name": "b", "after": ["a"]}, deadline=2000.0)
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"), probe_event("a", "x", "failure"))
    text = " ".join(Parts(page_of(tmp_path)).text.split())
    assert "▶ RUNNING The run goes on; this is how it stood at 1970-01-01 00:16:42 UTC." in text
    assert "so far 2.00s" in text
    assert "time is over 1970-01-01 00:33:20 UTC" in text
    assert "Process 5 is gone." in page_of(tmp_path, "LOST", "process 5 is gone")


def test_a_run_that_was_resumed(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a"}, {"name": "b"})
    first = [run_event("RUNNING"), task_event("a", "RUNNING"), task_event("a", "COMPLETED"), task_event("b", "RUNNING")]
    second = [
        run_event("RUNNING"),
        task_event("a", "SKIPPED"),
        task_event("b", "RUNNING"),
        task_event("b", "COMPLETED"),
    ]
    add_events(tmp_path, *first, *second, run_event("COMPLETED", exit_status=0))
    page = page_of(tmp_path)
    assert "The script has started 2 times; the timeline shows what happened since 1970-01-01 00:16:44 UTC" in page
    says = [str(attrs["aria-label"]) for attrs in Parts(page).named("svg") if "aria-label" in attrs]
    assert says == ["a: SKIPPED; nothing to show", "b: COMPLETED; waited 2.00s; running for 1.00s"]


@pytest.mark.parametrize("there", ["events", "status", "both", "nothing"])
def test_directories_with_less_in_them(there: str, tmp_path: Path) -> None:
    if there in ("events", "both"):
        add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"), task_event("a", "FAILED", exit_status=1))
    if there in ("status", "both"):
        write_status(
            tmp_path, {"a": {"state": "FAILED", "exit_status": 1, "finished": 3.0}}, state="FAILED", exit_status=1
        )
    page = page_of(tmp_path)
    assert "There is no run.json" in page
    assert ('<table class="timeline"' in page) == (there in ("events", "both")), "only events know when things happened"
    assert ("<h3>a</h3>" in page) == (there != "nothing")


@pytest.mark.parametrize("seed", range(40))
def test_damaged_directories(seed: int, folder: Path) -> None:
    """Files that are missing, cut short or changed in places: there is a page, and whatever is wrong stays text in it."""
    chance = random.Random(seed)
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = bytearray(path.read_bytes())
        damage = chance.random()
        if damage < 0.1:
            path.unlink()
        elif damage < 0.3:
            path.write_bytes(data[: chance.randrange(len(data) + 1)])
        elif damage < 0.6 and data:
            for _ in range(3):
                data[chance.randrange(len(data))] = chance.randrange(256)
            path.write_bytes(data)
    run = Run(folder)
    page = report_page(run, standing(run), diagnosis=diagnose(run, own_patterns(), now=0))
    assert Parts(page).named("img") == []
    compared = compare(run, run, Tolerance())
    assert (compared.inputs, compared.outcome) == ((), ())


def test_a_task_whose_name_leads_elsewhere_shows_no_file(tmp_path: Path) -> None:
    run = tmp_path / "run"
    task_files(tmp_path, "x", log="not of this run\n")
    add_events(run, run_event("RUNNING"), task_event("../x", "RUNNING"), task_event("..", "RUNNING"))
    assert Run(run).log("../x").name == "x.log"
    assert "not of this run" not in page_of(run)


def _ids_open(page: Page) -> list[str]:
    found: list[str] = page.run("[...document.querySelectorAll('details.item[open]')].map(d => d.id)")
    return found


@pytest.mark.parametrize(("width", "height", "dark"), SIZES, ids=["desk", "hand"])
def test_in_a_browser(width: int, height: int, dark: bool, folder: Path, require: Callable[[str], str]) -> None:
    path = folder / "report.html"
    path.write_text(page_of(folder), encoding="utf-8")
    with open_page(require("chromium"), path, width, height, dark=dark) as page:
        assert page.run("innerWidth") == width
        assert page.run("document.documentElement.scrollWidth") <= width
        colours = {True: "rgb(20, 24, 29)", False: "rgb(255, 255, 255)"}
        ground = "getComputedStyle(document.body).backgroundColor"
        assert page.run(ground) == colours[dark]
        page.click("#theme")
        assert page.run(ground) == colours[not dark]
        assert page.run("document.getElementById('theme').textContent") == ("Dark" if dark else "Light")
        for target, opened in (
            (".timeline a[href='#t0']", "t0"),
            (".map button[data-task=t1]", "t1"),
            ("a[href='#t3']", "t3"),
        ):
            page.click(target)
            assert opened in _ids_open(page)
            assert page.run("document.activeElement.parentElement.id") == opened
            page.press("Enter")
            assert opened not in _ids_open(page)
            page.run(f'document.querySelector("{target}").focus()')
            page.press("Enter")
            assert opened in _ids_open(page)
        page.click("#open-all")
        assert page.run("[...document.querySelectorAll('details.item')].every(d => d.open)")
        assert page.run("document.documentElement.scrollWidth") <= width
        assert "</script></pre><img src=x" in page.run("document.querySelector('#t0 pre[aria-label^=Log]').innerText")
        page.click("#open-all")
        assert _ids_open(page) == []
        assert page.complaints == []
        assert page.requests == [path.resolve().as_uri()]


def test_bars_stand_where_they_should(folder: Path, require: Callable[[str], str]) -> None:
    """In the browser's own measure: bars of a row do not overlap and lie within the row; a label of the axis is over its line."""
    path = folder / "report.html"
    path.write_text(page_of(folder), encoding="utf-8")
    with open_page(require("chromium"), path, 390, 844) as page:
        rows = page.run("""[...document.querySelectorAll('.time')].map(td => {
            const all = td.getBoundingClientRect();
            return [...td.querySelectorAll('rect')].map(r => r.getBoundingClientRect()).map(b => [b.left - all.left, b.right - all.left, all.width]);
        })""")
    assert len(rows) == 5
    for bars in rows:
        for (left, right, width), following in zip(bars, [*bars[1:], None], strict=True):
            assert -1 <= left < right <= width + 1
            assert following is None or right <= following[0] + 1.5


def test_it_prints_light_and_whole(folder: Path, require: Callable[[str], str]) -> None:
    path = folder / "report.html"
    path.write_text(page_of(folder), encoding="utf-8")
    with open_page(require("chromium"), path, 794, 1123, dark=True) as page:
        page.call(
            "Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}]
        )
        assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.run("document.getElementById('theme').offsetWidth") == 0
        page.run("for (const item of document.querySelectorAll('details')) item.open = true")
        cut = "[...document.querySelectorAll('main pre, main .scroll')].filter(e => e.scrollHeight > e.clientHeight + 2).length"
        assert page.run(cut) == 0
        assert page.complaints == []


def test_a_thousand_tasks(tmp_path: Path, require: Callable[[str], str]) -> None:
    names = [f"b_{number}" for number in range(1000)]
    tasks: list[dict[str, Any]] = [
        {"name": name, "base": "b", "gpus": [number % 8]} for number, name in enumerate(names)
    ]
    write_facts(tmp_path, *tasks)
    add_events(tmp_path, run_event("RUNNING"), *(task_event(name, "RUNNING") for name in names))
    add_events(
        tmp_path, *(task_event(name, "FAILED" if name == "b_7" else "COMPLETED") for name in names), run_event("FAILED")
    )
    for name in names:
        task_files(tmp_path, name, log="a line that says something, and a little more\n" * 1000, sh="bench\n" * 50)
    page = page_of(tmp_path)
    assert len(page) < 12_000_000
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    with open_page(require("chromium"), path, 1280, 800) as browser:
        assert browser.run("document.querySelectorAll('.timeline tbody tr').length") == 1000
        search = "(f => { f.value = '%s'; f.dispatchEvent(new Event('input')); })(document.getElementById('filter'))"
        shown = "[...document.querySelectorAll('.timeline tbody tr')].filter(r => r.offsetHeight).map(r => r.innerText.match(/b_\\d+/)[0])"
        browser.run(search % "b_99 COMPL")
        assert browser.run(shown) == ["b_99", *(f"b_99{digit}" for digit in range(10))]
        assert browser.run("document.getElementById('shown').textContent") == "11 of 1000"
        browser.run(search % "failed")
        assert browser.run(shown) == ["b_7"]
        assert browser.complaints == []
