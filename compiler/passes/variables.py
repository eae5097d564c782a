"""How a set of variables gets its values: in any order, across files, cast to their types.

In: declarations and the scope around them. Out: a PlanVariable for each. A reference to another variable of the set is
resolved when it is met; a cycle is an error that prints it. While variables are resolved one without a type keeps the value
that was written (4 is a number); afterwards it is text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..diagnostics import Label, Reporter
from ..expr.failures import Reported
from ..expr.template import has_expression
from ..expr.values import has_holes, to_text
from ..ir.expr import RunText
from ..ir.plan import SECRET, PlanVariable
from ..ir.tree import Node, Scalar
from ..ir.workflow import Task, Variable
from .draft import Draft, Instance
from .fields import boolean_of, read_value
from .scope import BROKEN, LazyNames, Names, variable_scope

MAX_LENGTH = 128 * 1024 - 1
"""Bytes of a variable: Linux takes no longer string in an environment (MAX_ARG_STRLEN)."""


class _BadValue(Exception):
    """A value does not fit its type; the text says why."""


class _Resolver:
    def __init__(self, declared: Iterable[Variable], around: Names, hidden: Names | None, report: Reporter) -> None:
        self.declared = {variable.name: variable for variable in declared}
        self.report = report
        self.hidden = hidden
        own = LazyNames("variable", self.declared, self.native)
        self.scope = variable_scope(own if hidden is None else _Over(own, hidden), around)
        self.values: dict[str, object] = {}
        self.failed: set[str] = set()
        self.open: list[str] = []

    def native(self, name: str) -> object:
        """The value as other variables see it."""
        if name in self.failed:
            raise Reported
        if name not in self.values:
            if self.open[-1:] == [name] and self.hidden is not None and name in set(self.hidden.names()):
                return self.hidden.lookup(name)  # `A: ${{ A }}x` is made of the A that it hides
            if name in self.open:
                self.report_cycle(name)
                raise Reported
            self.open.append(name)
            try:
                self.values[name] = self.evaluate(self.declared[name])
            except Reported:
                self.failed.add(name)
                raise
            finally:
                self.open.pop()
        return self.values[name]

    def evaluate(self, variable: Variable) -> object:
        errors = self.report.error_count
        value = read_value(variable.value, self.scope, self.report)
        if self.report.error_count > errors:
            raise Reported
        if variable.type is None:
            return value
        return self.cast(variable, value, variable.type, variable.value)

    def cast(self, variable: Variable, value: object, kind: str, node: Node) -> object:
        try:
            return cast_value(value, kind)
        except _BadValue as error:
            message = f"the value of '{variable.name}' is no {kind}: {error}"
            self.report.error("wrong-type", message, node.span, help=f"it is declared as type {kind}")
            raise Reported from None

    def report_cycle(self, name: str) -> None:
        path = [*self.open[self.open.index(name) :], name]
        spans = [self.declared[step].value.span for step in path[:-1]]
        self.report.error(
            "variable-cycle",
            f"variables need each other: {' -> '.join(path)}",
            spans[0],
            labels=[Label(span, "and here") for span in spans[1:]],
            help="give one of them a value of its own",
        )

    def finished(self, variable: Variable) -> PlanVariable | None:
        try:
            native = self.native(variable.name)
            domain = self.domain(variable)
        except Reported:
            return None
        value: object = native
        if variable.type is None and native is not None:
            value = to_text(native)
        if domain is not None and not self.in_domain(variable, native, domain):
            return None
        text = to_text(value)
        if isinstance(text, str) and len(text.encode("utf-8", "surrogateescape")) > MAX_LENGTH:
            self.report.error(
                "variable-too-long",
                f"the value of '{variable.name}' has more than 128 KiB",
                variable.value.span,
                help="put it in an artifact with content and hand on its path",
            )
            return None
        secret = SECRET.search(variable.name) is not None
        return PlanVariable(variable.name, value, text, variable.type or "string", domain, secret)

    def domain(self, variable: Variable) -> tuple[object, ...] | None:
        if variable.domain is None:
            return None
        errors = self.report.error_count
        values = read_value(variable.domain, self.scope, self.report)
        if self.report.error_count > errors:
            raise Reported
        if not isinstance(values, list):
            self.report.error("wrong-type", "a domain must be a list", variable.domain.span)
            raise Reported
        if variable.type is None:
            return tuple(values)
        return tuple(self.cast(variable, value, variable.type, variable.domain) for value in values)

    def in_domain(self, variable: Variable, native: object, domain: tuple[object, ...]) -> bool:
        """An untyped value that an expression gave is text; one that was written is compared as it was written."""
        computed = isinstance(variable.value, Scalar) and has_expression(variable.value.text)
        value = to_text(native) if computed and variable.type is None else native
        if any(value == item and isinstance(value, bool) == isinstance(item, bool) for item in domain) or not domain:
            return True
        alike = any(str(value) == str(item) for item in domain)
        secret = SECRET.search(variable.name) is not None
        self.report.error(
            "not-in-domain",
            f"the value of '{variable.name}'{'' if secret else f', {value!r},'} is not in its domain",
            variable.value.span,
            note="" if secret else f"the domain is {list(domain)!r}",
            help="one is text and the other a number: declare a type, or write both alike" if alike else "",
        )
        return False


class _Over(Names):
    """The variables of one set in front of those of another."""

    def __init__(self, own: LazyNames, hidden: Names) -> None:
        super().__init__("variable", {}, hidden)
        self._own = own

    def lookup(self, name: str) -> object:
        try:
            return self._own.lookup(name)
        except KeyError:
            return super().lookup(name)

    def names(self) -> Iterable[str]:
        return [*self._own.names(), *super().names()]


def resolve(
    declared: Iterable[Variable], around: Names, hidden: Names | None, report: Reporter
) -> dict[str, PlanVariable]:
    """The values of a set of variables. `around` holds the other names, `hidden` the variables of the sets outside.

    One without a value, of which a diagnostic tells, is BROKEN: nothing is said of what uses it.
    """
    resolver = _Resolver(declared, around, hidden, report)
    found = {name: resolver.finished(variable) for name, variable in resolver.declared.items()}
    return {name: variable or PlanVariable(name, BROKEN, "", "string", None) for name, variable in found.items()}


def own_variables(
    task: Task, sweep: Mapping[str, PlanVariable], draft: Draft, report: Reporter
) -> dict[str, PlanVariable]:
    """The variables of a task, for the replica that has these values of swept ones."""
    declared = [variable for variable in task.variables if variable.name not in sweep]
    outside = visible({**draft.globals, **draft.workflow_variables, **sweep})
    return resolve(declared, draft.scope, outside, report) if declared else {}


def visible(variables: Mapping[str, PlanVariable]) -> Names:
    """Variables as expressions outside their own set see them: one without a type is text."""
    return Names("variable", {name: variable.value for name, variable in variables.items()})


def cast_value(value: object, kind: str) -> object:
    """A value as its declared type. Raises _BadValue with the reason."""
    if kind == "string":
        return value if value is None else to_text(value)
    if isinstance(value, RunText) or (has_holes(value) and kind not in ("list", "dict")):
        raise _BadValue("it is known only when the job runs")
    if kind == "integer":
        return _integer(value)
    if kind == "float":
        return _float(value)
    if kind == "boolean":
        read = boolean_of(value)
        if read is None:
            raise _BadValue(f"{value!r} is neither true nor false")
        return read
    return _container(value, list if kind == "list" else dict)


def _integer(value: object) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and len(value) <= 4000:  # int() refuses more digits than that
        try:
            return int(value)
        except ValueError:
            pass
    raise _BadValue(f"{value!r} is no whole number")


def _float(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    raise _BadValue(f"{value!r} is no number")


def _container(value: object, kind: type) -> object:
    if isinstance(value, tuple) and kind is list:
        return list(value)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise _BadValue("the text is no JSON") from None
    if isinstance(value, kind):
        return value
    raise _BadValue(f"it is a {type(value).__name__}")


def task_scope(instance: Instance, draft: Draft, tasks: Names | None = None) -> Names:
    """The scope of a concrete task's own fields; with `tasks`, that of its script."""
    scope = draft.scope if tasks is None else draft.scope.extended(task=tasks)
    if not instance.variables and tasks is None:
        return scope
    merged = {**draft.globals, **draft.workflow_variables, **instance.variables}
    return variable_scope(visible(merged), scope)
