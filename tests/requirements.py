"""What a test needs beyond Python: programs that may be missing on a developer's machine, and must not be in CI.

In: the name of a part, such as `slurm` or `bash-4.2`. Out: the path of its program. Without the part the test is skipped,
or fails when SFLOWC_REQUIRE (a list with commas) names it.

    nginx = need("nginx")
"""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from oldbash.shells import shell_of_version

ROOT = Path(__file__).resolve().parents[1]
OLD_SHELLS = ("bash-4.2", "bash-4.4")


@dataclass(frozen=True)
class Part:
    """All `programs` and `files` must be there; the first program stands for the part. `root`: of no use to anybody else."""

    programs: tuple[str, ...]
    root: bool = False
    files: tuple[str, ...] = ()


PARTS = {
    "bats": Part(("bats",)),
    "busybox": Part(("busybox",)),
    "chromium": Part(("chromium",)),
    "curl": Part(("curl",)),
    "graphviz": Part(("dot",)),
    "docker": Part(("dockerd", "docker", "containerd", "runc", "iptables", "unshare"), root=True),
    "dynamo": Part(("etcd", "nats-server"), files=(str(ROOT / "build" / "dynamo" / "bin" / "python"),)),  # make dynamo
    "hf": Part(("hf",)),
    "fish": Part(("fish",)),
    "etcd": Part(("etcd", "etcdctl")),
    "gawk": Part(("gawk",)),
    "gcc": Part(("gcc",)),
    "groff": Part(("groff",)),
    "mawk": Part(("mawk",)),
    "mount": Part(("mount", "umount"), root=True),
    "nats": Part(("nats-server",)),
    "nginx": Part(("nginx",)),
    "original-awk": Part(("original-awk",)),
    "pre-commit": Part(("pre-commit", "git")),
    "setpriv": Part(("setpriv",), root=True),
    "sshd": Part(("sshd", "ssh", "ssh-keygen")),
    "shellcheck": Part(("shellcheck",)),
    "shfmt": Part(("shfmt",)),
    "wget": Part(("wget",)),
    "zsh": Part(("zsh",)),
    "slurm": Part(("slurmctld", "slurmd", "sbatch", "srun", "munged", "ip", "nsenter", "flock"), root=True),
    "spank": Part(("gcc",), files=("/usr/include/slurm/spank.h",)),
}


def required() -> set[str]:
    """The parts that must not be missing."""
    return set(filter(None, os.environ.get("SFLOWC_REQUIRE", "").replace(" ", "").split(",")))


def unknown_parts() -> set[str]:
    """Names in SFLOWC_REQUIRE that no test could ever ask for: a slip of the pen would make CI skip tests in silence."""
    return required() - set(PARTS) - set(OLD_SHELLS)


def need(part: str) -> str:
    """The path of the part's program; ends the test when there is none."""
    path, why = _find(part)
    if path is None:
        end: Callable[[str], object] = pytest.fail if part in required() else pytest.skip
        end(f"{part}: {why}")
    assert path is not None
    return path


def _find(part: str) -> tuple[str | None, str]:
    if part.startswith("bash-"):
        shell = shell_of_version(part.removeprefix("bash-"))
        return (str(shell) if shell else None), "no such shell in SFLOWC_BASHES or PATH"
    wanted = PARTS[part]
    if wanted.root and os.geteuid() != 0:
        return None, "needs root"
    paths = {program: _which(program) for program in wanted.programs}
    missing = [program for program, path in paths.items() if path is None]
    missing += [file for file in wanted.files if not Path(file).exists()]
    return (None if missing else paths[wanted.programs[0]]), f"{', '.join(missing)} not installed"


def _which(program: str) -> str | None:
    """Beside the interpreter first, where pip puts linters of the versions that we ask for; also among the daemons."""
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]
    return shutil.which(program, path=os.pathsep.join(folders))
