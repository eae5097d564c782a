"""A job array: one script for many workflows that ask for the same nodes, each an element of its own.

In: the scripts by element, what they ask for. Out: a bash script for `sbatch`, which runs the script of its element, that lies
beside it.

    job_array("sweep", {1: "a_001.sh", 2: "a_002.sh"}, ("#SBATCH --nodes=1",), limit=4, folder="out")
"""

from __future__ import annotations

from collections.abc import Mapping

from .shell import directive_value, quote


def job_array(
    name: str, scripts: Mapping[int, str], directives: tuple[str, ...], *, limit: int | None, folder: str
) -> str:
    """The array's script. At most `limit` elements run at a time; `folder` is where the scripts lie, seen from where it is made."""
    elements = _ranges(sorted(scripts)) + (f"%{limit}" if limit else "")
    rows = "".join(f"  [{number}]={quote(script)}\n" for number, script in sorted(scripts.items()))
    count = "one workflow" if len(scripts) == 1 else f"{len(scripts)} workflows"
    beside = quote(folder) if folder.startswith("/") else f'"$SLURM_SUBMIT_DIR"/{quote(folder)}'
    head = "\n".join((f"#SBATCH --job-name={directive_value(name)}", f"#SBATCH --array={elements}", *directives))
    return f"""\
#!/usr/bin/env bash
{head}
#
# {name}: {count}, each an element of this job array. Made by sflowc. What each runs is a script that lies beside
# this one. `sbatch FILE` submits all, `sbatch --array=3 FILE` only the third.

workflows=(
{rows})
script=${{workflows[${{SLURM_ARRAY_TASK_ID:?this is a job array: submit it with sbatch}}]-}}
if [[ ! $script ]]; then
  echo "sflow: there is no workflow for element $SLURM_ARRAY_TASK_ID" >&2
  exit 64
fi
for folder in "$SLURM_SUBMIT_DIR" {beside}; do
  if [[ -r $folder/$script ]]; then exec bash "$folder/$script" "$@"; fi
done
echo "sflow: $script is not in $SLURM_SUBMIT_DIR: submit from the directory of the scripts" >&2
exit 78
"""


def _ranges(numbers: list[int]) -> str:
    """1, 2, 3, 7 -> 1-3,7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)
