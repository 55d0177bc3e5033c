"""How each type is drawn, the same on every page, plot and notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

DEFAULT = "default"
"""Stands for all types that the file doesn't know."""


class TypeStyle(NamedTuple):
    """Colours and shape of a type. Black text on either colour has a contrast of at least 4.5 : 1."""

    light: str
    """On a light page, against which it has a contrast of at least 3 : 1 (on a dark one too)."""
    dark: str
    """On a dark page."""
    shape: str
    """As Cytoscape.js calls it."""


def style_of(type: str) -> TypeStyle:
    """The style of an entity type or concept type; of any other, one and the same."""
    styles = type_styles()
    return styles.get(type, styles[DEFAULT])


@cache
def type_styles() -> Mapping[str, TypeStyle]:
    """All styles, by type. The colours are near those of Okabe and Ito (2008), which colour-blind people tell apart."""
    text = files("kg_builder.html").joinpath("type_styles.json").read_text(encoding="utf-8")
    return {name: TypeStyle(**style) for name, style in json.loads(text).items()}
