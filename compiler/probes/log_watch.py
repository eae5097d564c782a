"""log_watch: succeeds when a pattern stands in a task's log often enough."""

from __future__ import annotations

from collections.abc import Mapping

from ..diagnostics import Reporter, did_you_mean
from ..ir.expr import Text, display
from ..ir.fields import Schema, integer, text
from ..ir.plan import LogWatch
from ..source.names import may_be_absent
from .base import Site, text_field
from .log_pattern import translate


class LogWatchProbe:
    kind = "log_watch"
    title = "Succeeds when the pattern stands in the log often enough"
    fields: dict[str, Schema] = {
        "match_pattern": text("Literal text, or a regular expression after re: or regex:"),
        "regex_pattern": text("A regular expression in Python's dialect"),
        "match_count": integer("How many matches are wanted", default=1),
        "logger": text("The task whose log is watched; the probe's own when left out"),
    }
    required: tuple[str, ...] = ()

    def check(self, fields: Mapping[str, object], site: Site, report: Reporter) -> LogWatch | None:
        given = [name for name in ("match_pattern", "regex_pattern") if fields.get(name) is not None]
        if len(given) != 1:
            wrong = "both match_pattern and regex_pattern" if given else "no pattern"
            report.error("log-watch-pattern", f"log_watch has {wrong}", site.span, help="give exactly one of the two")
            return None
        name = given[0]
        written = text_field(fields, name)
        pattern, is_regex = display(written), name == "regex_pattern"
        for prefix in ("regex:", "re:") if not is_regex else ():
            if pattern.startswith(prefix):
                pattern, is_regex = pattern[len(prefix) :], True
                break
        if is_regex and not isinstance(written, str):
            message = f"the regular expression is {pattern}, which is known only when the job runs"
            advice = "match_pattern takes such a value in literal text"
            report.error("runtime-value", message, site.span_of(name), help=advice)
            return None
        if not pattern:
            report.error("empty-pattern", "an empty pattern matches everything", site.span_of(name))
            return None
        count = fields.get("match_count")
        if isinstance(count, int) and count < 1:
            report.error("not-positive", f"match_count must be at least 1, not {count}", site.span_of("match_count"))
            return None
        logger = fields.get("logger")
        if logger not in (None, *site.tasks) and may_be_absent(
            str(logger), site.missable, site.span_of("logger"), report
        ):
            logger = None
        watched = self._watched(str(logger), site, report) if logger is not None else ()
        literal: tuple[Text, bool] = (written, False)
        translated = translate(pattern, site.span_of(name), report) if is_regex else literal
        if translated is None or watched is None:
            return None
        return LogWatch(
            pattern=pattern,
            is_regex=is_regex,
            ere=translated[0],
            ignore_case=translated[1],
            match_count=count if isinstance(count, int) else 1,
            logger=watched,
            logger_name=None if logger is None else str(logger),
        )

    def _watched(self, logger: str, site: Site, report: Reporter) -> tuple[str, ...] | None:
        if logger in site.tasks:
            return site.tasks[logger]
        report.error(
            "unknown-task",
            f"no task is called '{logger}'",
            site.span_of("logger"),
            help=did_you_mean(logger, site.tasks, what="tasks"),
        )
        return None
