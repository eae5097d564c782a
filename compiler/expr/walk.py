"""Walks an expression's nodes: one method for each kind of node.

In: a node and the scope of its names. Out: its value, or a Failure that knows at which node. What operators, filters, methods
and subscripts do is not known here but in operations.py, filters.py and access.py.

    Walker(scope, scalar, report).value(Binary(0, 5, "+", Constant(0, 1, 1), Constant(4, 5, 2))) == 3
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..diagnostics import Reporter
from ..ir.expr import RunText, join
from ..ir.tree import Scalar, span_at
from . import access, ast, operations
from .failures import Failure, NotHere
from .filters import apply_filter, apply_test
from .limits import LIMIT, Budget, too_much
from .runtime_text import needs_content
from .values import Function, Namespace, Nothing, Undefined, defined, has_holes, kind, length_at_least, to_text


class Walker:
    """Walks the nodes of one expression."""

    def __init__(self, scope: Namespace, scalar: Scalar, report: Reporter) -> None:
        self._scope = scope
        self._scalar = scalar
        self._report = report
        self._budget = Budget()

    def raw(self, node: ast.Node) -> object:
        """The value of a node, Undefined included."""
        try:
            return _RULES[type(node)](self, node)
        except Failure as failure:
            failure.node = failure.node or node
            raise

    def value(self, node: ast.Node) -> object:
        """The value of a node; raises when it is undefined."""
        value = self.raw(node)
        if isinstance(value, Undefined):
            value.failure.node = value.failure.node or node
            raise value.failure
        return value

    def constant(self, node: ast.Constant) -> object:
        return node.value

    def name(self, node: ast.Name) -> object:
        try:
            return self._scope.lookup(node.name)
        except KeyError:
            if node.name in access.FUNCTIONS:
                return access.FUNCTIONS[node.name]
        except NotHere as reason:
            raise Failure(reason.code, reason.message, node, help_line=reason.help) from None
        failure = access.unknown(self._scope, node.name)
        failure.node = node
        return Undefined(failure)

    def attribute(self, node: ast.Attribute) -> object:
        return self._within(
            node.word, lambda: access.attribute(self.value(node.target), node.word.text, self._path(node.target))
        )

    def item(self, node: ast.Item) -> object:
        target = self.value(node.target)
        if isinstance(node.key, ast.Slice):
            return self._slice(target, node.key)
        index = self.value(node.key)
        return self._within(node.key, lambda: access.item(target, index, self._path(node.target)))

    def _within(self, place: ast.Node, find: Callable[[], object]) -> object:
        """What `find` returns; what it cannot find is missing at `place`."""
        try:
            found = find()
        except NotHere as reason:
            raise Failure(reason.code, reason.message, place, help_line=reason.help) from None
        except Failure as failure:
            failure.node = failure.node or place
            raise
        if isinstance(found, Undefined):
            found.failure.node = found.failure.node or place
        return found

    def _path(self, node: ast.Node) -> str:
        """How a name with attributes was written, or nothing for any other expression."""
        if isinstance(node, ast.Name):
            return node.name
        return self._scalar.text[node.start : node.end] if isinstance(node, (ast.Attribute, ast.Item)) else ""

    def _slice(self, target: object, node: ast.Slice) -> object:
        if isinstance(target, RunText):
            raise needs_content(target, "a slice")
        bounds: list[int | None] = []
        for bound in (node.lower, node.upper, node.step):
            value = None if bound is None else self.value(bound)
            if value is not None and not isinstance(value, int):
                raise Failure("expression-type", f"a slice is bounded by integers, not {kind(value)}", bound)
            bounds.append(value)
        if not isinstance(target, (str, list, tuple, range)):
            raise Failure("expression-type", f"{kind(target)} cannot be sliced", node)
        if bounds[2] == 0:
            raise Failure("expression-value", "the step of a slice cannot be 0", node)
        return target[slice(*bounds)]

    def list_of(self, node: ast.ListOf) -> object:
        items = [self.value(item) for item in node.items]
        return tuple(items) if node.is_tuple else items

    def mapping(self, node: ast.Dict) -> object:
        made: dict[object, object] = {}
        for key_node, value_node in node.pairs:
            key = self.value(key_node)
            if has_holes(key):
                raise Failure("runtime-value", "a key of a mapping must be known before the job runs", key_node)
            if isinstance(key, (list, dict)):
                raise Failure("expression-type", f"{kind(key)} cannot be a key", key_node)
            made[key] = self.value(value_node)
        return made

    def sign(self, node: ast.Sign) -> object:
        return operations.sign(node.operator, self.value(node.operand))

    def binary(self, node: ast.Binary) -> object:
        left, right = self.value(node.left), self.value(node.right)
        try:
            result = operations.binary(node.operator, left, right)
        except Failure as failure:
            if failure.code == "runtime-value":
                failure.node = failure.node or (node.left if isinstance(left, RunText) else node.right)
            raise
        if node.operator in "+*" and isinstance(left, str) + isinstance(right, str):
            self._warn_of_number_in_text(node, left, right)
        return result

    def _warn_of_number_in_text(self, node: ast.Binary, left: object, right: object) -> None:
        """`"4" * 2` is "44": legal, and hardly ever what was meant."""
        for operand, value in ((node.left, left), (node.right, right)):
            if not isinstance(operand, ast.Constant) and isinstance(value, str) and _reads_as_number(value):
                other = right if value is left else left
                if not isinstance(other, (int, float)) and not (isinstance(other, str) and _reads_as_number(other)):
                    continue
                span = span_at(self._scalar, operand.start, operand.end - operand.start)
                self._report.warning(
                    "string-arithmetic",
                    f"'{value}' is text here: '{node.operator}' repeats or joins it and does not calculate",
                    span,
                    help="declare the variable with `type: integer`",
                )
                return

    def concat(self, node: ast.Concat) -> object:
        texts = [to_text(self.value(item)) for item in node.items]
        if sum(map(length_at_least, texts)) > LIMIT:
            raise too_much("the text is too long")
        return join(texts)

    def compare(self, node: ast.Compare) -> object:
        left, place = self.value(node.first), node.first
        for symbol, operand in node.links:
            right = self.value(operand)
            self._budget.charge(left, right)
            try:
                if not operations.compare(symbol, left, right):
                    return False
            except Failure as failure:
                if failure.code == "runtime-value":
                    failure.node = failure.node or (place if has_holes(left) else operand)
                failure.node = failure.node or (
                    operand if isinstance(right, str) and not isinstance(left, str) else place
                )
                raise
            left, place = right, operand
        return True

    def logic(self, node: ast.Logic) -> object:
        left = self.value(node.left)
        return self.raw(node.right) if bool(left) == (node.operator == "and") else left

    def negation(self, node: ast.Not) -> object:
        return not self.value(node.operand)

    def conditional(self, node: ast.Conditional) -> object:
        if self.value(node.test):
            return self.raw(node.then)
        return Nothing() if node.otherwise is None else self.raw(node.otherwise)

    def call(self, node: ast.Call) -> object:
        callee = self.value(node.callee)
        if not isinstance(callee, Function):
            raise Failure("expression-type", f"{kind(callee)} cannot be called", node.callee)
        args, kwargs = self._arguments(node.arguments)
        self._budget.charge(callee.owner, *args, *kwargs.values(), calls=1)
        return access.call(callee, tuple(args), kwargs)

    def _arguments(
        self, arguments: tuple[ast.Argument, ...], *, raw: bool = False
    ) -> tuple[list[object], dict[str, object]]:
        args: list[object] = []
        kwargs: dict[str, object] = {}
        for argument in arguments:
            value = self.raw(argument.value) if raw else self.value(argument.value)
            if argument.name == "*":
                if not isinstance(value, (list, tuple, range, str)):
                    raise Failure("expression-type", f"'*' needs a list, not {kind(value)}", argument)
                args.extend(value)
            elif argument.name == "**":
                if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
                    raise Failure("expression-type", f"'**' needs a mapping of names, not {kind(value)}", argument)
                kwargs.update(value)
            elif argument.name:
                kwargs[argument.name] = value
            else:
                args.append(value)
        return args, kwargs

    def filter(self, node: ast.Filter) -> object:
        name = node.word.text
        lenient = name in ("default", "d")
        target = self.raw(node.target) if lenient else self.value(node.target)
        args, kwargs = self._arguments(node.arguments, raw=lenient)
        if lenient:
            return _default(target, *args, **kwargs) if _fits_default(args, kwargs) else self._bad_default(node)
        return self._within(node.word, lambda: apply_filter(name, [target, *args], kwargs, self._budget))

    def _bad_default(self, node: ast.Filter) -> object:
        raise Failure(
            "expression-type", f"'{node.word.text}' takes a value, and true to replace empty ones too", node.word
        )

    def test(self, node: ast.Test) -> object:
        name = node.word.text
        if name in ("defined", "undefined") and not node.arguments:
            return isinstance(self.raw(node.target), (Undefined, Nothing)) == (name == "undefined")
        args, kwargs = self._arguments(node.arguments)
        args.insert(0, self.value(node.target))
        return self._within(node.word, lambda: apply_test(name, args, kwargs, self._budget))


def _fits_default(args: list[object], kwargs: dict[str, object]) -> bool:
    given = ["default_value", "boolean"][: len(args)]
    return len(args) <= 2 and set(kwargs) <= {"default_value", "boolean"} - set(given)


def _default(value: object, default_value: object = "", boolean: object = False) -> object:
    """Jinja2's `default`: for what is undefined, and with `boolean` for what is empty too."""
    if isinstance(value, (Undefined, Nothing)) or (defined(boolean) and not value):
        return default_value
    return value


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_RULES: dict[type, Callable[[Walker, Any], object]] = {
    ast.Constant: Walker.constant,
    ast.Name: Walker.name,
    ast.Attribute: Walker.attribute,
    ast.Item: Walker.item,
    ast.ListOf: Walker.list_of,
    ast.Dict: Walker.mapping,
    ast.Sign: Walker.sign,
    ast.Binary: Walker.binary,
    ast.Concat: Walker.concat,
    ast.Compare: Walker.compare,
    ast.Logic: Walker.logic,
    ast.Not: Walker.negation,
    ast.Conditional: Walker.conditional,
    ast.Call: Walker.call,
    ast.Filter: Walker.filter,
    ast.Test: Walker.test,
}
