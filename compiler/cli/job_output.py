"""What is known of a run outside of its directory: the file with the output of its Slurm job, and how Slurm calls the job's end.

In: a Run. Out: the file, if it is where Slurm puts it by default; the job's state, as diagnose reads it.
"""

from __future__ import annotations

from pathlib import Path

from ..runs.diagnose import Outside
from ..runs.find import holds
from ..runs.run import Run
from ..runs.standing import job_state


def job_output(run: Run) -> Path | None:
    """The job's own output: slurm-JOBID.out, where it was submitted, beside the folder of runs, or here."""
    job = run.state.job_id
    if not job or not job.isdigit():
        return None
    slurm = run.facts.slurm if run.facts is not None and run.facts.slurm else {}
    names = [f"slurm-{job}.out"]
    if slurm.get("array_job_id"):
        names.append(f"slurm-{slurm['array_job_id']}_{slurm.get('array_task_id', '')}.out")
    return _first(names, [slurm.get("submit_dir", ""), str(run.path.absolute().parent.parent), "."])


def output_of_number(number: str, output_dir: Path) -> Path | None:
    """The output of a job that left no run directory."""
    return _first([f"slurm-{number}.out"], [str(output_dir.absolute().parent), "."]) if number.isdigit() else None


def _first(names: list[str], places: list[str]) -> Path | None:
    for place in places:
        for name in names if place else ():
            if holds((Path(place) / name).is_file):
                return Path(place) / name
    return None


def job_end(run: Run) -> list[Outside]:
    """How Slurm calls the end of the run's job; nothing when the run is none of a job, or ended well."""
    job = run.state.job_id
    if not job or not job.isdigit() or run.state.state == "COMPLETED":
        return []
    state = job_state(job)
    return [Outside(f"Slurm's state of job {job}", text=f"JobState={state}")] if state else []
