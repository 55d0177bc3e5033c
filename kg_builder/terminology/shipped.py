"""The terminology that ships with the package, unpacked into the user's cache when it is first asked for."""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import shutil
import tempfile
import time
import warnings
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from threading import Timer

from filelock import FileLock
from platformdirs import user_cache_path

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import unpack
from kg_builder.terminology.rows import AddedName, read_added_names
from kg_builder.terminology.table import Terminology
from kg_builder.terminology.table_writing import FORMAT, write_table

CONCEPTS_FILE = "concepts.tsv.xz"
ADDED_FILES = {"en": ("english.tsv", "procedures.tsv"), "vi": ("vietnamese.tsv",)}
"""Hand-written names by language."""
FOLDER_VARIABLE = "KG_BUILDER_CACHE"
"""Environment variable that names another folder than the system's for caches."""
_PATIENCE = 1.0
"""Seconds after which unpacking is announced."""
_UNUSED = 30 * 24 * 3600.0
"""Seconds after which an unpacked file that nobody opened may go."""

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def load_terminology() -> Terminology:
    """The shipped terminology. Unpacking it takes about ten seconds, once; afterwards it opens at once."""
    packed = _content()
    digest = hashlib.sha256(b"".join(packed.values())).hexdigest()
    name = f"terminology-{digest[:16]}-{FORMAT}.sqlite"
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        if not path.exists():
            with FileLock(folder / f"{name}.lock"):
                if not path.exists():
                    _unpack(packed, path, digest)
        return Terminology(path)
    except (OSError, InputError) as error:
        return _unpacked_for_this_process(packed, name, digest, error)


def cache_folder() -> Path:
    """Where what can be made again is kept."""
    given = os.environ.get(FOLDER_VARIABLE)
    return Path(given) if given else user_cache_path("kg_builder", appauthor=False)


def _content() -> dict[str, bytes]:
    """The shipped files by name."""
    folder = files("kg_builder.models").joinpath("terminology")
    names = (CONCEPTS_FILE, *(name for names in ADDED_FILES.values() for name in names))
    return {name: folder.joinpath(name).read_bytes() for name in names}


def _unpack(content: dict[str, bytes], path: Path, digest: str) -> None:
    """Make the file; it appears whole or not at all. Who has to wait is told so, on stderr unless logging is set up."""
    announcement = Timer(_PATIENCE, logger.warning, ["Unpacking the terminology, once …"])
    announcement.daemon = True
    staged = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        announcement.start()
        _tidy(path.parent)
        preamble, rows = unpack(content[CONCEPTS_FILE])
        staged.unlink(missing_ok=True)
        write_table(staged, preamble, rows, _added(content), digest=digest)
        staged.replace(path)
    finally:
        announcement.cancel()
        staged.unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    """Remove what earlier releases unpacked and nobody has opened for a month."""
    for path in folder.glob("terminology-*.sqlite"):
        with suppress(OSError):
            if time.time() - path.stat().st_atime > _UNUSED:
                path.unlink()


def _added(content: dict[str, bytes]) -> dict[str, list[AddedName]]:
    return {
        language: [row for name in names for row in read_added_names(content[name].decode().splitlines(), name)]
        for language, names in ADDED_FILES.items()
    }


def _unpacked_for_this_process(content: dict[str, bytes], name: str, digest: str, error: Exception) -> Terminology:
    """In a folder of its own that goes when the process ends."""
    reason = error.message if isinstance(error, InputError) else (getattr(error, "strerror", None) or "I/O error")
    warnings.warn(
        f"The cache for the unpacked terminology can't be used ({reason}): it is unpacked for this process alone. "
        f"Name a folder that can be written in {FOLDER_VARIABLE}.",
        stacklevel=3,
    )
    folder = Path(tempfile.mkdtemp(prefix="kg_builder-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _unpack(content, folder / name, digest)
    return Terminology(folder / name)
