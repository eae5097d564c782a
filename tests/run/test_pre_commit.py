"""The hooks of .pre-commit-hooks.yaml under the real pre-commit, which installs sflowc from a repository as users have it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from requirements import need

ROOT = Path(__file__).resolve().parents[2]
TREE = ("compiler", "man", "templates", "runtime_sh", "schemas", "samples", "catalogue", "skills")
FILES = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE")
WORKFLOW = 'version: "0.1"\nworkflow: {name: w, tasks: [{name: t, script: ["echo one"]}]}\n'
CONFIG = """\
repos:
  - repo: REPOSITORY
    rev: v1
    hooks:
      - {id: sflowc-lint, args: [--no-cluster, w.yaml]}
      - {id: sflowc-build-check, args: [--no-cluster, w.yaml, -o, w.sh]}
"""
Git = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    need("pre-commit")
    who = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = {**os.environ, **who, "HOME": str(tmp_path), "PRE_COMMIT_HOME": str(tmp_path / "hooks"), "NO_COLOR": "1"}

    def call(*words: str, cwd: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return call


def test_a_commit_is_refused_until_the_script_fits(git: Git, sflowc: Callable, tmp_path: Path) -> None:
    repository, work = tmp_path / "repository", tmp_path / "work"
    for folder in TREE:
        ignored = shutil.ignore_patterns("__pycache__", "sflow_output")
        shutil.copytree(ROOT / folder, repository / folder, ignore=ignored)
    for file in FILES:
        shutil.copy(ROOT / file, repository / file)
    work.mkdir()
    for folder in (repository, work):
        git("git", "init", "-q", cwd=folder)
    git("git", "add", "-A", cwd=repository)
    git("git", "commit", "-qm", "one", cwd=repository)
    git("git", "tag", "v1", cwd=repository)
    (work / ".pre-commit-config.yaml").write_text(CONFIG.replace("REPOSITORY", repository.as_uri()))
    (work / "w.yaml").write_text(WORKFLOW)
    sflowc("build", "--no-cluster", "w.yaml", "-o", "w.sh", cwd=work)
    git(need("pre-commit"), "install", cwd=work)
    git("git", "add", "-A", cwd=work)
    first = git("git", "commit", "-m", "one", cwd=work)
    assert first.stderr.count("Passed") + first.stdout.count("Passed") == 2

    (work / "w.yaml").write_text(WORKFLOW.replace("one", "two"))
    refused = git("git", "commit", "-am", "two", cwd=work, status=1)
    said = refused.stdout + refused.stderr
    assert "+echo two" in said
    assert "sflowc: w.sh is out of date: build it again" in said
    assert said.count("Passed") == 1

    (work / "w.yaml").write_text(WORKFLOW.replace("script", "scrpt"))
    refused = git("git", "commit", "-am", "two", cwd=work, status=1)
    assert "error[unknown-key]" in refused.stdout + refused.stderr

    (work / "w.yaml").write_text(WORKFLOW.replace("one", "two"))
    sflowc("build", "--no-cluster", "w.yaml", "-o", "w.sh", cwd=work)
    git("git", "commit", "-am", "two", cwd=work)
