"""`hf://ORG/REPO[@REV][/FILE]`: a model of the Hugging Face hub (`hf://datasets/ORG/REPO...`: a dataset), in the hub's own cache.

Where that is only the machine that runs it knows, and which commit a branch is only the hub: so the path is known when the
job runs. It is the folder of the snapshot, or the file in it.
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter, Span
from ..ir.expr import Atom, RunText, Text
from ..ir.plan import HubFetch
from .base import Located, bad_uri
from .paths import decoded

_FORM = re.compile(
    r"(?P<datasets>datasets/)?(?P<repo>[^/@]+/[^/@]+)(?:@(?P<revision>[^/]*))?(?:/(?P<file>.*))?", re.DOTALL
)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_ADVICE = "write hf://ORG/REPO, hf://ORG/REPO@REVISION or hf://ORG/REPO/FILE"


class HfScheme:
    content = False

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        wanted = _read(uri)
        if isinstance(wanted, str):
            bad_uri(name, wanted, _ADVICE, span, report)
            return None
        path: Text = RunText((Atom("artifact", artifact=name),))
        # A snapshot is links to blobs beside it, so that a container needs the whole of what the cache has of the repository.
        return Located(path, mount=RunText((Atom("artifact_repo", artifact=name),)), fetch=wanted)


def _read(uri: str) -> HubFetch | str:
    """What is to be downloaded, or what is wrong."""
    rest = uri.partition("://")[2]
    found = _FORM.fullmatch(rest.rstrip("/"))
    if found is None:
        return "names no repository of the hub"
    parts = found["repo"].split("/")
    if parts[0] in ("datasets", "models", "spaces"):
        return (
            f"names no repository of the hub: after {parts[0]}/ comes ORG/REPO"
            if parts[0] == "datasets"
            else (f"begins with {parts[0]}/, which is no organisation of the hub")
        )
    odd = next((part for part in parts if not _NAME.fullmatch(part) or ".." in part or "--" in part), None)
    if odd is not None:
        return f"names no repository of the hub: no name there is like {odd!r}"
    revision, file = decoded(found["revision"] or "main"), decoded(found["file"] or "")
    if found["revision"] == "" or _escapes(revision):
        return "has a revision that cannot be"
    if file and _escapes(file):
        return "has a file that lies outside its repository"
    if "-" in (revision[0], file[:1]):
        return "has a revision or a file that begins with a dash, which the hub's command takes for an option"
    return HubFetch("dataset" if found["datasets"] else "model", found["repo"], revision, file)


def _escapes(path: str) -> bool:
    """Whether a path of the hub is none: absolute, with `..` or an empty part, or with a control character."""
    return any(part in ("", ".", "..") for part in path.split("/")) or any(c < " " or c == "\x7f" for c in path)
