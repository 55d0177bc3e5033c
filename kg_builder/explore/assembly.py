"""The page put together from its files: one HTML text with everything inline."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

TYPES = "type_styles.json"
SCRIPTS = (
    "vendor/cytoscape.min.js",
    TYPES,
    "dom.js",
    "parts.js",
    "source.js",
    "concept_panel.js",
    "relation_panel.js",
    "document_chunks.js",
    "document_text.js",
    "document_arcs.js",
    "document_lists.js",
    "document_list.js",
    "document_controls.js",
    "document_view.js",
    "ledger_view.js",
    "shapes.js",
    "lines.js",
    "layout.js",
    "labels.js",
    "graph_style.js",
    "working_set.js",
    "graph_names.js",
    "graph_places.js",
    "graph_hands.js",
    "graph.js",
    "search.js",
    "filters.js",
    "legend.js",
    "listing.js",
    "svg_export.js",
    "exports.js",
    "theme.js",
    "side_panel.js",
    "views.js",
    "selection_bar.js",
    "graph_actions.js",
    "app.js",
)
"""In order."""
STYLES = ("page.css", "panels.css")


class Page(NamedTuple):
    """The page, and what browsers are told that it may do."""

    html: str
    policy: str
    """Content security policy, as the page itself has it."""

    @property
    def header_policy(self) -> str:
        """The same for a header, which may also forbid frames."""
        return f"{self.policy}; frame-ancestors 'none'"


def page(data: str | None = None) -> Page:
    """The page. `data`: what `embedding.packed` gave, for a file; None: the page asks its server."""
    script = _script()
    policy = _policy(script, asks_server=data is None)
    embedded = "" if data is None else f'<script type="application/octet-stream" id="graph-data">{data}</script>'
    inserted = {
        "<!--SOURCE-->": "server" if data is None else "embedded",
        "<!--POLICY-->": f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        "<!--STYLE-->": "<style>{}</style>".format("\n".join(map(_read, STYLES))),
        "<!--DATA-->": embedded,
        "<!--SCRIPT-->": f"<script>{script}</script>",
    }
    return Page(_filled(_read("page.html"), inserted), policy)


def _filled(html: str, inserted: Mapping[str, str]) -> str:
    """With each placeholder, of which the page has one each, in this order or another, replaced."""
    pieces = re.split(f"({'|'.join(map(re.escape, inserted))})", html)
    return "".join(inserted.get(piece, piece) for piece in pieces)


def _policy(script: str, *, asks_server: bool) -> str:
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    connect = "'self'" if asks_server else "'none'"
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data: blob:; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'"
    )


def _script() -> str:
    """All scripts as one. It can't end early: none of them may have what ends a script, not even in a comment."""
    parts = [_types() if name == TYPES else _read(name) for name in SCRIPTS]
    return "\n".join(('"use strict";', *parts))


def _types() -> str:
    styles = files("kg_builder.html").joinpath("type_styles.json").read_text(encoding="utf-8")
    return f"const TYPE_STYLES = {styles.strip()};"


def _read(name: str) -> str:
    return files("kg_builder.explore").joinpath("page", name).read_text(encoding="utf-8")
