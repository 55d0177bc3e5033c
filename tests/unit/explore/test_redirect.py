"""The page that takes a browser to an address: for one user's eyes, and not for long."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from kg_builder.explore import redirect
from kg_builder.explore.redirect import redirect_to

URL = "http://127.0.0.1:8000/#token"


def file_at(address: str) -> Path:
    """What a browser reads."""
    return Path(url2pathname(urlsplit(address).path))


def test_it_leads_there_until_the_end_of_the_block() -> None:
    with redirect_to(URL) as address:
        page = file_at(address)
        assert address.startswith("file:///")
        assert f'content="0; url={URL}"' in page.read_text(encoding="utf-8")
    assert not page.parent.exists()


def test_it_is_gone_after_an_error_too() -> None:
    with pytest.raises(SystemExit), redirect_to(URL) as address:
        raise SystemExit
    assert not file_at(address).parent.exists()


def test_an_address_stays_an_address() -> None:
    with redirect_to('http://127.0.0.1/#"><script>') as address:
        assert "<script>" not in file_at(address).read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="rights are of another kind there")
def test_nobody_else_may_read_it() -> None:
    before = os.umask(0)
    try:
        with redirect_to(URL) as address:
            page = file_at(address)
            assert page.stat().st_mode & 0o777 == 0o600
            assert page.parent.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)


def test_it_lies_where_snaps_may_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redirect, "SNAPS", tmp_path)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    with redirect_to(URL) as address:
        folder = file_at(address).parent
        assert folder.parent == tmp_path
        assert not folder.name.startswith(".")


def test_a_home_that_can_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redirect, "SNAPS", tmp_path)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError), redirect_to(URL):
        pass
