"""Attributes, subscripts and methods: what an expression can reach from a value, and nothing else of Python.

In: a value and a name or an index. Out: the value there, a Function for one of the methods listed here, or Undefined.

    attribute("a,b", "split").call(",") == ["a", "b"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from ..diagnostics import did_you_mean
from ..ir.expr import RunText, Text, join
from . import formatting, runtime_text
from .failures import ContentNeeded, Failure
from .limits import LIMIT, RANGE, check_growth, too_much, weight
from .values import Function, Namespace, Undefined, defined, has_holes, is_namespace, kind, run_texts, to_text

_TEXT = """
    capitalize casefold center count endswith expandtabs find format format_map index isalnum isalpha isascii isdecimal
    isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip partition
    removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip
    swapcase title upper zfill
"""
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(_TEXT.split()),
    list: frozenset(("copy", "count", "index")),
    tuple: frozenset(("count", "index")),
    range: frozenset(("count", "index")),
    dict: frozenset(("copy", "get", "items", "keys", "values")),
    int: frozenset(("bit_length",)),
    bool: frozenset(("bit_length",)),
    float: frozenset(("is_integer",)),
}


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > RANGE:
        raise too_much(f"a range of {len(numbers)} numbers")
    return numbers


FUNCTIONS = {"range": Function("range", None, _range), "dict": Function("dict", None, dict)}
"""What is known without being declared; a declared name hides it."""


def attribute(value: object, name: str, path: str = "") -> object:
    """`value.name`: a method first, then an item, as Jinja2 looks. `path` is how the value was written."""
    if isinstance(value, RunText):
        raise runtime_text.needs_content(value, f"'.{name}'")
    if name in _METHODS.get(type(value), ()):
        return _method(value, name)
    if isinstance(value, tuple) and name in getattr(value, "_fields", ()):
        return getattr(value, name)  # the groups of the filter `groupby`
    return _lookup(value, name, path)


def item(value: object, index: object, path: str = "") -> object:
    """`value[index]`: an item first, then a method."""
    if isinstance(value, RunText):
        raise runtime_text.needs_content(value, f"'[{index}]'")
    if has_holes(index):
        raise runtime_text.needs_content(next(run_texts(index)), "an index")
    found = _lookup(value, index, path)
    if isinstance(found, Undefined) and isinstance(index, str) and index in _METHODS.get(type(value), ()):
        return _method(value, index)
    return found


def _lookup(value: object, key: object, path: str) -> object:
    try:
        if is_namespace(value):
            return value.lookup(key)  # type: ignore[arg-type] # a replicated task's key is a number
        return value[key]  # type: ignore[index]
    except KeyError:
        pass
    except IndexError:
        size = len(value)  # type: ignore[arg-type]
        there = f"it has {size} item{'' if size == 1 else 's'}, counted from 0" if size else "it is empty"
        return Undefined(Failure("index-out-of-range", f"there is no item {key} in {path or 'this list'}: {there}"))
    except TypeError:
        if not isinstance(value, dict) and not isinstance(key, str) and isinstance(value, (str, list, tuple, range)):
            return Undefined(Failure("expression-type", f"{kind(value)} has no item {key!r}"))
    return Undefined(_unknown(value, key, path))


def _unknown(value: object, key: object, path: str) -> Failure:
    known: Iterable[str] = ()
    if is_namespace(value):
        return unknown(value, key)
    if isinstance(value, dict):
        known = [name for name in value if isinstance(name, str)]
    elif type(value) in _METHODS:
        known = _METHODS[type(value)]
    owner = f"'{path}'" if path else kind(value)
    return Failure("unknown-name", f"{owner} has no '{key}'", help_line=_suggest(key, known, "there are"))


def unknown(names: Namespace, key: object) -> Failure:
    """The error of a name that a namespace does not have."""
    return Failure(
        f"unknown-{names.what}",
        f"no {names.what} is called '{key}'",
        help_line=_suggest(key, names.names(), "there are"),
    )


def _suggest(key: object, known: Iterable[str], what: str) -> str:
    return did_you_mean(str(key), map(str, known), what=what)


def _method(value: object, name: str) -> Function:
    if (type(value), name) in _SPECIAL:
        return Function(name, value, partial(_SPECIAL[type(value), name], value))
    return Function(name, value, getattr(runtime_text.to_holes(value), name))


def call(function: Function, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """What a Function returns, Python's exceptions turned into what they mean here."""
    what = f"'{function.name}'"
    try:
        result = _call(function, args, kwargs)
    except ContentNeeded as needed:
        raise runtime_text.needs_content(needed.text, what) from None
    except (Failure, RecursionError):
        raise
    except Exception as error:
        for text in run_texts([args, kwargs]):
            raise runtime_text.needs_content(text, what) from None
        code = "expression-type" if isinstance(error, TypeError) else "expression-value"
        raise Failure(code, f"{what} cannot do this: {error}") from None
    if weight(result) > 2 * LIMIT:
        raise too_much("the result is too large")
    return result


def _call(function: Function, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """What a Function returns. Views of mappings become lists, which print and can be indexed."""
    check = (*args, *kwargs.values())
    if isinstance(function.owner, str) and function.name not in ("format", "format_map", "join"):
        check_growth(function.owner, check)
    target: Callable[..., object] = function.call  # type: ignore[assignment]
    if (type(function.owner), function.name) in _SPECIAL:
        return target(*args, **kwargs)
    result = target(*map(runtime_text.to_holes, args), **runtime_text.to_holes(kwargs))
    if isinstance(function.owner, dict) and function.name in ("items", "keys", "values"):
        result = list(result)  # type: ignore[call-overload]
    return runtime_text.from_holes(result)


def _join(separator: str, items: Iterable[object]) -> Text:
    """str.join(), whose items may be run-time text; it takes nothing but text."""
    found = list(items)
    check_growth(found, (separator,))
    for index, part in enumerate(found):
        if not isinstance(defined(part), (str, RunText)):
            raise TypeError(f"item {index} is {kind(part)}, not text")
    return join(piece for index, part in enumerate(found) for piece in ((separator, part) if index else (part,)))  # type: ignore[misc]


def _format(pattern: str, *args: object, **kwargs: object) -> Text:
    return formatting.format_braces(pattern, args, kwargs, _field)


def _format_map(pattern: str, mapping: dict[str, object]) -> Text:
    return formatting.format_braces(pattern, (), mapping, _field)


def _field(value: object, key: object) -> object:
    """`{0.name}` and `{0[name]}` inside a format."""
    found = defined(attribute(value, key) if isinstance(key, str) else item(value, key))
    if isinstance(found, Function):
        to_text(found)
    return found


_SPECIAL: dict[tuple[type, str], Callable[..., object]] = {
    (str, "join"): _join,
    (str, "format"): _format,
    (str, "format_map"): _format_map,
}
