"""Cold start of ``kg-builder build``: seconds until a first short document is written, and what importing costs.

    python benchmarks/startup.py [--runs 5] [-- OPTION...]

Options after ``--`` go to ``kg-builder build``, for example ``--extractor lexicon``. A fresh process writes a fresh
store each time; the files are in the system's cache, as after a first use. ``first document`` is the moment at
which the document's part is on disk, counted from the start of the process; ``whole command`` includes
printing the summary and closing. Modules are counted to the package they belong to, without what they import.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

TEXT = (
    "Lithium-induced tremor in an elderly woman. A 78-year-old woman with bipolar disorder was given lithium. "
    "Two weeks later she developed a coarse tremor and confusion. Renal failure was excluded. "
    "Lithium was withdrawn and the tremor resolved within five days."
)
COMMAND = """
import sys, time
from kg_builder.cli import main
from kg_builder.graphs import building
counted = building.Tally.add
def add(tally, report):
    print("first", time.time(), time.process_time(), file=sys.stderr)
    counted(tally, report)
building.Tally.add = add
main()
"""
"""The command itself, telling when the first document was written."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("options", nargs="*")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "note.txt"
        note.write_text(TEXT, encoding="utf-8")
        runs = [started(note, arguments.options) for _ in range(arguments.runs + 1)][1:]  # the first fills caches
        imports = imported(note, arguments.options)
    print("| | best, s | median, s | best, CPU s | median, CPU s |")
    print("|---|---|---|---|---|")
    for number, name in enumerate(("first document", "whole command")):
        walls, burnt = ([run[number][which] for run in runs] for which in (0, 1))
        print(f"| {name} | {min(walls):.2f} | {median(walls):.2f} | {min(burnt):.2f} | {median(burnt):.2f} |")
    print("\n| imported package | own time, ms | modules | first asked for by |")
    print("|---|---|---|---|")
    for package, milliseconds, modules, importer in imports[:10]:
        print(f"| {package} | {milliseconds:.0f} | {modules} | {importer} |")
    rest = imports[10:]
    print(f"| {len(rest)} others | {sum(row[1] for row in rest):.0f} | {sum(row[2] for row in rest)} | |")
    print("\nMeasured with -X importtime, which slows importing down somewhat.")


def started(note: Path, options: Sequence[str]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Wall and processor seconds to the first written document, and to the end."""
    store = note.with_suffix(".kg")
    before, begun = os.times(), time.time()
    finished = _run([sys.executable, "-c", COMMAND], note, options)
    ended, after = time.time(), os.times()
    for file in note.parent.glob(f"{store.name}*"):
        file.unlink()
    first = next(line.split() for line in finished.stderr.splitlines() if line.startswith("first "))
    burnt = after.children_user + after.children_system - before.children_user - before.children_system
    return (float(first[1]) - begun, float(first[2])), (ended - begun, burnt)


def imported(note: Path, options: Sequence[str]) -> list[tuple[str, float, int, str]]:
    """Packages with the milliseconds and number of their modules and who imported them first, slowest first."""
    finished = _run(
        [sys.executable, "-X", "importtime", "-c", "from kg_builder.cli import main; main()"], note, options
    )
    spent: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    importers: dict[str, str] = {}
    waiting: list[tuple[int, str]] = []  # modules are reported after those that they import
    for line in finished.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) != 3 or not parts[0].strip().isdigit():
            continue
        name = parts[2].strip()
        depth = len(parts[2]) - len(parts[2].lstrip())
        package = name.partition(".")[0]
        spent[package] += int(parts[0])
        modules[package] += 1
        while waiting and waiting[-1][0] > depth:
            inner = waiting.pop()[1].partition(".")[0]
            if inner != package:
                importers.setdefault(inner, name)
        waiting.append((depth, name))
    return [(name, own / 1000, modules[name], importers.get(name, "")) for name, own in spent.most_common()]


def _run(command: Sequence[str], note: Path, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    arguments = ["build", str(note), "--store", str(note.with_suffix(".kg")), *options]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)


if __name__ == "__main__":
    main()
