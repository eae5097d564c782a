"""Pages of one file, that need no network.

In: a template of templates/html and a dataclass, its `page`. Out: the page's text. All that the templates print is escaped, but
for what is Markup.
"""

from __future__ import annotations

from .. import resources


def html(template: str, page: object) -> str:
    """The page's text."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(lambda name: resources.read_text("templates", *name.split("/"))),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(page=page)
