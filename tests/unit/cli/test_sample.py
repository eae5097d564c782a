"""`sflowc sample`: what is listed is there, what is copied compiles, nothing of the user's is lost."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from sflowc import library

ROOT = Path(__file__).resolve().parents[3]
NAMES = [sample.name for sample in library.known()]


def test_every_sample_of_the_tree_is_listed() -> None:
    there = {path.stem for path in (ROOT / "samples").glob("*.yaml")}
    there |= {path.name for path in (ROOT / "samples").glob("*/") if path.name != "sflow_output"}
    assert sorted(NAMES) == sorted(there)


def test_the_list(sflowc: Callable) -> None:
    listed = sflowc("sample", "--list").stdout
    assert listed == sflowc("sample").stdout
    for sample in library.known():
        assert f"{sample.about}\n" in listed
        assert f"needs {sample.needs}\n" in listed
    entries = json.loads(sflowc("sample", "--list", "--format", "json").stdout)["samples"]
    assert [entry["name"] for entry in entries] == NAMES
    assert entries[0]["files"] == ["hello.yaml"]


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_is_what_is_in_the_tree(sflowc: Callable, tmp_path: Path, name: str) -> None:
    """But for the line that names the schema by a path of the tree."""
    sflowc("sample", name, cwd=tmp_path)
    place = ROOT / "samples" / name
    files = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    if place.is_dir():
        tree = {path.relative_to(place.parent): path.read_text() for path in place.rglob("*") if path.is_file()}
        assert files == {file: text for file, text in tree.items() if "sflow_output" not in file.parts}
    else:
        whole = place.with_suffix(".yaml").read_text()
        (copy,) = files.values()
        assert copy != whole
        assert whole.endswith(copy)
        assert "$schema=.." not in copy


@pytest.mark.parametrize("name", NAMES)
def test_the_hints_are_commands_that_work(sflowc: Callable, tmp_path: Path, name: str) -> None:
    folder = "a folder/" if (ROOT / "samples" / name).is_dir() else "a file.yaml"
    done = json.loads(sflowc("sample", name, "-o", folder.rstrip("/"), "--format", "json", cwd=tmp_path).stdout)
    where = tmp_path
    assert len(done["next"]) > 1
    for step in done["next"]:
        words = shlex.split(step)
        if words[0] == "cd":
            where = where / words[1]
        elif words[0] == "sflowc":
            command = ["plan", *words[2:]] if words[1] == "run" else words[1:]
            sflowc(*command, cwd=where, status=3 if words[1] == "collect" else 0)  # of no run: none was made
        else:
            assert words[0] in ("bash", "sbatch")


@pytest.mark.parametrize(
    ("dest", "written"),
    [(None, "hello.yaml"), ("x/first.yaml", "x/first.yaml"), ("x/", "x/hello.yaml"), ("there", "there/hello.yaml")],
)
def test_where_it_goes(sflowc: Callable, tmp_path: Path, dest: str | None, written: str) -> None:
    (tmp_path / "there").mkdir()
    done = sflowc("sample", "hello.yaml", *(["-o", dest] if dest else []), cwd=tmp_path)
    assert done.stdout.startswith(f"wrote {written}\n")
    assert f"  sflowc run {written}\n" in done.stdout
    assert (tmp_path / written).read_text().startswith("# The smallest workflow")


def test_what_was_changed_is_kept(sflowc: Callable, tmp_path: Path) -> None:
    sflowc("sample", "hello", cwd=tmp_path)
    sflowc("sample", "hello", cwd=tmp_path)
    copy = tmp_path / "hello.yaml"
    copy.write_text("mine\n")
    done = sflowc("sample", "hello", cwd=tmp_path, status=1)
    assert done.stderr == "sflowc: there already and different: hello.yaml; --force replaces them\n"
    assert copy.read_text() == "mine\n"
    sflowc("sample", "hello", "--force", cwd=tmp_path)
    assert "greet" in copy.read_text()


def test_a_name_that_is_none(sflowc: Callable, tmp_path: Path) -> None:
    assert "No such sample 'helo'. Did you mean 'hello'?" in sflowc("sample", "helo", cwd=tmp_path, status=2).stderr
    assert "There are: dag, dynamo_mocker, hello" in sflowc("sample", "zzzzzz", cwd=tmp_path, status=2).stderr
    assert "takes neither" in sflowc("sample", "hello", "--list", cwd=tmp_path, status=2).stderr
    sflowc("sample", "hello", "-o", "x", cwd=tmp_path)
    assert "cannot" in sflowc("sample", "hello", "-o", "x/y.yaml", cwd=tmp_path, status=1).stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "x"]
