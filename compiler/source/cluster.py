"""Bytes -> cluster profile.

In: a file's path and bytes. Out: a Cluster, or None after diagnostics at their places. The schema is
schemas/cluster.schema.json. A profile is plain values: it knows no variables, and holds no expressions.

    read_cluster("cluster.yaml", b"account: proj", report).defaults == (("account", "proj"),)
"""

from __future__ import annotations

from pathlib import PurePath

from ..diagnostics import Reporter
from ..ir.cluster import Cluster
from ..ir.tree import Node, Scalar, Sequence
from .load import load
from .validate import validate_cluster

_DEFAULTS = ("account", "partition", "time")


def read_cluster(path: str, data: bytes, report: Reporter) -> Cluster | None:
    """The profile in a file; an empty file is a profile that says nothing."""
    errors = report.error_count
    file = load(path, data, report)
    if file.root is not None:
        validate_cluster(file.root, report)
    if report.error_count > errors:
        return None
    fields = {key: _texts(entry.value) for key, entry in file.root.entries.items()} if file.root else {}
    lines = "\n".join(text.rstrip("\n") for text in fields.get("preamble", ()))
    return Cluster(
        PurePath(path).name,
        file.sha256,
        tuple((key, text.strip()) for key in _DEFAULTS for text in fields.get(key, ()) if text.strip()),
        fields.get("extra_args", ()),
        fields.get("container_mounts", ()),
        f"{lines}\n" if lines.strip() else "",
    )


def _texts(node: Node) -> tuple[str, ...]:
    """The texts of a list, or a single one."""
    if isinstance(node, Sequence):
        return tuple(text for item in node for text in _texts(item))
    return (node.text,) if isinstance(node, Scalar) and node.value is not None else ()
