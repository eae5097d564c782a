"""http_get and http_post: succeed when a URL answers with 2xx or 3xx, and as is expected when something is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..diagnostics import Reporter
from ..ir.expr import Text, display
from ..ir.fields import Schema, text
from ..ir.plan import BodyPattern, HttpRequest
from .base import Site, text_field
from .log_pattern import translate

_HEADERS: Schema = {
    "type": ["object", "null"],
    "additionalProperties": {"$ref": "#/$defs/text"},
    "description": "Headers of the request",
}
_EXPECT = text("A regular expression in Python's dialect that a line of the answer's body must have")


def _request(
    method: Literal["GET", "POST"], fields: Mapping[str, object], site: Site, report: Reporter
) -> HttpRequest | None:
    url = text_field(fields, "url")
    if not display(url).startswith(("http://", "https://")):
        shown = display(url)
        report.error(
            "url-scheme",
            f"'{shown}' is no http:// or https:// URL",
            site.span_of("url"),
            help="write http://HOST:PORT/PATH",
        )
        return None
    headers: dict[str, Text] = fields.get("headers") or {}  # type: ignore[assignment]
    body = text_field(fields, "body") if method == "POST" else None
    expect = None
    if fields.get("expect_body") is not None:
        expect = _expected(text_field(fields, "expect_body"), site, report)
        if expect is None:
            return None
    return HttpRequest(method, url, tuple(headers.items()), body, expect)


def _expected(pattern: Text, site: Site, report: Reporter) -> BodyPattern | None:
    if not isinstance(pattern, str):
        message = f"expect_body is {display(pattern)}, which is known only when the job runs"
        report.error("runtime-value", message, site.span_of("expect_body"))
        return None
    translated = translate(pattern, site.span_of("expect_body"), report)
    return None if translated is None else BodyPattern(pattern, *translated)


class HttpGetProbe:
    kind = "http_get"
    title = "Succeeds when a GET of the URL is answered with 2xx or 3xx"
    fields: dict[str, Schema] = {"url": text("The URL"), "headers": _HEADERS, "expect_body": _EXPECT}
    required: tuple[str, ...] = ("url",)

    def check(self, fields: Mapping[str, object], site: Site, report: Reporter) -> HttpRequest | None:
        return _request("GET", fields, site, report)


class HttpPostProbe:
    kind = "http_post"
    title = "Succeeds when a POST to the URL is answered with 2xx or 3xx"
    fields: dict[str, Schema] = {
        "url": text("The URL"),
        "headers": _HEADERS,
        "body": text("What is posted"),
        "expect_body": _EXPECT,
    }
    required: tuple[str, ...] = ("url",)

    def check(self, fields: Mapping[str, object], site: Site, report: Reporter) -> HttpRequest | None:
        return _request("POST", fields, site, report)
