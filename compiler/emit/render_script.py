"""Script IR -> text: fills the skeleton of templates/ and signs it.

In: a Script. Out: the script's text. The header names the sha256 of everything below it, so that an edited
script can be told from a faithful one.
"""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING

from .. import resources
from ..ir.script import Script

if TYPE_CHECKING:
    from jinja2 import Environment


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    def load(name: str) -> str:
        return resources.read_text("templates", *name.split("/"))

    return Environment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def render_script(script: Script) -> str:
    """The text of a script, the same bytes for the same Script on every machine."""
    environment = _environment()
    body = environment.get_template("bash/body.sh.j2").render(script=script)
    digest = hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()
    header = environment.get_template("bash/header.sh.j2").render(script=script, body_sha256=digest)
    return header + body
