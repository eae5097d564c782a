"""What a pattern may cost, and by which text its lines are found.

In: a pattern as data (probes/log_pattern.py). Out: how many ways there are for its repetitions to share out a text, at most; and
pieces of plain text of which every line that matches has one.

    required_texts(tree of "(?:time|disk) limit [0-9]{1,3}") == {" limit "}
"""

from __future__ import annotations

from ...probes.posix_regex import Chars, Choice, Node, Repeat, Sequence

UNBOUNDED = 1000
"""What `*` and `+` count: as many characters as a pattern is tried on at a time."""


def cost(node: Node) -> int:
    """How many ways there are through the pattern, at most. A repetition that ends where what follows begins, and nowhere
    else, has one way; the ways of others multiply."""
    if isinstance(node, Choice):
        ways = [cost(branch) for branch in node.branches]
        return 1 if max(ways) == 1 else sum(ways)
    if isinstance(node, Sequence):
        product, once = 1, 0
        parts = [_bare(part) for part in node.parts]
        for part, following in zip(parts, (*parts[1:], None), strict=True):
            if _ends_clearly(part, following):
                once += _width(part)
            else:
                product *= cost(part)
        return product + once
    if isinstance(node, Repeat):
        inner = cost(node.body)
        return _width(node) if inner == 1 else min(inner, UNBOUNDED) ** min(node.high or 12, 12) * _width(node)
    return 1


def _bare(node: Node) -> Node:
    """Without groups that hold one thing."""
    while isinstance(node, Choice) and len(node.branches) == 1 and len(node.branches[0].parts) == 1:
        node = node.branches[0].parts[0]
    return node


def _width(node: Node) -> int:
    """Between how many lengths a repetition can choose."""
    if not isinstance(node, Repeat):
        return 1
    return max(1, (UNBOUNDED if node.high is None else node.high) - node.low + 1)


def _ends_clearly(node: Node, following: Node | None) -> bool:
    """Whether a repetition of single characters is followed by a character that it has not, or by nothing."""
    if not isinstance(node, Repeat) or not isinstance(node.body, Chars):
        return False
    if following is None:
        return True
    return (
        isinstance(following, Chars)
        and not (node.body.ascii & following.ascii)
        and not (node.body.others and (following.others or following.texts))
        and not node.body.texts
    )


def required_texts(node: Node) -> frozenset[str]:
    """Texts in lower case, of which one is in everything that matches; none when nothing is certain."""
    if isinstance(node, Choice):
        branches = [required_texts(branch) for branch in node.branches]
        return frozenset().union(*branches) if all(branches) else frozenset()
    if isinstance(node, Repeat):
        return required_texts(node.body) if node.low > 0 else frozenset()
    if isinstance(node, Sequence):
        return _best(_candidates(node))
    return frozenset()


def _candidates(sequence: Sequence) -> list[frozenset[str]]:
    """Runs of single characters, and what its parts need."""
    found: list[frozenset[str]] = []
    run = ""
    for part in sequence.parts:
        letter = _letter(part)
        if letter:
            run += letter
            continue
        found.append(frozenset({run} if run else ()))
        run = ""
        if not isinstance(part, Chars):
            found.append(required_texts(part))
    found.append(frozenset({run} if run else ()))
    return [texts for texts in found if texts]


def _best(candidates: list[frozenset[str]]) -> frozenset[str]:
    """Those whose shortest text is the longest."""
    return max(candidates, key=lambda texts: (min(map(len, texts)), -len(texts)), default=frozenset())


def _letter(node: Node) -> str:
    """The one character that a node stands for, whatever its case; empty for anything else."""
    if not isinstance(node, Chars) or node.others or node.texts or not node.ascii:
        return ""
    letters = {chr(code).lower() for code in node.ascii}
    return letters.pop() if len(letters) == 1 else ""
