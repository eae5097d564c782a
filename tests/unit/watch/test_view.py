"""What keys change of what is shown."""

from sflowc.runs.run import TaskState
from sflowc.watch.rows import Row
from sflowc.watch.view import GRAPH, HELP, TABLE, View

ROWS = [
    Row("a", "a", (TaskState("a"),), "a"),
    Row("b/", "b x 2", (TaskState("b_0"), TaskState("b_1")), "b", group=True),
    Row("c", "c", (TaskState("c"),), "c"),
]


def pressed(view: View, *keys: str, rows: list[Row] = ROWS) -> View:
    for key in keys:
        assert view.press(key, rows, 10)
    return view


def test_the_selection_begins_with_the_first_key() -> None:
    view = View()
    assert (view.all_logs, view.selected, view.index(ROWS)) == (True, "", 0)
    assert pressed(view, "j").selected == "a"
    assert not view.all_logs
    assert pressed(View(), "up").selected == "c"
    assert pressed(View(), "j", "down", "j", "j").selected == "c"
    assert pressed(View(), "j", "k", "k").selected == "a"
    assert pressed(View(), "j", "end").selected == "c"
    assert pressed(View(), "G").selected == "c"
    assert pressed(View(), "G", "home").selected == "a"
    assert pressed(View(), "home").selected == "a"
    assert pressed(View(), "j", "page down").selected == "c"
    assert pressed(View(), "j", rows=[]).selected == ""


def test_a_row_that_has_gone_leaves_the_selection_near() -> None:
    view = pressed(View(), "j", "end")
    view.settle(ROWS[:2], before=2)
    assert view.selected == "b/"
    view.settle([], before=0)
    assert view.selected == "b/"


def test_pinning() -> None:
    view = pressed(View(), "j", "j", "enter")
    assert view.pinned == ("b/", ("b_0", "b_1"))
    view.back = 5
    pressed(view, "j")
    assert (view.pinned, view.back) == (("b/", ("b_0", "b_1")), 5)
    assert pressed(view, "enter").pinned == ("c", ("c",))
    assert pressed(view, "enter").pinned is None
    pressed(view, "enter", "a")
    assert (view.pinned, view.all_logs) == (None, True)
    assert not pressed(view, "a").all_logs


def test_a_filter() -> None:
    view = pressed(View(), "/", "q", "f", "x", "backspace", "enter")
    assert (view.text, view.typing, view.words) == ("qf", False, ["qf"])
    assert pressed(view, "/", "clear", "B", " ", "r", "tab", "enter").words == ["b", "r"]
    assert pressed(view, "/", "escape").text == ""
    assert len(pressed(View(), "/", *"x" * 200).text) == 60


def test_escape_goes_back_step_by_step() -> None:
    view = pressed(View(), "j", "enter", "f", "/", "x", "enter", "m", "g")
    states = []
    for _ in range(6):
        states.append((view.page, view.map, view.text, view.failed_only, view.pinned is not None))
        pressed(view, "escape")
    assert states == [
        (GRAPH, True, "x", True, True),
        (TABLE, True, "x", True, True),
        (TABLE, False, "x", True, True),
        (TABLE, False, "", True, True),
        (TABLE, False, "", False, True),
        (TABLE, False, "", False, False),
    ]


def test_pages() -> None:
    view = pressed(View(), "g", "j", "page down", "k")
    assert (view.page, view.down) == (GRAPH, 10)
    assert (pressed(view, "home").down, pressed(view, "?").page) == (0, HELP)
    assert pressed(view, "?").page == TABLE
    assert not view.press("q", ROWS, 10)
    assert not pressed(View(), "/").press("interrupt", ROWS, 10)  # from a terminal that makes no signal of Ctrl-C


def test_scrolling_the_log_and_breaking_its_lines() -> None:
    view = pressed(View(), "[", "[", "]", "w")
    assert (view.back, view.wrap) == (10, True)
    assert pressed(view, "]", "]", "w").back == 0
    assert not view.wrap


def test_replicas_are_opened_and_folded() -> None:
    view = pressed(View(), "j", "j", "right")
    assert view.opened == {"b": True}
    inside = [
        Row("b/", "b x 2", ROWS[1].tasks, "b", True, True),
        Row("b_0", "b_0", (TaskState("b_0"),), "b", inside=True),
    ]
    assert pressed(view, "left", rows=inside).opened == {"b": False}
    view.selected = "b_0"
    assert pressed(view, " ", rows=inside).selected == "b/"
    assert pressed(View(), "j", "right").opened == {}
