"""What pages say within lines: commands, names, settings, files and links that are there."""

from __future__ import annotations

import pytest

from tests.documentation import command_line, naming
from tests.documentation.pages import Page, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_commands_within_lines_have_these_options(page: Page) -> None:
    problems = []
    for code in page.code:
        try:
            command_line.check(code.text)
        except command_line.WrongCommandError as error:
            problems.append(f"{code.id}: {error}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_names_settings_and_files_exist(page: Page) -> None:
    problems = list(naming.wrong_names(page))
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page) -> None:
    problems = list(naming.wrong_links(page))
    assert not problems, "\n".join(problems)
