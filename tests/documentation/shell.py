"""Commands run by bash, one after the other, as in one terminal: variables and the folder stay."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.documentation.pages import ROOT

STAND_INS = Path(__file__).parent / "stand_ins"
SECONDS = 300
SERVER_SECONDS = 60
SERVES = re.compile(r"\bkg-builder (mcp\b.*--http\b|explore\b(?!.*( -o | --output ))(?!.*--help))")
ADDRESS = re.compile(r"https?://[\w.]+:(\d+)\S*")
FORGOTTEN = ("KG_BUILDER_", "NEO4J_", "LANGSMITH_", "LANGCHAIN_", "RAY_")
"""Variables of the caller that no reader has, but for the cache."""
PROGRAM = '#!/bin/sh\nexec "{python}" "{commands}" {name} "$@"\n'
PYTHON = """#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then shift 2; exec "{python}" "{commands}" venv "$@"; fi
case "$1" in benchmarks/*) exec "{python}" "{dry}" "$@";; esac
exec "{python}" "$@"
"""


class CommandError(AssertionError):
    """A command that a page shows doesn't do what it should."""


@dataclass
class Shell:
    """A terminal in a folder."""

    folder: Path
    programs: Path
    """Folder for the stand-ins, which go before all others."""
    environment: dict[str, str] = field(default_factory=dict)
    where: Path = field(init=False)
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ports: dict[str, str] = field(default_factory=dict)
    """The usual port of a server that runs → its port here."""

    def __post_init__(self) -> None:
        self.where = self.folder
        self.environment = _environment(self.programs) | self.environment
        _install(self.programs)

    def run(self, command: str, *, typed: str = "", exit_code: int = 0) -> str:
        """Run it; what it says, errors too. Raises CommandError."""
        if SERVES.search(command):
            return self._serve(command)
        state = self.programs / "state"
        script = f"set -o pipefail\n{command}\n__code=$?\nenv -0 >'{state}'; pwd -P >>'{state}'\nexit $__code\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.where,
            env=self.environment,
            input=typed.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        if done.returncode != exit_code:
            raise CommandError(f"$ {command}\nexit code {done.returncode}, not {exit_code}:\n{said}")
        self._remember(state)
        return said

    def _remember(self, state: Path) -> None:
        *variables, where = state.read_text(encoding="utf-8").split("\0")
        self.environment = dict(each.split("=", 1) for each in variables)
        self.where = Path(where.strip())

    def _serve(self, command: str) -> str:
        """Start it on a free port; what it says until it tells its address."""
        log = self.programs / f"server-{len(self.servers)}"
        with log.open("wb") as output:
            started = subprocess.Popen(
                ["bash", "-c", f"exec {command.partition('#')[0].rstrip()} --port 0"],
                cwd=self.where, env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.servers.append(started)
        until = time.monotonic() + SERVER_SECONDS
        while (found := ADDRESS.search(said := log.read_text(errors="replace"))) is None or not said.endswith("\n"):
            if started.poll() is not None or time.monotonic() > until:
                raise CommandError(f"$ {command}\nserves nothing:\n{said}")
            time.sleep(0.05)
        usual = usual_port(command)
        self.ports[usual] = found[1]
        return said.replace(f":{found[1]}", f":{usual}")

    def here(self, text: str) -> str:
        """A text with the ports that servers really have."""
        for usual, port in self.ports.items():
            text = text.replace(f":{usual}", f":{port}")
        return text

    def close(self) -> None:
        """End the servers."""
        for each in self.servers:
            with suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGTERM)
            try:
                each.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(each.pid, signal.SIGKILL)
                each.wait()


def usual_port(command: str) -> str:
    """The port that a server has unless told otherwise."""
    from tests.documentation.command_line import default_of

    return str(default_of(command, "port"))


def commands_of(text: str, *, console: bool) -> Iterator[tuple[str, str]]:
    """Commands with their outputs: all lines, or those after ``$`` with the lines below them."""
    if not console:
        script = [line for line in text.splitlines() if line.strip()]
        lines = [f"$ {line}" if not at or not script[at - 1].endswith("\\") else line for at, line in enumerate(script)]
        text = "\n".join(lines)
    command, output, going_on = "", "", False
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, output
            command, output = line[2:], ""
        elif going_on:
            command += "\n" + line.removeprefix("> ")
        else:
            output += line + "\n"
        going_on = command.endswith("\\") and not output
    if command:
        yield command, output


def _environment(programs: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(FORGOTTEN)}
    if (cache := os.environ.get("KG_BUILDER_CACHE")) is not None:
        kept["KG_BUILDER_CACHE"] = cache
    path = [str(programs), str(Path(sys.executable).parent), kept.get("PATH", "")]
    return kept | {
        "PATH": os.pathsep.join(path),
        "REPOSITORY": str(ROOT),
        "PYTHONPATH": str(STAND_INS),
        "COLUMNS": "200",
        "BROWSER": "true",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


def _install(folder: Path) -> None:
    """The stand-ins, in a folder that goes before all others; in ``.venv/bin`` they stand among the real programs."""
    words: Mapping[str, object] = {
        "python": sys.executable, "commands": STAND_INS / "commands.py", "dry": STAND_INS / "dry_run.py",
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("pip", "pip3", "git", "docker", "pre-commit"):
        (folder / name).write_text(PROGRAM.format(name=name, **words))
    (folder / "python").write_text(PYTHON.format(**words))
    shutil.copy(folder / "python", folder / "python3")
    for path in folder.iterdir():
        path.chmod(0o755)


def furnish_venv(folder: Path, programs: Path) -> None:
    """What pages call ``.venv``: programs of the real one, but for those that stand-ins stand for."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "activate").touch()
    for path in (*programs.iterdir(), *Path(sys.executable).parent.iterdir()):
        install = path.name.startswith(("pip", "python")) and path.parent != programs
        if path.is_file() and not install and not (folder / "bin" / path.name).exists():
            (folder / "bin" / path.name).symlink_to(path)
