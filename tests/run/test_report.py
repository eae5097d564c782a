"""`sflowc report` on runs of real scripts: samples, failures, a run that goes on, one that was killed."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chromium import open_page
from workflow import SFLOWC, Workflow, every

ROOT = Path(__file__).resolve().parents[2]

FLOW = """
variables: {API_TOKEN: "hunter2-s3cret", MULTI_KEY: "first line\\nsecond'line"}
backends: [{name: gpus, type: local, nodes: 2, gpus_per_node: 4}]
workflow:
  name: w
  tasks:
    - name: server
      script: ['sleep 0.3; echo up; exec sleep 60']
      resources: {gpus: {count: 4}}
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - name: flaky
      depends_on: [server]
      script: ['mkdir "$SFLOW_TASK_OUTPUT_DIR/x" 2>/dev/null && exit 3; printf "tps: 12.5\\n\\033[31mred\\033[0m </script>\\n"']
      outputs: [{pattern: "tps: {tps:f}"}]
      retries: {count: 2, interval: 0.2}
    - name: leaky
      depends_on: [server]
      script: ['echo ${{ variables.API_TOKEN }} "$API_TOKEN" "$MULTI_KEY" | tee "$SFLOW_TASK_OUTPUT_DIR/y"']
    - {name: bad, depends_on: [flaky, leaky], script: ["echo 'it broke </pre>'; exit 4"]}
    - {name: never, depends_on: [bad], script: ["true"]}
"""


class Seen(HTMLParser):
    """What a reader sees: text outside of scripts and styles; and the labels of pictures."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside = ""
        self.text = ""
        self.labels: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.labels += [str(value) for name, value in attrs if name == "aria-label"]
        self.text += " "

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("script", "style", "title"):
            self.text += data


def report(folder: Path, *arguments: str) -> Seen:
    done = subprocess.run(
        [SFLOWC, "report", *arguments, "-o", "page.html"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return Seen((folder / "page.html").read_text(encoding="utf-8"))


def test_a_run_that_failed(tmp_path: Path, require: Callable[[str], str]) -> None:
    run = Workflow(tmp_path, FLOW).run()
    assert run.status == 4
    seen = report(tmp_path, "latest", "--output-dir", "out")
    text = " ".join(seen.text.split())
    assert "FAILED bad FAILED: exit status 4" in text
    assert "it broke </pre>" in text
    assert re.search(r"Diagnosis The application is at fault.*bad ended with exit status 4", text)
    assert "hunter2" not in (page := (tmp_path / "page.html").read_text())
    assert "second'line" not in page
    assert "second&#39;line" not in page
    assert "hunter2-s3cret" in run.log("leaky"), "there was something to mask"
    rows = {label.partition(":")[0]: label for label in seen.labels if re.match(r"\w+: [A-Z]+; ", label)}
    assert list(rows) == ["server", "flaky", "leaky", "bad", "never"]
    assert re.fullmatch(
        r"server: CANCELLED; waited \S+; starting for 0\.\d+s; ready for \S+, stopped: bad .*", rows["server"]
    )
    assert re.fullmatch(
        r"flaky: COMPLETED; waited \S+ for server; attempt 1, running for \S+, exit status 3 .*; "
        r"0\.\d+s until attempt 2; attempt 2, running for \S+",
        rows["flaky"],
    )
    assert "waited" in rows["never"]
    assert "Outputs of flaky task tps ✓ flaky 12.5" in text
    shown = {(name, value) for name, value in json.loads((run.directory / "run.json").read_text())["host"].items()}
    assert all(str(value) in text for _, value in shown)
    before = (tmp_path / "page.html").read_bytes()
    report(tmp_path, str(run.directory))
    assert (tmp_path / "page.html").read_bytes() == before
    with open_page(require("chromium"), tmp_path / "page.html", 390, 844, dark=True) as browser:
        assert browser.run("document.documentElement.scrollWidth") <= 390
        assert browser.run("document.querySelectorAll('details[id][open]').length") == 1
        assert (browser.complaints, len(browser.requests)) == ([], 1)


@pytest.mark.parametrize("sample", ["hello", "dag", "sweep"])
def test_samples(sample: str, tmp_path: Path, require: Callable[[str], str]) -> None:
    text = (ROOT / "samples" / f"{sample}.yaml").read_text()
    run = Workflow(tmp_path, text[text.index("version:") :]).run()
    assert run.status == 0
    text = " ".join(report(tmp_path, "--output-dir", "out").text.split())
    assert "✓ COMPLETED" in text
    for task in run.states:
        assert f"✓ COMPLETED {task}" in text
        outputs = run.directory / task / "outputs.json"
        if outputs.exists():
            assert all(str(value) in text for value in json.loads(outputs.read_text()).values())
    subprocess.run([SFLOWC, "visualize", "w.yaml", "-o", "drawn.html"], cwd=tmp_path, check=True, timeout=60)
    for page in (tmp_path / "page.html", tmp_path / "drawn.html"):
        with open_page(require("chromium"), page, 1280, 800) as browser:
            assert browser.run("document.body.innerText.length") > 100
            assert (browser.complaints, browser.requests) == ([], [page.resolve().as_uri()])


def test_a_run_that_goes_on_and_is_killed(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, 'workflow: {name: w, tasks: [{name: a, script: ["echo here; exec sleep 60"]}]}')
    process = workflow.start()
    try:
        workflow.wait_for("a", "RUNNING")
        for _ in every(0.05, 20):
            if (workflow.directory / "a" / "a.log").exists() and (workflow.directory / "a" / "a.log").read_text():
                break
        text = " ".join(report(tmp_path, "--output-dir", "out").text.split())
        assert "▶ RUNNING The run goes on; this is how it stood at" in text
        assert "FAIL" not in text
        assert "here" in text
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=20)
    status = workflow.directory / "status.json"
    assert any('"state": "FAILED"' in status.read_text() for _ in every(0.05, 20)), "its watchdog has not said so"
    text = " ".join(report(tmp_path, "--output-dir", "out").text.split())
    assert "✗ FAILED the script was killed exit status 137" in text


def test_no_run_is_told(tmp_path: Path) -> None:
    done = subprocess.run([SFLOWC, "report"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 3
    assert "No run in sflow_output" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_to_standard_output(tmp_path: Path) -> None:
    Workflow(tmp_path, 'workflow: {name: w, tasks: [{name: a, script: ["true"]}]}').run()
    words = [SFLOWC, "report", "--output-dir", "out", "-o", "-", "--log-lines", "0"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("<!doctype html>\n")


def test_a_diagnosis_says_no_secret(tmp_path: Path) -> None:
    task = "{name: a, script: ['echo \"RuntimeError: no access with $MY_PASSWORD\"; exit 1']}"
    run = Workflow(tmp_path, f"variables: {{MY_PASSWORD: correct-horse}}\nworkflow: {{name: w, tasks: [{task}]}}").run()
    assert "correct-horse" in run.log("a")
    report(tmp_path, "--output-dir", "out")
    page = (tmp_path / "page.html").read_text()
    assert "RuntimeError: no access with ***" in page
    assert "correct-horse" not in page
    words = [SFLOWC, "diagnose", str(run.directory)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert "RuntimeError: no access with ***" in done.stdout
    assert "correct-horse" not in done.stdout
