"""The runtime uses nothing that bash 4.2 does not have.

No package of an old bash is to be had everywhere, so newer syntax is banned by this audit; where old shells are at hand,
SFLOWC_BASH=/path/to/bash runs the tests of tests/run on one of them.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "runtime_sh").glob("*.sh"))
SKELETONS = sorted((ROOT / "templates").rglob("*.j2"))

NEWER = {
    "wait -n (4.3)": r"\bwait\s+(-\w+\s+)*-\w*n\b",
    "a nameref (4.3)": r"\b(local|declare|typeset)\s+(-\w+\s+)*-\w*n\b",
    "a negative subscript (4.3)": r"\[\s*-\d+\s*\]",
    "[[ -v array[i] ]] (4.3)": r"-v\s+\w+\[",
    "a transformation ${x@Q} (4.4)": r"\$\{!?[\w@*\[\]]+@[QEPAaUuLKk]\}",
    "mapfile -d (4.4)": r"\b(mapfile|readarray)\s+(-\w+\s+)*-\w*d\b",
    "local - (4.4)": r"\blocal\s+-(\s|;|$)",
    "inherit_errexit (4.4)": r"\binherit_errexit\b",
    "EPOCHSECONDS or an unguarded EPOCHREALTIME (5.0)": r"\bEPOCHSECONDS\b|\$\{?EPOCHREALTIME(?![-/])",
    "wait -p (5.1)": r"\bwait\s+(-\w+\s+)*-\w*p\b",
    "SRANDOM (5.1)": r"\bSRANDOM\b",
    "a command substitution without a fork (5.3)": r"\$\{[ |]",
}


def code(text: str) -> str:
    """The text without comments, and without what stands in single quotes."""
    kept = []
    for line in text.splitlines():
        bare = re.sub(r"'[^']*'", "''", line)
        kept.append(re.sub(r"(^|\s)#.*", "", bare))
    return "\n".join(kept)


def newer(text: str) -> list[str]:
    return [what for what, pattern in NEWER.items() if re.search(pattern, code(text), re.MULTILINE)]


@pytest.mark.parametrize("path", [*UNITS, *SKELETONS], ids=lambda path: path.name)
def test_nothing_newer_than_bash_4_2(path: Path) -> None:
    assert newer(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "wait -n",
        "local -n ref=$1",
        "declare -gn ref=x",
        'echo "${a[-1]}"',
        "[[ -v a[0] ]]",
        'x="${x@Q}"',
        "mapfile -t -d '' a",
        "local -; set -f",
        "shopt -s inherit_errexit",
        "now=$EPOCHREALTIME",
        "x=$EPOCHSECONDS",
        "wait -n -p who",
        "x=$SRANDOM",
        "x=${ cmd; }",
    ],
)
def test_the_audit_finds_it(line: str) -> None:
    assert newer(line)


@pytest.mark.parametrize(
    "line", ["# wait -n", "echo 'local -n'", "local x=1", "now=${EPOCHREALTIME/,/.}", "local -a words"]
)
def test_the_audit_lets_it_be(line: str) -> None:
    assert newer(line) == []


def test_every_bash_at_hand_reads_the_units() -> None:
    for bash in filter(None, ["bash", *os.environ.get("SFLOWC_BASHES", "").split(":")]):
        for unit in UNITS:
            subprocess.run([bash, "-n", unit], check=True)
