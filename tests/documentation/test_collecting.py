"""The collector itself: nothing on a page escapes it, and a wrong page fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documentation import checks, command_line, comparing, naming
from tests.documentation.pages import ROOT, Page, UnknownNoteError, pages, read_page
from tests.documentation.reader import make_reader
from tests.documentation.shell import CommandError, commands_of

FENCE = re.compile(r"^[ >]*(```+|~~~+)", re.MULTILINE)


def block_of(text: str, kind: str, note: str = "") -> str:
    return f"{note}\n```{kind}\n{text}\n```\n"


def read(folder: Path, *texts: str) -> None:
    (folder / "work").mkdir()
    found = read_page("page.md", "\n".join(texts)).blocks
    reader = make_reader(found, folder / "work")
    for block in found:
        reader.read(block)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_fence_of_every_page_is_found(page: Page) -> None:
    text = (ROOT / page.name).read_text(encoding="utf-8")
    fences = len(FENCE.findall(text))
    directives = len(re.findall(r"^[ >]*```+\{(?!code-block|mermaid)", text, re.MULTILINE))
    blocks = [block for block in page.blocks if block.kind != "indented"]
    assert len(blocks) == fences // 2 - directives


def test_pages_are_those_of_the_repository() -> None:
    names = {page.name for page in pages()}
    assert {"README.md", "CONTRIBUTING.md", "docs/mcp.md", "kg_builder/models/tagger/README.md"} <= names


def test_blocks_in_lists_quotes_and_directives_are_found() -> None:
    text = "- a\n\n  ```sh\n  ls\n  ```\n\n> ```python\n> 1\n> ```\n\n````{note}\n```yaml\na: 1\n```\n````\n"
    text += "```{code-block} console\n:caption: x\n\n$ ls\n```\n"
    found = read_page("page.md", text).blocks
    assert [block.kind for block in found] == ["sh", "python", "yaml", "console"]
    assert found[-1].text == "$ ls\n"


def test_a_block_of_an_unknown_kind_fails(tmp_path: Path) -> None:
    with pytest.raises(checks.BlockError, match="kind 'ruby'"):
        read(tmp_path, block_of("puts 1", "ruby"))


def test_an_unknown_word_in_a_comment_fails() -> None:
    with pytest.raises(UnknownNoteError, match="skip"):
        read_page("page.md", block_of("ls", "sh", "<!-- test: skip -->"))


def test_a_command_that_fails_fails(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="exit code 2"):
        read(tmp_path, block_of("$ kg-builder show nothing.kg --colour", "console"))


def test_an_output_that_isnt_so_fails(tmp_path: Path) -> None:
    with pytest.raises(checks.BlockError, match="shown, but not said there: two"):
        read(tmp_path, block_of("$ printf 'one\\nthree\\n'\none\ntwo", "console"))


def test_variables_folders_and_files_stay_for_the_blocks_that_follow(tmp_path: Path) -> None:
    texts = [block_of("export WORD=told", "sh"), block_of("mkdir c && cd c", "sh")]
    texts += [block_of("$ echo $WORD; basename $PWD\ntold\nc", "console"), block_of("x = 1", "python")]
    read(tmp_path, *texts, block_of("print(x)", "python"), block_of("1", "text"))


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("a  b", "a b", True),
        ("confidence 0.91", "confidence 0.93", True),
        ("confidence 0.91", "confidence 0.71", False),
        ("3 documents", "4 documents", False),
        ("a…d", "abcd", True),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a\n…", "a", True),
        ("a", "a\nb", False),
        ("…\nb", "a\nc", False),
        ("(a.b)*", "(axb)*", False),
    ],
)
def test_outputs_are_compared_with_tolerance(shown: str, said: str, same: bool) -> None:
    assert (comparing.difference(shown, said) == "") is same


def test_commands_go_over_several_lines() -> None:
    assert list(commands_of("$ a \\\n>   b\nout\n$ c", console=True)) == [("a \\\n  b", "out\n"), ("c", "")]
    assert [command for command, _ in commands_of("a \\\n  b\nc", console=False)] == ["a \\\n  b", "c"]


@pytest.mark.parametrize(
    "command",
    [
        "kg-builder bild texts",
        "kg-builder build PATH --stor GRAPH",
        "kg-builder query neighbours|nowhere GRAPH",
        "kg-builder terms fetch-...",
        "kg-builder doctor what",
        "python benchmarks/startup.py --fast",
        "python benchmarks/nothing.py",
        "make coffee",
        "pip install -e '.[quantum]'",
    ],
)
def test_a_command_that_isnt_there_fails(command: str) -> None:
    with pytest.raises(command_line.WrongCommandError):
        command_line.check(command)


@pytest.mark.parametrize(
    "command",
    [
        "kg-builder build PATH... --store GRAPH",
        "KG_BUILDER_CACHE=x kg-builder query search|neighbours|paths",
        "kg-builder evaluate CORPUS --metric list > figures.txt  # a comment",
        "kg-builder terms load-...",
        "python benchmarks/taggers.py ABSTRACTS --limit 10",
        "pip install -e '.[hf,train]'",
    ],
)
def test_a_command_that_is_there_passes(command: str) -> None:
    assert command_line.check(command)


def test_what_is_no_command_of_ours_is_left_to_its_page() -> None:
    assert not command_line.check("docker compose up")


def test_names_settings_files_and_links_that_arent_there_are_told() -> None:
    wrong = "`kg_builder.records.Documnt` `KG_BUILDER_EXTRACTOR` `examples/nothing.py` [a](nothing.md) [b](#what)\n"
    page = read_page("README.md", wrong)
    assert len(list(naming.wrong_names(page))) == 3
    assert [problem.split(": ")[1] for problem in naming.wrong_links(page)] == [
        "there is no such file",
        "there is no such heading",
    ]
    good = (
        "`kg_builder.records.Document` `KG_BUILDER_EXTRACTORS` `kg_builder/privacy/*.yaml` [a](LICENSE) [b](#limits)\n"
    )
    fine = read_page("README.md", good)
    assert not [*naming.wrong_names(fine), *naming.wrong_links(fine)]


def test_yaml_must_be_something(tmp_path: Path) -> None:
    assert checks.check_yaml("extractors: [lexicon]", tmp_path) == "settings"
    for text in ("extractor: lexicon", "entities: []", "corpora: []", "- a"):
        with pytest.raises(Exception, match=r"."):
            checks.check_yaml(text, tmp_path)


def test_a_diagram_must_close() -> None:
    checks.check_mermaid('graph LR\n A["x"] --> B')
    for text in ('graph LR\n A["x" --> B', "grph LR\n A --> B", 'graph LR\n A["x] --> B'):
        with pytest.raises(checks.BlockError):
            checks.check_mermaid(text)
