"""A wheel holds what the tree holds, and what is installed from it compiles a sample with nothing of the tree in reach."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ("templates", "runtime_sh", "schemas", "samples", "catalogue", "skills")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, since setuptools writes beside its sources."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in ("compiler", "man", *DATA):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "sflow_output"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy / file)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_what_the_tree_holds(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("sflowc-")}
    sources = {
        f"sflowc/{path.relative_to(base)}"
        for base, folder in [(ROOT / "compiler", "."), *((ROOT, folder) for folder in DATA)]
        for path in (base / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "sflow_output" not in path.parts
    }
    assert inside == sources


def test_the_manual_page_is_installed_where_man_looks(wheel: Path) -> None:
    (inside,) = (
        name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".data/data/share/man/man1/sflowc.1")
    )
    assert zipfile.ZipFile(wheel).read(inside) == (ROOT / "man" / "sflowc.1").read_bytes()


def test_what_is_installed_from_the_wheel_compiles_a_sample(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(installed)]
    subprocess.run([*pip, str(wheel)], check=True)
    # -S keeps the editable install away; the dependencies come from the environment that the tests run in.
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    start = "import sys, sflowc.cli; print(sflowc.__file__); sys.exit(sflowc.cli.main())"
    done = subprocess.run(
        [sys.executable, "-S", "-c", start, "build", "services.yaml", "-o", str(tmp_path / "services.sh")],
        cwd=installed / "sflowc" / "samples",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(installed), dependencies])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(installed) in done.stdout
    emitted = (tmp_path / "services.sh").read_text(encoding="utf-8")
    assert emitted.startswith("#!/usr/bin/env bash\n")
    assert str(tmp_path) not in emitted
