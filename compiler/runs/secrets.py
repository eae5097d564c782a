"""Secrets out of what a run left behind: scripts and logs may say what run.json and env.txt mask.

In: a run's directory, an environment, and text. Out: the text with `***` for the values of secret variables of the script and the
environment, for what is assigned to names that look like secrets', and for what looks like a token.

    Masker.of(run).masked("curl -H 'Authorization: Bearer abcdefgh'") == "curl -H 'Authorization: Bearer ***'"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..ir.plan import SECRET
from ..ir.secrets import MASK, parts_of, pattern_of
from .excerpt import plain
from .run import Run

_LONG = 8
"""Of an environment, where much is called a key, only values as long as that are masked."""
_SCRIPTS = "\n# ---- Scripts "
"""Where an emitted script goes on with the tasks' own text."""
_NAME = r"(?:TOKEN|KEY|PASSWORD|PASSWD|SECRET|CREDENTIALS?)"
_ASSIGNED = re.compile(rf'(?:^|(?<=[\s(]))("?)\w*{_NAME}=', re.MULTILINE | re.IGNORECASE)
_PIECE = re.compile(
    r"""'(?P<plain>[^']*)'|"(?P<quoted>(?:[^"\\]|\\.)*)"|\$'\\(?P<octal>[0-7]{3})'|(?P<bare>[A-Za-z0-9_./:@%+,=-]+)""",
    re.DOTALL,
)
_REST = re.compile(r'(?P<quoted>(?:[^"\\]|\\.)*)"', re.DOTALL)
"""What follows where a word's quotes are open already."""
_TOKEN_LIKE = re.compile(
    rf"""(?P<before>
          \b[A-Z0-9_]*{_NAME}=(?!\$)["']?                                # an assignment of the shell
        | (?<!\S)--(?:[a-z-]+-)?(?:api-key|token|password|secret)[= ]["']?(?![$"'])
        | \b(?:Bearer|Basic)\s+(?!\$)(?=[\w.~+/=-]{{6}})
        | ://[^\s/:@"']+:(?=[^\s/@"']+@)                                 # a URL with a password
      )(?P<secret>[^\s"'@;|&]+)
      | (?P<shape>\b(?:(?:hf_|nvapi-|sk-|gh[opsu]_|github_pat_|glpat-)[A-Za-z0-9_-]{{16,}}|AKIA[A-Z0-9]{{12,}}|xox[abp]-[\w-]{{10,}}
                      |eyJ[\w-]{{10,}}\.[\w-]{{10,}}\.[\w-]{{5,}}))              # tokens that can be told by how they begin""",
    re.VERBOSE,
)


class Masker:
    """Knows some values, and what secrets look like. `values` are those that it masks."""

    def __init__(self, values: Iterable[str]) -> None:
        self.values = tuple(sorted(parts_of(values)))
        self._values = pattern_of(self.values)

    @classmethod
    def of(cls, run: Run, environment: Mapping[str, str] | None = None) -> Masker:
        """With the values of secret variables: those of the run's own script, and long ones of an environment."""
        known = (value for name, value in (environment or {}).items() if SECRET.search(name))
        return cls([*script_secrets(run), *(value for value in known if len(value) >= _LONG)])

    def masked(self, text: str) -> str:
        """The text without secrets."""
        if self._values is not None:
            text = self._values.sub(MASK, text)
        return _TOKEN_LIKE.sub(lambda found: f"{found['before'] or ''}{MASK}", text)

    def shown(self, text: str) -> str:
        """The same, also without what could steer a terminal."""
        return self.masked(plain(text))


def script_secrets(run: Run) -> list[str]:
    """The values that the script of a run gives to its secret variables."""
    names = [run.facts.script] if run.facts else sorted(path.name for path in run.path.glob("*.sh"))
    values: set[str] = set()
    for name in names:
        try:
            text = (run.path / name).read_text("utf-8", "replace")
        except OSError:
            continue
        values.update(_assigned(text.partition(_SCRIPTS)[0]))
    return sorted(values - {MASK})


def _assigned(text: str) -> Iterable[str]:
    """What is assigned to secret names, where the compiler writes that down as one word: see emit/shell.py."""
    for found in _ASSIGNED.finditer(text):
        value = _word(text, found.end(), quoted=bool(found[1]))
        if value:
            yield value


def _word(text: str, position: int, *, quoted: bool) -> str | None:
    """The word that begins there, or, `quoted`, inside quotes; None when only the run knows what it is."""
    parts = []
    piece = (_REST if quoted else _PIECE).match(text, position)
    while piece:
        parts.append(_text(piece))
        piece = _PIECE.match(text, piece.end())
    return None if None in parts else "".join(filter(None, parts))


def _text(piece: re.Match[str]) -> str | None:
    found = piece.groupdict()
    if found["quoted"] is not None:
        constant = not re.search(r"(?<!\\)(?:\\\\)*[$`]", found["quoted"])
        return re.sub(r'\\([\\"$`])', r"\1", found["quoted"]) if constant else None
    if found.get("octal"):
        return chr(int(found["octal"], 8))
    return found["plain"] if found["plain"] is not None else found["bare"]
