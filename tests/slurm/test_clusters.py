"""A cluster profile on a real cluster: Slurm gets its options, tasks get what its preamble exports."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

WORKFLOW = """
backends: [{name: c, type: slurm, nodes: 2}]
variables: {OWN: workflow}
workflow:
  name: w
  tasks:
    - name: t
      script:
        - echo "$(hostname) from=$FROM_PROFILE own=$OWN words=$WORDS set=$- here=$PWD"
        - module list
        - '[ -z "$(trap -p)" ]'
"""
PROFILE = r"""
time: 7
extra_args: ["--comment='of the profile'", --exclude=node2]
preamble:
  - |
    module() { printf 'modules: %s\n' "$LOADED"; }
    export -f module
    export LOADED=cuda OWN=profile WORDS="$#" FROM_PROFILE='a  b'
  - |
    echo "preamble on $(hostname)"
    cd /
    trap 'echo leaving' EXIT
    set -- run --task nothing
    set -euf
    false || :
"""


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a text the user's own profile."""

    def write(text: str) -> None:
        (tmp_path / "config" / "sflowc").mkdir(parents=True)
        (tmp_path / "config" / "sflowc" / "cluster.yaml").write_text(text)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    return write


def test_a_job_with_a_profile(profile: Callable[[str], None], submit: Callable) -> None:
    profile(PROFILE)
    job = submit(WORKFLOW)
    assert job.wait() == "COMPLETED", job.output
    shown = job.show()
    assert shown["TimeLimit"] == "00:07:00"
    assert shown["ExcNodeList"] == "node2"
    lines = sorted(re.findall(r"^\d: (.*)$", job.log("t"), re.MULTILINE))
    assert lines[:2] == ["modules: cuda", "modules: cuda"]
    for line in lines[2:]:
        found = re.fullmatch(rf"node[134] from=a  b own=workflow words=0 set=([a-zA-Z]*) here={job.folder}", line)
        assert found, line
        assert not set("euf") & set(found[1])
    assert len(set(lines[2:])) == 2
    assert len(re.findall("^preamble on node[134]$", job.output, re.MULTILINE)) == 1
    assert "leaving" not in job.output


def test_a_preamble_that_fails_is_told(profile: Callable[[str], None], submit: Callable) -> None:
    profile("preamble: no-such-module load")
    job = submit(WORKFLOW.replace("- module list", "- 'true'"))
    assert job.wait() == "COMPLETED", job.output
    assert "the preamble of the cluster profile ended with status 127" in job.output


def test_a_preamble_that_exits_ends_the_job(profile: Callable[[str], None], submit: Callable) -> None:
    profile("preamble: no-such-module load || exit 78")
    job = submit(WORKFLOW)
    assert job.wait() == "FAILED", job.output
    assert job.exit_code == "78:0"
    assert not (job.folder / "sflow_output").exists()
