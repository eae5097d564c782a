"""Options that take one of a few words.

In: what was typed. Out: the word, or an error that says which one was probably meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import nearest

if TYPE_CHECKING:
    Choice = click.Choice[str]
else:
    Choice = click.Choice  # is no generic class in click 8.1


class Word(Choice):
    """A choice, whose error has a did-you-mean."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            near = nearest(str(value), map(str, self.choices))
            advice = f" Did you mean '{near}'?" if near is not None else ""
            raise click.BadParameter(f"{error.message}{advice}", ctx, param) from None
