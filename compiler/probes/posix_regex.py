"""Regular expressions as data, and how `grep -E` writes them, GNU's and busybox's alike.

In: the nodes of a pattern, characters as sets. Out: a POSIX extended regular expression for the C locale, in which a
character beyond ASCII is several bytes.

    write(Choice((Sequence((Repeat(Chars(frozenset(b"0123456789")), 1, None, False),)),))) == "[0-9]+"
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

ASCII = frozenset(range(128))
SPACE = frozenset(b" \t\n\r\f\v")
LINE = ASCII - {0, 10}
"""What can stand in a line of a log that grep takes for text."""
_SPECIAL = frozenset(map(ord, r".[\()*+?{|^$"))


class Chars(NamedTuple):
    """One character of a set: some of ASCII, maybe all others, or some others."""

    ascii: frozenset[int]
    others: bool = False
    texts: tuple[str, ...] = ()
    negated: bool = False


class Anchor(NamedTuple):
    ere: str


class Repeat(NamedTuple):
    body: Node
    low: int
    high: int | None
    lazy: bool


class Sequence(NamedTuple):
    parts: tuple[Node, ...]


class Choice(NamedTuple):
    branches: tuple[Sequence, ...]


Node: TypeAlias = Chars | Anchor | Repeat | Sequence | Choice


def expansion(node: Node) -> int:
    """How many characters grep makes of a node that repeats other repetitions."""
    if isinstance(node, Repeat):
        return max(1, node.low, node.high or 0) * expansion(node.body)
    if isinstance(node, Sequence):
        return max(1, sum(map(expansion, node.parts)))
    return sum(map(expansion, node.branches)) if isinstance(node, Choice) else 1


def fold(node: Node, *, letters_too: bool) -> Node:
    """The node for either case; without `letters_too` grep's own -i does it for single letters."""
    if isinstance(node, Chars):
        listed = ASCII - node.ascii if node.negated else node.ascii
        if letters_too or node.others or len(listed) > 1:  # busybox's -i misreads ranges such as A-b
            listed |= {ord(chr(code).swapcase()) for code in listed if chr(code).isalpha()}
        texts = {case for text in node.texts for case in (text, text.lower(), text.upper()) if len(case) == 1}
        return node._replace(ascii=ASCII - listed if node.negated else listed, texts=tuple(sorted(texts)))
    if isinstance(node, Repeat):
        return node._replace(body=fold(node.body, letters_too=letters_too))
    if isinstance(node, Sequence):
        return Sequence(tuple(fold(part, letters_too=letters_too) for part in node.parts))
    return fold_choice(node, letters_too=letters_too) if isinstance(node, Choice) else node


def fold_choice(choice: Choice, *, letters_too: bool) -> Choice:
    """The same for the branches of a pattern or a group."""
    branches = (tuple(fold(part, letters_too=letters_too) for part in branch.parts) for branch in choice.branches)
    return Choice(tuple(map(Sequence, branches)))


def can_be_empty(node: Node) -> bool:
    if isinstance(node, Repeat):
        return node.low == 0 or can_be_empty(node.body)
    if isinstance(node, Sequence):
        return all(map(can_be_empty, node.parts))
    return any(map(can_be_empty, node.branches)) if isinstance(node, Choice) else isinstance(node, Anchor)


def holds_line_anchor(node: Node) -> bool:
    """Whether `^` or `$` is in it."""
    if isinstance(node, Repeat):
        return holds_line_anchor(node.body)
    if isinstance(node, Sequence):
        return any(map(holds_line_anchor, node.parts))
    if isinstance(node, Choice):
        return any(map(holds_line_anchor, node.branches))
    return isinstance(node, Anchor) and node.ere in "^$"


def _write(node: Node) -> str:
    if isinstance(node, Chars):
        return _write_chars(node)
    if isinstance(node, Anchor):
        return node.ere
    if isinstance(node, Repeat):
        return _write_repeat(node)
    if isinstance(node, Sequence):
        return _write_sequence(node)
    return f"({written})" if (written := _write_choice(node)) else ""


def write(pattern: Choice) -> str:
    """The extended regular expression of a whole pattern."""
    return _write_choice(pattern, lazy_end=True)


def _write_choice(choice: Choice, *, lazy_end: bool = False) -> str:
    """The branches. An empty one makes the others optional: POSIX knows no empty branch."""
    written = [_write_sequence(branch, lazy_end=lazy_end) for branch in choice.branches]
    branches = [branch for branch in written if branch]
    if len(branches) == len(written) or not branches:
        return "|".join(branches)
    return f"({'|'.join(branches)})?"


def _write_sequence(sequence: Sequence, *, lazy_end: bool = False) -> str:
    """The parts in order. A lazy repetition ends as early as it can; POSIX has none, but where one ends the pattern it is
    its least number, and before a last character it is a repetition of whatever is not that character."""
    parts = list(sequence.parts)
    last = parts[-1] if lazy_end and parts else None
    if isinstance(last, Repeat) and last.lazy:
        parts[-1] = last._replace(high=last.low)
    elif isinstance(last, Chars) and len(parts) > 1 and not last.texts:
        lazy = parts[-2]
        if (
            isinstance(lazy, Repeat)
            and lazy.lazy
            and lazy.high is None
            and lazy.low == 0
            and isinstance(lazy.body, Chars)
        ):
            short = Chars(lazy.body.ascii - last.ascii, lazy.body.others and not last.others, lazy.body.texts)
            parts[-2:-1] = [lazy._replace(body=short)] if short.ascii & LINE or short.others else []
    return "".join(map(_write, parts))


def _write_repeat(node: Repeat) -> str:
    low, high = node.low, node.high
    body = _write(node.body)
    if not body or high == 0:
        return ""
    if isinstance(node.body, Chars) and node.body.texts and not body.startswith("("):
        body = f"({body})"  # bytes
    if isinstance(node.body, Choice) and not body.startswith("("):
        body = f"({body})"
    if (low, high) == (1, 1):
        return body
    for bounds, sign in (((0, None), "*"), ((1, None), "+"), ((0, 1), "?")):
        if (low, high) == bounds:
            return body + sign
    if high is None:
        return f"{body}{{{low},}}"
    return f"{body}{{{low}}}" if low == high else f"{body}{{{low},{high}}}"


def _write_chars(node: Chars) -> str:
    """A literal, a dot, a bracket expression, or a choice when characters beyond ASCII are among them."""
    if node.others:
        missing = LINE - node.ascii
        return f"[^{_bracket(missing)}]" if missing else "."
    codes = node.ascii & LINE
    if node.texts:
        branches = ([_write_chars(Chars(codes))] if codes else []) + list(node.texts)
        return branches[0] if len(branches) == 1 else f"({'|'.join(branches)})"
    if len(codes) == 1:
        (code,) = codes
        return f"\\{chr(code)}" if code in _SPECIAL else chr(code)
    inside = _bracket(codes)
    return f"[{'-^' if inside == '^-' else inside}]"


def _bracket(codes: frozenset[int]) -> str:
    """The inside of a bracket expression: `]` first, then the rest with its ranges, `[`, `^` and `-` last."""
    awkward = frozenset(map(ord, "]^-["))
    written = ["[:space:]"] if codes >= SPACE - {10} else []
    codes -= SPACE if written else frozenset()
    for run in _runs(codes):
        while run and run[0] in awkward:
            run = run[1:]
        while run and run[-1] in awkward:
            run = run[:-1]
        if len(run) > 3:
            written.append(f"{chr(run[0])}-{chr(run[-1])}")
        else:
            written += [chr(code) for code in run if code not in awkward]
    covered = {code for part in written if part[1:2] == "-" for code in range(ord(part[0]), ord(part[2]) + 1)}
    left = (codes & awkward) - covered
    ends = "".join(character for character in "[^-" if ord(character) in left)
    return ("]" if ord("]") in left else "") + "".join(written) + ends


def _runs(codes: frozenset[int]) -> list[list[int]]:
    """Runs of neighbours. None mixes letters with others: with -i, busybox takes `A-z` for `a-z`."""
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and runs[-1][-1] == code - 1 and chr(code).isalpha() == chr(code - 1).isalpha():
            runs[-1].append(code)
        else:
            runs.append([code])
    return runs
