"""The runtime takes no data for code: no eval, no format, no name and no arithmetic of what comes from outside (tests/oldbash/trust.py).

What the rules cannot see to be safe is listed here with the reason why it is; a line that is of no use any more fails too.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from oldbash.trust import taken_for_code
from requirements import need

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "runtime_sh").glob("*.sh"))

_OUT = "printf -v of a name that is data"
_NAMED = "the callers name a variable of their own"
_NUMBER = "the output of wc -c, stat or grep | wc -l, a number"
_KEY = "a key of an associative array, which is text"
REVIEWED = {
    f"bus sf_bus_open: {_OUT}": _NAMED,
    f"clock sf_clock_parse: {_OUT}": _NAMED,
    f"clock sf_clock_format: {_OUT}": _NAMED,
    f"clock sf_clock_format_long: {_OUT}": _NAMED,
    f"hub_answer sf_hub_encode: {_OUT}": _NAMED,
    f"main sf_main_places: {_OUT}": "one of four names that stand in the loop",
    f"report sf_report_read: {_OUT}": "a pattern admits four names",
    "local sf_local_become: unset of a name that is data": "the compiler admits only names of variables",
    "preamble sf_preamble_end: eval": "what `set +o` and `shopt -p` of this shell have printed",
    "keeper sf_keeper_listen: read of a name that is data": "an option with a number, or nothing",
    "download_watch sf_download_beat: arithmetic on size, which comes from outside": _NUMBER,
    "probe_log sf_probe_log_read: arithmetic on end, which comes from outside": _NUMBER,
    "pool sf_pool_limit: arithmetic on most, which comes from outside": "what `ulimit -n` says, a number by the line before",
    "time_left sf_time_left: arithmetic on ends, which comes from outside": "digits, by the line before",
    "probe_log sf_probe_log_read: arithmetic on seen, which comes from outside": _NUMBER,
    "probe_log sf_probe_log_read: arithmetic on rest, which comes from outside": _NUMBER,
    "outputs_check sf_outputs_check_explain: arithmetic on at, which comes from outside": "digits, by the line before",
    "pool sf_pool_signal: arithmetic on index, which comes from outside": "digits, by the line before",
    "time_left sf_time_left: arithmetic on SLURM_JOB_END_TIME, which comes from outside": "digits, by the line before",
    "probe_body sf_probe_body_chunks: arithmetic on size, which comes from outside": "hexadecimal digits, by the line before",
    "srun sf_timer_due_held: arithmetic on since, which comes from outside": "what this script has written",
    "report sf_report_read: arithmetic on line, which comes from outside": _KEY,
    "select sf_select_forget: arithmetic on line, which comes from outside": _KEY,
    "slurm_nodes sf_slurm_addresses: arithmetic on name, which comes from outside": _KEY,
}

CODE = {
    'eval "$x"': "-: eval",
    "f() { source x; }": "f: source",
    'f() { printf "$1"; }': "f: printf of a format that is data",
    'f() { printf -v x "a$1"; }': "f: printf of a format that is data",
    'f() { printf -v "$1" %s x; }': "f: printf -v of a name that is data",
    'f() { unset -v "$1"; }': "f: unset of a name that is data",
    'f() { read -r "$1"; }': "f: read of a name that is data",
    "f() { read -r n; ((n > 3)); }": "f: arithmetic on n, which comes from outside",
    "f() { n=$(cat x); echo $((n + 1)); }": "f: arithmetic on n, which comes from outside",
    "f() { local n=$(cat x); [[ $n -gt 3 ]]; }": "f: arithmetic on n, which comes from outside",
    'f() { while read -r a b; do echo "${c[$b]}"; done; }': "f: arithmetic on b, which comes from outside",
    "f() { ((${SLURM_RESTART_COUNT:-0} > 0)); }": "f: arithmetic on SLURM_RESTART_COUNT, which comes from outside",
}
DATA = [
    'f() { read -r -t "$1" -u "$2" line; echo "$line"; }',
    'f() { printf -v "x[$1]" %s "$2"; printf -- "-%s" "$2"; }',
    "f() { read -r n; [[ $n == 3 ]]; echo ${#n}; }",
    "f() { local -i n=$1; ((n > 3)); }",
]


@pytest.fixture(scope="module")
def found() -> Callable[[str], list[str]]:
    shfmt = need("shfmt")
    return lambda script: taken_for_code(script, shfmt)


def test_the_runtime_takes_no_data_for_code(found: Callable[[str], list[str]]) -> None:
    places = [f"{unit.stem} {place}" for unit in UNITS for place in found(unit.read_text())]
    assert [place for place in places if place not in REVIEWED] == []
    assert [place for place in REVIEWED if place not in places] == []


def test_a_script_evaluates_only_the_preamble_of_its_cluster(found: Callable[[str], list[str]]) -> None:
    script = (ROOT / "golden" / "cases" / "cluster_profile" / "cluster_profile.sbatch.sh").read_text()
    top = script[: script.index("# ==== The runtime")] + script[script.index("\n", script.rindex("\n}\n\n") + 2) :]
    assert [place for place in found(top) if "${!SF_@}" not in top or "unset" not in place] == ["-: eval"]
    assert 'eval "$SF_PREAMBLE" </dev/null\n' in top


@pytest.mark.parametrize(("script", "complaint"), CODE.items(), ids=CODE)
def test_what_could_be_code_is_found(script: str, complaint: str, found: Callable[[str], list[str]]) -> None:
    assert complaint in found(script)


@pytest.mark.parametrize("script", DATA)
def test_what_stays_data_is_let_be(script: str, found: Callable[[str], list[str]]) -> None:
    assert found(script) == []
