"""Artifacts from http:// are there, whole and as promised, before the first task starts, or the run ends and says why."""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from requirements import need
from web import Site, body, closed_port, cut, hanging, in_turn, path_without, serving, slow, status
from workflow import SFLOWC, Run, Workflow, every, processes

WORKFLOW = """
artifacts:
  DATA: {{uri: "{url}", {more}}}
workflow:
  name: w
  {limit}
  tasks:
    - {{name: t, script: ['cat "$DATA" && echo "${{{{ artifacts.DATA.path }}}}"']}}
"""
CONTENT = bytes(set(range(256)) - set(b"\r")) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture(params=["curl", "wget", "busybox"])
def downloader(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is on the PATH to download with."""
    need(request.param)
    if request.param == "wget":
        monkeypatch.setenv("PATH", path_without(tmp_path / "bin", "curl"))
    elif request.param == "busybox":
        monkeypatch.setenv("PATH", path_without(tmp_path / "bin", "curl", wget="busybox"))
    return request.param


def build(folder: Path, url: str, more: str = "", limit: str = "", patience: int = 60) -> Workflow:
    workflow = Workflow(folder, WORKFLOW.format(url=url, more=more, limit=limit))
    text = workflow.script.read_text()
    assert "SF_PATIENCE=60 " in text
    workflow.script.write_text(text.replace("SF_PATIENCE=60 ", f"SF_PATIENCE={patience} "))
    return workflow


def cached(folder: Path) -> list[Path]:
    """Everything that is in the cache, hidden files and locks too; what goes while it is looked at does not count."""
    return sorted(
        Path(place, name)
        for place, folders, files in os.walk(folder / ".sflow_cache")
        for name in (*(folder for folder in folders if folder.startswith(".")), *files)
    )


def failed(run: Run, folder: Path) -> str:
    """The reason of a run that could not have its artifact; no task has started and nothing is left over."""
    assert run.status == 78
    assert run.states == {"t": "CANCELLED"}
    assert run.record["state"] == "FAILED"
    assert not (run.directory / "t" / "t.log").exists()
    assert cached(folder) == []
    events = [event for event in run.events if event["event"] == "artifact"]
    assert events[-1]["state"] == "FAILED"
    assert events[-1]["reason"] in run.record["reason"]
    assert run.record["reason"] in run.output
    return run.record["reason"]


def test_it_is_downloaded_once(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/a/model.bin"] = body(CONTENT)
    workflow = build(tmp_path, f"{site.url}/a/model.bin?part=2#top")
    for _ in range(2):
        run = workflow.run()
        assert run.status == 0, run.output
        (file,) = cached(tmp_path)
        assert file.name == "model.bin"
        expected = CONTENT + f"{file}\n".encode()
        assert run.log("t").encode(errors="surrogateescape") == expected
    assert site.seen["/a/model.bin"] == 1
    assert not processes(str(tmp_path / ".sflow_cache"))


def test_a_cached_file_needs_neither_network_nor_tools(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.routes["/x"] = body(b"kept")
    workflow = build(tmp_path, f"{site.url}/x")
    assert workflow.run().status == 0
    site.routes.clear()
    monkeypatch.setenv("PATH", path_without(tmp_path / "bin", "curl", "wget"))
    run = workflow.run()
    assert run.status == 0
    assert run.log("t").startswith("kept")


def test_the_preflight_misses_a_tool(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_without(tmp_path / "bin", "curl", "wget"))
    run = build(tmp_path, f"{site.url}/x").run()
    assert run.status == 78
    assert "artifact DATA must be downloaded: command not found: curl or wget" in run.output
    assert not site.seen


def test_redirections_are_followed(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/old"] = status(302, Location="/new")
    site.routes["/new"] = status(301, Location=f"{site.url}/newest")
    site.routes["/newest"] = body(b"here")
    run = build(tmp_path, f"{site.url}/old").run()
    assert run.status == 0, run.output
    assert run.log("t").startswith("here")


def test_a_redirection_to_itself_ends(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/round"] = status(302, Location="/round")
    run = build(tmp_path, f"{site.url}/round").run()
    failed(run, tmp_path)
    assert 3 < site.seen["/round"] < 100


def test_a_redirection_to_a_local_file_is_refused(tmp_path: Path, site: Site) -> None:
    site.routes["/x"] = status(302, Location="file:///etc/passwd")
    run = build(tmp_path, f"{site.url}/x").run()
    assert "another protocol" in failed(run, tmp_path)


@pytest.mark.parametrize("code", [403, 404, 410])
def test_a_refusal_is_told_and_not_asked_again(tmp_path: Path, site: Site, downloader: str, code: int) -> None:
    site.routes["/x"] = status(code)
    run = build(tmp_path, f"{site.url}/x").run()
    assert f"artifact DATA: HTTP status {code} ({site.url}/x)" in failed(run, tmp_path)
    assert site.seen["/x"] == 1


def test_a_server_in_trouble_is_asked_again(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/x"] = in_turn(status(503), cut(b"ab", 10), body(b"at last"))
    run = build(tmp_path, f"{site.url}/x").run()
    assert run.status == 0, run.output
    assert "HTTP status 503; trying again" in run.output
    assert "cut before the end; trying again" in run.output
    assert run.log("t").startswith("at last")


def test_a_truncated_download_is_a_failure(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/x"] = cut(CONTENT, len(CONTENT) + 1)
    reason = failed(build(tmp_path, f"{site.url}/x").run(), tmp_path)
    assert "the connection was cut before the end, three times" in reason
    assert site.seen["/x"] == 3


def test_nobody_listens(tmp_path: Path, downloader: str) -> None:
    reason = failed(build(tmp_path, f"http://127.0.0.1:{closed_port()}/x").run(), tmp_path)
    assert "connection" in reason


@pytest.mark.parametrize("beginning", [b"", b"the first bytes"])
def test_a_server_that_falls_silent_does_not_hold_the_run_for_ever(
    tmp_path: Path, site: Site, downloader: str, beginning: bytes
) -> None:
    site.routes["/x"] = hanging(beginning)
    run = build(tmp_path, f"{site.url}/x", patience=1).run()
    assert "no answer, or no more of it, for 1 s, three times" in failed(run, tmp_path)
    assert run.seconds < 20
    assert not processes(f"{site.url}/x")


def test_a_slow_server_is_waited_for(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/x"] = slow(CONTENT, seconds=4)
    run = build(tmp_path, f"{site.url}/x", patience=2).run()
    assert run.status == 0, run.output
    assert site.seen["/x"] == 1


def test_an_empty_file_is_a_file(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/x"] = body(b"")
    run = build(tmp_path, f"{site.url}/x").run()
    assert run.status == 0, run.output
    assert cached(tmp_path)[0].read_bytes() == b""


def test_the_sha256_is_checked(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/x"] = body(CONTENT)
    assert build(tmp_path, f"{site.url}/x", f"sha256: '{SHA256.upper()}'").run().status == 0
    wrong = "0" * 64
    (tmp_path / "other").mkdir()
    reason = failed(build(tmp_path / "other", f"{site.url}/x", f"sha256: '{wrong}'").run(), tmp_path / "other")
    assert f"its sha256 is {SHA256}, not {wrong}" in reason


def test_a_cached_file_of_another_sha256_is_fetched_again(tmp_path: Path, site: Site) -> None:
    site.routes["/x"] = in_turn(body(b"yesterday's"), body(CONTENT))
    assert build(tmp_path, f"{site.url}/x").run().status == 0
    run = build(tmp_path, f"{site.url}/x", f"sha256: '{SHA256}'").run()
    assert run.status == 0, run.output
    assert cached(tmp_path)[0].read_bytes() == CONTENT


def test_two_runs_at_once_download_it_once(tmp_path: Path, site: Site, downloader: str) -> None:
    site.routes["/x"] = slow(CONTENT, seconds=1)
    workflow = build(tmp_path, f"{site.url}/x")
    both = [workflow.start(), workflow.start()]
    outputs = [process.communicate(timeout=30)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert site.seen["/x"] == 1
    assert any("another run is at it: waiting" in output for output in outputs)
    assert [path.read_bytes() for path in cached(tmp_path)] == [CONTENT]


def test_a_lock_of_a_run_that_is_gone_is_not_waited_for_long(tmp_path: Path, site: Site) -> None:
    site.routes["/x"] = body(CONTENT)
    workflow = build(tmp_path, f"{site.url}/x", patience=1)
    assert workflow.run().status == 0
    (file,) = cached(tmp_path)
    file.unlink()
    (file.parent / ".lock").mkdir()
    run = workflow.run()
    assert run.status == 0, run.output
    assert run.seconds < 15
    assert cached(tmp_path) == [file]


def test_several_are_downloaded_at_the_same_time(tmp_path: Path, site: Site) -> None:
    names = [f"D{i}" for i in range(6)]
    site.routes.update({f"/{name}": slow(name.encode() * 10, seconds=1) for name in names})
    artifacts = "".join(f"  {name}: {{uri: '{site.url}/{name}'}}\n" for name in names)
    script = " ".join(f"${name}" for name in names)
    run = Workflow(
        tmp_path, f"artifacts:\n{artifacts}workflow: {{name: w, tasks: [{{name: t, script: ['cat {script}']}}]}}\n"
    ).run()
    assert run.status == 0, run.output
    assert run.log("t") == "".join(name * 10 for name in names)
    states = [event["state"] for event in run.events if event["event"] == "artifact"]
    assert states.index("READY") == 4, "four at a time"
    assert states.count("READY") == 6
    assert [event["event"] for event in run.events].index("state") > 11, "no task starts before the last is there"


@pytest.mark.parametrize(("name", "expected"), [("INT", 130), ("TERM", 143), ("HUP", 129), ("USR2", 124)])
def test_a_signal_ends_the_download(tmp_path: Path, site: Site, downloader: str, name: str, expected: int) -> None:
    site.routes["/x"] = hanging(b"half")
    workflow = build(tmp_path, f"{site.url}/x")
    process = workflow.start()
    assert any(site.seen["/x"] for _ in every(0.02, 10))
    time.sleep(0.2)
    began = time.monotonic()
    process.send_signal(getattr(signal, f"SIG{name}"))
    run = workflow.finish(process, began)
    assert run.status == expected
    assert run.seconds < 3
    assert run.states == {"t": "CANCELLED"}
    assert f"SIG{name}" in run.record["reason"]
    assert cached(tmp_path) == []
    assert not processes(f"{tmp_path}/.sflow_cache")


def test_a_signal_to_everything_at_once_leaves_nothing_either(tmp_path: Path, site: Site) -> None:
    """As scancel sends it: the download gets it first from there, then from the script."""
    site.routes["/x"] = hanging(b"half")
    workflow = build(tmp_path, f"{site.url}/x")
    process = workflow.start()
    assert any(site.seen["/x"] for _ in every(0.02, 10))
    time.sleep(0.2)
    group = int((workflow.directory / ".groups").read_text().split()[-1])
    process.send_signal(signal.SIGTERM)
    for _ in range(5):
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGTERM)
    run = workflow.finish(process)
    assert run.status == 143
    assert cached(tmp_path) == []


def test_the_time_limit_counts_downloads(tmp_path: Path, site: Site) -> None:
    site.routes["/x"] = hanging(b"half")
    run = build(tmp_path, f"{site.url}/x", limit="timeout: 1").run()
    assert run.status == 124
    assert run.record["state"] == "TIMEOUT"
    assert run.seconds < 4
    assert cached(tmp_path) == []


def test_no_download_survives_a_kill_of_the_script(tmp_path: Path, site: Site) -> None:
    site.routes["/x"] = hanging(b"half")
    workflow = build(tmp_path, f"{site.url}/x")
    process = workflow.start()
    assert any(site.seen["/x"] for _ in every(0.02, 10))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    assert any(not processes(f"{tmp_path}/.sflow_cache") for _ in every(0.05, 10))
    assert any(cached(tmp_path) == [] for _ in every(0.05, 10))


def test_a_downloader_that_is_killed_is_a_failure(tmp_path: Path, site: Site) -> None:
    site.routes["/x"] = hanging(b"half")
    workflow = build(tmp_path, f"{site.url}/x")
    process = workflow.start()
    assert any(site.seen["/x"] for _ in every(0.02, 10))
    groups = (workflow.directory / ".groups").read_text().split()
    os.killpg(int(groups[-1]), signal.SIGKILL)
    run = workflow.finish(process)
    assert run.status == 78
    assert "its process was killed" in run.record["reason"]


def test_secrets_of_a_url_are_used_but_not_shown(tmp_path: Path, site: Site, downloader: str) -> None:
    def answer(request) -> None:
        ok = "sig=hush" in request.path and request.headers.get("Authorization") == "Basic bWU6aHVzaA=="
        (body(b"secret data") if ok else status(401, WWW_Authenticate='Basic realm="x"'))(request)

    site.routes["/x"] = answer
    url = f"{site.url}/x?sig=hush&part=1".replace("http://", "http://me:hush@")
    workflow = build(tmp_path, url)
    run = workflow.run()
    assert run.status == 0, run.output
    assert run.log("t").startswith("secret data")
    assert "http://***@127.0.0.1" in run.output
    told = [run.output, (run.directory / "sflow.log").read_text(), (run.directory / "events.jsonl").read_text()]
    told.append((run.directory / "plan.txt").read_text())
    plan = subprocess.run(
        [SFLOWC, "plan", "w.yaml", "--format", "json"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert [text for text in (*told, plan.stdout) if "hush" in text] == []


@pytest.mark.parametrize("name", ["curl", "wget"])
def test_no_argument_list_shows_the_url(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    if name == "wget":
        monkeypatch.setenv("PATH", path_without(tmp_path / "bin", "curl"))
    site.routes["/x"] = slow(b"0123456789", seconds=1)
    workflow = build(tmp_path, f"{site.url}/x?token=sesame98765")
    process = workflow.start()
    assert any(site.seen["/x"] for _ in every(0.02, 10))
    assert processes(".sflow_cache")
    assert processes("sesame98765") == []
    assert workflow.finish(process).status == 0


def test_a_resumed_run_with_nothing_to_do_downloads_nothing(tmp_path: Path, site: Site) -> None:
    site.routes["/x"] = body(b"x")
    workflow = build(tmp_path, f"{site.url}/x")
    run = workflow.run()
    cached(tmp_path)[0].unlink()
    again = workflow.run("--resume", str(run.directory))
    assert again.status == 0, again.output
    assert site.seen["/x"] == 1


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path, site: Site) -> None:
    (tmp_path / ".sflow_cache").write_text("a file in the way")
    run = build(tmp_path, f"{site.url}/x").run()
    assert run.status == 78
    assert "cannot make" in run.record["reason"]
