"""LangChain tools over a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg_builder.tools.catalogue import question_tool as question_tool
    from kg_builder.tools.catalogue import toolkit as toolkit

__all__ = ["question_tool", "toolkit"]


def __getattr__(name: str) -> object:
    """Load LangChain when a toolkit is asked for, not with the package."""
    if name in __all__:
        from kg_builder.tools import catalogue

        return getattr(catalogue, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
