"""Finds the cluster profile: `--cluster FILE`, or else the user's own `sflowc/cluster.yaml`, if there is one.

In: what the command line says. Out: the profile's path and bytes, or None. Only the path's last part gets into a script.
"""

from __future__ import annotations

import os
from pathlib import Path

import click


def cluster_profile(given: str | None, disabled: bool) -> tuple[str, bytes] | None:
    """The profile's path and bytes. Ends the command with status 2 when it cannot be read."""
    if given is not None and disabled:
        raise click.UsageError("--cluster and --no-cluster exclude each other.")
    if disabled:
        return None
    path = Path(given) if given is not None else own_profile()
    try:
        return str(path), path.read_bytes()
    except OSError as error:
        if given is None and isinstance(error, (FileNotFoundError, NotADirectoryError)):
            return None
        raise click.UsageError(f"Cannot read the cluster profile {path}: {error.strerror}.") from None


def own_profile() -> Path:
    """Where the user's own profile is. The XDG specification has a relative XDG_CONFIG_HOME ignored."""
    configured = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    base = configured if configured.is_absolute() else Path.home() / ".config"
    return base / "sflowc" / "cluster.yaml"


def shown_path(path: str) -> str:
    """The path as a script may name it: an absolute one belongs to this machine, and only its last part is left."""
    return Path(path).name if Path(path).is_absolute() else path
