"""A line of a log as it may be shown: without what steers a terminal, without secrets, not too long.

In: text of any kind. Out: one line of printable text.

    Cleaner(["s3cr3t"])("\\x1b[31mHF_TOKEN=hf_abc s3cr3t") == "HF_TOKEN=*** ***"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MASK = "***"
LONGEST = 240

_SECRET_NAME = re.compile(r"(?:TOKEN|KEY|PASSWORD|PASSWD|SECRET|CREDENTIALS?)$", re.IGNORECASE)
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;:?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?|[@-Z\\-_])")
_ASSIGNED = re.compile(
    r"(?i)((?:token|key|passwd|password|secret|credentials?)[\"']?[ \t]{0,4}[=:][ \t]{0,4}[\"']?)([^\s\"',;&]{2,200})"
)
_OPTION = re.compile(r"(?i)(--[\w-]{0,40}(?:token|key|passwd|password|secret)[= ])([^\s-][^\s]{1,200})")
_BEARER = re.compile(r"(?i)\b(bearer|basic)[ \t]{1,4}[\w.~+/=-]{6,}")
_USER = re.compile(r"(?<=://)[^/?#\s@]{1,200}@")
_KNOWN = re.compile(
    r"\b(?:hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|nvapi-[\w-]{16,}|gh[opsu]_[A-Za-z0-9]{16,}|github_pat_\w{16,}"
    r"|AKIA[A-Z0-9]{12,}|xox[abp]-[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,})"
)


class Cleaner:
    """Knows the secrets of a run; the longest first, as one may hold another."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 6}, key=lambda text: (-len(text), text))

    def __call__(self, text: str, around: int = 0) -> str:
        """`around` is the place in the text that must stay in sight when it is too long."""
        return _printable(self.masked(_cut(uncoloured(text), around)).strip())

    def masked(self, text: str) -> str:
        """The text without what is, or looks like, a secret."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        text = _BEARER.sub(rf"\1 {MASK}", _KNOWN.sub(MASK, text))
        text = _OPTION.sub(rf"\1{MASK}", _ASSIGNED.sub(rf"\1{MASK}", text))
        return _USER.sub(f"{MASK}@", text)


def secret_values(variables: Mapping[str, str]) -> list[str]:
    """The values of variables whose names look like those of secrets."""
    return [value for name, value in variables.items() if _SECRET_NAME.search(name)]


def uncoloured(text: str) -> str:
    """Without the sequences that terminals take for colours and titles."""
    return _ESCAPE.sub("", text) if "\x1b" in text else text


def _cut(text: str, around: int) -> str:
    if len(text) <= LONGEST:
        return text
    start = max(0, min(around - LONGEST // 3, len(text) - LONGEST))
    return f"{'...' if start else ''}{text[start : start + LONGEST]}{'...' if start + LONGEST < len(text) else ''}"


def _printable(text: str) -> str:
    """Tabs as spaces; other characters that are not printable, and so could steer a terminal, as their numbers."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c == "\t" else _spelt(ord(c)) for c in text)


def _spelt(code: int) -> str:
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
