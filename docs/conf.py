"""How the site is made from these pages: `sphinx-build -W --keep-going -b html docs build/docs` (extra `docs`)."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "kg_builder"
author = "The kg_builder authors"
project_copyright = author
version = release = version_of("clinical-kg-builder")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "generated_pages",
    "reference_names",
    "repository_links",
]
exclude_patterns = ["_ext", "README.md"]
nitpicky = True
suppress_warnings = ["ref.python"]  # `type` in a signature may be the word or a field of that name

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

smartquotes = False  # `--help` is no dash
default_role = "py:name"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_type_aliases = {name: f"kg_builder.records.{name}" for name in ("Confidence", "Curie")}
python_maximum_signature_line_length = 100
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}

html_theme = "furo"
html_title = f"kg_builder {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_search_summary = False  # it is fetched, which a page opened from a disk may not
html_show_sphinx = False
