"""Time and memory of ``kg-builder terms load-umls`` on a made-up MRCONSO, and that broken lines are told by number.

    python benchmarks/load_umls.py [--lines 5000000] [--shuffled] [--folder DIR]

The names are made of random syllables and are as long as the Metathesaurus' own (about 30 characters on average,
three names a concept); all of them are loaded. ``--shuffled`` leaves the lines in no order, so that they have to be
sorted first. Peak memory is the loading process's largest resident set.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SOURCES = (("MSH", "ET"), ("SNOMEDCT_US", "SY"), ("NCI", "SY"), ("MTH", "PN"), ("RXNORM", "IN"), ("MDR", "LLT"))
TYPES = ("T047", "T121", "T061", "T023", "T033")
SYLLABLES = [
    first + vowel + last for first in "bdfglmnprstvz" for vowel in "aeiou" for last in ("", "l", "n", "r", "s")
]
BROKEN_EVERY = 500_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the files are made; they go afterwards")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        concepts = make(folder, arguments.lines, shuffled=arguments.shuffled)
        size = (folder / "MRCONSO.RRF").stat().st_size
        print(f"{arguments.lines:,} lines, {concepts:,} concepts, {size / 1e6:.0f} MB", flush=True)
        begun = time.monotonic()
        command = [sys.executable, "-c", "from kg_builder.cli import main; main()", "terms", "load-umls"]
        output = folder / "umls.terms"
        finished = subprocess.run(
            [*command, str(folder / "MRCONSO.RRF"), "--lang", "ENG,SPA", "-o", str(output)], check=True, text=True
        )
        seconds = time.monotonic() - begun
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"exit code {finished.returncode}, {seconds:.0f} s ({usage.ru_utime + usage.ru_stime:.0f} s of processor)"
        )
        print(f"peak memory {usage.ru_maxrss / 1e3:.0f} MB, file {output.stat().st_size / 1e6:.0f} MB")


def make(folder: Path, lines: int, *, shuffled: bool) -> int:
    """MRCONSO.RRF and MRSTY.RRF; returns the number of concepts."""
    chance = random.Random(13)
    concepts = 0
    with (folder / "MRCONSO.RRF").open("w") as conso, (folder / "MRSTY.RRF").open("w") as sty:
        for number, (cui, line) in enumerate(shuffled_lines(lines, chance) if shuffled else made(lines, chance)):
            if number % BROKEN_EVERY == BROKEN_EVERY // 2:
                conso.write("C00|broken\n")
            conso.write(line)
            concepts = max(concepts, cui)
        for cui in range(1, concepts + 1):
            sty.write(f"C{cui:07}|{TYPES[cui % len(TYPES)]}|A1.2|Type|AT{cui:08}|256|\n")
    return concepts


def made(lines: int, chance: random.Random) -> Iterator[tuple[int, str]]:
    cui = left = 0
    for number in range(lines):
        if not left:
            cui, left = cui + 1, chance.randint(1, 5)
            first = True
        yield cui, line_of(cui, number, chance, first=first)
        first, left = False, left - 1


def shuffled_lines(lines: int, chance: random.Random) -> Iterator[tuple[int, str]]:
    """Neighbours far apart, with no more memory: concept after concept, several times over."""
    concepts = max(1, lines // 3)
    for number in range(lines):
        cui = (number * 7919) % concepts + 1
        yield cui, line_of(cui, number, chance, first=number < concepts)


def line_of(cui: int, number: int, chance: random.Random, *, first: bool) -> str:
    source, term_type = chance.choice(SOURCES)
    words = ("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(chance.randint(1, 5)))
    language = "ENG" if chance.random() < 0.7 else "SPA"
    flags = "P|L1|PF|S1|Y" if first else "S|L2|VO|S2|N"
    ids = f"A{number:08}|||{number % 100_000}|{source}|{term_type}|{number % 1_000_000}"
    return f"C{cui:07}|{language}|{flags}|{ids}|{' '.join(words)}|0|N|256|\n"


if __name__ == "__main__":
    main()
