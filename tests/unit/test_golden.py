"""Every sample, and every workflow in golden/cases, compiles to exactly the bytes that stand in golden/cases.

`make golden` writes them anew. What is emitted is also read by bash and shellcheck, and is the same from any directory,
under any hash seed, in any locale.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from oldbash.shells import BASHES
from pytest_snapshot.plugin import Snapshot
from sflowc.driver import compile_workflow
from sflowc.render.boxes import ascii_boxes
from sflowc.render.dot import dot
from sflowc.render.graph import graph_of
from sflowc.render.mermaid import mermaid

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "golden" / "cases"
ELSEWHERE = ({"PYTHONHASHSEED": "1", "LC_ALL": "C"}, {"PYTHONHASHSEED": "7", "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"})


@dataclass(frozen=True)
class Case:
    """A workflow to compile: the files of `folder`, in this order."""

    name: str
    folder: Path
    files: tuple[str, ...]
    cluster: tuple[str, ...] = ()
    """Files of the sub-folder `profile`: the cluster profile, one or none."""

    @property
    def arguments(self) -> tuple[str, ...]:
        return (*self.files, *(word for name in self.cluster for word in ("--cluster", name)))

    @property
    def is_sample(self) -> bool:
        return self.folder != GOLDEN / self.name


def _cases() -> list[Case]:
    samples = [Case(path.stem, path.parent, (path.name,)) for path in sorted((ROOT / "samples").glob("*.yaml"))]
    names = {sample.name for sample in samples}
    others = [
        Case(
            folder.name,
            folder,
            tuple(path.name for path in sorted(folder.glob("*.yaml"))),
            tuple(f"profile/{path.name}" for path in folder.glob("profile/*.yaml")),
        )
        for folder in sorted(GOLDEN.glob("*/"))
        if folder.name not in names
    ]
    return samples + others


CASES = _cases()


@pytest.fixture(scope="module")
def compiled(sflowc: Callable[..., subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory):
    """Compiles a case once: its files by name, the script and plan.json."""
    done: dict[str, dict[str, str]] = {}

    def compile_case(case: Case) -> dict[str, str]:
        if case.name not in done:
            out = tmp_path_factory.mktemp(case.name)
            sflowc("build", *case.arguments, "-o", f"{out}/", cwd=case.folder)
            files = {path.name: path.read_bytes().decode() for path in out.iterdir()}
            assert len(files) == 1
            files["plan.json"] = sflowc("plan", *case.arguments, "--format", "json", cwd=case.folder).stdout
            done[case.name] = files
        return done[case.name]

    return compile_case


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def script(case: Case, compiled: Callable[[Case], dict[str, str]], tmp_path: Path) -> Path:
    """The case's script, as a file."""
    name, text = next((name, text) for name, text in compiled(case).items() if name.endswith(".sh"))
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def test_what_is_emitted_is_golden(case: Case, compiled: Callable[[Case], dict[str, str]], snapshot: Snapshot) -> None:
    expected: dict[str, object] = dict(compiled(case))
    if case.is_sample:
        expected |= _pictures(case)
    else:
        expected |= {file: (case.folder / file).read_text(encoding="utf-8") for file in case.files}
        profile = {Path(file).name: (case.folder / file).read_text(encoding="utf-8") for file in case.cluster}
        expected |= {"profile": profile} if profile else {}
    snapshot.snapshot_dir = GOLDEN
    snapshot.assert_match_dir(expected, case.name)


def _pictures(case: Case) -> dict[str, str]:
    """What `sflowc visualize` draws in text."""
    plan = compile_workflow([(file, (case.folder / file).read_bytes()) for file in case.files]).plan
    assert plan is not None
    graph = graph_of(plan, show_variables=True)
    return {"graph.mmd": mermaid(graph), "graph.dot": dot(graph), "graph.txt": ascii_boxes(graph)}


def test_every_case_has_a_workflow() -> None:
    assert CASES
    assert [case.name for case in CASES if not case.files] == []
    assert sorted(case.name for case in CASES) == sorted(folder.name for folder in GOLDEN.iterdir())


@pytest.mark.parametrize("env", ELSEWHERE, ids=["C", "C.UTF-8"])
def test_the_same_bytes_everywhere(
    case: Case, env: dict[str, str], compiled: Callable[[Case], dict[str, str]], sflowc: Callable, tmp_path: Path
) -> None:
    folder = tmp_path / "some where" / env["LC_ALL"]
    folder.mkdir(parents=True)
    for file in (*case.files, *case.cluster):
        (folder / file).parent.mkdir(exist_ok=True)
        shutil.copy(case.folder / file, folder / file)
    sflowc("build", *case.arguments, "-o", "out/", cwd=folder, env=env)
    built = {path.name: path.read_bytes().decode() for path in (folder / "out").iterdir()}
    built["plan.json"] = sflowc("plan", *case.arguments, "--format", "json", cwd=folder, env=env).stdout
    assert built == compiled(case)


def test_the_script_on_standard_output_is_the_same(case: Case, script: Path, sflowc: Callable) -> None:
    assert sflowc("build", *case.arguments, cwd=case.folder).stdout == script.read_text(encoding="utf-8")


def test_shellcheck_finds_nothing(script: Path, require: Callable[[str], str]) -> None:
    command = [require("shellcheck"), "--norc", "--severity=style", "--shell=bash", str(script)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.stdout == ""
    assert found.returncode == 0


def test_no_blanket_disable(script: Path) -> None:
    """A directive that stands before the first command would silence shellcheck for the whole script."""
    before_code = re.match(r"(#.*\n|\s*\n)*", script.read_text(encoding="utf-8"))
    assert before_code is not None
    assert "shellcheck" not in before_code[0]


def test_every_bash_reads_it(script: Path) -> None:
    for bash in BASHES:
        read = subprocess.run([bash.path, "-n", str(script)], capture_output=True, text=True, check=False)
        assert (read.returncode, read.stderr) == (0, ""), bash


def test_no_python_outside_what_the_user_wrote(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    ours = re.sub(r"(?ms)^(?:task_script|artifact_content|cluster_preamble) ?[^\n]* <<'(\w+)'[^\n]*\n.*?^\1$", "", text)
    ours = re.sub(r"\A(#.*\n)+", "", ours)
    assert "sf_main" in ours
    assert [line for line in ours.splitlines() if re.search("python(?!\\*)", line, re.IGNORECASE)] == []


def test_a_plan_names_its_tasks_in_an_order_that_works(case: Case, compiled: Callable[[Case], dict[str, str]]) -> None:
    plan = json.loads(compiled(case)["plan.json"])
    place = {name: number for number, name in enumerate(plan["order"])}
    assert set(place) == {task["name"] for task in plan["tasks"]}
    for task in plan["tasks"]:
        assert all(place[before] < place[task["name"]] for before in task["depends_on"])
