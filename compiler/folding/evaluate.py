"""Evaluates templates: constants are folded, what only the run knows stays as holes in text.

In: a Template and a scope of names. Out: a value, or text that may have holes, or None after diagnostics with the caret
on the part that is wrong. Filters and tests are Jinja2's own (see `library`), so they mean what they mean there.
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from ..diagnostics import Reporter, did_you_mean
from ..ir.expr import RunText, Text, join
from ..ir.tree import Scalar, span_at
from . import library
from .template import Expression, Template, has_expression, parse
from .values import Namespace, Reported, has_holes, to_text

if TYPE_CHECKING:
    from lark import Token, Tree

MAX_SIZE = 1_000_000
"""Characters or items that a value may grow to while it is computed."""
MAX_BITS = 20_000
"""Bits of a whole number."""

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}
_ARITHMETIC: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "add": ("+", operator.add),
    "sub": ("-", operator.sub),
    "mul": ("*", operator.mul),
    "div": ("/", operator.truediv),
    "floordiv": ("//", operator.floordiv),
    "mod": ("%", operator.mod),
    "pow": ("**", operator.pow),
}
_CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}


class Mistake(Exception):
    """Something in the expression is wrong; `node` is the part of the tree."""

    def __init__(self, code: str, message: str, node: Any, *, note: str = "", help: str = "") -> None:  # noqa: A002
        super().__init__(message)
        self.code, self.message, self.node, self.note, self.help = code, message, node, note, help


class Unknown:
    """The value of a name that there is not; an error as soon as it is used, but for `default` and `is defined`."""

    __slots__ = ("mistake",)

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake


def evaluate_scalar(scalar: Scalar, scope: Namespace, report: Reporter) -> object:
    """The value of a scalar: its own when it has no expression. None may also mean that a mistake was reported."""
    if not isinstance(scalar.value, str) or not has_expression(scalar.text):
        return scalar.value
    template = parse(scalar, report)
    return None if template is None else evaluate_value(template, scope, report)


def evaluate_text(scalar: Scalar, scope: Namespace, report: Reporter) -> Text | None:
    """The text of a scalar, its expressions replaced; None after a mistake."""
    if not has_expression(scalar.text):
        return scalar.text
    template = parse(scalar, report)
    if template is None:
        return None
    pieces: list[Text] = []
    for piece in template.pieces:
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        ok, value = _run(piece, template.scalar, scope, report)
        if not ok:
            return None
        pieces.append(to_text(value))
    return join(pieces)


def evaluate_value(template: Template, scope: Namespace, report: Reporter) -> object:
    """The native value of a string that is one expression, else its text; None after a mistake."""
    only = template.only_expression
    if only is None:
        return evaluate_text(template.scalar, scope, report)
    return _run(only, template.scalar, scope, report)[1]


def _run(expression: Expression, scalar: Scalar, scope: Namespace, report: Reporter) -> tuple[bool, object]:
    try:
        return True, _Evaluator(scope).result(expression.tree)
    except Mistake as mistake:
        start, end = _extent(mistake.node, expression)
        place = span_at(scalar, expression.offset + start, max(1, end - start))
        report.error(mistake.code, mistake.message, place, note=mistake.note, help=mistake.help)
    except Reported:
        pass
    except (RecursionError, MemoryError):
        report.error("expression-too-large", "the expression is too deep", span_at(scalar, expression.offset, 1))
    return False, None


def _extent(node: Any, expression: Expression) -> tuple[int, int]:
    """Where a token or a subtree lies in the source of its expression."""
    if hasattr(node, "start_pos") and node.start_pos is not None:
        return node.start_pos, node.end_pos
    meta = getattr(node, "meta", None)
    if meta is not None and not meta.empty:
        return meta.start_pos, meta.end_pos
    return 0, len(expression.source.rstrip())


class _Evaluator:
    """One evaluation; a method for each rule of the grammar."""

    def __init__(self, scope: Namespace) -> None:
        self.scope = scope

    def result(self, tree: Tree[Any]) -> object:
        value = self.value(tree.children[0])
        if library.is_lazy(value):
            raise Mistake("expression-type", "this is a sequence that was not made a list", tree, help="add '| list'")
        if isinstance(value, Namespace):
            return {name: value.lookup(name) for name in value.names()}
        if not isinstance(value, (str, int, float, bool, list, tuple, dict, RunText, type(None))):
            raise Mistake("expression-type", f"the result is a {type(value).__name__}, not a value", tree)
        return value

    def value(self, node: Any) -> Any:
        """The value of a subtree; an unknown name is an error."""
        found = self.maybe(node)
        if isinstance(found, Unknown):
            raise found.mistake
        return found

    def maybe(self, node: Any) -> Any:
        """The value of a subtree, or Unknown."""
        return getattr(self, f"on_{node.data.rstrip('_')}")(node)

    def constant(self, node: Any, why: str) -> Any:
        """The value of a subtree of which the content must be known now."""
        value = self.value(node)
        if has_holes(value):
            raise run_time(value, node, why)
        return value

    def on_name(self, node: Any) -> Any:
        name = str(node.children[0])
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        try:
            return self.scope.lookup(name)
        except KeyError:
            if name in library.GLOBALS:
                return library.GLOBALS[name]
            advice = did_you_mean(name, self.scope.names(), what="there are")
            return Unknown(Mistake("unknown-name", f"nothing is called '{name}'", node, help=advice))

    def on_string(self, node: Any) -> str:
        return "".join(_unescape(token) for token in node.children)

    def on_integer(self, node: Any) -> int:
        return int(str(node.children[0]).replace("_", ""), 0)

    def on_float(self, node: Any) -> float:
        return float(ast.literal_eval(str(node.children[0]).replace("_", "")))

    def on_list(self, node: Any) -> list[Any]:
        return [self.value(child) for child in node.children]

    def on_tuple(self, node: Any) -> tuple[Any, ...]:
        return tuple(self.value(child) for child in node.children)

    def on_dict(self, node: Any) -> dict[Any, Any]:
        found = {}
        for pair in node.children:
            key, value = (child for child in pair.children if not hasattr(child, "type"))
            try:
                found[self.constant(key, "a key")] = self.value(value)
            except TypeError as error:
                raise Mistake("expression-type", str(error), key) from None
        return found

    def on_if(self, node: Any) -> Any:
        then, condition, *otherwise = node.children
        if self.truth(condition):
            return self.maybe(then)
        if otherwise:
            return self.maybe(otherwise[0])
        return ""

    def on_or(self, node: Any) -> Any:
        left = self.value(node.children[0])
        return left if _is_true(left) else self.value(node.children[1])

    def on_and(self, node: Any) -> Any:
        left = self.value(node.children[0])
        return self.value(node.children[1]) if _is_true(left) else left

    def on_negate(self, node: Any) -> bool:
        return not self.truth(node.children[0])

    def truth(self, node: Any) -> bool:
        return _is_true(self.value(node))

    def on_compare(self, node: Any) -> Any:
        left = self.constant(node.children[0], "a comparison")
        result: Any = True
        for sign, right_node in zip(node.children[1::2], node.children[2::2], strict=True):
            right = self.constant(right_node, "a comparison")
            name = " ".join(str(token) for token in sign.children)
            result = self.guard(node, lambda name=name, left=left, right=right: _COMPARISONS[name](left, right))
            if not result:
                return result
            left = right
        return result

    def on_concat(self, node: Any) -> Text:
        return _bounded(join([to_text(self.value(child)) for child in node.children]), node)

    def on_neg(self, node: Any) -> Any:
        value = self.constant(node.children[0], "arithmetic")
        return self.guard(node, lambda: -value)

    def on_pos(self, node: Any) -> Any:
        value = self.constant(node.children[0], "arithmetic")
        return self.guard(node, lambda: +value)

    def binary(self, node: Any) -> Any:
        sign, compute = _ARITHMETIC[node.data]
        left, right = self.value(node.children[0]), self.value(node.children[1])
        if sign == "+" and isinstance(left, (str, RunText)) and isinstance(right, (str, RunText)):
            return _bounded(join([left, right]), node)
        if sign == "+" and isinstance(left, list) and isinstance(right, list):
            return [*left, *right]
        for child, value in zip(node.children, (left, right), strict=True):
            if has_holes(value):
                raise run_time(value, child, f"'{sign}'")
        _check_growth(sign, left, right, node)
        return self.guard(node, lambda: compute(left, right), operands=(left, right), sign=sign)

    on_add = on_sub = on_mul = on_div = on_floordiv = on_mod = on_pow = binary

    def on_attribute(self, node: Any) -> Any:
        return self.member(node, self.maybe(node.children[0]), str(node.children[1]), node.children[1])

    def on_index(self, node: Any) -> Any:
        return self.item(node, self.value(node.children[0]), int(node.children[1]))

    def on_item(self, node: Any) -> Any:
        target = self.maybe(node.children[0])
        key = self.constant(node.children[1], "a subscript")
        if isinstance(target, Namespace) and isinstance(key, str):
            return self.member(node, target, key, node.children[1])
        if isinstance(target, Unknown):
            return target
        return self.item(node, target, key)

    def on_slice(self, node: Any) -> slice:
        bounds: list[Any] = [None]
        for child in node.children:
            if getattr(child, "type", "") == "COLON":
                bounds.append(None)
            else:
                bounds[-1] = self.constant(child, "a slice")
        return slice(*bounds)

    def member(self, node: Any, target: Any, name: str, token: Any) -> Any:
        if isinstance(target, Unknown):
            return target
        if isinstance(target, Namespace):
            try:
                return target.lookup(name)
            except KeyError:
                advice = did_you_mean(name, target.names(), what="there are")
                return Unknown(Mistake(f"unknown-{target.what}", f"no {target.what} is called '{name}'", token, help=advice))
        if isinstance(target, RunText):
            raise run_time(target, node, f"'.{name}'")
        found = library.attribute(target, name)
        if found is library.MISSING:
            keys = [str(key) for key in target] if isinstance(target, dict) else []
            message = f"{_kind(target)} has no '{name}'"
            return Unknown(Mistake("unknown-attribute", message, token, help=did_you_mean(name, keys, what="there are")))
        return found

    def item(self, node: Any, target: Any, key: Any) -> Any:
        if isinstance(target, RunText):
            raise run_time(target, node, "a subscript")
        if isinstance(target, Namespace):
            raise Mistake("expression-type", f"a {target.what} goes by its name", node)
        found = library.item(target, key)
        if found is not library.MISSING:
            return found
        if isinstance(target, (list, tuple, str)) and isinstance(key, int):
            message = f"there is no item {key}: {_kind(target)} has {len(target)}"
            return Unknown(Mistake("index-range", message, node))
        return Unknown(Mistake("unknown-attribute", f"{_kind(target)} has no item {key!r}", node))

    def on_call(self, node: Any) -> Any:
        called = self.value(node.children[0])
        args, kwargs = self.arguments(node.children[1])
        return self.guard(node, lambda: library.call(called, args, kwargs))

    def arguments(self, node: Any) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for child in node.children:
            if child.data == "keyword":
                kwargs[str(child.children[0])] = self.value(child.children[1])
            elif child.data == "spread":
                args += self.constant(child.children[0], "an argument list")
            elif child.data == "spread_mapping":
                kwargs.update(self.constant(child.children[0], "an argument list"))
            else:
                args.append(self.value(child))
        return args, kwargs

    def on_filter(self, node: Any) -> Any:
        name_node = node.children[1]
        name = ".".join(name_node.children)
        value = self.maybe(node.children[0])
        args, kwargs = self.arguments(node.children[2]) if len(node.children) > 2 else ([], {})
        if name not in library.filters():
            advice = did_you_mean(name, library.filters(), what="filters")
            raise Mistake("unknown-filter", f"there is no filter '{name}'", name_node, help=advice)
        if isinstance(value, Unknown):
            if name not in ("default", "d"):
                raise value.mistake
            return args[0] if args else kwargs.get("default_value", "")
        if isinstance(value, Namespace):
            value = {key: value.lookup(key) for key in value.names()}
        return self.guard(node, lambda: library.apply_filter(name, value, args, kwargs))

    def on_test(self, node: Any) -> bool:
        name_node = node.children[1]
        name = ".".join(name_node.children)
        value = self.maybe(node.children[0])
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        if len(node.children) > 2:
            given = node.children[2]
            args, kwargs = self.arguments(given) if given.data == "arguments" else ([self.value(given)], {})
        if name not in library.tests():
            advice = did_you_mean(name, library.tests(), what="tests")
            raise Mistake("unknown-test", f"there is no test '{name}'", name_node, help=advice)
        if name in ("defined", "undefined"):
            return isinstance(value, Unknown) == (name == "undefined")
        if isinstance(value, Unknown):
            raise value.mistake
        return bool(self.guard(node, lambda: library.apply_test(name, value, args, kwargs)))

    def on_test_not(self, node: Any) -> bool:
        return not self.on_test(node)

    def guard(
        self, node: Any, compute: Callable[[], Any], operands: tuple[Any, ...] = (), sign: str = ""
    ) -> Any:
        """What `compute` gives, its exceptions turned into mistakes at the node."""
        try:
            return compute()
        except library.NeedsContent as error:
            raise run_time(error.value, node, error.why) from None
        except ZeroDivisionError:
            raise Mistake("division-by-zero", "this divides by zero", node) from None
        except library.EXPECTED as error:
            raise _type_mistake(error, node, operands, sign) from None


def _type_mistake(error: Exception, node: Any, operands: tuple[Any, ...], sign: str) -> Mistake:
    if operands and isinstance(error, TypeError):
        left, right = (_kind(operand) for operand in operands)
        advice = ""
        if "text" in (left, right) and left != right:
            advice = "a variable without a type is text: declare 'type: integer' or use '| int'"
        return Mistake("expression-type", f"'{sign}' does not go with {left} and {right}", node, help=advice)
    text = str(error).split("\n", maxsplit=1)[0] or type(error).__name__
    advice = "a variable without a type is text: declare 'type: integer' or use '| int'" if "'str'" in text else ""
    return Mistake("expression-type", text, node, help=advice)


def run_time(value: object, node: Any, why: str) -> Mistake:
    """The mistake of asking for the content of what only the run knows."""
    shown = to_text(value)
    atoms = shown.atoms if isinstance(shown, RunText) else ()
    names = ", ".join(dict.fromkeys(atom.display() for atom in atoms[:3]))
    return Mistake(
        "runtime-value",
        f"{why} needs the content of {names}, which is known only when the job runs",
        node,
        note="names and addresses of nodes and the run's directories are not known while compiling",
        help="do it in the task's script, where the value stands in a variable",
    )


def _is_true(value: object) -> bool:
    return True if isinstance(value, (RunText, Namespace)) else bool(value)


def _kind(value: object) -> str:
    names: dict[type, str] = {str: "text", bool: "a boolean", int: "a number", float: "a number", list: "a list"}
    more = {tuple: "a list", dict: "a mapping", type(None): "none", RunText: "text"}
    return {**names, **more}.get(type(value), type(value).__name__)


def _bounded(value: Text, node: Any) -> Text:
    if isinstance(value, str) and len(value) > MAX_SIZE:
        raise Mistake("expression-too-large", "the text grows too long", node)
    return value


def _check_growth(sign: str, left: Any, right: Any, node: Any) -> None:
    """Refuses what would take all memory or time: a number, text or list that explodes."""
    too_large = False
    if sign == "**" and isinstance(left, int) and isinstance(right, int):
        too_large = left.bit_length() * abs(right) > MAX_BITS
    elif sign == "*":
        for sequence, times in ((left, right), (right, left)):
            if isinstance(sequence, (str, list, tuple)) and isinstance(times, int):
                too_large = too_large or len(sequence) * times > MAX_SIZE
        if isinstance(left, int) and isinstance(right, int):
            too_large = left.bit_length() + right.bit_length() > MAX_BITS
    elif sign == "%" and isinstance(left, str):
        too_large = library.wide_format(left)
    if too_large:
        raise Mistake("expression-too-large", f"the result of '{sign}' would be too large", node)


@functools.cache
def _unescape(token: Token) -> str:
    """The text of a string literal, its escapes read as Jinja2 reads them."""
    body = str(token)[1:-1]
    if "\\" not in body:
        return body
    try:
        return body.encode("ascii", "backslashreplace").decode("unicode-escape")
    except UnicodeDecodeError:
        raise Mistake("expression-syntax", "this string has a broken escape", cast("Any", token)) from None
