"""The schemes of artifact URIs that mean something to sflowc; the path of any other is the URI's own text."""

from __future__ import annotations

from .base import Scheme
from .docker import DockerScheme
from .file import FileScheme
from .fs import FsScheme

ARTIFACTS: dict[str, Scheme] = {scheme.scheme: scheme for scheme in (FsScheme(), FileScheme(), DockerScheme())}
