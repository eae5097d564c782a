"""Downloads of a job: by its first node, into the workspace that all nodes see, before any step; the job's end ends them."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jobs import Job
from web import Site, body, hanging, serving

HOST = "10.77.0.1"  # this host, as the nodes see it
WORKFLOW = """
artifacts:
  DATA: {{uri: "{url}/data.bin"}}
backends: {{c: {{type: slurm, nodes: 2}}}}
workflow:
  name: w
  tasks:
    - {{name: t, script: ['echo "$SLURM_NODEID $(sha256sum <"$DATA")"']}}
"""


@pytest.fixture
def site(cluster: None) -> Iterator[Site]:
    with serving(HOST) as site:
        yield site


def leavings(job: Job) -> list[Path]:
    return [path for path in (job.folder / ".sflow_cache").rglob("*") if path.name.startswith(".") or path.is_file()]


def test_one_node_downloads_for_all(site: Site, submit: Callable[..., Job]) -> None:
    site.routes["/data.bin"] = body(b"x" * 100_000)
    job = submit(WORKFLOW.format(url=site.url))
    assert job.wait() == "COMPLETED", job.output
    sums = {tuple(line.split(": ")[1].split()[:2]) for line in (job.directory / "t" / "t.log").read_text().splitlines()}
    assert {node for node, _ in sums} == {"0", "1"}
    assert len({digest for _, digest in sums}) == 1
    assert site.seen["/data.bin"] == 1
    assert [path.name for path in leavings(job)] == ["data.bin"]


def test_a_failed_download_fails_the_job(site: Site, submit: Callable[..., Job]) -> None:
    job = submit(WORKFLOW.format(url=site.url))
    assert job.wait() == "FAILED"
    assert job.show()["ExitCode"] == "78:0"
    assert "artifact DATA: HTTP status 404" in job.output


def test_scancel_ends_a_download(site: Site, submit: Callable[..., Job]) -> None:
    site.routes["/data.bin"] = hanging(b"half")
    job = submit(WORKFLOW.format(url=site.url))
    end = time.monotonic() + 30
    while not site.seen["/data.bin"]:
        assert time.monotonic() < end, job.output
        time.sleep(0.05)
    subprocess.run(["scancel", job.number], check=True)
    assert job.wait() == "CANCELLED"
    assert leavings(job) == []
    assert '"state":"CANCELLED"' in (job.directory / "events.jsonl").read_text()
