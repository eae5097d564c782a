"""A shell script taken apart as far as warnings need it: its commands outside of loops, functions and the like.

In: the text of a script. Out: its statements, in order. Quotes, substitutions, here-documents, comments and continued lines are
followed; what is not well-formed is taken as it comes, since bash will have its own say.

    [s.words for s in statements("cd /x && make\\necho done")] == [["cd", "/x", "make"], ["echo", "done"]]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_OPENERS = {"if": "fi", "for": "done", "while": "done", "until": "done", "select": "done", "case": "esac", "{": "}"}
_OPENERS |= {"(": ")", "((": "))"}
_BEFORE_COMMAND = frozenset(("then", "do", "else", "elif", "!", "time", "{", "(", "if", "while", "until", "coproc"))
_TOKEN = re.compile(
    r"""(?P<blank>[ \t]+|\\\n)|(?P<comment>\#[^\n]*)|(?P<heredoc><<-?(?!<)[ \t]*)
    |(?P<redirect>[0-9]*(?:<<<|>>|>\||<>|[<>]&|&>>|&>|[<>](?!\()))
    |(?P<operator>;;&|;;|;&|&&|\|\||\|&|[;&|\n()])""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Statement:
    """Commands up to a line break, `;` or `&`, with what joins them; `words` are those outside of compound commands."""

    start: int
    end: int = 0
    words: list[str] = field(default_factory=list)
    firsts: list[str] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)
    joints: list[int] = field(default_factory=list)  # where the operators stand
    is_compound: bool = False
    in_background: bool = False

    def text(self, script: str) -> str:
        return script[self.start : self.end]


def statements(script: str) -> list[Statement]:
    """The statements of a script, compound commands as one."""
    return _Reader(script).read()


class _Reader:
    def __init__(self, script: str) -> None:
        self.script = script
        self.at = 0
        self.found: list[Statement] = []
        self.now: Statement | None = None
        self.open: list[str] = []  # what closes the compound commands that are open
        self.heredocs: list[tuple[str, bool]] = []
        self.expects_command = True
        self.takes_word = False  # the next word is where output goes

    def read(self) -> list[Statement]:
        while self.at < len(self.script):
            token = _TOKEN.match(self.script, self.at)
            if token is None:
                self.word()
                continue
            self.at = token.end()
            if token["heredoc"]:
                start = self.at
                self.at = word_end(self.script, self.at)
                word = re.sub(r"['\"\\]", "", self.script[start : self.at])
                self.heredocs.append((word, token["heredoc"].startswith("<<-")))
                self.grow()
            elif token["redirect"]:
                self.takes_word = True
                self.grow()
            elif token["operator"]:
                self.operator(token["operator"], token.start())
        self.finish()
        return self.found

    def statement(self, start: int) -> Statement:
        if self.now is None:
            self.now = Statement(start)
        return self.now

    def grow(self) -> None:
        if self.now is not None:
            self.now.end = self.at

    def finish(self) -> None:
        if self.now is not None:
            self.found.append(self.now)
        self.now, self.expects_command = None, True

    def word(self) -> None:
        start = self.at
        self.at = max(word_end(self.script, start), start + 1)
        word = self.script[start : self.at]
        statement = self.statement(start)
        statement.end = self.at
        if self.takes_word:
            self.takes_word = False
            return
        if self.expects_command and self.open and word == self.open[-1]:
            self.open.pop()
            self.expects_command = False
            return
        if self.expects_command and word in _OPENERS:
            self.open.append(_OPENERS[word])
            statement.is_compound = True
        elif self.expects_command and word in ("function", "[["):
            statement.is_compound = statement.is_compound or word == "function"
        if not self.open:
            statement.words.append(word)
            if self.expects_command and not re.match(r"\w+\+?=", word):
                statement.firsts.append(word)
        is_assignment = re.match(r"\w+\+?=", word) is not None
        self.expects_command = self.expects_command and (word in _BEFORE_COMMAND or is_assignment)

    def operator(self, sign: str, start: int) -> None:
        self.takes_word = False
        if sign == "(":
            statement = self.statement(start)
            statement.is_compound, statement.end = True, self.at
            self.open.append(")")
            self.expects_command = True
            return
        if sign == ")":
            if self.open and self.open[-1] == ")":
                self.open.pop()
                self.grow()
            self.expects_command = True  # also after a pattern of `case`
            return
        if sign == "\n":
            self.skip_heredocs()
        self.expects_command = True
        if self.open:
            self.grow() if sign != "\n" else None
            return
        if sign in ("&&", "||", "|", "|&"):
            if self.now is not None:
                self.now.operators.append(sign)
                self.now.joints.append(start)
                self.now.end = self.at
        elif sign == "\n" and self.now is not None and self._goes_on():
            return
        else:
            if self.now is not None:
                self.now.in_background = sign == "&"
            self.finish()

    def _goes_on(self) -> bool:
        """Whether the line ended with && or ||, so that the next one belongs to it."""
        assert self.now is not None
        return self.script[: self.at].rstrip().endswith(("&&", "||", "|")) and bool(self.now.operators)

    def skip_heredocs(self) -> None:
        for word, strips in self.heredocs:
            while self.at < len(self.script):
                end = self.script.find("\n", self.at)
                end = len(self.script) if end < 0 else end
                line = self.script[self.at : end]
                self.at = min(end + 1, len(self.script))
                if (line.lstrip("\t") if strips else line) == word:
                    break
        self.heredocs = []


def word_end(script: str, at: int) -> int:
    """Where the word that begins here ends: at a blank or an operator outside of quotes and substitutions."""
    while at < len(script):
        character = script[at]
        is_substitution = script[at - 1 : at + 1] in ("<(", ">(") or script[at : at + 2] in ("<(", ">(")
        if character in " \t\n;&|<>()" and not is_substitution:
            return at
        at = _past(script, at)
    return at


def _past(script: str, at: int) -> int:
    """The place after one character, or after all of a quoted text or a substitution."""
    character, two = script[at], script[at : at + 2]
    if character == "\\":
        return min(at + 2, len(script))
    if character == "'":
        end = script.find("'", at + 1)
        return len(script) if end < 0 else end + 1
    if character == '"':
        return _close(script, at + 1, '"')
    if two in ("$(", "<(", ">("):
        return _close(script, at + 2, ")")
    if two == "${":
        return _close(script, at + 2, "}")
    if character == "`":
        return _close(script, at + 1, "`")
    return at + 1


def _close(script: str, at: int, closer: str) -> int:
    """The place after the closing sign. Brackets within are followed without recursion, which a script could exhaust."""
    stack = [closer]
    while at < len(script) and stack:
        character, two = script[at], script[at : at + 2]
        if character == "\\":
            at += 2
        elif character == stack[-1]:
            stack.pop()
            at += 1
        elif two in ("$(", "${"):
            stack.append(")" if two == "$(" else "}")
            at += 2
        elif stack[-1] == '"':
            stack += ["`"] if character == "`" else []
            at += 1
        elif character == "'" and stack[-1] != "}":
            end = script.find("'", at + 1)
            at = len(script) if end < 0 else end + 1
        elif character in '"`(':
            stack.append(")" if character == "(" else character)
            at += 1
        else:
            at += 1
    return min(at, len(script))
