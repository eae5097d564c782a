"""A URI as people may see it: what looks like a secret in it is masked.

In: a URI. Out: the same without its user name and password, and without the values of parameters that are called like secrets.

    masked("https://me:pw@host/x?sig=abc&part=2") == "https://***@host/x?sig=***&part=2"
"""

from __future__ import annotations

import re

from ..ir.secrets import MASK

_AUTHORITY = re.compile(r"(?<=://)[^/?#]*@")
_PARAMETER = re.compile(r"(?<=[?&;#])([^=&;#]*)=([^&;#]+)")
_SECRET = re.compile(r"token|key|secret|passw|pwd|signature|^sig$|credential|auth", re.IGNORECASE)
_PLAIN = ("fs:", "file:", "docker:", "hf:", "huggingface:")


def masked(uri: str) -> str:
    """The URI without its secrets. Paths and names of images and repositories have none: they use `?` and `@` otherwise."""
    if uri.lower().startswith(_PLAIN):
        return uri
    return _PARAMETER.sub(_parameter, _AUTHORITY.sub(f"{MASK}@", uri))


def _parameter(found: re.Match[str]) -> str:
    return f"{found[1]}={MASK}" if _SECRET.search(found[1]) else found[0]
