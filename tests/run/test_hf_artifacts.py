"""hf:// artifacts: by the hub's command or by curl into the hub's own cache, from there when it is cached, without Python."""

import hashlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub import COMMIT, Hub, a_hub
from requirements import need
from web import body, closed_port, cut, hanging, path_without, status
from workflow import Run, Workflow, every, processes

FILES = {
    "config.json": b'{"a": 1}',
    'sub dir/wörd #1 😀 "q".txt': b"odd name",
    "model.safetensors": bytes(range(256)) * 20,
    "deep/er/copy.safetensors": bytes(range(256)) * 20,
}
SHA256 = hashlib.sha256(FILES["model.safetensors"]).hexdigest()
TOKEN = "hf_sesame98765"
WORKFLOW = """
{variables}
artifacts:
  MODEL: {{uri: "{uri}", {more}}}
workflow:
  name: w
  tasks:
    - {{name: t, script: ['echo "$MODEL"', 'echo "${{{{ artifacts.MODEL.path }}}}"']}}
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub, its cache in tmp_path/hf, and curl as the only command that can reach it."""
    need("curl")
    for name in list(os.environ):
        if name.startswith(("HF_", "HUGGING")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", path_without(tmp_path / "bin", "hf", "huggingface-cli", "wget"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    with a_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", f"{hub.url}/")
        hub.add("org/repo", FILES)
        yield hub


def build(folder: Path, uri: str, more: str = "", variables: str = "") -> Workflow:
    workflow = Workflow(folder, WORKFLOW.format(uri=uri, more=more, variables=variables))
    text = workflow.script.read_text()
    assert "SF_PATIENCE=60 " in text
    workflow.script.write_text(text.replace("SF_PATIENCE=60 ", "SF_PATIENCE=1 "))
    return workflow


def path_of(run: Run) -> Path:
    """The artifact's path, as the task has it in its environment and in its script."""
    assert run.status == 0, run.output
    first, second = run.log("t").splitlines()
    assert first == second
    return Path(first)


def repository(folder: Path, name: str = "models--org--repo") -> Path:
    return folder / "hf" / "hub" / name


def leavings(folder: Path) -> list[Path]:
    """What is in the cache that is neither a blob, a reference, nor part of a snapshot."""
    found = [path for path in (folder / "hf").rglob("*") if not path.is_dir() or path.name == "sflow.lock"]
    return [
        path
        for path in found
        if not {"refs", "snapshots"} & set(path.parts) and (path.parent.name != "blobs" or "." in path.name)
    ]


def failed(run: Run, folder: Path) -> str:
    assert run.status == 78
    assert run.states == {"t": "CANCELLED"}
    assert leavings(folder) == []
    return run.record["reason"]


def test_a_snapshot_is_laid_out_as_the_hub_does_it(tmp_path: Path, hub: Hub) -> None:
    path = path_of(build(tmp_path, "hf://org/repo").run())
    top = repository(tmp_path)
    assert path == top / "snapshots" / COMMIT
    assert {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()} == FILES
    assert (top / "refs" / "main").read_bytes() == COMMIT.encode()
    assert str((path / "model.safetensors").readlink()) == f"../../blobs/{SHA256}"
    assert str((path / "deep" / "er" / "copy.safetensors").readlink()) == f"../../../../blobs/{SHA256}"
    sha1 = hashlib.sha1(b"blob 8\0" + FILES["config.json"]).hexdigest()
    assert str((path / "config.json").readlink()) == f"../../blobs/{sha1}"
    assert len(list((top / "blobs").iterdir())) == 3, "the same content is there once"
    assert leavings(tmp_path) == []


@pytest.mark.parametrize("spelling", [{"ensure_ascii": False}, {"indent": 2}, {"separators": (",", ":")}], ids=str)
def test_the_list_of_files_however_it_is_spelt(tmp_path: Path, hub: Hub, spelling: dict[str, object]) -> None:
    hub.spelling = spelling
    hub.add("org/repo", FILES)
    path = path_of(build(tmp_path, "hf://org/repo").run())
    assert {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()} == FILES


def test_only_what_is_new_is_downloaded(tmp_path: Path, hub: Hub) -> None:
    workflow = build(tmp_path, "hf://org/repo")
    first = path_of(workflow.run())
    newer = "89abcdef" * 5
    hub.add("org/repo", {**FILES, "config.json": b'{"a": 2}'}, commit=newer)
    second = path_of(workflow.run())
    assert (first.name, second.name) == (COMMIT, newer)
    assert (first / "config.json").read_bytes() == FILES["config.json"]
    assert (second / "config.json").read_bytes() == b'{"a": 2}'
    assert hub.storage.seen[f"/{SHA256}"] == 1


def test_one_file(tmp_path: Path, hub: Hub) -> None:
    path = path_of(build(tmp_path, "hf://org/repo/deep/er/copy.safetensors", f"sha256: {SHA256}").run())
    assert path == repository(tmp_path) / "snapshots" / COMMIT / "deep" / "er" / "copy.safetensors"
    assert path.read_bytes() == FILES["model.safetensors"]
    assert len([file for file in (repository(tmp_path) / "snapshots").rglob("*") if file.is_file()]) == 1


def test_one_file_of_another_sha256(tmp_path: Path, hub: Hub) -> None:
    reason = failed(build(tmp_path, "hf://org/repo/config.json", f"sha256: '{'1' * 64}'").run(), tmp_path)
    assert f"not {'1' * 64}" in reason


def test_a_file_that_is_not_there(tmp_path: Path, hub: Hub) -> None:
    assert "org/repo has no file nothing.bin" in failed(build(tmp_path, "hf://org/repo/nothing.bin").run(), tmp_path)


@pytest.mark.parametrize("revision", ["v1.0", "refs/pr/1", COMMIT])
def test_a_revision(tmp_path: Path, hub: Hub, revision: str) -> None:
    hub.add("org/repo", FILES, revision=revision)
    path = path_of(build(tmp_path, f"hf://org/repo@{revision.replace('/', '%2F')}/config.json").run())
    assert path.read_bytes() == FILES["config.json"]
    if revision != COMMIT:
        assert (repository(tmp_path) / "refs" / revision).read_text() == COMMIT
    else:
        assert not (repository(tmp_path) / "refs").exists()


def test_a_dataset(tmp_path: Path, hub: Hub) -> None:
    hub.add("org/data", {"train.csv": b"1,2"}, kind="dataset")
    path = path_of(build(tmp_path, "hf://datasets/org/data").run())
    assert path == repository(tmp_path, "datasets--org--data") / "snapshots" / COMMIT
    assert (path / "train.csv").read_bytes() == b"1,2"


def test_the_token_goes_to_the_hub_and_nowhere_else(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.token = TOKEN
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    run = build(tmp_path, "hf://org/repo").run()
    path_of(run)
    assert "authorization" not in hub.storage.headers[f"/{SHA256}"]
    written = [file for file in tmp_path.rglob("*") if file.is_file() and "bin" not in file.parts]
    assert [file for file in written if TOKEN.encode() in file.read_bytes()] == []
    assert TOKEN not in run.output
    assert "Signature" not in run.output


@pytest.mark.parametrize("place", ["HF_TOKEN_PATH", "HF_HOME"])
def test_a_token_from_its_file(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    hub.token = TOKEN
    file = tmp_path / "hf" / "token" if place == "HF_HOME" else tmp_path / "mine"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{TOKEN}\n")
    if place == "HF_TOKEN_PATH":
        monkeypatch.setenv("HF_TOKEN_PATH", str(file))
    path_of(build(tmp_path, "hf://org/repo").run())


def test_no_token_is_shown_to_ps(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.site.routes["/api/models/org/repo/revision/main"] = hanging()
    workflow = build(tmp_path, "hf://org/repo")
    process = workflow.start()
    assert any(hub.site.seen for _ in every(0.02, 10))
    assert processes("curl")
    assert processes(TOKEN) == []
    process.terminate()
    assert workflow.finish(process).status == 143


def test_a_token_is_missing(tmp_path: Path, hub: Hub) -> None:
    hub.token = TOKEN
    reason = failed(build(tmp_path, "hf://org/repo").run(), tmp_path)
    assert "HTTP status 401" in reason
    assert "HF_TOKEN" in reason
    assert "(hf://org/repo)" in reason


def test_no_such_repository(tmp_path: Path, hub: Hub) -> None:
    assert "no such repository" in failed(build(tmp_path, "hf://org/none").run(), tmp_path)
    assert hub.site.seen["/api/models/org/none/revision/main"] == 1


def test_a_large_file_that_is_cut_or_wrong(tmp_path: Path, hub: Hub) -> None:
    content = FILES["model.safetensors"]
    hub.storage.routes[f"/{SHA256}"] = cut(content[:100], len(content))
    assert "cut before the end, three times" in failed(build(tmp_path, "hf://org/repo").run(), tmp_path)
    hub.storage.routes[f"/{SHA256}"] = body(content[::-1])
    reason = failed(build(tmp_path, "hf://org/repo").run(), tmp_path)
    assert f", not {SHA256}" in reason
    assert not (repository(tmp_path) / "refs" / "main").exists()


@pytest.mark.parametrize("name", ["../../../escape", "/etc/escape", "a//b", ".", "new\nline"])
def test_names_that_would_leave_the_snapshot_are_refused(tmp_path: Path, hub: Hub, name: str) -> None:
    hub.add("org/evil", {"config.json": b"{}", name: b"evil"})
    assert "lists a file that cannot be" in failed(build(tmp_path, "hf://org/evil").run(), tmp_path)
    assert not repository(tmp_path, "models--org--evil").exists(), "nothing is downloaded of a list that is not right"


def test_an_answer_that_is_no_list(tmp_path: Path, hub: Hub) -> None:
    hub.site.routes["/api/models/org/repo/revision/main"] = body(b"<html>login</html>")
    assert "no list of files" in failed(build(tmp_path, "hf://org/repo").run(), tmp_path)


def test_a_renamed_repository_is_followed(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.token = TOKEN
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.site.routes["/api/models/old/name/revision/main"] = status(307, Location="/api/models/org/repo/revision/main")
    for name in ("config.json", "model.safetensors"):
        to = f"/org/repo/resolve/{COMMIT}/{name}"
        hub.site.routes[f"/old/name/resolve/{COMMIT}/{name}"] = status(307, Location=to)
    assert path_of(build(tmp_path, "hf://old/name/config.json").run()).read_bytes() == FILES["config.json"]
    assert path_of(build(tmp_path, "hf://old/name/model.safetensors").run()).stat().st_size == 5120


def test_offline_it_is_taken_from_the_cache(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = build(tmp_path, "hf://org/repo")
    online = path_of(workflow.run())
    asked = sum(hub.site.seen.values())
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PATH", path_without(tmp_path / "bin2", "curl", "hf", "huggingface-cli"))
    assert path_of(workflow.run()) == online
    assert sum(hub.site.seen.values()) == asked


def test_offline_and_not_cached(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "true")
    workflow = build(tmp_path, "hf://org/repo")
    for command in ("preflight", "run"):
        run = workflow.run(command)
        assert run.status == 78
        assert "HF_HUB_OFFLINE is set" in run.output
        assert "has no org/repo at main" in run.output


def test_a_snapshot_with_a_missing_blob_is_not_used(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = build(tmp_path, "hf://org/repo")
    path_of(workflow.run())
    (repository(tmp_path) / "blobs" / SHA256).unlink()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert workflow.run().status == 78
    monkeypatch.delenv("HF_HUB_OFFLINE")
    path = path_of(workflow.run())
    assert (path / "model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_a_hub_out_of_reach_does_not_matter_when_it_is_cached(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = build(tmp_path, "hf://org/repo")
    online = path_of(workflow.run())
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{closed_port()}")
    run = workflow.run()
    assert path_of(run) == online
    assert "what is cached is used" in run.output
    assert "no connection" in failed(build(tmp_path, "hf://org/other").run(), tmp_path)


@pytest.mark.parametrize(
    ("name", "place"),
    [("HF_HUB_CACHE", "elsewhere"), ("HF_HOME", "elsewhere/hub"), ("XDG_CACHE_HOME", "elsewhere/huggingface/hub")],
)
def test_where_the_cache_is(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, name: str, place: str) -> None:
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    path = path_of(build(tmp_path, "hf://org/repo").run())
    assert path == tmp_path / place / "models--org--repo" / "snapshots" / COMMIT


def test_the_workflows_variables_say_where_too(tmp_path: Path, hub: Hub) -> None:
    path = path_of(build(tmp_path, "hf://org/repo", variables=f"variables: {{HF_HOME: {tmp_path}/its own}}").run())
    assert path == tmp_path / "its own" / "hub" / "models--org--repo" / "snapshots" / COMMIT


def fake(folder: Path, name: str, text: str) -> None:
    """A command of the test's own in place of the hub's."""
    command = folder / "bin" / name
    command.write_text(f"#!/usr/bin/env bash\n{text}\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)


LAYS_OUT = f"""
printf '%s\\n' "$*" >>"$HF_HOME/calls"
top=$HF_HOME/hub/models--org--repo
mkdir -p "$top/refs" "$top/snapshots/{COMMIT}"
printf '{COMMIT}' >"$top/refs/main"
echo from the command >"$top/snapshots/{COMMIT}/config.json"
echo "some words about $top, which change with its version"
"""


@pytest.mark.parametrize("name", ["hf", "huggingface-cli"])
def test_the_hubs_command_is_preferred(tmp_path: Path, hub: Hub, name: str) -> None:
    (tmp_path / "hf").mkdir()
    fake(tmp_path, name, LAYS_OUT)
    path = path_of(build(tmp_path, "hf://org/repo/config.json").run())
    assert path.read_text() == "from the command\n"
    calls = (tmp_path / "hf" / "calls").read_text()
    assert calls == "download --repo-type model --revision main org/repo config.json\n"
    assert not hub.site.seen


def test_the_hubs_command_fails(tmp_path: Path, hub: Hub) -> None:
    fake(tmp_path, "hf", "printf 'Traceback ...\\nError: gated repository\\n\\e[90mHint: ask\\e[0m\\n\\n' >&2; exit 1")
    assert "hf says: Error: gated repository (" in failed(build(tmp_path, "hf://org/repo").run(), tmp_path)
    fake(tmp_path, "hf", "printf 'no\\nluck\\n\\n' >&2; exit 1")
    assert "hf says: luck (" in failed(build(tmp_path, "hf://org/repo").run(), tmp_path)


def test_the_hubs_command_is_ended_by_a_signal(tmp_path: Path, hub: Hub) -> None:
    fake(tmp_path, "hf", "exec sleep 987201")
    workflow = build(tmp_path, "hf://org/repo")
    process = workflow.start()
    assert any(processes("sleep 987201") for _ in every(0.02, 10))
    process.send_signal(signal.SIGTERM)
    run = workflow.finish(process)
    assert run.status == 143
    assert processes("sleep 987201") == []
    assert leavings(tmp_path) == []


def test_the_real_command(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "bin" / "hf").symlink_to(need("hf"))
    run = build(tmp_path, "hf://org/repo").run()
    path = path_of(run)
    assert "with hf" in run.output
    assert path == repository(tmp_path) / "snapshots" / COMMIT
    assert {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()} == FILES
    assert "hf says: Error" in failed_by_command(build(tmp_path, "hf://org/none").run())


def failed_by_command(run: Run) -> str:
    assert run.status == 78
    return run.record["reason"]


def test_the_hubs_own_library_takes_our_cache_for_its_own(tmp_path: Path, hub: Hub) -> None:
    path = path_of(build(tmp_path, "hf://org/repo").run())
    seen = dict(hub.storage.seen)
    done = subprocess.run([need("hf"), "download", "org/repo"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert str(path) in done.stdout
    assert hub.storage.seen == seen, "it has downloaded again"
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    program = "import huggingface_hub as h; print(h.snapshot_download('org/repo')); print(h.scan_cache_dir().warnings)"
    asked = subprocess.run(
        [sys.executable, "-c", program], env=offline, capture_output=True, text=True, check=True, timeout=60
    )
    assert asked.stdout.splitlines() == [str(path), "[]"]


def test_two_runs_at_once(tmp_path: Path, hub: Hub) -> None:
    workflow = build(tmp_path, "hf://org/repo")
    both = [workflow.start(), workflow.start()]
    outputs = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert hub.storage.seen[f"/{SHA256}"] == 1
    assert leavings(tmp_path) == []


def test_nothing_to_download_with(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_without(tmp_path / "bin2", "curl", "hf", "huggingface-cli"))
    run = build(tmp_path, "hf://org/repo").run()
    assert run.status == 78
    assert "command not found: hf, huggingface-cli or curl" in run.output
