"""Jinja2's filters, tests and attribute rules, for values that may wait for the run.

In: a name, a value, arguments. Out: what Jinja2's function gives. The functions are those of a sandboxed environment, so no
expression reaches Python's internals. A value with holes goes only through functions that do not look at its content.
"""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..ir.expr import RunText
from .values import Sealed, has_holes, to_text

if TYPE_CHECKING:
    from jinja2.runtime import Context
    from jinja2.sandbox import SandboxedEnvironment

MISSING = object()
"""What an attribute or an item that is not there gives."""
MAX_ARGUMENT = 100_000
"""The largest whole number that a function takes: a width or a count beyond it only exhausts memory."""

EXPECTED: tuple[type[Exception], ...] = (
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RuntimeError,
)
"""What Jinja2's functions raise for arguments that they cannot take (its own errors are RuntimeErrors or these)."""

_ON_ANY_TEXT = frozenset({"default", "d", "string"})
_ON_LISTS = frozenset({"join", "first", "last", "list", "length", "count", "map", "batch", "slice", "reverse", "items"})
_TESTS_OF_KIND = frozenset(
    "none string number mapping sequence iterable boolean integer float callable true false".split()
)
_NOT_DETERMINISTIC = frozenset({"random"})
_LAZY = (types.GeneratorType, reversed, map, filter, zip, range, type({}.items()), type({}.keys()), type({}.values()))


class NeedsContent(Exception):
    """A function would look at text that is known only when the job runs."""

    def __init__(self, value: object, why: str) -> None:
        super().__init__(why)
        self.value, self.why = value, why


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > MAX_ARGUMENT:
        raise ValueError(f"a range of more than {MAX_ARGUMENT} numbers")
    return found


GLOBALS: dict[str, Any] = {"range": _range, "dict": dict}


@functools.cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(undefined=StrictUndefined)


@functools.cache
def _context() -> Context:
    return _environment().from_string("").new_context()


def filters() -> Mapping[str, Any]:
    """The filters by name."""
    return {name: call for name, call in _environment().filters.items() if name not in _NOT_DETERMINISTIC}


def tests() -> Mapping[str, Any]:
    """The tests by name."""
    return _environment().tests


def is_lazy(value: object) -> bool:
    """Whether a value is a sequence that is made while it is read; its text would be an address in memory."""
    return isinstance(value, _LAZY)


def wide_format(text: str) -> bool:
    """Whether a format asks for a width or a precision that only exhausts memory."""
    return re.search(r"\d{5,}", text) is not None or "*" in text


def apply_filter(name: str, value: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What Jinja2's filter gives. Raises NeedsContent, or one of EXPECTED."""
    _check_arguments([value, *args] if name == "format" else args, kwargs)
    if name == "string":
        return to_text(value)
    if not has_holes(value) and not has_holes(args) and not has_holes(kwargs):
        return _call_filter(name, value, args, kwargs)
    if name == "format" and isinstance(value, str) and not re.search(r"%[^s%]", value):
        pass  # only %s: the content is not looked at
    elif isinstance(value, RunText) and name not in _ON_ANY_TEXT:
        raise NeedsContent(value, f"the filter '{name}'")
    elif name not in _ON_ANY_TEXT | _ON_LISTS or (name == "map" and "attribute" not in kwargs):
        raise NeedsContent([value, args, kwargs], f"the filter '{name}'")
    sealed = Sealed()
    result = _call_filter(name, sealed.seal(value), _sealed_list(sealed, args), _sealed_dict(sealed, kwargs))
    return sealed.open(list(result) if is_lazy(result) else result)


def _call_filter(name: str, value: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return _plain(_environment().call_filter(name, value, args, kwargs, context=_context()))


def apply_test(name: str, value: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    """What Jinja2's test says. Raises NeedsContent, or one of EXPECTED."""
    if has_holes(value) or has_holes(args):
        if name not in _TESTS_OF_KIND:
            raise NeedsContent([value, args], f"the test '{name}'")
        value = Sealed().seal(value)
    return bool(_environment().call_test(name, value, args, kwargs, context=_context()))


def attribute(target: Any, name: str) -> Any:
    """`target.name` as Jinja2 has it: an attribute, else an item; MISSING when there is neither."""
    if isinstance(target, dict) and name in target and not hasattr(dict, name):
        return target[name]
    from jinja2 import Undefined

    found = _environment().getattr(target, name)
    return MISSING if isinstance(found, Undefined) else found


def item(target: Any, key: Any) -> Any:
    """`target[key]`; MISSING when there is none."""
    try:
        return target[key]
    except (LookupError, TypeError, AttributeError):
        return MISSING


def call(called: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The result of a function or a method. Raises NeedsContent, or one of EXPECTED."""
    if not callable(called) or not _environment().is_safe_callable(called):
        raise TypeError("this cannot be called")
    _check_arguments([getattr(called, "__self__", None), *args], kwargs)
    if has_holes(args) or has_holes(kwargs):
        if getattr(called, "__name__", "") != "join" or not isinstance(getattr(called, "__self__", None), str):
            raise NeedsContent([args, kwargs], f"calling '{getattr(called, '__name__', 'this')}'")
        sealed = Sealed()
        return sealed.open(called(*_sealed_list(sealed, args)))
    return _plain(_environment().call(_context(), called, *args, **kwargs))


def _sealed_list(sealed: Sealed, values: list[Any]) -> list[Any]:
    return [sealed.seal(value) for value in values]


def _sealed_dict(sealed: Sealed, values: dict[str, Any]) -> dict[str, Any]:
    return {key: sealed.seal(value) for key, value in values.items()}


def _plain(value: Any) -> Any:
    """Markup (text marked as HTML) as plain text."""
    return str(value) if isinstance(value, str) else value


def _check_arguments(args: list[Any], kwargs: dict[str, Any]) -> None:
    for value in (*args, *kwargs.values()):
        if isinstance(value, int) and abs(value) > MAX_ARGUMENT:
            raise ValueError(f"{value} is too large an argument")
        if isinstance(value, str) and wide_format(value) and ("%" in value or "{" in value):
            raise ValueError("the format asks for too wide a field")
