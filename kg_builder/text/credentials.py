"""Plain data fit to be kept: what may be a password, a key or a token is taken out of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

HIDDEN = "***"
LONGEST = 200
"""Characters of a string that are kept; of a longer one, a prompt say, only its length and its hash are."""

_WORDS = r"password|passwd|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?"
_NAME = re.compile(rf"(?:.*[-_.])?(?:{_WORDS}|auth|authorization)", re.IGNORECASE)
_IN_URI = re.compile(r"(?<=://).*@", re.DOTALL)
"""User and password, in which people also write characters that a URI doesn't allow there."""
_BEFORE_HOST = re.compile(r"[^\s:@/]+:[^\s@/]+@(?=[\w\[])")
_IN_QUERY = re.compile(rf"([?&;][^=&;\s]*(?:{_WORDS}|key|sig|signature|auth)=)[^&;\s]+", re.IGNORECASE)
_IN_HEADER = re.compile(r"\b(bearer|basic)\s+\S+", re.IGNORECASE)
_OF_KNOWN_SHAPE = re.compile(
    r"\b(?:(?:sk|pk|rk|hf|gh[a-z]|github_pat|glpat|xox[a-z])[-_](?=[-\w.]*\d)|AKIA|AIza|ya29\.|eyJ)[-\w.]{16,}"
)
"""Beginnings by which providers' keys are known, and that of JSON web tokens."""


def without_credentials(data: Any) -> Any:
    """The same plain data with ``***`` for what may be secret, by its name or by how it looks."""
    if isinstance(data, Mapping):
        return {_hidden(str(name)): _kept(str(name), value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [without_credentials(item) for item in data]
    return _shortened(_hidden(data)) if isinstance(data, str) else data


def place_name(location: str) -> str:
    """What a store is called: its file without folders, or its address without a user and a password."""
    if location == ":memory:" or "://" in location:
        return _hidden(location)
    return PurePath(location).name


def _kept(name: str, value: Any) -> Any:
    return HIDDEN if value is not None and _NAME.fullmatch(name) else without_credentials(value)


def _hidden(text: str) -> str:
    text = _IN_URI.sub(f"{HIDDEN}@", text)
    text = _BEFORE_HOST.sub(f"{HIDDEN}@", text)
    text = _IN_QUERY.sub(rf"\1{HIDDEN}", text)
    text = _IN_HEADER.sub(rf"\1 {HIDDEN}", text)
    return _OF_KNOWN_SHAPE.sub(HIDDEN, text)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"({len(text):,} characters, sha256 {digest})"
