"""Templates to pages: everything that is put into one is escaped, and a page loads and runs nothing."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kg_builder.html import highlight
from kg_builder.html.escaping import escaped_prose
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from jinja2 import Environment

NOTHING = "–"
"""What stands for None."""


def page(template: str, *, rules: str = "", **content: Any) -> str:
    """A template of this package with its content. `rules`: style of this page alone."""
    from markupsafe import Markup

    style = files("kg_builder.reports.templates").joinpath("style.css").read_text(encoding="utf-8")
    # files and rules of our own, nothing of a graph
    whole = Markup(style + highlight.STYLE + rules)  # noqa: S704
    return _environment().get_template(template).render(style=whole, **content)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("kg_builder.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": _number,
        "share": _share,
        "figure": _figure,
        "seconds": _seconds,
        "moment": _moment,
        "counted": counted,
        "words": _words,
    }
    return made


def _shown(value: Any) -> Any:
    """Every expression of a template comes through here; what is no markup yet is escaped."""
    from markupsafe import Markup

    if value is None:
        return NOTHING
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return Markup(escaped_prose(value))  # noqa: S704 - escaped, and nothing in it is invisible
    return value


def _number(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def _share(value: float | None) -> str:
    """Per cent; what isn't all never reads as all, nor what isn't nothing as nothing."""
    if value is None:
        return NOTHING
    if 0 < value < 0.001:
        return "under 0.1 %"
    if 0.999 < value < 1:
        return "over 99.9 %"
    return f"{100 * value:.1f} %" if value not in {0, 1} else f"{100 * value:.0f} %"


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _seconds(value: float | None) -> str:
    if value is None:
        return NOTHING
    if value >= 120:
        minutes, left = divmod(round(value), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {left:02} s"
    if value >= 1 or value == 0:
        return f"{value:.1f} s"
    return f"{1000 * value:.0f} ms" if value >= 0.01 else f"{1000 * value:.1f} ms"


def _moment(value: dt.datetime | None) -> str:
    return NOTHING if value is None else f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _words(code: str) -> str:
    """``not-in-text`` as ``not in text``."""
    return code.replace("-", " ")
