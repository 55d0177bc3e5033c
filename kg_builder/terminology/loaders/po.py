"""Translations in gettext's text format.

Source: GNU gettext manual, "The Format of PO Files". Fuzzy translations (guesses nobody confirmed) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg_builder.terminology.loaders.reading import Reading, SourceFile, wrong_file

_LINE = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)?\s*"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_SPELLED = {"n": "\n", "t": "\t", "r": "\r"}
_LANGUAGE = re.compile(r"^Language:\s*([a-z]{2})\b", re.MULTILINE)

Message = tuple[str, str, str]
"""Context, text, translation (empty: there is none)."""


@dataclass
class _Entry:
    parts: dict[str, str] = field(default_factory=dict)
    last: str = ""
    fuzzy: bool = False

    def message(self) -> Message:
        translated = "" if self.fuzzy else self.parts.get("msgstr", self.parts.get("msgstr[0]", ""))
        context, text = self.parts.get("msgctxt", ""), self.parts.get("msgid", "")
        return context, " ".join(text.split()), translated if not text else " ".join(translated.split())


def read_po(source: SourceFile, reading: Reading) -> tuple[list[Message], str]:
    """All messages, and the language's ISO 639-1 code that the header says, or nothing."""
    messages = [entry.message() for entry in _entries(source, reading) if "msgid" in entry.parts]
    if not messages:
        raise wrong_file(source, "a gettext .po file (msgid, msgstr)")
    header = next((translated for _, text, translated in messages if not text), "")
    match = _LANGUAGE.search(header)
    return [message for message in messages if message[1]], match.group(1) if match else ""


def _entries(source: SourceFile, reading: Reading) -> Iterator[_Entry]:
    entry = _Entry()
    for number, line in source.lines(reading):
        text = line.strip()
        if text.startswith("#"):
            if "msgstr" in entry.last:
                yield entry
                entry = _Entry()
            if text.startswith("#,") and "fuzzy" in text:
                entry.fuzzy = True
            continue
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            reading.skip(source.name, number, "not a line of gettext")
            continue
        keyword, quoted = match.groups()
        if keyword is not None:
            if keyword in {"msgctxt", "msgid"} and "msgstr" in entry.last:
                yield entry
                entry = _Entry()
            entry.last = keyword
        entry.parts[entry.last] = entry.parts.get(entry.last, "") + unescaped(quoted)
    yield entry


def unescaped(text: str) -> str:
    r"""Without backslashes: ``\n`` is a line break, ``\"`` a quotation mark."""
    return _ESCAPE.sub(lambda match: _SPELLED.get(match.group(1), match.group(1)), text)
