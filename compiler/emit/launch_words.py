"""How a task's command stands in a script: what its launcher needs to know beyond the script, as lines of its setup function.

In: a task of the plan, whose argv ends in SCRIPT. Out: lines of bash. A script is never an argument there: a local task's is
run from its file, which the launcher puts behind the command; the others' go over standard input.

    ("ssh", "-p", "22", "u@h", "bash", "-lc", SCRIPT) -> ["SF_COMMAND=(ssh -p 22)", "SF_HOST=u@h"]
"""

from __future__ import annotations

from ..ir.expr import Text
from ..ir.memo import by_identity
from ..ir.plan import SCRIPT, PlanTask
from .shell import Speller, word, wrap


def lines(task: PlanTask, spell: Speller) -> list[str]:
    """The lines that set SF_COMMAND, and what else the task's launcher reads."""
    match task.operator.type:
        case "ssh":
            *words, host = _without_script(task.argv)
            return [*_command(tuple(words), spell), f"SF_HOST={word(host, spell)}"]
        case "docker":
            return _docker(task, spell)
        case _:
            return list(_plain(task.argv, spell))


@by_identity
def _plain(argv: tuple[Text, ...], spell: Speller) -> tuple[str, ...]:
    """A command that is followed by the script."""
    command = tuple(argument for argument in argv if argument != SCRIPT)
    if command[-1:] == ("-c",):
        command = command[:-1]
    return tuple(_command(command, spell)) if command and command != ("bash",) else ()


def _docker(task: PlanTask, spell: Speller) -> list[str]:
    """The variables that are passed on are left to the launcher: it knows those that would change what docker itself does."""
    *command, image = _without_script(task.argv)
    passed = [part for name, _ in task.env for part in ("-e", name)]
    if command[3 : 3 + len(passed)] == passed:
        del command[3 : 3 + len(passed)]
        none = []
    else:
        none = ["SF_ENV=() SF_BUILTINS=() # pass_envs: false"]
    return [*none, *_command(tuple(command), spell), f"SF_IMAGE={word(image, spell)}"]


def _without_script(argv: tuple[Text, ...]) -> tuple[Text, ...]:
    """The command before `bash -lc SCRIPT`."""
    assert argv[-3:] == ("bash", "-lc", SCRIPT)
    return argv[:-3]


def _command(words: tuple[Text, ...], spell: Speller) -> list[str]:
    return wrap([word(argument, spell) for argument in words], first="SF_COMMAND=(", last=")")
