"""The shells that the runtime is tested with.

In: SFLOWC_BASHES (paths, separated by colons as in PATH), else every `bash-<version>` on PATH and the system's bash.
Out: BASHES, each named after its version.

    SFLOWC_BASHES=/opt/bash-4.2/bin/bash:/opt/bash-4.4/bin/bash:/bin/bash pytest tests/run tests/runtime
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shell:
    """A bash and its version, such as 4.2."""

    path: Path
    version: str

    def __str__(self) -> str:
        return f"bash-{self.version}"


def find_shells() -> tuple[Shell, ...]:
    """Every bash to test with, one for each version, oldest first."""
    listed = [Path(path) for path in os.environ.get("SFLOWC_BASHES", "").split(":") if path]
    shells: dict[str, Shell] = {}
    for path in listed or _on_path():
        shell = Shell(path, _version(path))
        shells.setdefault(shell.version, shell)
    return tuple(sorted(shells.values(), key=lambda shell: [int(part) for part in shell.version.split(".")]))


def shell_of_version(version: str) -> Path | None:
    """The bash of this version, if there is one."""
    return next((shell.path for shell in BASHES if shell.version == version), None)


def first_on_path(shell: Shell, folder: Path) -> str:
    """A PATH on which `bash` is this shell, for scripts and for what they start: as on a host that has no other."""
    link = folder / str(shell) / "bash"
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(shell.path.resolve())
    return os.pathsep.join([str(link.parent), os.environ.get("PATH", os.defpath)])


def _on_path() -> list[Path]:
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    named = [path for folder in folders for path in sorted(folder.glob("bash-[0-9]*")) if os.access(path, os.X_OK)]
    usual = shutil.which("bash")
    return [*([Path(usual)] if usual else []), *named]


def _version(path: Path) -> str:
    """Asked of the shell itself: a file's name can lie. One that does not answer is an error, not a shell less."""
    asked = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"GNU bash, version (\d+\.\d+)", asked)
    if found is None:
        raise ValueError(f"{path} is not a bash: it says {asked.splitlines()[:1]}")
    return found[1]


BASHES = find_shells()
