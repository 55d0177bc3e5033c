"""A real Neo4j Community server for tests: its jars from Maven Central, run by whatever Java there is."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock
from platformdirs import user_cache_path

HERE = Path(__file__).parent
READY_SECONDS = 600.0
PASSWORD = "only-for-tests"


class Release(NamedTuple):
    """A Neo4j release and the Java it needs."""

    version: str
    java: int


OLDEST = Release("5.26.30", 17)
NEWEST = Release("2026.08.1", 21)


class NoServerError(Exception):
    """There is no way to start a server here; says what is missing."""


@dataclass
class Server:
    """A process with as many separate databases as asked for. It ends when this process does."""

    release: Release = OLDEST
    databases: int = 1
    password: str | None = None
    """None: no authentication."""
    plugins: Sequence[Path] = ()
    heap: str = "512m"
    optimized: bool = False
    """True: as for work. Else less goes into compiling code, and into planning queries again for another graph."""
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="kg_builder-neo4j-")))
    _ports: list[int] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def uris(self) -> list[str]:
        """Bolt URIs, one a database; the same after a restart."""
        return [f"bolt://127.0.0.1:{port}" for port in self._ports]

    @property
    def uri(self) -> str:
        """The first one's."""
        return self.uris[0]

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, or start it again on what it had kept, and wait until it is ready."""
        java, libraries = java_home(self.release.java) / "bin" / "java", jars(self.release.version)
        first = not self._ports
        self._ports = self._ports or free_ports(self.databases)
        places: list[str] = []
        for number, port in enumerate(self._ports):
            home = self.folder / str(number)
            (home / "plugins").mkdir(parents=True, exist_ok=True)
            for plugin in self.plugins:
                shutil.copy(plugin, home / "plugins")
            places += [str(home), str(port)]
        options = [f"-Xmx{self.heap}", f"-Dauth={str(self.password is not None).lower()}"]
        options += [] if self.optimized else ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dreplan=3600"]
        # a plugin's own components are looked for on the class path, its procedures in the folder
        path = os.pathsep.join([f"{libraries}/*", *map(str, self.plugins)])
        command: list[str | Path] = [java, *options, "-cp", path, HERE / "Server.java", *places]
        log = self.folder / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)
        self._wait(log)
        if first and self.password is not None:
            for uri in self.uris:
                _set_password(uri, self.password)

    def kill(self) -> None:
        """``kill -9``."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._end()

    def stop(self) -> None:
        """Shut it down and wait."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._end()

    def remove(self) -> None:
        """Stop it and delete all it had."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        assert self._process is not None
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def _wait(self, log: Path) -> None:
        assert self._process is not None
        until = time.monotonic() + READY_SECONDS
        while not re.search("^ready$", log.read_text(errors="replace"), re.MULTILINE):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise NoServerError(f"Neo4j {self.release.version} doesn't start: {log.read_text()[-2000:]}")
            time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@cache
def java_home(at_least: int) -> Path:
    """The oldest JDK that is new enough. Raises NoServerError."""
    found = sorted((version, path) for path in _java_homes() if (version := _java_version(path)) >= at_least)
    if not found:
        raise NoServerError(f"no Java {at_least} or later (JDK)")
    return found[0][1]


def _java_homes() -> Iterator[Path]:
    if "JAVA_HOME" in os.environ:
        yield Path(os.environ["JAVA_HOME"])
    if (java := shutil.which("java")) is not None:
        yield Path(java).resolve().parents[1]
    yield from Path("/usr/lib/jvm").glob("*")
    yield from Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home")


def _java_version(home: Path) -> int:
    """The feature version of a JDK; 0 where there is none, or no compiler with it."""
    release = home / "release"
    if not (home / "bin" / "javac").exists() or not release.is_file():
        return 0
    found = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


@cache
def jars(version: str, artifact: str = "neo4j") -> Path:
    """A folder with the jars of an artifact of org.neo4j, from Maven the first time. Raises NoServerError."""
    place = Path(os.environ.get("KG_BUILDER_TEST_CACHE") or user_cache_path("kg_builder-tests"))
    folder = place / f"{artifact}-{version}"
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            draft = place / f"{artifact}-{version}.part"
            shutil.rmtree(draft, ignore_errors=True)
            _fetch(version, draft)
            draft.replace(folder)
    return folder


def _fetch(version: str, folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoServerError("no Maven (mvn)")
    command: list[str | Path] = [maven, "-q", "-B", "-f", HERE / "pom.xml", f"-Dneo4j.version={version}"]
    command += ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NoServerError(f"Maven can't get Neo4j {version}: {(done.stdout + done.stderr)[-500:]}")


def _set_password(uri: str, password: str) -> None:
    from neo4j import GraphDatabase

    with GraphDatabase.driver(uri, auth=("neo4j", "neo4j")) as driver, driver.session(database="system") as session:
        session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=password).consume()
