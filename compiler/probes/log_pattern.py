"""Python's regular expressions -> what `grep -E` can do.

In: a pattern in Python's dialect. Out: a POSIX extended regular expression with the same matches line by line, and
whether case is ignored. Look-around, back-references and the like have no counterpart and are errors at their column.

    translate(r"(?:ready|up) in \\d+s", span, report) == ("(ready|up) in [0-9]+s", False)
"""

from __future__ import annotations

import re
import warnings
from dataclasses import replace

from ..diagnostics import Reporter, Span

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    try:  # Python 3.11 moved the parser of re; its tree is the only exact reading of the dialect
        from re import _constants as constants
        from re import _parser as parser
    except ImportError:  # pragma: no cover - Python 3.10
        import sre_constants as constants  # type: ignore[no-redef]
        import sre_parse as parser  # type: ignore[no-redef]

_CLASSES = {
    constants.CATEGORY_DIGIT: "0-9",
    constants.CATEGORY_WORD: "A-Za-z0-9_",
    constants.CATEGORY_SPACE: " \t\n\r\f\v",
}
_NEGATED = {
    constants.CATEGORY_NOT_DIGIT: "0-9",
    constants.CATEGORY_NOT_WORD: "A-Za-z0-9_",
    constants.CATEGORY_NOT_SPACE: " \t\r\f\v",
}
_UNSUPPORTED = {
    constants.ASSERT: "look-ahead and look-behind",
    constants.ASSERT_NOT: "negative look-ahead and look-behind",
    constants.GROUPREF: "a back-reference",
    constants.GROUPREF_EXISTS: "a conditional group",
}


class _Unsupported(Exception):
    pass


def translate(pattern: str, span: Span, report: Reporter) -> tuple[str, bool] | None:
    """The ERE for a pattern and whether it ignores case; None after reporting why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
            tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        position = getattr(error, "pos", None) or 0
        message = getattr(error, "msg", str(error))
        report.error("invalid-regex", f"this is no regular expression: {message}", _at(span, position))
        return None
    try:
        return _sequence(tree), bool(tree.state.flags & re.IGNORECASE)
    except _Unsupported as error:
        report.error(
            "regex-unsupported",
            f"{error} has no counterpart in grep -E, which runs where the task does",
            span,
            help="write the pattern without it, or watch for literal text",
        )
        return None


def _at(span: Span, position: int) -> Span:
    return replace(span, column=span.column + position) if span.line == span.end_line else span


def _sequence(tree: parser.SubPattern) -> str:
    return "".join(_item(operation, argument) for operation, argument in tree)


def _item(operation: object, argument: object) -> str:
    if operation is constants.LITERAL:
        return _literal(argument)  # type: ignore[arg-type]
    if operation is constants.ANY:
        return "."
    if operation is constants.NOT_LITERAL:
        return _bracket(_in_class(argument), negated=True)  # type: ignore[arg-type]
    if operation is constants.IN:
        return _class(argument)  # type: ignore[arg-type]
    if operation is constants.AT:
        return _anchor(argument)
    if operation is constants.BRANCH:
        branches = argument[1]  # type: ignore[index]
        return "(" + "|".join(_sequence(branch) or "()" for branch in branches) + ")"
    if operation is constants.SUBPATTERN:
        group, add, remove, inner = argument  # type: ignore[misc]
        if add or remove:
            raise _Unsupported("a flag inside a group")
        return f"({_sequence(inner)})" if len(inner) else "()"
    if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT):
        return _repeat(argument)  # type: ignore[arg-type]
    raise _Unsupported(_UNSUPPORTED.get(operation, f"'{str(operation).lower()}'"))  # type: ignore[arg-type]


def _repeat(argument: tuple[int, object, parser.SubPattern]) -> str:
    low, high, inner = argument
    body = _sequence(inner)
    if len(inner) != 1 or inner[0][0] in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.AT):
        body = f"({body})"
    if (low, high) == (0, constants.MAXREPEAT):
        return f"{body}*"
    if (low, high) == (1, constants.MAXREPEAT):
        return f"{body}+"
    if (low, high) == (0, 1):
        return f"{body}?"
    if low > 255 or (high is not constants.MAXREPEAT and isinstance(high, int) and high > 255):
        raise _Unsupported("a repetition of more than 255 times")
    if high == constants.MAXREPEAT:
        return f"{body}{{{low},}}"
    return f"{body}{{{low}}}" if low == high else f"{body}{{{low},{high}}}"


def _literal(code: int) -> str:
    character = chr(code)
    if character == "\n":
        raise _Unsupported("a line break (the log is searched line by line)")
    return f"\\{character}" if character in r"\.[]{}()*+?^$|" and character not in "]}" else character


def _class(items: list[tuple[object, object]]) -> str:
    negated = items[0][0] is constants.NEGATE
    included, parts = items[1:] if negated else items, []
    for operation, argument in included:
        if operation is constants.LITERAL:
            parts.append(_in_class(argument))  # type: ignore[arg-type]
        elif operation is constants.RANGE:
            low, high = argument  # type: ignore[misc]
            parts.append(f"{_in_class(low, in_range=True)}-{_in_class(high, in_range=True)}")
        elif argument in _CLASSES:
            parts.append(_CLASSES[argument])  # type: ignore[index]
        elif len(included) == 1 and argument in _NEGATED:
            return f"[{'' if negated else '^'}{_NEGATED[argument]}]"  # type: ignore[index]
        else:
            raise _Unsupported("a negated class inside a class")
    return _bracket("".join(parts), negated=negated)


def _bracket(body: str, *, negated: bool) -> str:
    """A bracket expression: `]` must come first in it, `-` last, `^` not first."""
    last = ""
    if "\0-" in body:
        body, last = body.replace("\0-", ""), "-"
    first = ""
    if "\0]" in body:
        body, first = body.replace("\0]", ""), "]"
    if "\0^" in body:
        body, last = body.replace("\0^", ""), f"^{last}"
    inner = f"{first}{body}{last}"
    if not negated and inner.startswith("^"):
        if inner == "^":
            return r"\^"
        inner = f"{inner[1:]}^" if not inner.endswith("-") else f"{inner[1:-1]}^-"
    return f"[{'^' if negated else ''}{inner}]"


def _in_class(code: int, *, in_range: bool = False) -> str:
    character = chr(code)
    if character == "\n":
        return ""
    if character in "]-^":
        if in_range:
            raise _Unsupported(f"a range from or to '{character}'")
        return f"\0{character}"
    return character


def _anchor(argument: object) -> str:
    if argument in (constants.AT_BEGINNING, constants.AT_BEGINNING_STRING):
        return "^"
    if argument in (constants.AT_END, constants.AT_END_STRING):
        return "$"
    if argument is constants.AT_BOUNDARY:
        return r"\b"
    if argument is constants.AT_NON_BOUNDARY:
        return r"\B"
    raise _Unsupported("this anchor")
