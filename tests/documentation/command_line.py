"""Commands that pages name, held against the real command lines, without running anything."""

from __future__ import annotations

import itertools
import re
import shlex
import tomllib
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cache
from importlib.util import find_spec
from typing import Any, get_args

import typer.main

from kg_builder.cli import app
from tests.documentation.pages import ROOT
from tests.documentation.stand_ins.dry_run import WrongArgumentsError, read_arguments

PLACEHOLDER = re.compile(r"\[|\]|\.\.\.|…")
"""What a page writes about a command rather than in it: optional parts, repetition."""


class WrongCommandError(AssertionError):
    """A command that isn't there, or takes something else."""


def check(command: str) -> bool:
    """Hold a command against what there is. False: it is none of ours. Raises WrongCommandError."""
    words = words_of(command)
    match words:
        case ["kg-builder" | ".venv/bin/kg-builder", *rest]:
            for one in _spelled_out(rest):
                _check_ours(one)
        case ["python", script, *rest] if script.startswith("benchmarks/"):
            dry_run(script, rest)
        case ["python", "-m", module, *_]:
            _must_exist(f"module {module}", module == "pytest" or find_spec(module) is not None)
        case ["make", target, *_]:
            _must_exist(f"'{target}' in the Makefile", re.search(rf"^{target}:", _makefile(), re.MULTILINE) is not None)
        case ["pytest", *rest]:
            for path in (word for word in rest if word.startswith("tests/")):
                _must_exist(path, (ROOT / path).exists())
        case ["pip", "install", "-e", what]:
            extras = set(what.removeprefix(".").strip("[]").split(",")) - {""}
            _must_exist(f"extra {extras}", extras <= set(_extras()))
        case _:
            return False
    return True


def words_of(command: str) -> list[str]:
    """Its words; variables before it, comments, and what it reads or writes left out. Empty: no command."""
    command = PLACEHOLDER.sub("", re.split(r"\s[<>|]\s|\s&&\s", command)[0])
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        return []
    return list(itertools.dropwhile(lambda word: re.match(r"[A-Z_]+=", word), words))


def overview(text: str) -> Iterator[str]:
    """The commands of a table in characters: what stands before two blanks."""
    for line in text.splitlines():
        if line.startswith("kg-builder "):
            yield re.split(r"\s{2,}", line)[0]


def _spelled_out(words: Sequence[str]) -> Iterator[list[str]]:
    """Each of the ``a|b|c``; ``load-`` stands for all that begin so."""
    choices = [word.rstrip("|").split("|") if re.fullmatch(r"[a-z-]+(\|[a-z-]*)+", word) else [word] for word in words]
    for chosen in itertools.product(*choices):
        yield list(chosen)


def _check_ours(words: Sequence[str]) -> None:
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        known = command.commands
        name = rest.pop(0)
        if name == "COMMAND":
            return
        if name.endswith("-"):
            _must_exist(f"command '{name}…'", any(each.startswith(name) for each in known))
            return
        if name not in known:
            raise WrongCommandError(f"kg-builder has no '{name}' (there are {', '.join(known)})")
        command = known[name]
    _check_options(command, rest)


def _check_options(command: Any, words: Sequence[str]) -> None:
    """That its parser takes these words; nothing may be left over, what is missing is no matter."""
    context = command.context_class(command, info_name=command.name)
    options = {name for param in command.params for name in param.opts + param.secondary_opts}
    given = [word.partition("=")[0] for word in words if word.startswith("-") and word != "-"]
    if unknown := [word for word in given if word not in {*options, "--help"}]:
        raise WrongCommandError(f"{command.name} has no {', '.join(unknown)} (there are {', '.join(sorted(options))})")
    try:
        values, left, _ = command.make_parser(context).parse_args(list(words))
    except Exception as error:
        if words and words[-1].startswith("-") and "requires an argument" in str(error):
            return  # an option that is talked about, without a value
        raise WrongCommandError(f"{command.name}: {error}") from error
    if left and not hasattr(command, "commands"):
        raise WrongCommandError(f"{command.name} doesn't take {' '.join(left)}")
    for param in command.params:
        choices, value = _choices(param), values.get(param.name)
        if choices and isinstance(value, str) and value not in choices and not value.isupper():
            raise WrongCommandError(f"{command.name} {param.opts[0]}: {value} is none of {', '.join(choices)}")


def _choices(param: Any) -> Sequence[str]:
    """What an option may be, where these are words; typer has kept them in several places."""
    given = getattr(getattr(param, "type", None), "choices", None)
    annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    if given is None and isinstance(annotation, type) and issubclass(annotation, Enum):
        given = [each.value for each in annotation]
    return [str(each) for each in given or get_args(annotation) if isinstance(each, str)]


def default_of(command: str, option: str) -> object:
    """What an option of a ``kg-builder`` command is unless given."""
    found: Any = typer.main.get_command(app)
    for word in words_of(command)[1:]:
        if not hasattr(found, "commands"):
            break
        found = found.commands[word]
    return next(param.default for param in found.params if param.name == option)


def dry_run(script: str, arguments: Sequence[str]) -> None:
    """That a benchmark's own parser takes these arguments. Raises WrongCommandError."""
    if not (ROOT / script).is_file():
        raise WrongCommandError(f"there is no {script}")
    try:
        read_arguments(str(ROOT / script), arguments, prose=True)
    except WrongArgumentsError as error:
        raise WrongCommandError(f"python {script} {' '.join(arguments)}: {error}") from error


def _must_exist(what: str, found: bool) -> None:
    if not found:
        raise WrongCommandError(f"there is no {what}")


@cache
def _makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


@cache
def _extras() -> Sequence[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return tuple(project["optional-dependencies"])
