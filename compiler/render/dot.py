"""A graph in the language of Graphviz, which also draws the formats svg, png and pdf, and the graph of the html page.

In: a Graph. Out: a digraph. Identifiers are our own; labels may hold any text. Nodes carry `id` and `class`, so that a page
can style them and know which task is clicked.
"""

from __future__ import annotations

from .graph import START, STOP, Edge, Graph, Group, Node

_HEAD = """\
digraph workflow {
  graph [rankdir=LR, compound=true, nodesep=0.22, ranksep=0.75, pad=0.3, fontname="Helvetica,Arial,sans-serif",
         fontsize=12, labelloc=t, labeljust=l]
  node [shape=box, style="rounded,filled", fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.16,0.08",
        color="#6b7785", fillcolor="#f3f5f7", fontcolor="#1b2430"]
  edge [fontname="Helvetica,Arial,sans-serif", fontsize=9, color="#6b7785", fontcolor="#55606c", arrowsize=0.7]
"""
_GPU = ', color="#3b7d3a", fillcolor="#e3f1e2"'
_START = 'shape=circle, style=filled, margin="0.03", fillcolor="#1b2430", fontcolor="#ffffff", fontsize=10'
_STOP = 'shape=doublecircle, style=filled, margin="0.03", fillcolor="#1b2430", fontcolor="#ffffff", fontsize=10'


def dot(graph: Graph, *, in_page: bool = False) -> str:
    """The digraph's text. In a page, which has a title and a ground of its own, it has neither."""
    nodes = {node.id: node for node in graph.nodes}
    groups = {group.id: group for group in graph.groups}
    grouped = {member for group in graph.groups for member in group.members}
    out = [_HEAD.rstrip("\n")]
    out.append('  bgcolor="transparent"' if in_page else f'  bgcolor="#ffffff"; label={quoted(graph.title)}')
    out.append(f'  {START} [label="start", id="start", class="end", {_START}]')
    out.append(f'  {STOP} [label="stop", id="stop", class="end", {_STOP}]')
    out += [f"  {_node(node)}" for node in graph.nodes if node.id not in grouped]
    for group in graph.groups:
        out.append(f'  subgraph cluster_{group.id} {{\n    id="{group.id}"; class="group"; label={quoted(group.title)}')
        out.append('    style="rounded,dashed"; color="#9aa5b1"; fontcolor="#55606c"; fontsize=11; labeljust=l')
        out += [f"    {_node(nodes[member])}" for member in group.members]
        if group.chained:  # below each other: a sweep of thirty values beside each other would be a very wide picture
            out.append(f"    {{ rank=same; {'; '.join(group.members)} }}")
        out.append("  }")
    out += [f"  {_edge(edge, groups)}" for edge in graph.edges]
    if graph.variables:
        text = quoted("Variables", *graph.variables, align="\\l")
        out.append(f'  variables [label={text}, id="variables", class="note", shape=note, style=filled]')
    return "\n".join([*out, "}"]) + "\n"


def _node(node: Node) -> str:
    style = _GPU if node.has_gpus else ""
    kind = "task gpu" if node.has_gpus else "task"
    name = quoted(node.name)
    return f'{node.id} [label={quoted(node.name, *node.facts)}, tooltip={name}, id="{node.id}", class="{kind}"{style}]'


def _edge(edge: Edge, groups: dict[str, Group]) -> str:
    """An edge of a group is one of its middle member, cut off at the group's border."""
    if any(group.chained and {edge.tail, edge.head} <= set(group.members) for group in groups.values()):
        # Drawn from the later one, so that the first is on top; the spaces move the label from the line to its right.
        return f'{edge.head} -> {edge.tail} [dir=back, label="{" " * 24}{edge.label}"]'
    attributes = [f'label="{edge.label}"'] if edge.label else []
    ends = []
    for end, cut in ((edge.tail, "ltail"), (edge.head, "lhead")):
        group = groups.get(end)
        if group is not None:
            attributes.append(f"{cut}=cluster_{group.id}")
        ends.append(end if group is None else group.members[len(group.members) // 2])
    return " -> ".join(ends) + (f" [{', '.join(attributes)}]" if attributes else "")


def quoted(*lines: str, align: str = "\\n") -> str:
    """Lines as a label, any text: a backslash would begin an escape of labels (`\\N`), an ampersand an entity."""
    safe = [line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for line in lines]
    return '"' + align.join(safe) + (align if align == "\\l" else "") + '"'
