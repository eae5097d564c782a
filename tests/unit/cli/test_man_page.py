"""The manual page: it is current, man(1) reads it without complaint, and shows every command and option."""

import re
import subprocess
from pathlib import Path

import click
import pytest
from requirements import need
from sflowc.cli import COMMANDS, main
from sflowc.cli.man_page import man_page

PAGE = Path(__file__).resolve().parents[3] / "man" / "sflowc.1"


@pytest.fixture(scope="module")
def shown() -> str:
    """The page as a terminal shows it, without overstriking."""
    command = [need("groff"), "-man", "-ww", "-Tutf8", "-P-c", "-rLL=200n"]
    done = subprocess.run(command, input=man_page(), capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stderr == ""
    return re.sub(".\b", "", done.stdout)


def test_it_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == man_page(), "run `make docs`"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_there(shown: str, name: str) -> None:
    section = shown.partition(f"   sflowc {name}\n")[2].partition("\n   sflowc ")[0]
    assert section
    words = " ".join(section.split())
    command = main.get_command(click.Context(main), name)
    assert command is not None
    for option in (parameter for parameter in command.params if isinstance(parameter, click.Option)):
        assert all(spelling in section for spelling in option.opts)
        assert " ".join((option.help or "").split()) in words


def test_what_roff_would_take_for_its_own_is_text(shown: str) -> None:
    assert 'eval "$(sflowc completion bash)"' in " ".join(shown.split())
    assert "~/.bashrc" in shown
    assert "\n.B" not in shown
