"""Which nodes and GPUs every concrete task gets."""

import re

import pytest
from compilation import SLURM, compiled, diagnostics, error, errors, tasks, workflow

TWO = "backends: {c: {type: slurm, nodes: 2, gpus_per_node: 4}}"
BARE = "backends: {c: {type: slurm, nodes: 4}}"


def placed(*texts: str, head: str = SLURM) -> dict[str, tuple[tuple[int, ...], tuple[int, ...] | None]]:
    """Nodes and GPUs of each concrete task."""
    found = tasks(workflow(*[f"{text}, script: [x]" for text in texts], head=head))
    return {name: (task.node_indices, task.gpus) for name, task in found.items()}


def nodes(*texts: str, head: str = SLURM) -> list[tuple[int, ...]]:
    return [found for found, _ in placed(*texts, head=head).values()]


def mistakes(*texts: str, head: str = SLURM) -> list[tuple[str, str]]:
    return errors(workflow(*[f"{text}, script: [x]" for text in texts], head=head))


def gpus(name: str, count: object, **more: object) -> str:
    keys = "".join(f", {key}: {value}" for key, value in more.items())
    return f"name: {name}, resources: {{gpus: {{count: {count}}}}}{keys}"


# ---- Nodes -----------------------------------------------------------------------------------------------------------


def test_a_task_that_asks_for_nothing_gets_every_node_and_no_gpu() -> None:
    assert placed("name: a") == {"a": ((0, 1, 2, 3), None)}


def test_so_does_every_replica() -> None:
    assert nodes("name: a, replicas: {count: 2}") == [(0, 1, 2, 3), (0, 1, 2, 3)]


def test_excluded_nodes_leave_the_pool() -> None:
    assert nodes("name: a, resources: {nodes: {exclude: [0, 2]}}") == [(1, 3)]


def test_a_single_index_may_stand_without_a_list() -> None:
    assert nodes("name: a, resources: {nodes: {exclude: 1}}", "name: b, resources: {nodes: {indices: 2}}") == [
        (0, 2, 3),
        (2,),
    ]


def test_indices_are_positions_in_the_pool_that_is_left() -> None:
    assert nodes("name: a, resources: {nodes: {exclude: [0, 2], indices: [1, 0]}}") == [(3, 1)]


def test_a_count_takes_nodes_from_the_front_of_the_pool() -> None:
    assert nodes("name: a, resources: {nodes: {exclude: [0], count: 2}}") == [(1, 2)]


def test_parallel_replicas_take_one_slice_of_the_pool_after_the_other() -> None:
    assert nodes("name: a, replicas: {count: 2}, resources: {nodes: {count: 2}}") == [(0, 1), (2, 3)]


def test_sequential_replicas_take_the_first_slice() -> None:
    assert nodes("name: a, replicas: {count: 3, policy: sequential}, resources: {nodes: {count: 3}}") == [(0, 1, 2)] * 3


def test_another_task_counts_from_the_front_again() -> None:
    assert nodes("name: a, resources: {nodes: {count: 2}}", "name: b, resources: {nodes: {count: 1}}") == [(0, 1), (0,)]


def test_swept_counts_of_nodes_do_not_overlap() -> None:
    head = f"{SLURM}\nvariables: {{N: {{type: integer, value: 2, domain: [2, 1]}}}}"
    replicas = "replicas: {variables: [N]}, resources: {nodes: {count: '${{ N }}'}}"
    assert nodes(f"name: a, {replicas}", head=head) == [(0, 1), (2,)]


@pytest.mark.parametrize("wanted", ["'${{ [1, 3] }}'", "'${{ L }}'", "['${{ N }}', '3']", "[1, '${{ N + 2 }}']"])
def test_indices_may_come_from_expressions(wanted: str) -> None:
    head = f"{SLURM}\nvariables: {{N: {{type: integer, value: 1}}, L: {{type: list, value: [1, 3]}}}}"
    assert nodes(f"name: a, resources: {{nodes: {{indices: {wanted}}}}}", head=head) == [(1, 3)]


def test_excluded_nodes_may_come_from_an_expression_that_is_a_list() -> None:
    assert nodes("name: a, resources: {nodes: {exclude: '${{ [0, 1] }}'}}") == [(2, 3)]


def test_null_asks_for_nothing() -> None:
    null = "name: a, resources: {nodes: {indices: , count: , exclude: }, gpus: {count: }}"
    assert placed(null) == {"a": ((0, 1, 2, 3), None)}


def test_indices_and_count_exclude_each_other() -> None:
    assert mistakes("name: a, resources: {nodes: {indices: [0], count: 1}}") == [
        ("indices-and-count", "{nodes: {indices: [0], count: 1}}")
    ]


@pytest.mark.parametrize(
    ("wanted", "code", "place"),
    [
        ("{indices: [4]}", "node-range", "[4]"),
        ("{indices: [-1]}", "node-range", "[-1]"),
        ("{exclude: [0], indices: [3]}", "node-range", "[3]"),
        ("{exclude: [4]}", "node-range", "[4]"),
        ("{exclude: -1}", "node-range", "-1"),
        ("{indices: []}", "no-nodes", "[]"),
        ("{indices: [1, 1]}", "duplicate-node", "[1, 1]"),
        ("{count: 0}", "too-small", "0"),
        ("{indices: '${{ [1, 1.5] }}'}", "not-a-number", "'${{ [1, 1.5] }}'"),
        ("{indices: '${{ backends.c.nodes[0].name }}'}", "runtime-value", "'${{ backends.c.nodes[0].name }}'"),
    ],
)
def test_nodes_that_cannot_be(wanted: str, code: str, place: str) -> None:
    assert mistakes(f"name: a, resources: {{nodes: {wanted}}}") == [(code, place)]


def test_excluding_every_node_is_a_mistake() -> None:
    assert [code for code, _ in mistakes("name: a, resources: {nodes: {exclude: [0, 1, 2, 3]}}")] == ["no-nodes"]


def test_more_nodes_than_there_are_do_not_fit() -> None:
    found = error(workflow("name: a, script: [x], replicas: {count: 3}, resources: {nodes: {count: 2}}", head=SLURM))
    assert found.code == "does-not-fit"
    assert found.message == "task 'a_2' asks for 2 nodes, which do not fit on backend 'c' (4 nodes of 4 GPUs)"


# ---- Backends --------------------------------------------------------------------------------------------------------


def test_a_task_goes_to_the_default_backend_or_to_the_one_that_it_names() -> None:
    head = "backends: {a: {type: local}, b: {type: local, default: true, nodes: 2}}"
    found = tasks(workflow("name: s, script: [x]", "name: t, backend: a, script: [x]", head=head))
    assert {name: (task.backend, task.node_indices) for name, task in found.items()} == {
        "s": ("b", (0, 1)),
        "t": ("a", (0,)),
    }


def test_backends_have_cursors_of_their_own() -> None:
    head = "backends: {a: {type: local, gpus_per_node: 2}, b: {type: local, gpus_per_node: 2}}"
    assert placed(gpus("s", 2), gpus("t", 2, backend="b"), head=head) == {"s": ((0,), (0, 1)), "t": ((0,), (0, 1))}


def test_an_unknown_backend_is_a_mistake() -> None:
    assert mistakes("name: a, backend: d") == [("unknown-backend", "d")]


# ---- GPUs ------------------------------------------------------------------------------------------------------------


def test_gpus_come_from_the_first_node_that_has_enough() -> None:
    assert placed(gpus("a", 3), gpus("b", 2), gpus("c", 1), gpus("d", 2), head=TWO) == {
        "a": ((0,), (0, 1, 2)),
        "b": ((1,), (0, 1)),
        "c": ((0,), (3,)),
        "d": ((1,), (2, 3)),
    }


def test_gpus_may_come_as_text_or_from_an_expression() -> None:
    assert placed(gpus("a", "'2'"), gpus("b", "'${{ 1 + 1 }}'"), head=TWO) == {
        "a": ((0,), (0, 1)),
        "b": ((0,), (2, 3)),
    }


def test_more_gpus_than_a_node_has_take_whole_free_nodes() -> None:
    assert placed(gpus("a", 1), gpus("b", 8), gpus("c", 3)) == {
        "a": ((0,), (0,)),
        "b": ((1, 2), (0, 1, 2, 3)),
        "c": ((0,), (1, 2, 3)),
    }


def test_gpus_on_named_nodes_are_the_next_of_these() -> None:
    assert placed("name: a, resources: {nodes: {indices: [1]}, gpus: {count: 2}}", gpus("b", 4), gpus("c", 2)) == {
        "a": ((1,), (0, 1)),
        "b": ((0,), (0, 1, 2, 3)),
        "c": ((1,), (2, 3)),
    }


def test_on_several_nodes_the_gpus_are_shared_out_and_rounded_up() -> None:
    five = "name: a, resources: {nodes: {count: 2}, gpus: {count: 5}}"
    assert placed(five, gpus("b", 1), head=TWO) == {"a": ((0, 1), (0, 1, 2)), "b": ((0,), (3,))}


def test_several_nodes_have_one_cursor_which_is_that_of_the_fullest() -> None:
    both = "name: b, resources: {nodes: {count: 2}, gpus: {count: 4}}"
    assert placed(gpus("a", 1), both, gpus("c", 1), gpus("d", 1), head=TWO) == {
        "a": ((0,), (0,)),
        "b": ((0, 1), (1, 2)),
        "c": ((0,), (3,)),
        "d": ((1,), (3,)),
    }


def test_replicas_take_gpus_in_the_order_of_their_indices() -> None:
    assert placed(gpus("a", 2, replicas="{count: 3}"), head=TWO) == {
        "a_0": ((0,), (0, 1)),
        "a_1": ((0,), (2, 3)),
        "a_2": ((1,), (0, 1)),
    }


def test_sequential_replicas_take_distinct_gpus_too() -> None:
    assert placed(gpus("a", 2, replicas="{count: 2, policy: sequential}"), head=TWO) == {
        "a_0": ((0,), (0, 1)),
        "a_1": ((0,), (2, 3)),
    }


def test_a_replica_asks_for_what_its_own_values_say() -> None:
    head = f"{SLURM}\nvariables: {{TP: {{type: integer, value: 1, domain: [1, 2, 4, 8]}}}}"
    assert placed(gpus("a", "'${{ TP }}'", replicas="{variables: [TP]}"), head=head) == {
        "a_1": ((0,), (0,)),
        "a_2": ((0,), (1, 2)),
        "a_4": ((1,), (0, 1, 2, 3)),
        "a_8": ((2, 3), (0, 1, 2, 3)),
    }


def test_a_task_asks_for_what_its_own_variables_say() -> None:
    assert placed(gpus("a", "'${{ G }}'", variables="{G: 3}")) == {"a": ((0,), (0, 1, 2))}


@pytest.mark.parametrize("count", ["0", "'${{ 0 }}'", "-1"])
def test_less_than_one_gpu_is_a_mistake(count: str) -> None:
    assert mistakes(gpus("a", count)) == [("too-small", count)]


@pytest.mark.parametrize("count", ["'${{ 1.5 }}'", "'${{ true }}'", "'${{ [1] }}'"])
def test_gpus_that_are_no_whole_number_are_a_mistake(count: str) -> None:
    assert mistakes(gpus("a", count)) == [("not-a-number", count)]


def test_gpus_beyond_counting_are_a_mistake() -> None:
    assert mistakes(gpus("a", 1_000_000)) == [("too-large", "1000000")]


# ---- What does not fit -----------------------------------------------------------------------------------------------


def test_what_fits_no_single_node_does_not_fit_though_there_are_enough_in_all() -> None:
    found = error(workflow(*[f"{gpus(name, 3)}, script: [x]" for name in "abc"], head=TWO))
    assert found.code == "does-not-fit"
    assert found.message == "task 'c' asks for 3 GPUs, which do not fit on backend 'c' (2 nodes of 4 GPUs)"
    assert found.note == "node 0  [A A A .]  A=a\nnode 1  [B B B .]  B=b\n'c' asks for 3 GPUs"
    assert found.help.split("\n") == [
        "ask for 1 GPU, which is what is left",
        "or give the backend 3 nodes (`nodes`)",
        "or let tasks that need not run at once share: the sequential replicas of one task do",
    ]


def test_gpus_of_several_nodes_must_be_whole_nodes() -> None:
    found = error(workflow(f"{gpus('a', 6)}, script: [x]", head=SLURM))
    assert found.help.split("\n")[:2] == [
        "ask for 4 or 8 GPUs: more than a node has are whole nodes",
        "or spread them over 2 nodes, 3 on each (`nodes: {count: 2}`)",
    ]


def ways(*texts: str, head: str = TWO) -> list[str]:
    found = error(workflow(*[f"{text}, script: [x]" for text in texts], head=head)).help.split("\n")
    assert len(found) == 3
    assert all(way.startswith("or ") for way in found[1:])
    return found


def with_nodes(number: int) -> str:
    return f"backends: {{c: {{type: slurm, nodes: {number}, gpus_per_node: 4}}}}"


@pytest.mark.parametrize(("taken", "wanted"), [((), 12), ((3, 3), 2), ((3, 3), 4), ((1, 4), 8), ((4, 4), 8)])
def test_the_ways_out_lead_out(taken: tuple[int, ...], wanted: int) -> None:
    others = [gpus(f"t{index}", count) for index, count in enumerate(taken)]
    fewer, more, _ = ways(*others, gpus("a", wanted))
    needed = int(re.findall(r"[0-9]+", more)[0])
    assert placed(*others, gpus("a", wanted), head=with_nodes(needed))
    assert mistakes(*others, gpus("a", wanted), head=with_nodes(needed - 1))[0][0] == "does-not-fit"
    left = re.search(r"ask for (?:no more than )?([0-9]+)", fewer)
    if left:
        assert placed(*others, gpus("a", left[1]), head=TWO)
    else:
        assert fewer == "take GPUs from 't0' or 't1'"


def test_replicas_can_come_one_after_the_other() -> None:
    fewer, more, other = ways(gpus("a", 4, replicas="{count: 9}"))
    assert (fewer, more) == ("take GPUs from 'a_0' or 'a_1'", "or give the backend at least 3 nodes (`nodes`)")
    assert "`policy: sequential`" in other
    assert placed(gpus("a", 4, replicas="{count: 9, policy: sequential}"), head=TWO)


def test_a_chosen_node_is_not_the_only_one() -> None:
    chosen = "name: b, resources: {nodes: {indices: [0]}, gpus: {count: 3}}"
    fewer, more, _ = ways(gpus("a", 2), chosen)
    assert fewer == "ask for no more than 2 GPUs, which is what is left"
    assert more == "or choose other nodes: 1 is free"
    assert "more GPUs (`gpus_per_node` is 4)" in ways(gpus("a", 4), gpus("c", 1), chosen)[1]


def test_nodes_alone_may_not_be_enough() -> None:
    fewer, more, _ = ways("name: a, resources: {nodes: {count: 3}}")
    assert (fewer, more) == ("ask for fewer nodes", "or give the backend at least 3 nodes (`nodes`)")
    assert placed("name: a, resources: {nodes: {count: 3}}", head=with_nodes(3))
    two = "backends: {c: {type: slurm, nodes: 1}, d: {type: slurm, nodes: 9}}"
    assert ways("name: a, resources: {nodes: {count: 3}}", head=two)[2] == "or run it on another backend (`backend: d`)"


@pytest.mark.parametrize(
    "wanted", ["gpus: {count: 20}", "nodes: {indices: [1]}, gpus: {count: 8}", "nodes: {count: 2}, gpus: {count: 9}"]
)
def test_more_gpus_than_the_nodes_have_do_not_fit(wanted: str) -> None:
    assert [code for code, _ in mistakes(f"name: a, resources: {{{wanted}}}")] == ["does-not-fit"]


def test_touched_nodes_are_not_whole() -> None:
    touching = "name: a, replicas: {count: 3}, resources: {nodes: {count: 1}, gpus: {count: 1}}"
    assert [code for code, _ in mistakes(touching, gpus("b", 8))] == ["does-not-fit"]


def test_of_replicas_that_do_not_fit_the_first_is_told_of() -> None:
    found = error(workflow(f"{gpus('a', 4, replicas='{count: 9}')}, script: [x]", head=TWO))
    assert found.message.startswith("task 'a_2' asks for")


def test_a_big_map_is_cut() -> None:
    head = "backends: {c: {type: slurm, nodes: 20, gpus_per_node: 1}}"
    note = error(workflow(f"{gpus('a', 1, replicas='{count: 21}')}, script: [x]", head=head)).note
    assert note.split("\n")[-3:] == ["node 15  [P]  P=a_15", "... and 4 more nodes", "'a_20' asks for 1 GPU"]


def test_many_gpus_and_owners_are_counted() -> None:
    head = "backends: {c: {type: slurm, nodes: 1, gpus_per_node: 70}}"
    note = error(workflow(f"{gpus('a', 1, replicas='{count: 71}')}, script: [x]", head=head)).note
    assert note.startswith("node 0  [70 of 70 taken]  A=a_0 B=a_1 ")
    assert " and 62 more\n" in note


# ---- Sequential replicas that share ----------------------------------------------------------------------------------


def test_sequential_replicas_share_where_distinct_gpus_do_not_fit() -> None:
    assert placed(gpus("s", 4, replicas="{count: 3, policy: sequential}"), head=TWO) == {
        "s_0": ((0,), (0, 1, 2, 3)),
        "s_1": ((1,), (0, 1, 2, 3)),
        "s_2": ((0,), (0, 1, 2, 3)),
    }


def test_sequential_replicas_of_different_sizes_share_what_their_task_has() -> None:
    head = (
        "backends: {c: {type: slurm, gpus_per_node: 6}}\nvariables: {G: {type: integer, value: 1, domain: [1, 2, 4]}}"
    )
    swept = gpus("s", "'${{ G }}'", replicas="{variables: [G], policy: sequential}")
    assert placed(gpus("a", 1), swept, gpus("z", 1), head=head) == {
        "a": ((0,), (0,)),
        "s_1": ((0,), (1,)),
        "s_2": ((0,), (2, 3)),
        "s_4": ((0,), (1, 2, 3, 4)),
        "z": ((0,), (5,)),
    }


def test_they_do_not_share_with_other_tasks() -> None:
    found = errors(
        workflow(
            f"{gpus('a', 1)}, script: [x]",
            f"{gpus('s', 4, replicas='{count: 2, policy: sequential}')}, script: [x]",
            head="backends: {c: {type: slurm, gpus_per_node: 4}}",
        )
    )
    assert [code for code, _ in found] == ["does-not-fit"]


def test_replicas_that_go_on_running_when_they_are_ready_do_not_share() -> None:
    service = gpus("s", 4, replicas="{count: 3, policy: sequential}", probes="{readiness: {tcp_port: {port: 1}}}")
    assert [code for code, _ in mistakes(service, head=TWO)] == ["does-not-fit"]


def test_parallel_replicas_do_not_share() -> None:
    assert [code for code, _ in mistakes(gpus("s", 4, replicas="{count: 3}"), head=TWO)] == ["does-not-fit"]


# ---- Backends that do not say how many GPUs their nodes have ---------------------------------------------------------


def test_without_gpus_per_node_the_indices_go_by_replica() -> None:
    assert placed(gpus("a", 2, replicas="{count: 2}"), gpus("b", 3), head=BARE) == {
        "a_0": ((0, 1, 2, 3), (0, 1)),
        "a_1": ((0, 1, 2, 3), (2, 3)),
        "b": ((0, 1, 2, 3), (0, 1, 2)),
    }


def test_without_gpus_per_node_replicas_of_different_sizes_do_not_overlap() -> None:
    head = f"{BARE}\nvariables: {{G: {{type: integer, value: 3, domain: [3, 1]}}}}"
    assert placed(gpus("a", "'${{ G }}'", replicas="{variables: [G]}"), head=head) == {
        "a_3": ((0, 1, 2, 3), (0, 1, 2)),
        "a_1": ((0, 1, 2, 3), (3,)),
    }


def test_that_they_are_not_planned_is_said_once_a_task() -> None:
    text = workflow(f"{gpus('a', 2, replicas='{count: 2}')}, script: [x]", "name: b, script: [x]", head=BARE)
    assert [(found.severity, found.code) for found in diagnostics(text)] == [("warning", "unplanned-gpus")]
    assert compiled(text).plan is not None
