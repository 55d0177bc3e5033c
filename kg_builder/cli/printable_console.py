"""A rich console on which no text steers the terminal. Loads rich: imported when something is printed."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.segment import Segment

from kg_builder.text.printable import printable


class PrintableText(RenderHook):
    """Styles are rich's own; of what is printed, each character that isn't to be shown is replaced."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Called with all that is printed at once."""
        return [_Printable(each) for each in renderables]


class _Printable:
    def __init__(self, shown: ConsoleRenderable) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self._shown, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)
