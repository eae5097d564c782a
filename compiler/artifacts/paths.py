"""Paths in artifact URIs: percent-decoding, the localhost authority, and what a container mounts for one.

In: the URI of a local file. Out: its path, absolute or relative to a directory of the run.
"""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from ..diagnostics import Reporter, Span
from ..ir.expr import Atom, Text, join
from .base import bad_uri


def without_scheme(uri: str) -> str:
    """What follows `fs://` or `file://`; also `file:/x`, the short form of RFC 8089."""
    rest = uri.partition(":")[2]
    return rest[2:] if rest.startswith("//") else rest


def decoded(path: str) -> str:
    """Percent-decoded; bytes that are no UTF-8 stay what they are."""
    return unquote(path, errors="surrogateescape")


def local_path(uri: str) -> str:
    """The path of a `fs://` or `file://` URI: decoded, without query or fragment being special.

    `file://localhost/x` is `/x` (RFC 8089); `fs://dir/x` is the relative path `dir/x`.
    """
    rest = decoded(without_scheme(uri))
    if rest == "localhost" or rest.startswith("localhost/"):
        rest = rest[len("localhost") :]
    return rest


def is_path(path: str, name: str, span: Span, report: Reporter) -> bool:
    """Whether this can be a path; reports what is wrong with it when not."""
    if not path:
        bad_uri(name, "names no path", "write fs:///an/absolute/path or fs://one/below/the/workspace", span, report)
    elif "\0" in path:
        bad_uri(name, "has %00 in it, which no path can have", "leave it out", span, report)
    return bool(path) and "\0" not in path


def under(directory: Atom, path: str) -> Text:
    """The path, a relative one below the directory."""
    if path.startswith("/"):
        return path
    clean = posixpath.normpath(path) if path else "."
    return join([directory]) if clean == "." else join([directory, f"/{clean}"])


def escapes(path: str) -> bool:
    """Whether a relative path leaves the directory that it is relative to."""
    return not path.startswith("/") and posixpath.normpath(path or ".").split("/")[0] == ".."


def mount_of(path: Text) -> Text | None:
    """What a container mounts for a path: itself, its directory when it has a suffix, nothing for an image file."""
    shown = path if isinstance(path, str) else path.display()
    name = posixpath.basename(shown.rstrip("/"))
    if name.endswith(".sqsh"):
        return None
    if "." not in name.lstrip("."):
        return path
    if isinstance(path, str):
        return posixpath.dirname(path) or "/"
    last = path.parts[-1]
    assert isinstance(last, str)
    return join([*path.parts[:-1], last.rsplit("/", 1)[0]])
