"""The docker operator: `docker run --rm … IMAGE bash -lc SCRIPT`. Variables go by name (-e KEY), so that no value of theirs
stands on a command line."""

from __future__ import annotations

from ..diagnostics import Reporter
from ..ir.expr import Text
from ..ir.fields import Schema, boolean, text, texts
from ..ir.plan import SCRIPT
from .base import Command, Fields, Placement, items, text_of
from .images import check_image


class DockerOperator:
    type = "docker"
    title = "Runs the script in a container of the local Docker engine"
    fields: dict[str, Schema] = {
        "image": text("The image"),
        "workdir": text("The working directory in the container"),
        "mounts": texts("Volumes, as docker run -v takes them: SOURCE:TARGET[:OPTIONS]"),
        "gpus": text("GPUs that the container gets, as docker run --gpus takes them"),
        "extra_args": texts("Further options of docker run"),
        "pass_envs": boolean("Whether the task's variables are passed on", default=True),
    }
    required: tuple[str, ...] = ("image",)

    def command(self, fields: Fields, placement: Placement, report: Reporter) -> Command:
        words: list[Text] = ["docker", "run", "--rm"]
        if fields.get("pass_envs") is not False:
            for name in placement.environment:
                words += ["-e", name]
        if fields.get("gpus") is not None:
            words += ["--gpus", text_of(fields["gpus"])]
        if fields.get("workdir") is not None:
            words += ["-w", text_of(fields["workdir"])]
        for mount in items(fields.get("mounts")):
            words += ["-v", mount]
        words += [*items(fields.get("extra_args"))]
        image = text_of(fields.get("image"))
        check_image(image, placement.span, report)
        return Command((*words, image, "bash", "-lc", SCRIPT), items(fields.get("mounts")))
