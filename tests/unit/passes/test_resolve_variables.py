"""Global variables: their order, their types, their names, and what --set makes of them."""

import pytest
from compilation import diagnostics, environment, error, errors, plan, script, task, workflow

ONE = "name: t, script: [x]"


def value(variable: str, *sets: str) -> object:
    """The value of `V: <variable>`, as expressions see it."""
    (found,) = plan(workflow(ONE, head=f"variables: {{V: {variable}}}"), sets=sets).variables
    return found.value


def mistakes(variable: str, *sets: str) -> list[tuple[str, str]]:
    return errors(workflow(ONE, head=f"variables: {{V: {variable}}}"), sets=sets)


# ---- Order -----------------------------------------------------------------------------------------------------------


def test_variables_are_made_of_each_other_in_any_order() -> None:
    assert script("${{ A }}", head="variables: {A: '${{ variables.B }}a', B: '${{ C }}b', C: c}") == "cba"


def test_variables_are_made_of_those_in_other_files() -> None:
    texts = (workflow("name: t, script: ['${{ A }}']", head="variables: {A: '${{ B }}a'}"), "variables: {B: b}")
    assert task(*texts).script == ("ba",)


def test_the_workflows_name_can_be_used() -> None:
    assert value("'${{ workflow.name }}-x'") == "w-x"


def test_a_circle_is_printed() -> None:
    found = error(workflow(ONE, head="variables: {A: '${{ B }}', B: '${{ variables.C }}', C: '${{ A }}'}"))
    assert (found.code, found.message) == ("variable-cycle", "variables need each other: A -> B -> C -> A")
    assert len(found.labels) == 2


def test_a_circle_over_files_is_found() -> None:
    assert [
        code for code, _ in errors(workflow(ONE, head="variables: {A: '${{ B }}'}"), "variables: {B: '${{ A }}'}")
    ] == ["variable-cycle"]


def test_a_global_variable_hides_none_and_cannot_be_made_of_itself() -> None:
    assert [code for code, _ in mistakes("'${{ V }}'")] == ["variable-cycle"]


@pytest.mark.parametrize("section", ["backends", "artifacts", "task"])
def test_what_comes_later_does_not_exist_yet(section: str) -> None:
    assert mistakes(f"'${{{{ {section}.x }}}}'") == [("unknown-name", section)]


def test_all_mistakes_are_found_at_once() -> None:
    head = "variables: {A: '${{ nope }}', B: {type: integer, value: x}, C: '${{ 1 // 0 }}'}"
    assert [code for code, _ in errors(workflow(ONE, head=head))] == ["unknown-name", "wrong-type", "division-by-zero"]


def test_what_is_made_of_a_mistake_is_no_second_mistake() -> None:
    assert errors(workflow(ONE, head="variables: {A: '${{ nope }}', B: '${{ A }}'}")) == [("unknown-name", "nope")]


# ---- Types -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("text", "text"),
        ("4", "4"),
        ("0.50", "0.5"),
        ("true", "True"),
        ("~", None),
        ("[1, two]", "[1, 'two']"),
        ("{value: {k: 1}}", "{'k': 1}"),
        ("{value: 4, type: string}", "4"),
        ("{type: integer, value: '16'}", 16),
        ("{type: integer, value: ' -3 '}", -3),
        ("{type: integer, value: '1_000'}", 1000),
        ("{type: integer, value: 3.0}", 3),
        ("{type: integer, value: '${{ 6 / 2 }}'}", 3),
        ("{type: float, value: 3}", 3.0),
        ("{type: float, value: '1e-3'}", 0.001),
        ("{type: boolean, value: false}", False),
        ("{type: list, value: [1, a]}", [1, "a"]),
        ("{type: list, value: '[1, \"a\"]'}", [1, "a"]),
        ("{type: list, value: '${{ (1, 2) }}'}", [1, 2]),
        ("{type: dict, value: {k: [1]}}", {"k": [1]}),
        ("{type: dict, value: '{\"k\": 1}'}", {"k": 1}),
        ("{type: , value: 4}", "4"),
    ],
)
def test_a_value_is_cast_to_its_type(variable: str, expected: object) -> None:
    found = value(variable)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("text", ["true", "1", "yes", "y", "on", "TRUE", "Yes", "' On '"])
def test_text_that_is_true(text: str) -> None:
    assert value(f"{{type: boolean, value: {text}}}") is True


@pytest.mark.parametrize("text", ["false", "0", "no", "n", "off", "FALSE", "No", "' OFF '"])
def test_text_that_is_false(text: str) -> None:
    assert value(f"{{type: boolean, value: {text}}}") is False


@pytest.mark.parametrize(
    "variable",
    [
        "{type: integer, value: x}",
        "{type: integer, value: 3.5}",
        "{type: integer, value: '3.0'}",
        "{type: integer, value: ~}",
        "{type: integer, value: '${{ 7 / 2 }}'}",
        "{type: float, value: much}",
        "{type: float, value: true}",
        "{type: boolean, value: maybe}",
        "{type: boolean, value: 2}",
        "{type: list, value: 'a,b'}",
        "{type: list, value: {a: 1}}",
        "{type: dict, value: [1]}",
        "{type: dict, value: 3}",
    ],
)
def test_a_value_that_does_not_fit_its_type(variable: str) -> None:
    assert [code for code, _ in mistakes(variable)] == ["wrong-type"]


def test_a_number_without_a_type_is_a_number_for_other_variables_and_text_elsewhere() -> None:
    text = workflow("name: t, script: ['${{ A * 2 }} ${{ B }}']", head="variables: {A: 4, B: '${{ A * 2 }}'}")
    assert task(text).script == ("44 8",)


def test_that_arithmetic_on_text_repeats_it_is_said() -> None:
    found = diagnostics(workflow("name: t, script: ['${{ A * 2 }}']", head="variables: {A: 4}"))
    assert [(warning.severity, warning.code, warning.help) for warning in found] == [
        ("warning", "string-arithmetic", "declare the variable with `type: integer`")
    ]


def test_a_declared_number_is_one_everywhere() -> None:
    assert script("${{ A * 2 }}", head="variables: {A: {type: integer, value: 4}}") == "8"


def test_a_list_without_a_type_is_text_outside_variables() -> None:
    assert script("${{ L | length }}", head="variables: {L: [1, 2]}") == "6"


def test_a_variable_longer_than_an_environment_takes_is_a_mistake() -> None:
    assert [code for code, _ in mistakes("x" * 128 * 1024)] == ["variable-too-long"]
    assert value("x" * (128 * 1024 - 1)) == "x" * (128 * 1024 - 1)


# ---- Domains ---------------------------------------------------------------------------------------------------------


def domain(variable: str, *sets: str) -> tuple[object, ...] | None:
    (found,) = plan(workflow(ONE, head=f"variables: {{V: {variable}}}"), sets=sets).variables
    return found.domain


def test_a_domain_is_cast_as_the_value_is() -> None:
    assert domain("{type: integer, value: '2', domain: ['1', 2.0]}") == (1, 2)


def test_a_domain_may_be_made_of_expressions() -> None:
    assert domain("{type: integer, value: 2, domain: ['${{ 1 + 1 }}', 3]}") == (2, 3)
    assert domain("{type: integer, value: 2, domain: '${{ [2, 4] }}'}") == (2, 4)


def test_an_empty_domain_allows_everything() -> None:
    assert domain("{value: 5, domain: []}") == ()


@pytest.mark.parametrize(
    "variable",
    [
        "{value: 3, domain: [1, 2]}",
        "{value: '16', domain: [16]}",
        "{value: 16, domain: ['16']}",
        "{value: 1, domain: [true]}",
        "{type: integer, value: 3, domain: ['1', '2']}",
    ],
)
def test_a_value_outside_its_domain_is_a_mistake(variable: str) -> None:
    assert [code for code, _ in mistakes(variable)] == ["not-in-domain"]


def test_text_and_number_that_look_alike_are_told_apart_aloud() -> None:
    found = error(workflow(ONE, head="variables: {V: {value: '16', domain: [16]}}"))
    assert found.message == "the value of 'V', '16', is not in its domain"
    assert found.help == "one is text and the other a number: declare a type, or write both alike"


def test_a_secret_is_not_told_when_it_is_outside_its_domain() -> None:
    found = error(workflow(ONE, head="variables: {API_KEY: {value: hunter2, domain: [hunter3]}}"))
    assert (found.message, found.note) == ("the value of 'API_KEY' is not in its domain", "")


@pytest.mark.parametrize("variable", ["{value: 1, domain: '${{ 3 }}'}", "{value: 1, domain: text}"])
def test_a_domain_that_is_no_list_is_a_mistake(variable: str) -> None:
    assert [code for code, _ in mistakes(variable)] == ["wrong-type"]


def test_a_domain_whose_values_do_not_fit_the_type_is_a_mistake() -> None:
    assert [code for code, _ in mistakes("{type: integer, value: 1, domain: [1, x]}")] == ["wrong-type"]


# ---- --set -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("7", "7"),
        ("007", "7"),
        ("1_000", "1000"),
        ("1e3", "1000.0"),
        ("yes", "True"),
        ("OFF", "False"),
        ("0x1F", "0x1F"),
        ("", ""),
        ("a=b", "a=b"),
        (" padded ", " padded "),
        ("None", "None"),
        ('{"a": 1}', "{'a': 1}"),
        ("[broken", "[broken"),
        ('"quoted"', '"quoted"'),
        ("${{ 1 + 1 }}", "2"),
    ],
)
def test_what_the_command_line_says_is_read_as_python_would(given: str, expected: str) -> None:
    assert value("old", f"V={given}") == expected


def test_the_declared_type_applies_to_what_the_command_line_says() -> None:
    assert value("{type: integer, value: 1}", "V=7.0") == 7
    assert value("{type: boolean, value: false}", "V=on") is True
    assert value("{type: dict, value: {}}", 'V={"a": 1}') == {"a": 1}


def test_of_several_the_last_counts() -> None:
    assert value("1", "V=2", "V=3") == "3"


def test_a_list_is_a_domain_whose_first_is_the_value() -> None:
    assert value("{type: integer, value: 16, domain: [16]}", "V=[1, 20, 300]") == 1
    assert domain("{type: integer, value: 16, domain: [16]}", "V=[1, 20, 300]") == (1, 20, 300)
    assert domain("1", "V=[1, 2]") == (1, 2)


def test_an_empty_list_leaves_the_value() -> None:
    assert (value("5", "V=[]"), domain("5", "V=[]")) == ("5", ())


def test_other_variables_are_made_of_what_the_command_line_says() -> None:
    assert script("${{ B }}", head="variables: {A: {type: integer, value: 1}, B: '${{ A + 1 }}'}") == "2"
    text = workflow("name: t, script: ['${{ B }}']", head="variables: {A: 1, B: '${{ A + 1 }}'}")
    assert task(text, sets=("A=5",)).script == ("6",)


@pytest.mark.parametrize(
    ("variable", "given", "code"),
    [
        ("{value: 1, domain: [1, 2]}", "V=5", "not-in-domain"),
        ("{type: integer, value: 1}", "V=x", "wrong-type"),
        ("{type: list, value: []}", "V=x", "wrong-type"),
        ("1", "W=1", "unknown-variable"),
        ("1", "V", "set-syntax"),
    ],
)
def test_what_the_command_line_cannot_say(variable: str, given: str, code: str) -> None:
    assert mistakes(variable, given) == [(code, "<command line>")]


def test_a_variable_of_the_workflow_is_out_of_reach_and_its_place_is_shown() -> None:
    done = workflow(ONE, body="variables: {W: 1}")
    (found,) = [found for found in diagnostics(done, sets=("W=2",)) if found.severity == "error"]
    assert found.code == "unknown-variable"
    assert [label.span.line for label in found.labels] == [3]


# ---- Names -----------------------------------------------------------------------------------------------------------

PLACES = [
    "variables: {%s: 1}",
    "workflow: {variables: {%s: 1}}",
    "workflow: {tasks: [{name: u, variables: {%s: 1}, script: [x]}]}",
    "artifacts: {%s: {uri: 'fs:///x'}}",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("name", "severity", "code"),
    [
        ("UID", "error", "read-only-variable"),
        ("SHELLOPTS", "error", "read-only-variable"),
        ("SFLOW_X", "error", "reserved-variable"),
        ("PATH", "warning", "variable-steers-shell"),
        ("IFS", "warning", "variable-steers-shell"),
        ("a-b", "warning", "variable-not-exported"),
        ("1a", "warning", "variable-not-exported"),
        ("é", "warning", "variable-not-exported"),
    ],
)
def test_names_that_no_variable_should_have(place: str, name: str, severity: str, code: str) -> None:
    found = diagnostics(workflow(ONE), place % name)
    assert [(said.severity, said.code) for said in found] == [(severity, code)]


@pytest.mark.parametrize("name", ["SLURM_NODES", "SLURM_PARTITION", "SLURM_TIMELIMIT", "_x", "x1", "sflow"])
def test_names_in_common_use_work(name: str) -> None:
    text = workflow(ONE, head=f"variables: {{{name}: 1}}")
    assert (diagnostics(text), environment(task(text))) == ([], {name: "1"})


def test_names_that_no_shell_can_export_work_in_expressions() -> None:
    head = "variables: {a-b: 1, a.b: 2, sp ace: 3, naïve: 4}"
    lines = "${{ variables['a-b'] }}${{ variables['a.b'] }}${{ variables['sp ace'] }}${{ variables.naïve }}"
    assert script(lines, head=head) == "1234"


@pytest.mark.parametrize("name", ["API_TOKEN", "api_key", "DB_PASSWORD", "MY_SECRET", "AWS_CREDENTIALS"])
def test_names_of_secrets(name: str) -> None:
    (found,) = plan(workflow(ONE, head=f"variables: {{{name}: x}}")).variables
    assert found.is_secret


@pytest.mark.parametrize("name", ["TOKENS", "KEYS", "KEYBOARD", "TOKENIZER"])
def test_names_of_no_secrets(name: str) -> None:
    (found,) = plan(workflow(ONE, head=f"variables: {{{name}: x}}")).variables
    assert not found.is_secret
