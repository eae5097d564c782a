"""Script IR -> text: fills the skeleton of templates/ and signs it.

In: a Script. Out: the script's text. The header names the sha256 of everything below it, of its `#SBATCH` lines and of itself, so
that an edited script can be told from a faithful one (signature.py).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .. import resources
from ..ir.script import Script
from .shell import comment
from .signature import HEADER_LINE, digest, unsigned

if TYPE_CHECKING:
    from jinja2 import Environment


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    def load(name: str) -> str:
        return resources.read_text("templates", *name.split("/"))

    environment = Environment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["comment"] = comment
    return environment


def render_script(script: Script) -> str:
    """The text of a script, the same bytes for the same Script on every machine."""
    environment = _environment()
    body = environment.get_template("bash/body.sh.j2").render(script=script)
    options = "".join(f"#SBATCH {directive}\n" for directive in script.directives)
    header = environment.get_template("bash/header.sh.j2").render(
        script=script, body_sha256=digest(body), options_sha256=digest(options), header_sha256="0" * 64
    )
    head, line, rest = header.rpartition(HEADER_LINE)
    return head + line + digest(unsigned(header)) + rest[64:] + body
