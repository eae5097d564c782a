"""Finds where a script of bash could take data for code, in its syntax tree.

In: a script's text. Out: one complaint for each place, as function: what.

    taken_for_code('f() { read -r n; ((n > 3)); }') == ["f: arithmetic on n, which comes from outside"]

Bash evaluates more than it seems to: the text of a variable in arithmetic, in `[[ a -eq b ]]`, in the subscript of an array and in what is
declared an integer is an expression, in which `x[$(command)]` runs the command; a format of printf is a program of its own; and
`printf -v`, `read` and `unset` take `x[$(command)]` for a name. What comes from outside is what `read`, `mapfile` and `$(...)` give, and
variables of the environment.
"""

import re
from collections.abc import Iterator

from .audit import Node, _literal, _walk, parsed

_ENVIRONMENT = re.compile(
    r"(?:SLURM|SLURMD|SBATCH|HF|HUGGING|XDG|CUDA)_\w+|HOSTNAME|USER|HOME|TMPDIR|COLUMNS|LINES|PATH"
)
_TESTS = ("-eq", "-ne", "-lt", "-le", "-gt", "-ge")


def taken_for_code(script: str, shfmt: str = "shfmt") -> list[str]:
    """Every place, in the order of the text, each once."""
    found: dict[str, None] = {}
    nodes = parsed(script, shfmt)
    for node, parents in nodes:
        if node.get("Type") == "FuncDecl":
            name = node["Name"]["Value"]
            found |= dict.fromkeys(f"{name}: {complaint}" for complaint in _function(node))
        elif node.get("Type") == "CallExpr" and not any(each.get("Type") == "FuncDecl" for each in parents):
            found |= dict.fromkeys(f"-: {complaint}" for complaint in _call(node))
    return list(found)


def _function(function: Node) -> Iterator[str]:
    nodes = [node for node, _ in _walk(function["Body"], [])]
    outside = set().union(*(_given(node) for node in nodes))
    for node in nodes:
        if node.get("Type") == "CallExpr":
            yield from _call(node)
        for name in _evaluated(node):
            if name in outside or _ENVIRONMENT.fullmatch(name):
                yield f"arithmetic on {name}, which comes from outside"


def _call(node: Node) -> Iterator[str]:
    words = node.get("Args") or []
    name = _literal(words[0]) if words else None
    if name in ("eval", "source", "."):
        yield name
    elif name == "printf":
        yield from _printf(words[1:])
    elif name in ("read", "unset", "mapfile", "declare", "export"):
        values = [
            False,
            *(bool(re.fullmatch(r"-\w*[tudnNp]", _literal(word) or "")) for word in words[1:]),
        ]  # an option's own
        yield from (
            f"{name} of a name that is data"
            for word, value in zip(words[1:], values, strict=False)
            if not value and _is_data(word)
        )


def _printf(words: list[Node]) -> Iterator[str]:
    if words and _literal(words[0]) == "-v":
        if _is_data(words[1]):
            yield "printf -v of a name that is data"
        words = words[2:]
    if words and _literal(words[0]) == "--":
        words = words[1:]
    if words and _literal(words[0]) is None:
        yield "printf of a format that is data"


def _is_data(word: Node) -> bool:
    """Whether a name is known only when the script runs; a subscript of a name that is known is looked at as arithmetic."""
    return _literal(word) is None and not re.match(r"-|[A-Za-z_]\w*\[", _beginning(word))


def _beginning(word: Node) -> str:
    parts = word.get("Parts") or []
    if parts and parts[0]["Type"] == "DblQuoted":
        parts = parts[0].get("Parts") or []
    return parts[0].get("Value", "") if parts and parts[0]["Type"] == "Lit" else ""


def _given(node: Node) -> set[str]:
    """The variables that get something from outside here."""
    names: set[str] = set()
    words = [_literal(word) for word in node.get("Args") or []] if node.get("Type") == "CallExpr" else []
    if words and words[0] in ("read", "mapfile"):
        takes_value = {"-t", "-u", "-d", "-n", "-N", "-p"}
        rest = words[1:]
        while rest:
            word = rest.pop(0)
            if word in takes_value and rest:
                rest.pop(0)
            elif word and re.fullmatch(r"[A-Za-z]\w*", word):
                names.add(word)
    if "Name" in node and isinstance(node.get("Value"), dict) and not node.get("Type"):
        inside = [each.get("Type") for each, _ in _walk(node["Value"], [])]
        if "CmdSubst" in inside:
            names.add(node["Name"]["Value"])
    return names


def _evaluated(node: Node) -> Iterator[str]:
    """The variables whose text bash evaluates here."""
    kind = node.get("Type")
    inside: list[Node] = []
    if kind in ("ArithmExp", "ArithmCmd"):
        inside = [node["X"]]
    elif kind == "BinaryTest" and node.get("Op") in _TESTS:
        inside = [node["X"], node["Y"]]
    elif kind == "ParamExp" and node.get("Index"):
        inside = [node["Index"]]
    elif kind == "ParamExp" and node.get("Slice"):
        inside = [each for each in node["Slice"].values() if isinstance(each, dict)]
    for each in inside:
        for part, around in _walk(each, []):
            if part.get("Type") == "ParamExp" and not (part.get("Length") or part.get("Repl") or part.get("Excl")):
                yield part["Param"]["Value"]
            elif part.get("Type") == "Lit" and not any(
                above.get("Type") in ("CmdSubst", "ParamExp") for above in around
            ):
                yield from re.findall(r"[A-Za-z_]\w*", part.get("Value", ""))
