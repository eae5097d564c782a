"""Runs the LALR tables that build_table.py made of a grammar.

In: the tables and a text. Out: what the builder's methods made of it, called bottom-up, one for each rule. A text
that the grammar does not know raises `Unexpected`. Loading the tables takes a millisecond; importing lark and letting
it compute them takes fifty.

    load("expr", "grammar.json").parse("1 + x", 0, 5, NodeBuilder())   # Binary("+", Constant(1), Name("x"))
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from .. import resources

END = "$END"


class Token(NamedTuple):
    """A terminal in the text: its kind is a pattern's name or, for an operator or a word, the literal itself."""

    kind: str
    text: str
    start: int
    end: int


class Unexpected(Exception):
    """The text leaves the grammar at `token`, where one of `expected` would have gone on."""

    def __init__(self, token: Token, expected: frozenset[str]) -> None:
        super().__init__(token, expected)
        self.token = token
        self.expected = expected


class _Rule(NamedTuple):
    name: str
    builder: str
    length: int
    kept: tuple[int, ...]
    single: bool


class _Item(NamedTuple):
    """A symbol on the stack. `value` is a list when the symbol's name says that it dissolves in the rule above it."""

    value: Any
    start: int
    end: int
    dissolves: bool = False


@dataclass(frozen=True)
class Tables:
    """A grammar, ready to run."""

    states: list[tuple[dict[str, int], dict[str, int]]]
    rules: tuple[_Rule, ...]
    lexer: re.Pattern[str]
    words: frozenset[str]
    skip: frozenset[str]
    end_state: int

    def parse(self, text: str, start: int, end: int, builder: object) -> Any:
        """What `builder` makes of text[start:end]; its methods take the children and the place they stand in."""
        stack, items = [0], list[_Item]()
        tokens = self._tokens(text, start, end)
        token, before = next(tokens), stack.copy()
        while True:
            row = self.states[stack[-1]][0]
            kind = token.text if token.text in self.words and token.text in row else token.kind
            action = row.get(kind)
            if action is None:
                row = self.states[before[-1]][0]
                raise Unexpected(token, frozenset(kind for kind in row if self._goes_on(before, kind)))
            if action >= 0:
                stack.append(action)
                items.append(_Item(token, token.start, token.end))
                token, before = next(tokens), stack.copy()
                continue
            rule = self.rules[-1 - action]
            item = _reduce(rule, items, builder, token.start)
            if rule.length:
                del stack[-rule.length :], items[-rule.length :]
            items.append(item)
            stack.append(self.states[stack[-1]][1][rule.name])
            if stack[-1] == self.end_state and token.kind == END:
                return item.value

    def _goes_on(self, states: list[int], kind: str) -> bool:
        """Whether a terminal of a row can be shifted in the end: a row also holds what stands behind other beginnings."""
        stack = states.copy()
        while (action := self.states[stack[-1]][0].get(kind)) is not None:
            if action >= 0:
                return True
            rule = self.rules[-1 - action]
            del stack[len(stack) - rule.length :]
            stack.append(self.states[stack[-1]][1][rule.name])
            if stack[-1] == self.end_state:
                return kind == END
        return False

    def _tokens(self, text: str, start: int, end: int) -> Iterator[Token]:
        at = start
        while at < end:
            found = self.lexer.match(text, at, end)
            if found is None or found.end() == at:
                yield Token("", text[at], at, at + 1)
                return
            name = found.lastgroup or ""
            if name not in self.skip:
                kind = found.group() if name == "LITERAL" else name
                yield Token(kind, found.group(), at, found.end())
            at = found.end()
        yield Token(END, "", end, end)


def _reduce(rule: _Rule, items: list[_Item], builder: object, here: int) -> _Item:
    popped = items[len(items) - rule.length :]
    start, end = (popped[0].start, popped[-1].end) if popped else (here, here)
    children: list[Any] = []
    for index in rule.kept:
        item = popped[index]
        if item.dissolves:
            children.extend(item.value)
        else:
            children.append(item.value)
    if not rule.builder:
        return _Item(children, start, end, dissolves=True)
    if rule.single and len(children) == 1:
        return _Item(children[0], start, end)
    return _Item(getattr(builder, rule.builder)(children, start, end), start, end)


@cache
def load(*resource: str) -> Tables:
    """The tables in a packaged file."""
    document = json.loads(resources.read_text(*resource))
    words = frozenset(literal for literal in document["literals"] if literal.isidentifier())
    operators = "|".join(re.escape(literal) for literal in document["literals"] if literal not in words)
    patterns = [f"(?P<{name}>{pattern})" for name, pattern in document["patterns"]]
    return Tables(
        states=document["states"],
        rules=tuple(_Rule(*rule) for rule in document["rules"]),
        lexer=re.compile("|".join((*patterns, f"(?P<LITERAL>{operators})"))),
        words=words,
        skip=frozenset(document["skip"]),
        end_state=document["end"],
    )
