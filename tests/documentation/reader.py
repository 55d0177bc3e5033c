"""A reader of a page: runs its blocks one after the other, in a folder and with variables of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from kg_builder import open_store
from tests.documentation import checks, command_line, comparing
from tests.documentation.given import GIVEN, UNDONE, wanted
from tests.documentation.pages import ROOT, Block
from tests.documentation.shell import Shell, commands_of, furnish_venv

NEO4J = ("neo4j://localhost:7687", "bolt://localhost:7687", "neo4j://localhost", "bolt://localhost")
COMMANDS = frozenset({"sh", "bash", "console"})
FILES = frozenset({"text", "csv", "tsv", "html", "xml", "bibtex", "toml"})


@dataclass
class Reader:
    """Of the blocks of a page that need the same."""

    blocks: Sequence[Block]
    shell: Shell
    neo4j: str = ""
    """URI of the server, where there is one."""
    module: ModuleType = field(default_factory=lambda: ModuleType("page"))
    """Whose variables those of the Python blocks are."""
    said: str = ""
    """By the last command or Python block."""
    _results: list[Exception | None] = field(default_factory=list)

    def read(self, block: Block) -> None:
        """Read up to a block; what went wrong there is raised, each time it is read."""
        place = self.blocks.index(block)
        while len(self._results) <= place:
            self._results.append(self._tried(self.blocks[len(self._results)]))
        if (problem := self._results[place]) is not None:
            raise problem

    def _tried(self, block: Block) -> Exception | None:
        try:
            self._read(block)
        except Exception as error:  # noqa: BLE001 - whatever a page's code raises is its test's failure
            return error
        return None

    def _read(self, block: Block) -> None:
        if block.kind in COMMANDS:
            self._run_commands(block)
        elif "picture" in block.notes:
            pass
        elif "pattern" in block.notes:
            with closing(open_store(str(self.shell.folder / "graph.kg"), read_only=True)) as store:
                checks.check_pattern(block.text, store)
        elif (does := self._other(block)) is not None:
            does(block)
        else:
            raise checks.BlockError(f"a block of kind '{block.kind}' isn't known: see tests/documentation/README.md")

    def _other(self, block: Block) -> Callable[[Block], object] | None:
        known: Mapping[str, Callable[[Block], object]] = {
            "python": self._run_python,
            "yaml": lambda one: checks.check_yaml(one.text, self.shell.programs),
            "json": lambda one: checks.check_json(self._here(one.text), self.shell),
            "cypher": self._run_cypher,
            "mermaid": lambda one: checks.check_mermaid(one.text),
            "toml": lambda one: checks.check_toml(one.text),
            "text": self._check_text,
            "indented": self._check_commands,
        }
        if "file" in block.notes and block.kind in FILES:
            return lambda _: None  # it lies in the folder, and the commands around it use it
        return known.get(block.kind)

    def _run_commands(self, block: Block) -> None:
        if is_of_the_gate(block):
            return
        commands = list(commands_of(self._here(block.text), console=block.kind == "console"))
        if not commands:
            raise checks.BlockError("no command: each begins with '$ '")
        for place, (command, shown) in enumerate(commands, 1):
            last = place == len(commands)
            typed = block.notes.get("type", "").replace(" / ", "\n") if last else ""
            exit_code = int(block.notes.get("exit", "0")) if last else 0
            self.said = self.shell.run(command, typed=typed and f"{typed}\n", exit_code=exit_code)
            if shown.strip():
                self._compare(shown, command)

    def _compare(self, shown: str, command: str) -> None:
        if problem := comparing.difference(shown, self.said):
            raise checks.BlockError(f"$ {command}\n{problem}")

    def _check_text(self, block: Block) -> None:
        if block.follows in {*COMMANDS, "python"}:
            self._compare(block.text, "(the block before)")
        elif list(command_line.overview(block.text)):
            for command in command_line.overview(block.text):
                command_line.check(command)
        else:
            raise checks.BlockError("text that is neither an output nor a file: see tests/documentation/README.md")

    def _check_commands(self, block: Block) -> None:
        for line in filter(str.strip, block.text.splitlines()):
            if not command_line.check(line):
                raise checks.BlockError(f"an indented block holds commands of ours; what is '{line.strip()}'?")

    def _run_python(self, block: Block) -> None:
        code, output, variables = self._here(block.text), StringIO(), self.module.__dict__
        with self._as_reader():
            made = {name: GIVEN[name]() for name in wanted(code, variables)}
            variables.update(made)
            try:
                with redirect_stdout(output), redirect_stderr(output):
                    exec(compile("\n" * block.line + code, ROOT / block.page, "exec", dont_inherit=True), variables)
            finally:
                for name, value in made.items():
                    if variables.get(name) is value:
                        del variables[name]
                    if hasattr(value, "close"):
                        value.close()
        self.said = output.getvalue()

    def _run_cypher(self, block: Block) -> None:
        place = self.neo4j or str(self.shell.folder / "graph.kg")
        if self.neo4j:
            from tests.neo4j.fixtures import ask

            found: Sequence[object] = ask(place, block.text)
        else:
            with closing(open_store(place, read_only=True)) as store:
                found = store.cypher(block.text).rows
        if not found:
            raise checks.BlockError("a query that finds nothing in graph.kg")

    @contextmanager
    def _as_reader(self) -> Iterator[None]:
        ours = {key: value for key, value in self.shell.environment.items() if key.startswith("KG_BUILDER_")}
        others = {key: value for key, value in os.environ.items() if not key.startswith("KG_BUILDER_")}
        of_page = patch.dict(sys.modules, {self.module.__name__: self.module})
        with chdir(self.shell.where), patch.dict(os.environ, others | ours, clear=True), of_page:
            yield

    def _here(self, text: str) -> str:
        for name in NEO4J if self.neo4j else ():
            text = text.replace(name, self.neo4j)
        return text

    def close(self) -> None:
        """End the servers that blocks started, and switch off what they switched on."""
        self.shell.close()
        for name, undo in UNDONE.items():
            if (made := self.module.__dict__.get(name)) is not None:
                undo(made)


def is_of_the_gate(block: Block) -> bool:
    """The README's first two, which the gate runs word for word (a test sees to that)."""
    return block.page == "README.md" and block.kind == "sh" and block.rank <= 2


def make_reader(blocks: Sequence[Block], folder: Path, *, neo4j: str = "") -> Reader:
    """One in a folder that is there; beside it the programs that stand for others."""
    shell = Shell(folder, folder.with_name(f"{folder.name}-programs"))
    furnish_venv(folder / ".venv", shell.programs)
    return Reader(blocks, shell, neo4j)
