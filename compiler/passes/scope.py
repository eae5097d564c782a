"""The names that expressions may use, and the values of the language's sections behind them.

In: resolved variables, artifacts, backends and placements. Out: namespaces for `expr.evaluate`: `variables.X` and the short
form `X`, `artifacts.X.path`, `backends.B.nodes[0].ip_address`, `workflow.name`, and in scripts `task.T`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ..expr.failures import Reported
from ..ir.expr import Atom, RunText

BROKEN: Final = object()
"""The value of a name for which a diagnostic has said why it has none. Whoever looks it up says nothing more."""


class Names:
    """A namespace over a mapping; `what` is what its entries are called in a diagnostic."""

    def __init__(self, what: str, values: Mapping[str, object], fallback: Names | None = None) -> None:
        self.what = what
        self._values = values
        self._fallback = fallback

    def lookup(self, name: str) -> object:
        if name in self._values:
            if self._values[name] is BROKEN:
                raise Reported
            return self._values[name]
        if self._fallback is not None:
            return self._fallback.lookup(name)
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        return {**dict.fromkeys(self._fallback.names() if self._fallback else ()), **dict.fromkeys(self._values)}

    def extended(self, **values: object) -> Names:
        """The same names, and more; a new one hides an old one."""
        return Names(self.what, {**self._values, **values}, self._fallback)


class LazyNames(Names):
    """A namespace whose values are computed when they are asked for."""

    def __init__(self, what: str, names: Iterable[str], find: Callable[[str], object]) -> None:
        super().__init__(what, dict.fromkeys(names))
        self._find = find

    def lookup(self, name: str) -> object:
        super().lookup(name)
        return self._find(name)


SECTIONS = frozenset(("variables", "artifacts", "backends", "workflow", "task"))


def variable_scope(variables: Names, others: Names) -> Names:
    """The scope in which `variables.X` and the short form `X` both name a variable; sections win over short forms."""
    return _ShortForms(variables, others)


class _ShortForms(Names):
    def __init__(self, variables: Names, others: Names) -> None:
        super().__init__("name", {"variables": variables}, others)
        self._variables = variables

    def lookup(self, name: str) -> object:
        section, variable = super().lookup, self._variables.lookup
        first, second = (section, variable) if name in SECTIONS else (variable, section)
        try:
            return first(name)
        except KeyError:
            return second(name)

    def names(self) -> Iterable[str]:
        return {**dict.fromkeys(self._variables.names()), **dict.fromkeys(super().names())}

    def extended(self, **values: object) -> Names:
        return _ShortForms(self._variables, Names(self.what, values, self._fallback))


def node_value(backend: str, index: int, gpus: int | None) -> dict[str, object]:
    """A node as expressions see it: its index and GPUs are known, its name and address are not."""
    return {
        "name": RunText((Atom("name", backend, index),)),
        "ip_address": RunText((Atom("ip", backend, index),)),
        "index": index,
        "num_gpus": gpus,
    }
