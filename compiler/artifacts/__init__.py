"""The schemes of artifact URIs that mean something to sflowc; the path of any other is the URI's own text."""

from __future__ import annotations

from .base import Scheme
from .docker import DockerScheme
from .file import FileScheme
from .fs import FsScheme
from .hf import HfScheme
from .http import HttpScheme

_SCHEMES: tuple[Scheme, ...] = (
    FsScheme(),
    FileScheme(),
    HttpScheme("http"),
    HttpScheme("https"),
    HfScheme("hf"),
    HfScheme("huggingface"),
    DockerScheme(),
)
ARTIFACTS: dict[str, Scheme] = {scheme.scheme: scheme for scheme in _SCHEMES}
