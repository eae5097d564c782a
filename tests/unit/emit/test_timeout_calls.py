"""What a script's upper half says of on_timeout."""

import pytest
from sflowc.emit.timeout_calls import functions, settings
from sflowc.ir.plan import PlanOnTimeout

HOOK = PlanOnTimeout(("x",), 8.4, (("A", "1"), ("B", "it's")))


@pytest.mark.parametrize(
    ("directives", "signal"),
    [
        ((), []),
        (("--nodes=1", "--signal=B:USR2@90", "--signal=USR1@5"), ["SF_SIGNAL_LEAD=90"]),
        (("--signal=USR1",), []),
    ],
)
def test_when_it_begins(directives: tuple[str, ...], signal: list[str]) -> None:
    lines = [line.split(" #")[0] for line in settings(HOOK, directives)]
    assert lines == ["SF_LEAD=840", *signal]


def test_what_not_all_tasks_have_alike_is_in_its_own_environment() -> None:
    (own,) = functions(HOOK, {"A": "1", "B": "two"}, lambda atom: "")
    assert own.name == "on_timeout_environment"
    assert own.lines == ("SF_ENV+=(", '  "B=it\'s"', ")")
    assert list(functions(HOOK, {"A": "1", "B": "it's"}, lambda atom: "")) == []


def test_no_hook_says_nothing() -> None:
    assert (settings(None, ("--signal=B:USR2@90",)), list(functions(None, {}, lambda atom: ""))) == ((), [])
