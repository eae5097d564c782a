"""The samples that ship with sflowc.

In: a name, or none for all. Out: what the sample is about, what it needs, its files, what to do next. A sample is
`samples/NAME.yaml`, or a folder `samples/NAME` with several files; samples/samples.json says what each is about.

    find("hello").files()  ->  {"hello.yaml": "version: ..."}
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from . import resources

_FOR_THE_TREE = re.compile(r"\A# yaml-language-server: \$schema=\.\./[^\n]*\n(#\n)?")
"""Names the schema by a path that is only right in the source tree."""
_KINDS = {".yaml", ".csv", ".md", ".py"}


@dataclass(frozen=True)
class Sample:
    """What `samples.json` says of a sample. In `next`, commands to go on with, `{}` stands for its file."""

    name: str
    about: str
    needs: str
    next: tuple[str, ...]

    @property
    def is_folder(self) -> bool:
        return _place(self.name).is_dir()

    def files(self) -> dict[str, str]:
        """Text by name; a folder's are named from inside it."""
        place = _place(self.name)
        if not place.is_dir():
            return {place.name: _copied(place)}
        inside = [path for path in sorted(place.rglob("*")) if path.suffix in _KINDS and path.is_file()]
        named = {path.relative_to(place).as_posix(): path for path in inside}
        return {name: _copied(path) for name, path in named.items() if "sflow_output" not in name.split("/")}


def known() -> list[Sample]:
    """All samples, the simplest first."""
    entries = json.loads(resources.read_text("samples", "samples.json"))
    return [Sample(entry["name"], entry["about"], entry["needs"], tuple(entry["next"])) for entry in entries]


def find(name: str) -> Sample | None:
    """The sample of this name, which may be written as a file or a folder."""
    bare = name.removesuffix(".yaml").rstrip("/")
    return next((sample for sample in known() if sample.name == bare), None)


def _place(name: str) -> Path:
    try:
        return resources.path("samples", f"{name}.yaml")
    except FileNotFoundError:
        return resources.path("samples", name)


def _copied(path: Path) -> str:
    """The text as it is of use anywhere."""
    return _FOR_THE_TREE.sub("", path.read_text(encoding="utf-8"))
