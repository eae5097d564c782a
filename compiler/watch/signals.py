"""Signals as something that a loop waits for, beside keys and time.

In: which ones they are. Out: those that came, in order; before and afterwards they do what they did.

    with Signals(signal.SIGTERM) as signals:
        select.select([signals.wake], [], [], 1.0)
        signals.take() == [signal.SIGTERM]
"""

from __future__ import annotations

import os
import signal
from types import FrameType


class Signals:
    """`wake` is a file descriptor that is readable when one has come."""

    def __init__(self, *wanted: signal.Signals) -> None:
        self._wanted = wanted
        self._came: list[signal.Signals] = []

    def __enter__(self) -> Signals:
        self.wake, self._ring = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self._ring, False)
        self._woken = signal.set_wakeup_fd(self._ring, warn_on_full_buffer=False)
        self._before = {each: signal.signal(each, self._note) for each in self._wanted}
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(self._woken)
        os.close(self.wake)
        os.close(self._ring)

    def __contains__(self, wanted: object) -> bool:
        """Whether it has come, and is not taken yet."""
        return wanted in self._came

    def take(self) -> list[signal.Signals]:
        """Those that have come since the last time."""
        try:
            while os.read(self.wake, 512):
                pass
        except BlockingIOError:
            pass
        came, self._came = self._came, []
        return came

    def _note(self, number: int, _: FrameType | None) -> None:
        self._came.append(signal.Signals(number))
