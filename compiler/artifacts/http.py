"""`http://` and `https://`: a file that is downloaded once per workspace, when the run starts.

Its place follows from the URL alone: `.sflow_cache/artifacts/<12 hex digits of the URL's sha256>/<the last part of its path>`.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, unquote, urlsplit

from ..diagnostics import Reporter, Span
from ..ir.expr import WORKSPACE_DIR, join
from ..ir.plan import HttpFetch
from .base import Located, bad_uri

CACHE = "/.sflow_cache/artifacts"
MAX_NAME = 120
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class HttpScheme:
    content = False

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def locate(self, uri: str, has_content: bool, name: str, span: Span, report: Reporter) -> Located | None:
        wrong = _what_is_wrong(uri)
        if wrong is not None:
            bad_uri(name, *wrong, span, report)
            return None
        url = quote(uri.partition("#")[0], safe=_PRINTABLE, errors="surrogateescape")
        digest = hashlib.sha256(url.encode("ascii")).hexdigest()[:12]
        path = join([WORKSPACE_DIR, f"{CACHE}/{digest}/{file_name(url)}"])
        return Located(path, fetch=HttpFetch(url))


def _what_is_wrong(uri: str) -> tuple[str, str] | None:
    """What and what to do about it; None for a URL that can be asked for."""
    if "://" not in uri:
        return "has no '//' after its scheme", "write https://HOST/PATH"
    odd = next((character for character in uri if character <= " " or character == "\x7f"), None)
    if odd is not None:
        return f"has {_spelt(odd)} in it", f"write %{ord(odd):02X} for it"
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return "cannot be read: are there brackets without need?", "write https://HOST[:PORT]/PATH"
    if not host:
        return "names no host", "write https://HOST/PATH"
    try:
        _ = parts.port
    except ValueError:
        return "has a port that is none", "a port is a number from 1 to 65535"
    if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+", host):
        return f"names a host that cannot be: {host}", "a name has letters, digits, '-' and '.' (xn--... for others)"
    return None


def _spelt(character: str) -> str:
    names = {" ": "a space", "\t": "a tab", "\n": "a line break"}
    return names.get(character, "a control character")


def file_name(url: str) -> str:
    """The last part of a URL's path, as a name that is safe in any shell and on any file system."""
    path = re.split(r"[?#]", url.split("://", 1)[1], maxsplit=1)[0]
    last = unquote(path.rstrip("/").rpartition("/")[2]) if "/" in path.rstrip("/") else ""
    safe = re.sub(r"[^A-Za-z0-9._+-]", "_", last).lstrip(".-")
    if len(safe) > MAX_NAME:  # its end says what it is
        safe = safe[-MAX_NAME:].lstrip(".-")
    return safe or "download"
