"""Where the cluster profile is looked for, and what the commands say of it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sflowc.cli import main

WORKFLOW = 'version: "0.1"\nbackends: {c: {type: slurm}}\nworkflow:\n  name: w\n  tasks: {t: {script: [x]}}\n'
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a directory with w.yaml; HOME is `home` beside it, and there is no XDG_CONFIG_HOME."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    Path("w.yaml").write_text(WORKFLOW, encoding="utf-8")

    def call(*arguments: str, status: int = 0) -> Result:
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == status, done.output
        return done

    return call


def profile(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cluster.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_there_need_be_none(run: Run) -> None:
    assert "cluster" not in run("build", "w.yaml").stdout.split("# ====")[0]


def test_the_users_own_is_found(run: Run, tmp_path: Path) -> None:
    profile(tmp_path / "home" / ".config" / "sflowc", "account: own")
    script = run("build", "w.yaml").stdout
    assert "#SBATCH --account=own\n" in script
    assert "#   cluster  cluster.yaml  sha256:" in script
    assert "#   rebuild  sflowc build -f w.yaml\n" in script
    assert str(tmp_path) not in script
    assert "account own (cluster profile)" in run("plan", "w.yaml").stdout


def test_xdg_config_home_is_honoured(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile(tmp_path / "home" / ".config" / "sflowc", "account: own")
    profile(tmp_path / "xdg" / "sflowc", "account: other")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert "--account=other" in run("build", "w.yaml").stdout
    monkeypatch.setenv("XDG_CONFIG_HOME", "../xdg")  # the specification has it ignored
    assert "--account=own" in run("build", "w.yaml").stdout
    monkeypatch.setenv("XDG_CONFIG_HOME", "")
    assert "--account=own" in run("build", "w.yaml").stdout


def test_the_same_bytes_wherever_the_profile_lies(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = profile(tmp_path / "home" / ".config" / "sflowc", "account: own\npreamble: module load x")
    first = run("build", "w.yaml").stdout
    profile(tmp_path / "xdg" / "sflowc", own.read_text())
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert run("build", "w.yaml").stdout == first
    named = run("build", "w.yaml", "--cluster", str(own)).stdout
    assert without_signature(named).replace(" --cluster cluster.yaml\n", "\n") == without_signature(first)


def without_signature(script: str) -> str:
    """What two scripts can share although their headers differ."""
    return re.sub(r"(?m)^#   header  .*\n", "", script)


def test_a_named_one_takes_its_place(run: Run, tmp_path: Path) -> None:
    profile(tmp_path / "home" / ".config" / "sflowc", "account: own\ntime: 5")
    profile(tmp_path, "partition: p")
    script = run("build", "w.yaml", "--cluster", "../cluster.yaml").stdout
    assert "--partition=p" in script
    assert "--account" not in script.split("# ====")[0]
    assert "#   rebuild  sflowc build -f w.yaml --cluster ../cluster.yaml\n" in script
    assert "--cluster cluster.yaml\n" in run("build", "w.yaml", "--cluster", str(tmp_path / "cluster.yaml")).stdout


def test_it_can_be_done_without(run: Run, tmp_path: Path) -> None:
    profile(tmp_path / "home" / ".config" / "sflowc", "account: own")
    script = run("build", "w.yaml", "--no-cluster").stdout
    assert "account" not in script.split("# ====")[0]
    assert "#   rebuild  sflowc build -f w.yaml --no-cluster\n" in script
    both = run("build", "w.yaml", "--no-cluster", "--cluster", "x", status=2)
    assert "exclude each other" in both.output


def test_what_cannot_be_read(run: Run, tmp_path: Path) -> None:
    done = run("plan", "w.yaml", "--cluster", "nowhere.yaml", status=2)
    assert "Cannot read the cluster profile nowhere.yaml: No such file or directory." in " ".join(done.output.split())
    (tmp_path / "home" / ".config" / "sflowc" / "cluster.yaml").mkdir(parents=True)
    assert "Is a directory" in run("plan", "w.yaml", status=2).output
    run("plan", "w.yaml", "--no-cluster")


@pytest.mark.parametrize("command", ["build", "plan", "lint", "run"])
def test_mistakes_are_told_at_their_place_by_every_command(run: Run, tmp_path: Path, command: str) -> None:
    path = profile(tmp_path / "home" / ".config" / "sflowc", "time: 5\nacount: own\n")
    done = run(command, "w.yaml", status=1)
    assert f"{path}:2:1" in done.stderr
    assert "  2 | acount: own" in done.stderr


def test_compose_reads_it_only_to_validate(run: Run, tmp_path: Path) -> None:
    path = profile(tmp_path, "acount: own")
    merged = run("compose", "w.yaml", "--cluster", str(path)).stdout
    assert f"{path}:1:1" in run("compose", "w.yaml", "--cluster", str(path), "--validate", status=1).stderr
    profile(tmp_path, "account: own")
    assert run("compose", "w.yaml", "--cluster", str(path), "--validate").stdout == merged


def test_the_plan_as_json_names_it(run: Run, tmp_path: Path) -> None:
    profile(tmp_path, "account: own")
    found = json.loads(run("plan", "w.yaml", "--cluster", "../cluster.yaml", "--format", "json").stdout)
    assert found["cluster"]["name"] == "cluster.yaml"
    assert found["backends"]["c"]["from_cluster"] == ["account"]


def test_the_schema_for_editors(run: Run) -> None:
    run("schema", "cluster", "--format", "markdown", status=2)
    assert "preamble" in json.loads(run("schema", "cluster").stdout)["properties"]
    assert run("schema").stdout == run("schema", "workflow").stdout
