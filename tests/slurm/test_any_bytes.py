"""Any bytes but NUL, in any variable, arrive unchanged in the steps of a job. One job holds many values, as each costs a start."""

from collections.abc import Callable

import yaml
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from texts import VALUES


@settings(
    max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(st.lists(VALUES, min_size=30, max_size=60))
@example(["one\r\ntwo", "\r\n", "\r"])
def test_any_bytes_arrive_in_a_step(submit: Callable, texts: list[str]) -> None:
    names = [f"V{number}" for number in range(len(texts))]
    script = "".join(f'printf "%s\\0" "${name}"; ' for name in names)
    document = {
        "variables": {name: {"value": text} for name, text in zip(names, texts, strict=True)},
        "backends": {"c": {"type": "slurm", "nodes": 1, "time": "5"}},
        "workflow": {
            "name": "w",
            "tasks": [{"name": "t", "script": [f"{{ {script}}} >$SFLOW_TASK_OUTPUT_DIR/values"]}],
        },
    }
    job = submit(yaml.safe_dump(document))
    assert job.wait() == "COMPLETED", job.output
    assert (job.directory / "t" / "values").read_bytes().split(b"\0")[:-1] == [text.encode() for text in texts]
