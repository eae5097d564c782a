"""A graph in Mermaid's language, for READMEs and issue trackers that draw it.

In: a Graph. Out: a flowchart. Labels may hold any text: whatever is not a letter, a digit or harmless is spelt `#NNN;`, as
Mermaid wants its entities.

    t0["server<br/>srun, node 0<br/>GPUs 0-3"]
"""

from __future__ import annotations

from .graph import START, STOP, Graph, Node

_HARMLESS = frozenset(" _-.,/=()")
"""No colon: Mermaid takes `style…:…#…;` for CSS, in labels too, and drops the semicolon of an entity."""


def mermaid(graph: Graph) -> str:
    """The flowchart's text."""
    nodes = {node.id: node for node in graph.nodes}
    out = ["flowchart LR", f"  {START}((start))", f"  {STOP}(((stop)))"]
    grouped = {member for group in graph.groups for member in group.members}
    out += [f"  {_node(node)}" for node in graph.nodes if node.id not in grouped]
    for group in graph.groups:
        out.append(f"  subgraph {group.id}[{_label([group.title])}]")
        if not group.chained:
            out.append("    direction LR")  # which puts what has no edges below each other
        out += [f"    {_node(nodes[member])}" for member in group.members]
        out.append("  end")
    for edge in graph.edges:
        out.append(f"  {edge.tail} -->{f'|{edge.label}|' if edge.label else ''} {edge.head}")
    if graph.variables:
        out.append(f"  variables[{_label(['Variables', *graph.variables])}]")
    with_gpus = ",".join(node.id for node in graph.nodes if node.has_gpus)
    if with_gpus:
        out += ["  classDef gpu fill:#e3f1e2,stroke:#3b7d3a,color:#16301a", f"  class {with_gpus} gpu"]
    return "\n".join(out) + "\n"


def _node(node: Node) -> str:
    return f"{node.id}[{_label([node.name, *node.facts])}]"


def _label(lines: list[str]) -> str:
    return '"' + "<br/>".join(map(_escaped, lines)) + '"'


def _escaped(text: str) -> str:
    """Entities for all that means something: quotes, brackets, Markdown; also for the mark of a list at the line's beginning."""
    spelt = [c if c.isalnum() or c in _HARMLESS else f"#{ord(c)};" for c in text]
    words = text.split(" ", 1)
    if len(words) == 2 and words[0].rstrip(".)-") != words[0]:
        end = len(words[0]) - 1
        spelt[end] = f"#{ord(text[end])};"
    return "".join(spelt)
