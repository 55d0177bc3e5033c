"""LangChain tools over a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg_builder.tools.catalogue import toolkit as toolkit

__all__ = ["toolkit"]


def __getattr__(name: str) -> object:
    """Load LangChain when the toolkit is asked for, not with the package."""
    if name == "toolkit":
        from kg_builder.tools.catalogue import toolkit

        return toolkit
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
