"""Annotated types of a module: name, plain type and docstring, without what they are checked by."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, get_args, get_origin

from sphinx.pycode import ModuleAnalyzer


def aliases(module: str) -> str:
    """Markdown: one entry a documented alias, in the order of the source."""
    analyzer = ModuleAnalyzer.for_module(module)
    analyzer.analyze()
    things = vars(import_module(module))
    shown = [
        (name, getattr(get_args(things[name])[0], "__name__", "Any"), " ".join(lines).strip())
        for (owner, name), lines in analyzer.attr_docs.items()
        if not owner and get_origin(things.get(name)) is Annotated
    ]
    return "\n".join(
        f"```{{py:type}} {name}\n:module: {module}\n:canonical: {kind}\n\n{text.replace('``', '`')}\n```\n"
        for name, kind, text in shown
    )
