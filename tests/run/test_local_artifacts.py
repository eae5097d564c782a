"""fs://, file:// and docker:// artifacts: paths as they are meant, what is missing is said first, contents arrive byte for byte."""

import json
from pathlib import Path

import pytest
import yaml
from workflow import Workflow

SCRIPT = """
workflow:
  name: w
  tasks:
    - {{name: t, script: ['{script}']}}
"""


def build(folder: Path, artifacts: dict[str, dict[str, str]], script: str = 'cat "$A"', *more: str) -> Workflow:
    text = yaml.safe_dump({"artifacts": artifacts}, allow_unicode=True) + SCRIPT.format(script=script)
    return Workflow(folder, text, *more)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("fs://{top}/with%20space%25/file.txt", "with space%/file.txt"),
        ("file://{top}/with%20space%25/file.txt", "with space%/file.txt"),
        ("file://localhost{top}/x?y=1#z", "x?y=1#z"),
        ("FILE:{top}/short", "short"),
        ("fs://below/./the//workspace", "below/the/workspace"),
        ("file://../outside", "../outside"),
    ],
)
def test_a_path(tmp_path: Path, uri: str, path: str) -> None:
    top = tmp_path / "work"
    file = top / path
    top.mkdir()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("what it holds")
    run = build(top, {"A": {"uri": uri.format(top=top)}}).run()
    assert run.status == 0, run.output
    assert run.log("t") == "what it holds"


def test_the_workspace_is_that_of_the_run(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x").write_text("there")
    workflow = build(tmp_path, {"A": {"uri": "fs://x"}})
    assert workflow.run("--workspace-dir", str(elsewhere)).log("t") == "there"


def test_what_is_missing_is_all_said_before_any_task_starts(tmp_path: Path) -> None:
    artifacts = {"A": {"uri": "fs:///no/such/a"}, "B": {"uri": "fs://nor/this"}, "C": {"uri": f"fs://{tmp_path}"}}
    run = build(tmp_path, artifacts, "echo started").run()
    assert run.status == 78
    assert "artifact A: no such path: /no/such/a" in run.output
    assert f"artifact B: no such path: {tmp_path}/nor/this" in run.output
    assert "artifact C" not in run.output
    assert not list(tmp_path.glob("out/*"))


def test_a_missing_file_without_content_is_the_tasks_business(tmp_path: Path) -> None:
    script = 'echo made >"$A"; cat "$A"'
    assert build(tmp_path, {"A": {"uri": f"file://{tmp_path}/later"}}, script).run().log("t") == "made\n"


HOSTILE = {
    "quotes": 'it\'s "$HOME" `id` $(id) ${X} \\n \\\\',
    "delimiters": "END_OF_CONTENT\nEND_OF_SCRIPT\nEOF\n",
    "newlines": "\n\nmany at both ends\n\n\n",
    "nothing": "",
    "no newline": "x",
    "placeholders": "@@ip:local:0@@ @@@@workspace_dir@@ & \\& %s %%",
    "other letters": "wörld ✓ \U0001f600",
    "a carriage return": "a\r\nb\r",
    "a function": "task_script 0 <<'X'\nX\nsf_main() { exit 3; }\n",
    "leading dash": "-n -e \\x41",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_content_arrives_byte_for_byte(tmp_path: Path, content: str) -> None:
    run = build(tmp_path, {"A": {"uri": "file://conf/a%20file.txt", "content": content}}, "true").run()
    assert run.status == 0, run.output
    assert (run.directory / "conf" / "a file.txt").read_bytes() == content.encode()
    assert [path.name for path in (run.directory / "conf").iterdir()] == ["a file.txt"]


def test_content_of_megabytes(tmp_path: Path) -> None:
    content = "".join(f"line {i}: {'x' * (i % 100)}\n" for i in range(40_000))
    run = build(tmp_path, {"A": {"uri": "file://big", "content": content}}, 'wc -c <"$A"').run()
    assert run.status == 0, run.output
    assert int(run.log("t")) == len(content) > 2_000_000
    assert (run.directory / "big").read_text() == content


def test_content_goes_to_an_absolute_path_over_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "conf" / "x"
    file.parent.mkdir()
    file.write_text("old")
    assert build(tmp_path, {"A": {"uri": f"file://{file}", "content": "new"}}).run().log("t") == "new"


def test_content_with_localhost_is_a_relative_path(tmp_path: Path) -> None:
    run = build(tmp_path, {"A": {"uri": "file://localhost/x", "content": "here"}}).run()
    assert (run.directory / "localhost" / "x").read_text() == "here"


def test_content_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    run = build(tmp_path, {"A": {"uri": "file:///proc/nowhere/x", "content": "x"}}).run()
    assert run.status == 78
    assert run.record["state"] == "FAILED"
    assert "cannot write the artifact /proc/nowhere/x" in run.record["reason"]
    assert run.states == {"t": "CANCELLED"}
    assert run.events[-1]["exit_status"] == 78


@pytest.mark.parametrize("place", ["conf", "x.part"])
def test_content_where_a_folder_is(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir()
    (tmp_path / place / "inside").touch()
    run = build(tmp_path, {"A": {"uri": f"file://{tmp_path}/{place.removesuffix('.part')}", "content": "x"}}).run()
    assert run.status == (78 if place == "conf" else 0), run.output
    assert (tmp_path / place / "inside").exists()


def test_an_image_is_a_name(tmp_path: Path) -> None:
    name = "nvcr.io/nvidia/pytorch:25.01-py3"
    workflow = build(tmp_path, {"A": {"uri": f"docker://{name}"}}, "echo $A ${{ artifacts.A.path }}")
    assert workflow.run().log("t") == f"{name} {name}\n"


def test_an_image_is_what_an_operator_runs(tmp_path: Path, sflowc) -> None:
    (tmp_path / "w.yaml").write_text(
        """
version: "0.1"
artifacts: {A: {uri: "docker://ubuntu:24.04"}}
backends: {c: {type: slurm, nodes: 1}}
operators:
  run: {type: srun, container_image: "${{ artifacts.A.path }}"}
workflow: {name: w, tasks: [{name: t, operator: run, script: [x]}]}
"""
    )
    plan = json.loads(sflowc("plan", "w.yaml", "--format", "json", cwd=tmp_path).stdout)
    assert "--container-image=ubuntu:24.04" in plan["tasks"][0]["argv"]


def test_another_uri_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    artifacts = {"A": {"uri": "file://x", "content": "generated"}}
    assert build(tmp_path, artifacts).run().log("t") == "generated"
    assert build(tmp_path, artifacts, 'cat "$A"', "-a", f"A=file://{tmp_path}/elsewhere").run().log("t") == "generated"
    assert build(tmp_path, artifacts, 'cat "$A"', "-a", "A=fs://other").run().log("t") == "other"
    downloaded = {"A": {"uri": "https://example.org/x", "sha256": "0" * 64}}
    assert build(tmp_path, downloaded, 'cat "$A"', "-a", "A=fs://other").run().log("t") == "other"
