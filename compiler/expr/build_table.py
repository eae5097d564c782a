"""A grammar in lark's notation -> its LALR tables, computed once, so that no start of the compiler has to.

In: the grammar. Out: the tables that lalr.py runs, as JSON text. This is the only module that needs lark, and only
who changes a grammar runs it; a test fails when tables are not those of their grammar.

    python -m sflowc.expr.build_table    # writes the .json beside each .lark
"""

from __future__ import annotations

import json
from typing import Any

from .. import resources


def build(grammar: str) -> str:
    """The tables of a grammar as JSON, one state a line, in an order of its own."""
    from lark import Lark

    parser = Lark(grammar, parser="lalr", maybe_placeholders=False)
    lalr: Any = parser.parser
    table = lalr.parser._parse_table
    spelling = {t.name: t.pattern.value if t.pattern.type == "str" else t.name for t in parser.terminals}
    rules = sorted(
        {action[1] for row in table.states.values() for action in row.values() if _reduces(action)}, key=_key
    )
    number = {rule: index for index, rule in enumerate(rules)}
    states = _states_in_order(table)
    renumbered = {state: index for index, state in enumerate(states)}
    rows = []
    for state in states:
        actions, gotos = {}, {}
        for symbol, action in sorted(table.states[state].items()):
            target = -1 - number[action[1]] if _reduces(action) else renumbered[action[1]]
            if symbol in spelling or symbol == "$END":
                actions[spelling.get(symbol, symbol)] = target
            else:
                gotos[symbol] = target
        rows.append([actions, gotos])
    patterns = [t for t in parser.terminals if t.pattern.type != "str"]
    patterns.sort(key=lambda t: (-t.priority, t.name))
    document = {
        "end": renumbered[table.end_states["start"]],
        "skip": list(parser.ignore_tokens),
        "patterns": [[t.name, t.pattern.to_regexp()] for t in patterns],
        "literals": sorted((t.pattern.value for t in parser.terminals if t.pattern.type == "str"), key=_longest_first),
        "rules": [_rule(rule) for rule in rules],
        "states": rows,
    }
    return _dump(document)


def _reduces(action: Any) -> bool:
    return str(action[0]) == "Reduce"


def _key(rule: Any) -> tuple[str, ...]:
    return (rule.origin.name, rule.alias or "", *(symbol.name for symbol in rule.expansion))


def _longest_first(literal: str) -> tuple[int, str]:
    return (-len(literal), literal)


def _states_in_order(table: Any) -> list[int]:
    """The states in the order in which they are reached: lark's own numbers differ from run to run."""
    found = [table.start_states["start"]]
    for state in found:
        for _, action in sorted(table.states[state].items()):
            if not _reduces(action) and action[1] not in found:
                found.append(action[1])
    return found


def _rule(rule: Any) -> list[Any]:
    """[left side, its builder, which symbols it keeps, whether a single child stands for itself]"""
    name = str(rule.origin.name)
    kept = [
        index
        for index, symbol in enumerate(rule.expansion)
        if not (symbol.is_term and symbol.filter_out and not rule.options.keep_all_tokens)
    ]
    builder = "" if name.startswith("_") and not rule.alias else str(rule.alias or name)
    return [name, builder, len(rule.expansion), kept, bool(rule.options.expand1 and not rule.alias)]


def _dump(document: dict[str, Any]) -> str:
    lines = []
    for key, value in document.items():
        if isinstance(value, list):
            inner = ",\n".join(json.dumps(item, separators=(",", ":")) for item in value)
            lines.append(f"{json.dumps(key)}: [\n{inner}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


GRAMMARS = (("expr", "grammar.lark"), ("probes", "log_pattern.lark"))


def main() -> None:
    for resource in GRAMMARS:
        grammar = resources.path(*resource)
        grammar.with_suffix(".json").write_text(build(grammar.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
