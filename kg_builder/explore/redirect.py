"""A page on disk that takes a browser to an address.

Every user of a machine can read with what commands others start: a browser is started with this page, not the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

SNAPS = Path("/var/lib/snapd")
"""There where browsers may come as snaps, as on Ubuntu: these see no folder for temporary files, and nothing hidden."""
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}">
<title>kg-builder explore</title>
<p><a href="{url}">Explore the graph</a></p>
</html>
"""


@contextmanager
def redirect_to(url: str) -> Iterator[str]:
    """Address of a page that leads there, which this user alone can read, and which is gone after the block.

    Raises OSError if there is no place for it.
    """
    place = Path.home() if SNAPS.is_dir() else None
    with TemporaryDirectory(prefix="kg-builder-", dir=place, ignore_cleanup_errors=True) as folder:
        page = Path(folder, "explore.html")
        page.touch(mode=0o600, exist_ok=False)
        page.write_text(PAGE.format(url=escape(url)), encoding="utf-8")
        yield page.as_uri()
