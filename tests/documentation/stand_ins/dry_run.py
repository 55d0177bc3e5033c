"""A script's own parser reads its arguments, and then the script ends: ``python dry_run.py SCRIPT ARGUMENTS…``.

What the script imports from extras that aren't installed may be missing; its own parser can't.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import runpy
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock, patch

EXTRAS = frozenset({"faker", "peft", "psutil", "ray", "spacy", "torch", "transformers"})


class WrongArgumentsError(Exception):
    """A script doesn't take these arguments."""


class _Ended(BaseException):
    """The arguments were read."""


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Something empty in the place of packages of extras."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Of theirs only; asked last, when nobody else has it."""
        ours = name.partition(".")[0] in EXTRAS
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if ours else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Any:
        """Has every name."""
        self.made.append(spec.name)
        return MagicMock(name=spec.name, __path__=[], __spec__=spec)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to do."""


def read_arguments(script: str, arguments: Sequence[str], *, prose: bool = False) -> None:
    """Let a script read them. `prose`: some may be missing. Raises WrongArgumentsError."""
    parse = argparse.ArgumentParser.parse_args

    def parse_and_end(parser: argparse.ArgumentParser, *_: object) -> None:
        for action in parser._actions if prose else ():
            action.required = False
        parse(parser)
        raise _Ended

    def refuse(_: argparse.ArgumentParser, message: str) -> None:
        raise WrongArgumentsError(message)

    with (
        patch.object(argparse.ArgumentParser, "parse_args", parse_and_end),
        patch.object(argparse.ArgumentParser, "error", refuse),
        patch.object(sys, "argv", [script, *arguments]),
        patch.object(sys, "path", [*sys.path]),
        _without_extras(),
    ):
        try:
            runpy.run_path(script, run_name="__main__")
        except _Ended:
            return
    raise WrongArgumentsError(f"{script} didn't read its arguments")


@contextmanager
def _without_extras() -> Iterator[None]:
    absent = Absent()
    sys.meta_path.append(absent)
    try:
        yield
    finally:
        sys.meta_path.remove(absent)
        for name in absent.made:
            del sys.modules[name]


if __name__ == "__main__":
    read_arguments(sys.argv[1], sys.argv[2:])
