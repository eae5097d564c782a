"""Moments for people, the same on every machine.

In: seconds since the epoch. Out: text, in UTC.

    utc(1795492054.4) == "2026-11-24 03:47:34 UTC"
"""

from __future__ import annotations

import datetime


def utc(moment: float | None) -> str:
    """Day and second."""
    found = None if moment is None else _moment(moment)
    return f"{found:%Y-%m-%d %H:%M:%S} UTC" if found else "unknown"


def clock(moment: float) -> str:
    """The time of day, with milliseconds."""
    found = _moment(moment)
    return f"{found:%H:%M:%S}.{found.microsecond // 1000:03d}" if found else "unknown"


def _moment(moment: float) -> datetime.datetime | None:
    """None for what is no time that a calendar has."""
    try:
        return datetime.datetime.fromtimestamp(round(moment, 3), datetime.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
