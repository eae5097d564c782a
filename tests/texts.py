"""Texts that a variable may have, the nasty ones among them, for properties of what arrives in tasks."""

from hypothesis import strategies as st

_ANY = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=30)
_NASTY = st.text("\x01\x7f\"'\\$`!*?[]{}()#&|;<>~=%^ \t\r\n-a1é", max_size=30)
VALUES = (_ANY | _NASTY).filter(lambda text: "${{" not in text)
"""Any text but NUL; an expression would be computed."""
