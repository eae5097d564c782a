"""What each scheme makes of a URI: a path that is safe, a download, or a mistake with its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sflowc.artifacts import ARTIFACTS
from sflowc.artifacts.base import Located
from sflowc.artifacts.http import MAX_NAME, file_name
from sflowc.diagnostics import Reporter, Span
from sflowc.ir.expr import display
from sflowc.ir.plan import HttpFetch, HubFetch

PLACE = Span("w.yaml", 1, 1)


def locate(uri: str, *, content: bool = False) -> Located | str:
    """The artifact's place, or the message of the mistake."""
    report = Reporter()
    located = ARTIFACTS[uri.partition(":")[0].lower()].locate(uri, content, "A", PLACE, report)
    messages = [found.message for found in report]
    assert len(messages) == (located is None)
    return messages[0] if located is None else located


def path(uri: str, *, content: bool = False) -> str:
    located = locate(uri, content=content)
    assert isinstance(located, Located), located
    return display(located.path)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("fs:///a/b", "/a/b"),
        ("fs://a/./b//c", "<workspace_dir>/a/b/c"),
        ("fs://.", "<workspace_dir>"),
        ("fs:/a", "/a"),
        ("file:a/b", "<workspace_dir>/a/b"),
        ("file:///a%2Fb%25", "/a/b%"),
        ("file:///%ff", "/\udcff"),
        ("file://localhost/a", "/a"),
        ("file://localhosts/a", "<workspace_dir>/localhosts/a"),
        ("FILE:///A?b#c", "/A?b#c"),
        ("docker://reg.io:5000/a/b@sha256:0", "reg.io:5000/a/b@sha256:0"),
    ],
)
def test_a_path(uri: str, expected: str) -> None:
    assert path(uri) == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [("file://a%20b/c", "/a b/c"), ("file://localhost/a", "/localhost/a"), ("file://a/../b", "/b")],
)
def test_content_lies_below_the_run(uri: str, expected: str) -> None:
    assert path(uri, content=True) == f"<workflow_output_dir>{expected}"


@pytest.mark.parametrize(
    "uri", ["file://../a", "file://a/../../b", "file://%2e%2e/a", "file://..", "file://a%2F..%2F../b"]
)
def test_content_does_not_escape(uri: str) -> None:
    assert "outside the run's output directory" in str(locate(uri, content=True))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://h/a/model.bin", "model.bin"),
        ("https://h/a/model.bin?x=/y#z", "model.bin"),
        ("https://h/a/", "a"),
        ("https://h", "download"),
        ("https://h/?q", "download"),
        ("https://h/..", "download"),
        ("https://h/.hidden", "hidden"),
        ("https://h/%2e%2e%2f%2e%2e%2fetc", "_.._etc"),
        ("https://h/a%20b'$(id)%00.txt", "a_b___id__.txt"),
        ("https://h/-rf", "rf"),
        ("https://h/w%C3%B6rd.txt", "w_rd.txt"),
        (f"https://h/{'x' * 300}.tar.gz", f"{'x' * (MAX_NAME - 7)}.tar.gz"),
    ],
)
def test_the_name_of_a_download(url: str, name: str) -> None:
    assert file_name(url) == name


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=200))
def test_no_name_of_a_download_is_dangerous(text: str) -> None:
    name = file_name(f"https://host/{text}")
    assert 0 < len(name) <= MAX_NAME
    assert name[0] not in ".-"
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-")


def test_a_download_has_the_place_of_its_url() -> None:
    places = [path(url) for url in ("https://h/x", "http://h/x", "https://h/x?a=1", "https://h/x?a=2", "https://h/y")]
    assert len(set(places)) == len(places)
    assert path("https://h/x#fragment") == places[0]
    assert all(place.startswith("<workspace_dir>/.sflow_cache/artifacts/") for place in places)


def test_the_url_that_is_asked_for() -> None:
    located = locate("https://me:pw@h:8443/w\u00f6rd%20x?q=[1]{2}#f")
    assert isinstance(located, Located)
    assert located.fetch == HttpFetch("https://me:pw@h:8443/w%C3%B6rd%20x?q=[1]{2}")


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("https:///x", "names no host"),
        ("https://:80/x", "names no host"),
        ("https:h/x", "no '//'"),
        ("https://h:99999/x", "a port that is none"),
        ("https://h:x/x", "a port that is none"),
        ("https://[::1/x", "cannot be read"),
        ("https://h o/x", "a space"),
        ("https://h/\tx", "a tab"),
        ("https://h/x\n", "a line break"),
        ("https://h/\x7f", "a control character"),
        ("https://h$(id)/x", "a host that cannot be"),
        ("http://-oProxy@;/x", "a host that cannot be"),
    ],
)
def test_a_url_that_cannot_be(uri: str, words: str) -> None:
    assert words in str(locate(uri))


@pytest.mark.parametrize(
    "host", ["localhost", "10.0.0.1", "[::1]", "[fe80::1]:80", "a_b.example.org", "xn--bcher-kva.example"]
)
def test_a_host(host: str) -> None:
    assert isinstance(locate(f"http://{host}/x"), Located)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("hf://o/r", ("model", "o/r", "main", "")),
        ("huggingface://o/r/", ("model", "o/r", "main", "")),
        ("hf://o/r@v1.0", ("model", "o/r", "v1.0", "")),
        ("hf://o/r@refs%2Fpr%2F1/a/b%20c.txt", ("model", "o/r", "refs/pr/1", "a/b c.txt")),
        ("hf://o/r/a@b", ("model", "o/r", "main", "a@b")),
        ("hf://o/r.1-2_3", ("model", "o/r.1-2_3", "main", "")),
        ("hf://datasets/o/r@x/f", ("dataset", "o/r", "x", "f")),
    ],
)
def test_a_repository(uri: str, expected: tuple[str, ...]) -> None:
    located = locate(uri)
    assert isinstance(located, Located)
    assert located.fetch == HubFetch(*expected)  # type: ignore[arg-type]
    assert display(located.path) == "<artifact:A>"


@pytest.mark.parametrize(
    "uri",
    [
        "hf://",
        "hf://o",
        "hf:o/r",
        "hf:///r",
        "hf://o//f",
        "hf://o/..",
        "hf://o/a--b",
        "hf://-o/r",
        "hf://o/r@",
        "hf://o/r@../x",
        "hf://o/r@a%2F..%2Fb",
        "hf://o/r@-x",
        "hf://o/r/../x",
        "hf://o/r/%2e%2e/x",
        "hf://o/r//x",
        "hf://o/r/x%0Ay",
        "hf://o/r/-x",
        "hf://o/r o",
        "hf://datasets/o",
        "hf://models/o/r",
        "hf://spaces/o/r",
        "hf://user:pw@o/r",
    ],
)
def test_a_repository_that_cannot_be(uri: str) -> None:
    assert str(locate(uri)).startswith("the URI of artifact 'A' ")


@pytest.mark.parametrize("uri", ["fs://", "file:", "file:///a%00", "docker://", "docker:x", "docker://a b"])
def test_nothing_of_the_kind(uri: str) -> None:
    assert str(locate(uri)).startswith("the URI of artifact 'A' ")
