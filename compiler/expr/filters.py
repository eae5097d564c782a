"""Filters and tests: Jinja2's own, under limits, and taught about values that wait for the run.

In: a filter's name, its value and arguments. Out: what Jinja2's function returns, generators as lists. Jinja2 is imported
when the first filter is used. Values with run-time text go in as holes (see runtime_text.py), so that a filter that only
moves values about works on them and any other is refused; the few that print values are written here.

    apply_filter("join", [["a", "b"], ","], {}, Budget()) == "a,b"
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, update_wrapper
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..diagnostics import did_you_mean
from ..ir.expr import RunText, Text, join
from . import access, formatting, runtime_text
from .failures import ContentNeeded, Failure
from .limits import LIMIT, Budget, check_growth, too_much
from .runtime_text import Hole
from .values import Function, Nothing, Undefined, plain, run_texts, to_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

_GROWING = frozenset(
    ("batch", "center", "indent", "join", "replace", "round", "slice", "tojson", "truncate", "wordwrap")
)
"""Filters whose result can be as large as the value times an argument."""

_REFUSED = {
    "random": "its result differs from build to build: choose in the script, with $RANDOM",
    "urlize": "it makes HTML",
}

_OF_RUN_TEXT = {
    **dict.fromkeys(("string", "sequence", "iterable"), True),
    **dict.fromkeys(("none", "mapping", "number", "integer", "float", "boolean", "true", "false"), False),
    **dict.fromkeys(("callable", "escaped", "undefined"), False),
    "defined": True,
}
"""The tests whose answer for a text does not depend on what it says."""


def apply_filter(name: str, args: list[object], kwargs: dict[str, object], budget: Budget) -> object:
    """`args[0] | name(args[1:], kwargs)`"""
    tools = _tools()
    _check_known(name, tools.environment.filters, "filter")
    return tools.call(f"filter '{name}'", tools.environment.call_filter, name, args, kwargs, budget)


def apply_test(name: str, args: list[object], kwargs: dict[str, object], budget: Budget) -> bool:
    """`args[0] is name(args[1:], kwargs)`"""
    tools = _tools()
    _check_known(name, tools.environment.tests, "test")
    return bool(tools.call(f"test '{name}'", tools.environment.call_test, name, args, kwargs, budget))


def _check_known(name: str, table: Collection[str], what: str) -> None:
    if name in table:
        return
    if name in _REFUSED:
        raise Failure(f"unknown-{what}", f"the {what} '{name}' is not available", help_line=_REFUSED[name])
    words = (known for known in table if known.isidentifier())
    raise Failure(
        f"unknown-{what}", f"no {what} is called '{name}'", help_line=did_you_mean(name, words, what=f"{what}s")
    )


class _Tools:
    """Jinja2's environment and what goes with it."""

    def __init__(self, environment: Environment, context: Context) -> None:
        from jinja2 import StrictUndefined
        from jinja2 import Undefined as JinjaUndefined

        self.environment = environment
        self.context = context
        self.budget = Budget()
        self._undefined = JinjaUndefined
        self._strict = StrictUndefined

    def call(
        self,
        what: str,
        function: Callable[..., object],
        name: str,
        args: list[object],
        kwargs: dict[str, object],
        budget: Budget,
    ) -> object:
        """The result of a filter or test, its exceptions turned into what they mean here."""
        from jinja2.exceptions import TemplateError

        self.budget = budget
        waiting = next(run_texts([args, kwargs]), None)
        value, *rest = (self.inward(argument) for argument in args)
        try:
            result = function(name, value, rest, self.inward(kwargs), self.context)
            return self.outward(result)
        except ContentNeeded as needed:
            raise runtime_text.needs_content(needed.text, what) from None
        except (Failure, RecursionError):
            raise
        except Exception as error:
            if waiting is not None:
                raise runtime_text.needs_content(waiting, what) from None
            if isinstance(error, ZeroDivisionError):
                raise Failure("division-by-zero", f"{what}: division by zero") from None
            code = "expression-value" if isinstance(error, (TemplateError, ValueError)) else "expression-type"
            raise Failure(code, f"{what} cannot do this: {error}") from None

    def inward(self, value: object) -> Any:
        """A value as Jinja2 is to see it."""

        def leaf(item: object) -> object:
            if isinstance(item, RunText):
                return Hole(item)
            if isinstance(item, Undefined):
                return self._strict(item.failure.message)
            if isinstance(item, Function):
                to_text(item)
            return self._undefined() if isinstance(item, Nothing) else item

        return runtime_text.replace(plain(value), leaf)

    def outward(self, value: object) -> Any:
        """A value as Jinja2 returned it, as the evaluator has it."""

        def leaf(item: object) -> object:
            if isinstance(item, Hole):
                return item.text
            if isinstance(item, self._strict):
                return Undefined(Failure("unknown-name", item._undefined_message))
            if isinstance(item, self._undefined):
                return Nothing()
            return str(item) if isinstance(item, str) else item

        return runtime_text.replace(self.settle(value), leaf)

    def settle(self, value: object) -> object:
        """An iterator as a list: what a filter yields later would escape the limits, and cannot be printed."""
        if isinstance(value, Iterator):
            items = list(islice(value, LIMIT // 8))
            if len(items) == LIMIT // 8:
                raise too_much("the list is too long")
            return items
        return value

    def guarded(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that keeps to the limits, also when `map` calls it."""
        first = 1 if hasattr(function, "jinja_pass_arg") else 0

        def call(*args: Any, **kwargs: Any) -> Any:
            given = (*args[first:], *kwargs.values())
            self.budget.charge(*given, calls=1)
            if name in _GROWING:
                check_growth(given[0], given[1:])
            if name == "sum" and not isinstance(kwargs.get("start", (*given, 0, 0, 0)[2]), (int, float)):
                check_growth(given[0], (len(given[0]),))  # adding lists copies them again and again
            result = self.settle(function(*args, **kwargs))
            self.budget.charge(result)
            return result

        return update_wrapper(call, function)

    def guarded_test(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A test that knows what can be said about a run-time value, also when `select` calls it."""
        first = 1 if hasattr(function, "jinja_pass_arg") else 0

        def call(*args: Any, **kwargs: Any) -> Any:
            given = (*args[first:], *kwargs.values())
            self.budget.charge(*given, calls=1)
            if isinstance(given[0], Hole) and name in _OF_RUN_TEXT:
                return _OF_RUN_TEXT[name]
            if name == "sameas":
                for value in given:
                    if isinstance(value, Hole):
                        raise ContentNeeded(value.text)
            return function(*args, **kwargs)

        return update_wrapper(call, function)

    def printing_filters(self) -> dict[str, Callable[..., Any]]:
        """The filters that turn values into text, holes included."""
        from jinja2.filters import FILTERS, make_attrgetter

        dump = FILTERS["tojson"]

        def hole(text: Text) -> object:
            return Hole(text) if isinstance(text, RunText) else text

        def do_join(value: Iterable[object], d: object = "", attribute: str | int | None = None) -> object:
            items = value if attribute is None else map(make_attrgetter(self.environment, attribute), value)
            separator, pieces = to_text(self.outward(d)), list[Text]()
            for item in items:
                pieces += [separator, to_text(self.outward(item))]
            return hole(join(pieces[1:]))

        def do_string(object: object) -> object:  # noqa: A002 - the name that Jinja2 gives it
            return hole(to_text(self.outward(object)))

        def do_tojson(value: object, indent: int | None = None) -> object:
            def dumped(item: object) -> str:
                return str(dump(self.context.eval_ctx, item, indent))

            return hole(formatting.tojson(self.outward(value), dumped))

        def do_format(value: object, *args: object, **kwargs: object) -> object:
            if args and kwargs:
                raise Failure("expression-type", "'format' takes positional or named arguments, not both")
            pattern = to_text(self.outward(value))
            if isinstance(pattern, RunText):
                raise ContentNeeded(pattern)
            return hole(formatting.format_percent(pattern, self.outward(kwargs or args)))

        return {"join": do_join, "string": do_string, "tojson": do_tojson, "format": do_format}


@cache
def _tools() -> _Tools:
    from jinja2 import StrictUndefined
    from jinja2.runtime import Context
    from jinja2.sandbox import SandboxedEnvironment

    class Sandbox(SandboxedEnvironment):
        """Attributes and items as expressions reach them, for filters such as `map(attribute=...)`."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            return self._found(access.attribute(self._opened(obj), attribute), obj, attribute)

        def getitem(self, obj: Any, argument: Any) -> Any:
            return self._found(access.item(self._opened(obj), argument), obj, argument)

        def _opened(self, obj: Any) -> Any:
            if isinstance(obj, Hole):
                raise ContentNeeded(obj.text)
            return obj

        def _found(self, value: object, obj: Any, name: Any) -> Any:
            if isinstance(value, Undefined):
                return self.undefined(value.failure.message, obj=obj, name=name)
            return to_text(value) if isinstance(value, Function) else value

    environment = Sandbox(undefined=StrictUndefined)
    tools = _Tools(environment, Context(environment, {}, None, {}))
    table = {**environment.filters, **tools.printing_filters()}
    environment.filters = {
        name: tools.guarded(name, function) for name, function in table.items() if name not in _REFUSED
    }
    tests: dict[str, Any] = environment.tests
    environment.tests = {name: tools.guarded_test(name, function) for name, function in tests.items()}
    return tools
