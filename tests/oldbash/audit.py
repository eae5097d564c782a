"""Finds what bash 4.2 does not have, in the syntax tree of a script: comments, quotes and here-documents are told from code.

In: a script's text. Out: one line for each construct that came later, with its place and the version that brought it.

    newer_than_4_2("wait -n") == ["1:1 wait -n (4.3)"]

The tree is what `shfmt --to-json` prints. Each rule is a function from a node to a complaint, registered for the node's kind.
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .builtins_of_4_2 import OPTIONS, SHOPTS, SINCE, VARIABLES

Node = dict[str, Any]
POSITIONS = frozenset({"Pos", "End"})


@dataclass(frozen=True)
class Place:
    """Where a node stands: the nodes around it, innermost last, and what the whole script does."""

    parents: list[Node]
    nounset: bool
    asked: frozenset[str]

    def within(self, kind: str) -> Node | None:
        return next((node for node in reversed(self.parents) if node.get("Type") == kind), None)


def newer_than_4_2(script: str, shfmt: str = "shfmt") -> list[str]:
    """What in the script needs a newer bash, in the order of the text."""
    nodes = parsed(script, shfmt)
    nounset, asked = _sets_nounset(nodes), _asked_for(nodes)
    found = {
        (at["Line"], at["Col"], complaint)
        for node, parents in nodes
        for complaint in _complaints(node, Place(parents, nounset, asked))
        for at in [_position(node, parents)]
    }
    return [f"{line}:{column} {complaint}" for line, column, complaint in sorted(found)]


def commands(script: str, shfmt: str = "shfmt") -> set[str]:
    """The names of all commands that the script calls, as far as they stand there."""
    named = {
        _literal(node["Args"][0])
        for node, _ in parsed(script, shfmt)
        if node.get("Type") == "CallExpr" and node.get("Args")
    }
    declared = {node["Variant"]["Value"] for node, _ in parsed(script, shfmt) if node.get("Type") == "DeclClause"}
    return {name for name in named | declared if name}


def parsed(script: str, shfmt: str = "shfmt") -> list[tuple[Node, list[Node]]]:
    """Every node of the script's syntax tree, with those around it."""
    command = [shfmt, "--to-json", "--language-dialect", "bash"]
    read = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    if read.returncode:
        raise ValueError(read.stderr)
    return list(_walk(json.loads(read.stdout), []))


def _position(node: Node, parents: list[Node]) -> dict[str, int]:
    return next(each["Pos"] for each in [node, *reversed(parents)] if "Pos" in each)


def _walk(node: Any, parents: list[Node]) -> Iterator[tuple[Node, list[Node]]]:
    if isinstance(node, list):
        for each in node:
            yield from _walk(each, parents)
    elif isinstance(node, dict):
        yield node, parents
        inside = [*parents, node]
        for key, each in node.items():
            if isinstance(each, dict | list) and key not in POSITIONS:
                yield from _walk(each, inside)


def _complaints(node: Node, place: Place) -> Iterator[str]:
    rule = RULES.get(node.get("Type", ""))
    return rule(node, place) if rule else iter(())


# ---- The rules -------------------------------------------------------------------------------------------------------


def _commands(node: Node, place: Place) -> Iterator[str]:
    """Builtins with options that they did not have."""
    words = [_literal(word) for word in node.get("Args") or []]
    while words and words[0] in ("builtin", "command"):
        words.pop(0)
    if not words or words[0] is None:
        return
    name = words[0]
    yield from _options(name, words[1:])
    if name == "shopt" and not _may_fail(place):
        yield from (f"shopt {word} ({SINCE.get(word, 'later')})" for word in words[1:] if _unknown_shopt(word))
    if name == "printf" and len(words) == 2 + 2 * (words[1] == "-v") and re.search(r"%\([^)]*\)T", words[-1] or ""):
        yield "printf %()T without an argument (4.3)"
    if name == "unset":
        yield from (
            f"unset of a negative subscript {word} (4.3)" for word in words[1:] if re.search(r"\[-", word or "")
        )


def _declarations(node: Node, place: Place) -> Iterator[str]:
    words = [_literal(argument.get("Value")) for argument in node.get("Args") or [] if argument.get("Naked")]
    yield from _options(node["Variant"]["Value"], words)


def _options(name: str, words: list[str | None]) -> Iterator[str]:
    allowed = OPTIONS.get(name)
    if allowed is None:
        return
    for word in words:
        if word is None or not re.fullmatch(r"[-+].*", word) or word in ("--", "-1"):
            return
        if word in ("-", "+"):
            if name == "local":
                yield "local - (4.4)"
            return
        for letter in word[1:]:
            if letter not in allowed:
                yield f"{name} {word[0]}{letter} ({SINCE.get(f'{name} -{letter}', 'later')})"
                return
            if allowed.partition(":")[2].count(letter):
                return  # the rest is the option's value


def _expansions(node: Node, place: Place) -> Iterator[str]:
    name = node["Param"]["Value"]
    operator = (node.get("Exp") or {}).get("Op")
    if operator == "@":
        yield f"${{{name}@{_literal(node['Exp'].get('Word'))}}} (4.4)"
    if name in VARIABLES and operator not in ("-", ":-", "+", ":+") and name not in place.asked:
        yield f"${name}, and the script does not ask whether it is there ({VARIABLES[name]})"
    index = node.get("Index")
    if _is_negative(index):
        yield f"a negative subscript ${{{name}[...]}} (4.3 to assign it)"
    if place.nounset and _literal(index) in ("@", "*") and not {"Exp", "Length", "Excl", "Slice"} & node.keys():
        around = place.within("ParamExp")
        if around is None or around["Param"]["Value"] != name or (around.get("Exp") or {}).get("Op") not in ("+", ":+"):
            yield f"${{{name}[@]}} under set -u, which an empty array does not survive (4.4)"
    if node.get("Repl") and place.within("DblQuoted") and _is_quoted(node["Repl"].get("With")):
        yield f"a quoted replacement in a quoted ${{{name}/...}}: its quotes stay (4.3)"


def _arithmetic(node: Node, place: Place) -> Iterator[str]:
    for operand in (node.get("X"), node.get("Y")):
        name = _literal(operand)
        if name in VARIABLES and name not in place.asked:
            yield f"${name}, and the script does not ask whether it is there ({VARIABLES[name]})"


def _assignments(node: Node, place: Place) -> Iterator[str]:
    if node.get("Name") and _is_negative(node.get("Index")):
        yield f"a negative subscript {node['Name']['Value']}[...]= (4.3)"


def _tests(node: Node, place: Place) -> Iterator[str]:
    if node.get("Op") == "-v" and "[" in _text(node["X"]):
        yield "[[ -v array[i] ]] (4.3)"
    if node.get("Op") == "-R":
        yield "[[ -R ]] (4.3)"


def _substitutions(node: Node, place: Place) -> Iterator[str]:
    if node.get("TempFile") or node.get("ReplyVar"):
        yield "a command substitution without a fork (5.3)"


RULES: dict[str, Callable[[Node, Place], Iterator[str]]] = {
    "CallExpr": _commands,
    "DeclClause": _declarations,
    "ParamExp": _expansions,
    "": _assignments,  # an assignment has no kind of its own
    "ArithmCmd": _arithmetic,
    "ArithmExp": _arithmetic,
    "BinaryArithm": _arithmetic,
    "UnaryArithm": _arithmetic,
    "UnaryTest": _tests,
    "CmdSubst": _substitutions,
}


# ---- What the rules ask ----------------------------------------------------------------------------------------------


def _literal(word: Node | None) -> str | None:
    """The word's text without its quotes; None when it is only known when the script runs."""
    if word is None:
        return None
    parts = []
    for part in word.get("Parts") or []:
        if part["Type"] in ("Lit", "SglQuoted"):
            parts.append(part.get("Value", ""))
        elif part["Type"] == "DblQuoted" and all(inner["Type"] == "Lit" for inner in part.get("Parts") or []):
            parts.extend(inner.get("Value", "") for inner in part.get("Parts") or [])
        else:
            return None
    return "".join(parts)


def _text(word: Node) -> str:
    """What stands there, as far as it is text."""
    return "".join(node.get("Value", "") for node, _ in _walk(word, []) if node.get("Type") in ("Lit", "SglQuoted"))


def _is_negative(index: Node | None) -> bool:
    return bool(index) and index.get("Type") == "UnaryArithm" and index.get("Op") == "-"


def _is_quoted(word: Node | None) -> bool:
    """Whether the word has quotes that bash 4.2 would keep inside double quotes: all but the escapes that work there."""
    parts = (word or {}).get("Parts") or []
    if any(part["Type"] in ("SglQuoted", "DblQuoted") for part in parts):
        return True
    return any("\\" in re.sub(r"\\[\\$`\"]", "", part["Value"]) for part in parts if part["Type"] == "Lit")


def _unknown_shopt(word: str | None) -> bool:
    return word is not None and not word.startswith("-") and word not in SHOPTS


def _may_fail(place: Place) -> bool:
    """Whether the innermost statement throws its complaints away: how a script asks for an option that may not be there."""
    statement = next((node for node in reversed(place.parents) if "Cmd" in node), {})
    return any(
        (redirection.get("N") or {}).get("Value") == "2" and _literal(redirection.get("Word")) == "/dev/null"
        for redirection in statement.get("Redirs") or []
    )


def _sets_nounset(nodes: list[tuple[Node, list[Node]]]) -> bool:
    for node, _ in nodes:
        if node.get("Type") == "CallExpr" and node.get("Args"):
            words = [_literal(word) or "" for word in node["Args"]]
            if words[0] == "set" and (any(re.fullmatch(r"-\w*u\w*", word) for word in words) or "nounset" in words):
                return True
    return False


def _asked_for(nodes: list[tuple[Node, list[Node]]]) -> frozenset[str]:
    """Variables that the script tests for before it uses them: `${EPOCHREALTIME-}`."""
    return frozenset(
        node["Param"]["Value"]
        for node, _ in nodes
        if node.get("Type") == "ParamExp" and (node.get("Exp") or {}).get("Op") in ("-", ":-", "+", ":+")
    )
