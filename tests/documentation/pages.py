"""The pages of the documentation, and what stands on them: blocks of code, code within lines, links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
FIXED = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
FOLDERS = ("docs/**/*.md", "kg_builder/models/*/README.md")
NOTE = re.compile(r"<!--\s*test:\s*(.*?)\s*-->", re.DOTALL)
PAGE_NOTE = re.compile(r"<!--\s*test page:\s*(.*?)\s*-->", re.DOTALL)
WORDS = frozenset({"neo4j", "extra", "file", "type", "exit", "picture", "pattern"})
"""What a comment before a block may say."""
CODE_DIRECTIVES = frozenset({"{code-block}", "{code}", "{sourcecode}"})


class UnknownNoteError(Exception):
    """A comment before a block says what nobody understands."""


@dataclass(frozen=True)
class Block:
    """A fenced block, with what the comment before it says."""

    page: str
    line: int
    """Of the fence, from 1."""
    kind: str
    """First word after the fence; empty: none."""
    text: str
    notes: Mapping[str, str] = field(default_factory=dict)
    follows: str = ""
    """Kind of the block right before, with nothing between; empty: something else is there."""
    rank: int = 0
    """Which of the page's blocks of this kind, from 1."""

    @property
    def id(self) -> str:
        """Place and kind."""
        return f"{self.page}:{self.line}-{self.kind or 'nothing'}"

    @property
    def lane(self) -> str:
        """What it needs: blocks of a page with the same need share a folder and variables."""
        return "neo4j" if "neo4j" in self.notes else self.notes.get("extra", "")


@dataclass(frozen=True)
class Inline:
    """Code within a line, or where a link leads."""

    page: str
    line: int
    text: str

    @property
    def id(self) -> str:
        """Place and text."""
        return f"{self.page}:{self.line} {self.text}"


@dataclass(frozen=True)
class Page:
    """What is checked on a page."""

    name: str
    blocks: Sequence[Block]
    code: Sequence[Inline]
    links: Sequence[Inline]
    headings: Sequence[str]


@cache
def pages() -> Sequence[Page]:
    """All of them."""
    found = [ROOT / name for name in FIXED if (ROOT / name).is_file()]
    found += [path for pattern in FOLDERS for path in sorted(ROOT.glob(pattern)) if "_build" not in path.parts]
    return [read_page(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in found]


def blocks() -> Sequence[Block]:
    """Those of all pages."""
    return [block for page in pages() for block in page.blocks]


def read_page(name: str, text: str) -> Page:
    """What stands on a page; blocks within Sphinx's directives too."""
    tokens = MarkdownIt("commonmark").enable("table").parse(_without_head(text))
    inline = [token for token in tokens if token.type == "inline"]
    of_page = read_notes(found[1]) if (found := PAGE_NOTE.search(text)) else {}
    return Page(
        name,
        _ranked([replace(block, notes={**of_page, **block.notes}) for block in _blocks(name, tokens, 0)]),
        [Inline(name, _line(token), child.content) for token in inline for child in token.children or ()
         if child.type == "code_inline"],
        [Inline(name, _line(token), str(child.attrs["href"])) for token in inline for child in token.children or ()
         if child.type == "link_open"],
        [after.content for token, after in pairwise(tokens) if token.type == "heading_open"],
    )  # fmt: skip


def _without_head(text: str) -> str:
    """The same number of lines, without MyST's settings at the top."""
    found = re.match(r"---\n.*?\n---\n", text, re.DOTALL)
    return text if found is None else "\n" * found[0].count("\n") + text[found.end() :]


def _line(token: Token) -> int:
    return (token.map or [0])[0] + 1


def _blocks(page: str, tokens: Sequence[Token], offset: int) -> Iterator[Block]:
    notes: Mapping[str, str] = {}
    previous = ""
    for token in tokens:
        if token.type == "html_block" and (said := NOTE.search(token.content)):
            notes = read_notes(said[1])
            continue
        if token.type in {"fence", "code_block"}:
            found = _fenced(page, token, offset, notes)
            if found is None:
                yield from _blocks(page, MarkdownIt("commonmark").parse(token.content), offset + _line(token))
            else:
                yield replace(found, follows=previous)
            previous = found.kind if found is not None else ""
        elif not token.type.endswith("_close"):
            previous = ""
        notes = {}


def _fenced(page: str, token: Token, offset: int, notes: Mapping[str, str]) -> Block | None:
    """The block; None: a directive of Sphinx's that may hold blocks."""
    words = token.info.split()
    kind = words[0] if words else ("indented" if token.type == "code_block" else "")
    text, line = token.content, offset + _line(token)
    if kind in CODE_DIRECTIVES:
        kind, text = (words[1] if len(words) > 1 else ""), _without_options(text)
    elif kind == "{mermaid}":
        kind, text = "mermaid", _without_options(text)
    elif kind.startswith("{"):
        return None
    return Block(page, line, kind, text, notes)


def _without_options(text: str) -> str:
    """A directive's content."""
    return re.sub(r"\A(?:\s*:[\w-]+:.*\n)+\n?", "", text)


def read_notes(said: str) -> Mapping[str, str]:
    """What a comment says, by its first words. Raises UnknownNoteError."""
    notes = {}
    for part in said.split(";"):
        word, _, rest = part.strip().partition(" ")
        if word not in WORDS:
            raise UnknownNoteError(f"'{word}' (there are {', '.join(sorted(WORDS))})")
        notes[word] = rest.strip()
    return notes


def _ranked(found: Sequence[Block]) -> Sequence[Block]:
    seen: dict[str, int] = {}
    ranked = []
    for block in found:
        seen[block.kind] = seen.get(block.kind, 0) + 1
        ranked.append(replace(block, rank=seen[block.kind]))
    return ranked
