"""What is on the screen."""

import time
from pathlib import Path
from typing import Any

import pytest
from frames import Watcher
from sflowc.runs.run import host_name
from written_runs import add_events, probe_event, run_event, task_event, write_facts, write_status

READY = [{"role": "readiness", "kind": "log_watch", "says": "the log has 'up' 8 times"}]


def serving(directory: Path, **more: Any) -> Path:
    tasks = [
        {"name": "server", "nodes": [0], "gpus": [0, 1, 2, 3], "probes": READY},
        {"name": "prefill", "nodes": [1], "gpus": [0, 1], "probes": READY, "after": ["server"]},
        {"name": "other", "nodes": [1], "gpus": [2], "probes": READY, "after": ["server"], "retries": 2},
        *(
            {"name": f"bench_{n}", "base": "bench", "replica": n, "nodes": [0, 1], "after": ["prefill"]}
            for n in range(3)
        ),
    ]
    write_facts(directory, *tasks, **more)
    write_status(directory, {}, host="elsewhere", job_id="77")
    add_events(
        directory,
        run_event("RUNNING", pid=4242),
        *(task_event(task["name"], "INITIATED", attempt=0) for task in tasks),
        task_event("server", "RUNNING"),
        task_event("server", "READY"),
        task_event("prefill", "RUNNING"),
        probe_event("prefill", "matches in the log: 3 of 8"),
        task_event("other", "RUNNING"),
        task_event("other", "RUNNING", attempt=2),
        task_event("bench_1", "FAILED", exit_status=3, reason="exit status 3 after 1 s"),
    )
    for name in ("server", "prefill"):
        (directory / name).mkdir()
        (directory / name / f"{name}.log").write_text("".join(f"{name} line {n}\n" for n in range(100)))
    return directory


def clock(moment: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment))


def test_the_head(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1", limit=3600, deadline=4600.0))
    head = watcher.text().splitlines()
    assert head[0] == "w  ▶ RUNNING  1m01s  58m59s left of 1h00m"
    assert head[1] == "run w-1, job 77, on elsewhere"
    assert head[2].endswith("  1 of 6 done  ✗ 1  ▶ 2  ● 1  ○ 2")
    assert head[2].startswith("━" * 40)
    watcher.now = 4600.5
    assert "time is over" in watcher.text()
    add_events(tmp_path / "w-1", run_event("FAILED", exit_status=3, reason="bench_1 FAILED:\nexit status 3 \x1b[2J"))
    head = watcher.text().splitlines()
    assert head[0] == "w  ✗ FAILED  14.0s  exit status 3"
    assert head[3] == "bench_1 FAILED: exit status 3"


def test_a_limit_of_a_run_that_is_no_job(tmp_path: Path) -> None:
    assert "59m00s left of 1h00m" in Watcher(serving(tmp_path / "w-1", limit=3600), now=1060.0).text()
    assert "left" not in Watcher(serving(tmp_path / "w-2"), now=1060.0).text().splitlines()[0]


def test_the_table(tmp_path: Path) -> None:
    rows = [line[:92].split() for line in Watcher(serving(tmp_path / "w-1")).text(160).splitlines()[3:10]]
    assert rows == [
        ["task", "state", "since", "for", "node", "GPU", "try"],
        ["●", "server", "READY", clock(1008), "54s", "n1", "0-3"],
        ["▶", "prefill", "RUNNING", clock(1009), "52s", "n2", "0-1", "log", "3/8"],
        ["▶", "other", "RUNNING", clock(1012), "49s", "n2", "2", "2/3", "not", "ready"],
        ["○", "bench_0", "INITIATED", clock(1004), "n1+1"],
        ["✗", "bench_1", "FAILED", clock(1013), "n1+1", "exit", "status", "3", "after", "1", "s"],
        ["○", "bench_2", "INITIATED", clock(1006), "n1+1"],
    ]


def test_narrow_it_is_above_the_log_and_wide_beside_it(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1"))
    for columns, lines in ((80, 24), (99, 30)):
        text = watcher.text(columns, lines).splitlines()
        (title,) = (number for number, line in enumerate(text) if line.startswith("── all logs "))
        assert title > 8
        assert "line 99" in text[-2]
    for columns, lines in ((100, 24), (120, 40), (200, 50)):
        text = watcher.text(columns, lines).splitlines()
        assert "── all logs ─" in text[3]
        assert text[-2].endswith("line 99") or "line 99" in "".join(text)


@pytest.mark.parametrize("columns", [20, 33, 60, 80, 100, 111, 120, 200, 300])
@pytest.mark.parametrize("lines", [6, 9, 24, 60])
@pytest.mark.parametrize("keys", ["", "j", "g", "?", "m", "f", "/x", "jw"])
def test_it_fits_every_size(tmp_path: Path, columns: int, lines: int, keys: str) -> None:
    Watcher(serving(tmp_path / "w-1")).press(*keys).text(columns, lines)


def test_too_small(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1"))
    assert watcher.text(19, 5).split("\n")[0] == "too small"
    assert watcher.press("j").text(80, 24)


def test_the_log_of_the_selected_task(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1"))
    text = watcher.press("j").text()
    assert "── log of server ─" in text
    assert "server line 99" in text
    assert "│" not in text
    assert "── log of prefill ─" in watcher.press("j").text()
    text = watcher.press("enter", "j", "j").text()
    assert "── log of prefill, pinned ─" in text
    assert "prefill" in text
    assert "nothing has been printed yet" in watcher.press("enter").text()
    assert "── log of bench_1: exit status 3 after 1 s ─" in watcher.press("enter", "j").text()
    text = watcher.press("a").text()
    assert "── all logs ─" in text
    assert "prefill │ prefill line 99" in text


def test_back_in_the_log(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1"))
    text = watcher.press("j", "[").text()
    assert "lines back" in text
    assert "line 99" not in text
    assert "server line 0" in watcher.press(*"[" * 20).text()
    assert "line 99" in watcher.press(*"]" * 30).text()


def test_long_lines_are_cut_or_broken(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1"))
    (tmp_path / "w-1" / "server" / "server.log").write_text("x" * 60 + "日本語" * 20 + "END\n")
    text = watcher.press("j").text(120, 24)
    assert "…" in text
    assert "END" not in text
    text = watcher.press("w").text()
    assert "END" in text


def test_the_allocation(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1"))
    text = watcher.text(120, 40)
    below = text[text.index("── GPUs and nodes now") :].splitlines()
    assert below[1].split()[:4] == ["0", "1", "2", "3"]
    assert [part.strip() for part in below[2][:69].split("|")] == ["n1", "server", ""]
    assert [part.strip() for part in below[3][:69].split("|")] == ["n2", "prefill", "other", ".", ""]
    assert "GPUs and nodes" not in watcher.text(80, 24)
    assert "|server" in watcher.press("m").text()
    assert "all logs" not in watcher.text()
    write_facts(tmp_path / "w-2", {"name": "a"}, nodes=[{"name": "n1", "address": "1"}])
    add_events(tmp_path / "w-2", run_event("RUNNING"))
    assert "one node, no GPU" in Watcher(tmp_path / "w-2").press("m").text(80, 24)


def test_the_allocation_of_nodes_without_gpus_and_of_many(tmp_path: Path) -> None:
    nodes = [{"name": f"n{n}", "address": "1"} for n in range(70)]
    write_facts(tmp_path, {"name": "a", "nodes": [1]}, {"name": "b", "nodes": [1]}, nodes=nodes)
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"), task_event("b", "READY"))
    text = Watcher(tmp_path).press("m").text(120, 160)
    assert "\nn1   a, b" in text
    assert "\nn2   ." in text
    assert "and 6 more nodes" in text


def test_a_node_that_is_said_to_have_a_billion_gpus(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a", "gpus": [10**9, -1]})
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"))
    assert "n1  |." in Watcher(tmp_path).text()


def test_shared_gpus(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a", "gpus": [0]}, {"name": "b", "gpus": [0]})
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"), task_event("b", "READY"))
    assert "|2 tasks" in Watcher(tmp_path).text()


def test_the_graph(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1"))
    text = watcher.press("g").text(100, 60)
    assert "╭─ server ─" in text
    assert "● READY" in text
    assert "▶ RUNNING: log 3/8" in text
    assert "◂ server is Ready" in text
    assert "│ 3 replicas" in text
    assert "✗ FAILED x 1" in text
    assert "○ INITIATED x 2" in text
    assert "◉ stop, when other is Ready, bench is Completed" in text
    short = watcher.text(100, 20)
    assert "server" in short
    assert "◉ stop" not in short
    assert "◉ stop" in watcher.press("end").text()
    add_events(tmp_path / "w-1", task_event("prefill", "READY"))
    assert "● READY" in watcher.press("home").text(100, 60).partition("prefill")[2].partition("╰")[0]
    assert "task" in watcher.press("escape").text()


def test_help(tmp_path: Path) -> None:
    assert "quit; the run goes on" in Watcher(serving(tmp_path / "w-1")).press("?").text(80, 24)


def test_only_what_failed_and_a_filter(tmp_path: Path) -> None:
    watcher = Watcher(serving(tmp_path / "w-1"))
    text = watcher.press("f").text()
    assert "only failed" in text
    assert "✗ bench_1" in text
    assert "▶ prefill" not in text
    assert "/ben" in watcher.press("f", *"/ben").text()
    text = watcher.press("enter").text()
    assert "○ bench_0" in text
    assert "prefill" not in text.partition("logs of these")[0]
    assert "n2" in watcher.press("/", "clear", *"n2 running", "enter").text()
    text = watcher.text()
    assert "▶ prefill" in text
    assert "● server" not in text
    assert "no task is like that" in watcher.press(*"/xyz", "enter").text()
    watcher.press("escape", "f")
    add_events(tmp_path / "w-1", task_event("bench_1", "RUNNING", attempt=2))
    assert "nothing has failed" in watcher.text()


def thousand(directory: Path) -> Path:
    tasks = [{"name": f"bench_{n}", "base": "bench", "after": ["prepare"]} for n in range(1000)]
    write_facts(directory, {"name": "prepare"}, *tasks, {"name": "report", "after": ["bench_0"]})
    add_events(
        directory,
        run_event("RUNNING"),
        *(task_event(f"bench_{n}", "COMPLETED") for n in range(500)),
        task_event("bench_700", "FAILED", reason="exit status 1 after 2 s"),
        *(task_event(f"bench_{n}", "RUNNING") for n in range(701, 709)),
    )
    return directory


def test_replicas_share_a_line_where_there_are_many(tmp_path: Path) -> None:
    watcher = Watcher(thousand(tmp_path / "w-1"))
    text = watcher.text(80, 24)
    assert "▸ bench x 1000  ✗ 1 failed  ▶ 8 running  ○ 491 initiated  ✓ 500 comp" in text
    assert "✗   bench_700" in text
    assert "○ report" in text
    assert len(watcher.frame.rows) == 4
    text = watcher.press("j", "j", "right").text()
    assert "▾ bench x 1000" in text
    assert "✓   bench_0 " in text
    assert len(watcher.frame.rows) == 1003
    assert "report" in watcher.press("end").text()
    text = watcher.press("k", "left").text()
    assert watcher.view.selected == "bench/"
    assert "── log of bench ─" in text
    assert "log of bench x 1000, pinned" in watcher.press("enter").text()
    assert "✗ bench_700" in watcher.press("f").text()


def test_a_thousand_tasks_are_drawn_at_once(tmp_path: Path) -> None:
    watcher = Watcher(thousand(tmp_path / "w-1"))
    watcher.press("j", "j", "right").text(200, 50)
    began = time.process_time()
    for _ in range(10):
        watcher.press("j")
    assert time.process_time() - began < 5  # 20 frames: some 20 ms each


def test_columns_stay_where_they_are_when_one_scrolls(tmp_path: Path) -> None:
    names = [*(f"t{n}" for n in range(50)), "a-task-with-quite-a-long-name"]
    write_facts(tmp_path, *({"name": name} for name in names))
    add_events(tmp_path, run_event("RUNNING"), *(task_event(name, "RUNNING") for name in names))
    watcher = Watcher(tmp_path)
    before = watcher.text(120, 20).splitlines()[3]
    assert watcher.press("end").text().splitlines()[3].partition("──")[0] == before.partition("──")[0]
    assert "a-task-with-quite-a-long-name" in watcher.text()


def test_what_probes_find(tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a", "probes": READY})
    add_events(tmp_path, run_event("RUNNING"), task_event("a", "RUNNING"))
    watcher = Watcher(tmp_path)
    for found, says in (
        ("matches in the log: 3 of 8", "log 3/8"),
        ("HTTP 503", "http 503"),
        ("HTTP 200, but the body is not what is expected", "http 200, body differs"),
        ("no HTTP answer", "http: no answer"),
        ("localhost:8000 is closed", "port 8000 closed"),
        ("the file is not there", "no file yet"),
        ("exit status 7", "exec: status 7"),
        ("no answer in time", "no answer in time"),
    ):
        add_events(tmp_path, probe_event("a", found))
        assert says in watcher.text(160)
    add_events(tmp_path, task_event("a", "READY"), probe_event("a", "HTTP 500", role="failure"))
    text = watcher.text()
    assert "failure probe: http 500" in text
    assert "no answer in time" not in text


def test_names_that_are_hostile_or_wide(tmp_path: Path) -> None:
    names = ["\x1b[2J\x1b]0;x\x07", "日本語" * 20, "a\nb", "e\u0301" * 40, "\u202etac"]
    write_facts(
        tmp_path,
        *({"name": name} for name in names),
        workflow="w\x1b[1;1H\n",
        nodes=[{"name": "\x9b", "address": ""}] * 2,
    )
    add_events(tmp_path, run_event("RUNNING"), *(task_event(name, "FAILED", reason="\x1b[2J") for name in names))
    watcher = Watcher(tmp_path)
    for columns in (40, 80, 120, 200):
        watcher.text(columns, 40)
        for keys in ("g", "g", "m", "m", "j", "enter"):
            watcher.press(*([keys] if keys == "enter" else keys)).text()


def test_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_KEY", "swordfish99")
    directory = serving(tmp_path / "w-1")
    (directory / "w.sh").write_text("HF_TOKEN='opensesame1'\n")
    (directory / "server" / "server.log").write_text("I say opensesame1 and swordfish99\n")
    add_events(directory, probe_event("prefill", "no opensesame1"), run_event("FAILED", reason="opensesame1 failed"))
    watcher = Watcher(directory)
    for keys in ("", "j", "g"):
        text = watcher.press(*keys).text(160, 40)
        assert "opensesame1" not in text
        assert "swordfish99" not in text
        assert "***" in text


def test_files_that_come_late_and_in_pieces(tmp_path: Path) -> None:
    watcher = Watcher(tmp_path / "w-1")
    assert "w-1  ? UNKNOWN" in watcher.text()
    assert "no tasks yet" in watcher.text()
    (tmp_path / "w-1").mkdir()
    write_facts(tmp_path / "whole", {"name": "a"}, {"name": "b"})
    whole = (tmp_path / "whole" / "run.json").read_text()
    (tmp_path / "w-1" / "run.json").write_text(whole[: len(whole) // 2])
    (tmp_path / "w-1" / "events.jsonl").write_text(
        '{"time": 1000.0, "event": "run", "state": "RUNNING"}\n{"time": 1001.0, "ev'
    )
    text = watcher.text()
    assert "w-1  ▶ RUNNING" in text
    (tmp_path / "w-1" / "run.json").write_text(whole)
    with (tmp_path / "w-1" / "events.jsonl").open("a") as file:
        file.write('ent": "state", "task": "a", "state": "RUNNING", "attempt": 1, "exit_status": null, "reason": ""}\n')
    text = watcher.text()
    assert "\nw  ▶ RUNNING" in f"\n{text}"
    assert "▶ a " in text
    assert "○ b " in text
    assert "run.json" in Watcher(tmp_path / "none").press("g").text()


def test_a_status_file_of_no_time_that_there_is(tmp_path: Path) -> None:
    write_status(tmp_path, {"a": {"started": 1e14}, "b": {"started": -1e14}}, started=1e14, updated=-1e14)
    text = Watcher(tmp_path).text()
    assert "▶ a             RUNNING    ?" in text


def test_only_a_status_file(tmp_path: Path) -> None:
    write_status(tmp_path, {"a": {"state": "COMPLETED", "finished": 5.0}}, state="COMPLETED")
    watcher = Watcher(tmp_path)
    text = watcher.press("m").text()
    assert "✓ COMPLETED" in text
    assert "✓ a " in text
    write_facts(tmp_path, {"name": "a", "gpus": [0]})
    assert "|." in watcher.text()
    write_status(tmp_path, {"a": {}}, updated=1002.0)
    assert "|a " in watcher.text()


def test_a_run_that_is_lost(tmp_path: Path) -> None:
    directory = serving(tmp_path / "w-1")
    write_status(directory, {}, host=host_name(), pid=2**22 + 1)
    text = Watcher(directory).text()
    assert "✗ LOST" in text
    assert "is gone" in text
    assert "left" not in text.splitlines()[0]


def test_downloads(tmp_path: Path) -> None:
    directory = serving(tmp_path / "w-1")
    add_events(directory, {"event": "artifact", "artifact": "model", "state": "FETCHING"})
    watcher = Watcher(directory)
    assert "fetching model" in watcher.text()
    add_events(directory, {"event": "artifact", "artifact": "model", "state": "READY"})
    assert "fetching" not in watcher.text()


def test_no_run_yet() -> None:
    watcher = Watcher(Path("/nowhere"))
    watcher.subject._find, watcher.subject._waiting = lambda: None, lambda: "job 77 is in the queue"
    text = watcher.text(80, 24)
    assert text.startswith("waiting for the run\njob 77 is in the queue\n")
    watcher.press("j", "enter", "g").text(120, 40)
