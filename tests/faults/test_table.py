"""The table itself: no test without an entry, no entry twice, no promise with too few; and its page."""

from collections import Counter

import pytest
from faults import page
from faults.table import PROMISES, Promise, attacks, faults


@pytest.fixture(autouse=True)
def bash() -> None:
    """The table does not depend on a shell."""


def test_every_test_is_an_entry() -> None:
    assert [name for name, entries in attacks().items() if not entries] == []


def test_names_are_of_one_fault_each() -> None:
    assert [
        name for name, count in Counter((fault.backend, fault.name) for fault in faults()).items() if count > 1
    ] == []


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.title)
def test_a_promise_is_attacked(promise: Promise) -> None:
    assert len([fault for fault in faults() if fault.promise == promise]) >= promise.least


def test_there_are_enough() -> None:
    assert len(faults()) >= 140


def test_an_entry_says_how_the_run_ends() -> None:
    for fault in faults():
        assert fault.does.endswith("."), fault.name
        assert (fault.state is None) == (fault.books != "kept"), fault.name
        assert (fault.state == "COMPLETED") <= (fault.status == 0), fault.name


def test_the_page_names_every_fault() -> None:
    text = page.written()
    assert [fault.name for fault in faults() if page.cell(fault.does) not in text] == []
