"""What a script says of itself in its header, and whether it still is what was emitted.

In: a script's text. Out: its Signature, and the parts of it that were edited. The header is all above the first empty line; it
holds the digests of everything below itself, of its `#SBATCH` lines, and of all its lines but that digest's own. `bash X.sh verify`
does the same without Python.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_SOURCE = re.compile(r"#   from     (.+)  sha256:([0-9a-f]{64})")
_VERSION = re.compile(r"# .+\. Compiled by sflowc (\S+): change the workflow and compile again\.")
_BODY = re.compile(r"#   body     sha256:([0-9a-f]{64})\b.*")
HEADER_LINE = "#   header   sha256:"
_OPTIONS = re.compile(r"#   options  sha256:([0-9a-f]{64})\b.*")


@dataclass(frozen=True, slots=True)
class Signature:
    """`directives` are the `#SBATCH` lines; `edited` names the parts that do not fit their digests: options, header, body."""

    version: str
    sources: tuple[tuple[str, str], ...]
    rebuild: str
    directives: tuple[str, ...]
    body: str
    edited: tuple[str, ...]


def digest(text: str) -> str:
    """The sha256 of a text's bytes, whatever they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def unsigned(header: str) -> str:
    """The header without the line that holds its own digest."""
    return "\n".join(line for line in header.split("\n") if not line.startswith(HEADER_LINE))


def signature(text: str) -> Signature | None:
    """None for a text that is no script of ours."""
    header = text[: text.find("\n\n") + 1]
    version = rebuild = body = options = own = ""
    sources, directives = [], []
    for bare in header.split("\n"):
        if found := _SOURCE.fullmatch(bare):
            sources.append((found[1], found[2]))
        elif found := _VERSION.fullmatch(bare):
            version = found[1]
        elif found := _BODY.fullmatch(bare):
            body = found[1]
        elif found := _OPTIONS.fullmatch(bare):
            options = found[1]
        elif bare.startswith(HEADER_LINE):
            own = bare.removeprefix(HEADER_LINE).removesuffix(" (this header but this line)")
        elif bare.startswith("#SBATCH"):
            directives.append(bare)
        elif bare.startswith("#   rebuild  "):
            rebuild = bare.removeprefix("#   rebuild  ")
    if not (version and body):
        return None
    edited = []
    if (digest("".join(f"{line}\n" for line in directives)) if directives else "") != options:
        edited.append("options")
    if digest(unsigned(header)) != own and not edited:
        edited.append("header")
    if digest(text[len(header) :]) != body:
        edited.append("body")
    return Signature(version, tuple(sources), rebuild, tuple(directives), body, tuple(edited))
