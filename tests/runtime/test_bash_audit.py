"""The runtime and what is emitted use nothing that bash 4.2 does not have.

No registry that the tests may use has a bash that old, so its manual stands in for it (tests/oldbash/audit.py). Where old
shells are at hand, the tests of tests/run and the units' bats files run on each of them too (tests/oldbash/shells.py).
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from oldbash.audit import commands, newer_than_4_2
from oldbash.shells import BASHES, Shell
from requirements import need

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "runtime_sh").glob("*.sh"))
EMITTED = sorted((ROOT / "golden" / "cases").glob("*/*.sh"))

NEWER = {
    "wait -n": "wait -n (4.3)",
    "wait -fn": "wait -f (5.0)",
    "builtin wait -p who": "wait -p (5.1)",
    "f() { local -n ref=$1; }": "local -n (4.3)",
    "declare -gn ref=x": "declare -n (4.3)",
    "f() { local -; set -f; }": "local - (4.4)",
    "unset -n ref": "unset -n (4.3)",
    "unset 'a[-1]'": "unset of a negative subscript a[-1] (4.3)",
    'echo "${a[-1]}"': "a negative subscript ${a[...]} (4.3 to assign it)",
    "a[-1]=x": "a negative subscript a[...]= (4.3)",
    "[[ -v a[0] ]]": "[[ -v array[i] ]] (4.3)",
    "[[ -R a ]]": "[[ -R ]] (4.3)",
    'x="${x@Q}"': "${x@Q} (4.4)",
    'x=("${a[@]@A}")': "${a@A} (4.4)",
    "mapfile -t -d '' a": "mapfile -d (4.4)",
    "readarray -td '' a": "readarray -d (4.4)",
    "shopt -s inherit_errexit": "shopt inherit_errexit (4.4)",
    "shopt -u patsub_replacement": "shopt patsub_replacement (5.2)",
    "printf '%(%s)T'": "printf %()T without an argument (4.3)",
    "printf -v now '%(%s)T'": "printf %()T without an argument (4.3)",
    "now=$EPOCHREALTIME": "$EPOCHREALTIME, and the script does not ask whether it is there (5.0)",
    "now=${EPOCHREALTIME/,/.}": "$EPOCHREALTIME, and the script does not ask whether it is there (5.0)",
    "((x = EPOCHSECONDS))": "$EPOCHSECONDS, and the script does not ask whether it is there (5.0)",
    "x=$SRANDOM": "$SRANDOM, and the script does not ask whether it is there (5.1)",
    "x=${ date; }": "a command substitution without a fork (5.3)",
    "x=${| REPLY=a; }": "a command substitution without a fork (5.3)",
    'set -u; f "${a[@]}"': "${a[@]} under set -u, which an empty array does not survive (4.4)",
    'set -eo nounset; f "${a[@]:1}" "${a[*]}"': "${a[@]} under set -u, which an empty array does not survive (4.4)",
    '''x="${y//a/"b"}"''': "a quoted replacement in a quoted ${y/...}: its quotes stay (4.3)",
    r'''x="${y//\'/\'\\\'\'}"''': "a quoted replacement in a quoted ${y/...}: its quotes stay (4.3)",
    "cat <<END\n$(wait -n)\nEND\n": "wait -n (4.3)",
}

AS_OLD = [
    "# wait -n",
    "echo wait -n 'local -n' \"mapfile -d\"",
    "cat <<'END'\nwait -n\n${x@Q}\nEND\n",
    "cat <<END\nwait -n\nEND\n",
    "wait; wait $!; wait 1 2",
    "f() { local -a words; local -i n=-1; local x=1; }",
    "declare -gA map=([a]=1)",
    'echo "${a[1]}" "${a[i-1]}" "${#a[@]}" "${a[@]: -1}"',
    "[[ -v a && -n ${a[0]} ]]",
    "mapfile -t a; mapfile -n 1 -t a; read -t 0.5 -u 3 -r -d '' x",
    "shopt -s lastpipe extglob; shopt -u patsub_replacement 2>/dev/null || :",
    "printf '%(%s)T' -1; printf -v now '%(%s)T' -1; printf -- '-%s' a; printf '%s' '(x)T'",
    "if [[ ${EPOCHREALTIME-} ]]; then now=${EPOCHREALTIME/,/.}; fi",
    'f "${a[@]}"',
    'set -u; f ${a[@]+"${a[@]}"} "$@" "${#a[@]}" "${!a[@]}"',
    'x=${y//a/"b"}; x="${y//a/$b}"; x="${y//\\"/\\\\n}"',
    'x=$(date) {fd}<>file; echo >&"$fd" &>>log',
]


@pytest.fixture(scope="module")
def newer() -> Callable[[str], list[str]]:
    shfmt = need("shfmt")
    return lambda script: newer_than_4_2(script, shfmt)


@pytest.mark.parametrize("path", [*UNITS, *EMITTED], ids=lambda path: path.name)
def test_nothing_newer_than_bash_4_2(path: Path, newer: Callable[[str], list[str]]) -> None:
    assert newer(path.read_text()) == []


@pytest.mark.parametrize(("script", "complaint"), NEWER.items(), ids=NEWER)
def test_what_is_newer_is_found(script: str, complaint: str, newer: Callable[[str], list[str]]) -> None:
    assert complaint in [found.partition(" ")[2] for found in newer(script)]


@pytest.mark.parametrize("script", AS_OLD)
def test_what_bash_4_2_has_is_let_be(script: str, newer: Callable[[str], list[str]]) -> None:
    assert newer(script) == []


def test_a_finding_says_where_it_is(newer: Callable[[str], list[str]]) -> None:
    assert newer("f() {\n  : ; wait -n\n}\n") == ["2:7 wait -n (4.3)"]


def test_no_function_of_the_environment_stands_in_for_a_command() -> None:
    """What the runtime calls is in the list of functions that every script unsets before it does anything."""
    called = set().union(*(commands(unit.read_text(), need("shfmt")) for unit in UNITS))
    called = {name for name in called if not re.match(r"(sf|workflow|setup|probe|fetch|on_timeout)_", name)}
    for script in EMITTED:
        unset = re.search(r"^unset -f ((?:.*\\\n)*.*)$", script.read_text(), re.MULTILINE)
        assert unset is not None
        assert called - set(unset[1].replace("\\\n", " ").split()) == set()


@pytest.mark.parametrize("bash", BASHES, ids=str)
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_bash_at_hand_reads_the_units(unit: Path, bash: Shell) -> None:
    read = subprocess.run([bash.path, "-n", unit], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
