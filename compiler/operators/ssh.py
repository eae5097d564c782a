"""The ssh operator: the script runs under a login shell on another host; its variables travel with it on standard input."""

from __future__ import annotations

from ..diagnostics import Reporter
from ..ir.expr import Text, join
from ..ir.fields import Schema, integer, text, texts
from ..ir.plan import SCRIPT
from .base import Command, Fields, Placement, items, text_of


class SshOperator:
    type = "ssh"
    title = "Runs the script on another host through ssh"
    fields: dict[str, Schema] = {
        "host": text("The host"),
        "user": text("The user there"),
        "port": integer("The port of sshd"),
        "identity_file": text("The private key"),
        "extra_args": texts("Further options of ssh"),
    }
    required: tuple[str, ...] = ("host",)

    def command(self, fields: Fields, placement: Placement, report: Reporter) -> Command:
        words: list[Text] = ["ssh"]
        if fields.get("port") is not None:
            words += ["-p", text_of(fields["port"])]
        if fields.get("identity_file") is not None:
            words += ["-i", text_of(fields["identity_file"])]
        words += items(fields.get("extra_args"))
        user, host = text_of(fields.get("user")), text_of(fields.get("host"))
        words.append(join([user, "@", host]) if user else host)
        return Command((*words, "bash", "-lc", SCRIPT))
