"""Texts that a variable may have, the nasty ones among them, for properties of what arrives in tasks."""

from hypothesis import strategies as st

_ANY = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=30)
_NASTY = st.text("\x01\x7f\"'\\$`!*?[]{}()#&|;<>~=%^ \t\r\n-a1é", max_size=30)
VALUES = (_ANY | _NASTY).filter(lambda text: "${{" not in text)
"""Any text but NUL; an expression would be computed."""

_TOKENS = st.sampled_from(
    [
        *(
            "$(touch canary)",
            "`touch canary`",
            "${x[$(touch canary)]}",
            "a[$(touch canary)]",
            "$((a[$(touch canary)]))",
        ),
        *(
            "'",
            '"',
            "\\",
            "\\\\",
            "*",
            "?",
            "[a-z]",
            "~",
            "{a,b}",
            "-rf",
            "--help",
            "%s%n%d",
            "\\x41",
            "\\0",
            "!!",
            "#",
            "&&",
            ";",
        ),
        *("\ntask_script 0 <<'END_OF_SCRIPT'\n", "\nEND_OF_SCRIPT\n", "\nEOF\n", "\nartifact_content 0 <<'X' # x\n"),
        *("\n# ---- Scripts ----\n", "\n#   body     sha256:0\n", "\n#SBATCH --nodes=9\n", "\nSF_PROBE_TASK[0]=0\n"),
        *(
            "]]>",
            "</script>",
            "<script>",
            "<!--",
            "-->",
            "</title>",
            "&lt;",
            "&#39;",
            "javascript:",
            "' onload='x",
            '" onload="x',
        ),
        *(
            "\x1b[31m",
            "\x1b]0;t\x07",
            "\x1b[2J",
            "\x9b31m",
            "\x7f",
            "\b",
            "\r",
            "\r\n",
            "\n",
            "\t",
            " ",
            "\u2028",
            "\u202e",
            "\x85",
        ),
        *("@@ip:w:0@@", "@@", "{{", "{%", "é", "漢", "🙂", "\x01", "null", "0", "a", "b"),
    ]
)
HOSTILE = st.lists(_TOKENS, max_size=6).map("".join).filter(lambda text: "${{" not in text) | VALUES
"""Text that means something to a shell, to the script's own readers, to a terminal or to a browser."""
_NAME = st.text("'\"`$()[]{}*?~!#&;|<>=%^@\\,:+ a1é漢", min_size=1, max_size=20).filter(
    lambda name: not name.startswith((".", "-")) and "${{" not in name
)


def names(count: int) -> st.SearchStrategy[list[str]]:
    """Names that a task may have, all different."""
    return st.lists(_NAME, min_size=count, max_size=count, unique=True)
