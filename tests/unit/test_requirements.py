"""A missing part skips a test, and fails it where SFLOWC_REQUIRE names the part."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requirements
from oldbash import shells

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "_which", lambda program: None)
    monkeypatch.setattr(shells, "BASHES", ())
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.mark.usefixtures("nothing")
@pytest.mark.parametrize("part", [*requirements.PARTS, *requirements.OLD_SHELLS])
def test_a_missing_part(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFLOWC_REQUIRE", "")
    with pytest.raises(pytest.skip.Exception, match=f"^{part}: "):
        requirements.need(part)
    monkeypatch.setenv("SFLOWC_REQUIRE", f"another, {part}")
    with pytest.raises(pytest.fail.Exception, match=f"^{part}: "):
        requirements.need(part)


def test_what_only_root_can_use_is_missing_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFLOWC_REQUIRE", "")
    monkeypatch.setattr(requirements, "_which", lambda program: f"/bin/{program}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(pytest.skip.Exception, match="needs root"):
        requirements.need("slurm")
    assert requirements.need("nats") == "/bin/nats-server"


def test_a_slip_of_the_pen_in_the_list_is_an_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/runtime"],
        cwd=ROOT,
        env={**os.environ, "SFLOWC_REQUIRE": "slurm,ngnix"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "names what no test needs: ngnix" in done.stderr


def test_continuous_integration_requires_all_that_can_be_installed() -> None:
    text = (ROOT / ".ci" / "run").read_text()
    listed = text.partition("SFLOWC_REQUIRE=")[2].partition("\n")[0].split(",")
    assert set(listed) >= set(requirements.PARTS)
    assert set(listed) <= set(requirements.PARTS)


def test_the_shells_to_test_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shell(name: str, version: str) -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\necho 'GNU bash, version {version}(1)-release (x86_64-pc-linux-gnu)'\n")
        path.chmod(0o755)
        return str(path)

    monkeypatch.delenv("SFLOWC_BASHES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    shell("bash", "5.2.15")
    shell("bash-4.2", "4.2.46")
    shell("bash-5.10", "5.10.0")
    assert [str(each) for each in shells.find_shells()] == ["bash-4.2", "bash-5.2", "bash-5.10"]
    monkeypatch.setenv("SFLOWC_BASHES", shell("odd", "4.4.19"))
    assert [str(each) for each in shells.find_shells()] == ["bash-4.4"]
    (tmp_path / "odd").write_text("#!/bin/sh\necho dash\n")
    with pytest.raises(ValueError, match="is not a bash"):
        shells.find_shells()
