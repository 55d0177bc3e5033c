"""Model answers about texts of our own, damaged as models damage them, with the items that are still whole in them."""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.answer_formats import (
        JSON_WRITERS,
        LIST_WRITERS,
        PAIR_WRITERS,
        RELATION_WRITERS,
        SCHEMA,
        TAG_WRITERS,
        TEXTS,
        Item,
        Part,
        Parts,
        Writer,
    )
else:
    sys.path.insert(0, str(Path(__file__).parent))
    from answer_formats import (
        JSON_WRITERS,
        LIST_WRITERS,
        PAIR_WRITERS,
        RELATION_WRITERS,
        SCHEMA,
        TAG_WRITERS,
        TEXTS,
        Item,
        Part,
        Parts,
        Writer,
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer about a text, and what is whole in it."""

    text: str
    answer: str
    reader: str
    made: str
    """How, for people."""
    planted: Sequence[Item] = ()
    """The items that are whole; relations with their object for a type."""
    complete: bool = True
    labels: tuple[str, ...] | None = None
    known: Mapping[str, Any] = field(default_factory=dict)


_ENTITIES = [
    (text, [Item(unicodedata.normalize("NFC", name), kind) for name, kind in entities.items()])
    for text, entities in TEXTS
]
"""Texts with their entities as models write them: composed, whatever the text is."""


def make_sample(made: random.Random) -> Sample:
    """One answer to one of the five readers."""
    text, entities = made.choice(_ENTITIES)
    items = made.sample(entities, made.randint(1, min(4, len(entities))))
    chance = made.random()
    if chance < 0.36:
        return _made(made, text, items, "json", JSON_WRITERS)
    if chance < 0.47:
        return _made(made, text, items, "relations", RELATION_WRITERS)
    if chance < 0.62:
        kind = items[0].type
        of_kind = [item for item in items if item.type == kind]
        return _made(made, text, of_kind, "list", LIST_WRITERS, labels=(kind,))
    if chance < 0.74:
        return _made(made, text, items, "pairs", PAIR_WRITERS)
    return _made(made, text, items, "tagged", TAG_WRITERS)


def _made(
    made: random.Random,
    text: str,
    items: Sequence[Item],
    reader: str,
    writers: Sequence[Writer],
    *,
    labels: tuple[str, ...] | None = None,
) -> Sample:
    known = {"source": text} if reader == "tagged" else {}
    chance = made.random()
    if chance < 0.12:
        return Sample(text, _garbage(made), reader, "garbage", labels=labels, known=known)
    if chance < 0.20:
        empty = {"list": ("", "none", "- none"), "pairs": ("",), "tagged": (text,)}.get(
            reader, ("[]", '{"entities": []}')
        )
        return Sample(text, made.choice(empty), reader, "empty", labels=labels, known=known)
    writer = made.choice(writers)
    parts, done, complete = writer(made, items), [writer.__name__.strip("_")], True
    if made.random() < 0.5:
        damages = _DAMAGES if reader in {"json", "relations"} else _LINE_DAMAGES
        for damage in made.sample(damages, made.choice((1, 1, 1, 2))):
            parts = damage(made, parts or [Part("")])
            done.append(damage.__name__.strip("_"))
    if made.random() < 0.15:
        parts, complete = _cut(made, parts), made.random() < 0.2
        done.append("cut")
    if made.random() < 0.2:
        wrap = made.choice((_fenced, _introduced, _thought, _echoed))
        parts = wrap(made, parts)
        done.append(wrap.__name__.strip("_"))
    planted = [part.item for part in parts if part.item is not None]
    answer = "".join(part.written for part in parts)
    return Sample(text, answer, reader, " ".join(done), planted, complete, labels, known)


# Damage.

_EMPTY = {
    "json": ("[]", '{"entities": []}', "```json\n[]\n```", "There is nothing: []"),
    "relations": ("[]", '{"relations": []}', "```json\n[]\n```", "There is nothing: []"),
    "list": ("", "none", "- none"),
    "pairs": ("",),
}
_JUNK = (
    ",", " null, ", "\n// and\n", '{"entity": null, "type": "DRUG"}, ', '{"entity": ', "...", "NaN, ", "\x00", "\ud800",
    "患者 ", '"', "'", "}", "]", "[[", '"DRUG": ', "\\", "</", "<b>", " | ", "```",
)  # fmt: skip
_LINE_JUNK = ("\n", "\n\n", "---\n", "\x00\n", "\ud83d\n", "These are:\n", "- \n", "```\n", "ghi chú:\n", "| | |\n")
_BROKEN = (
    '{"entity": "aspirin", "type": 3}', '{"entity": ["a", ["b"]], "type": null}', '{"entity": 12345678901234567890}',
    '{"type": "DRUG"}', '{"entity": "aspirin, "type": "DRUG"}', '{"entity": "aspirin", "type": "DRUG"', "[[[]]]",
    '{"entity": {"text": "aspirin"}, "type": ["DRUG", "TEST"]}', '{"entity": "ho\ud800", "type": "\x00"}', "1e999",
    '{entity: aspirin}', '"aspirin"', '{"entity": "", "type": ""}', "{}", '{"entity": true, "type": false}',
)  # fmt: skip
_INVENTED = ("aspirin forte", "5 mg", "NOT", "sốt rét", "疟疾", "x" * 40, "o", "Crohn", "9,5 độ")


def _junk(made: random.Random, parts: Parts) -> Parts:
    """Something between two parts that doesn't belong there."""
    place = made.randint(0, len(parts))
    return [*parts[:place], Part(made.choice(_JUNK)), *parts[place:]]


def _line_junk(made: random.Random, parts: Parts) -> Parts:
    place = made.randint(0, len(parts))
    return [*parts[:place], Part(made.choice(_LINE_JUNK)), *parts[place:]]


def _missing(made: random.Random, parts: Parts) -> Parts:
    """A comma, bracket or item left out."""
    place = made.randrange(len(parts))
    return [*parts[:place], *parts[place + 1 :]]


def _broken(made: random.Random, parts: Parts) -> Parts:
    """An item that isn't one."""
    return _instead(made, parts, made.choice(_BROKEN))


def _chewed(made: random.Random, parts: Parts) -> Parts:
    """An item with some of its characters lost."""
    place = _place_of_item(made, parts)
    written = parts[place].written
    begin = made.randrange(len(written) + 1)
    chewed = written[:begin] + written[begin + made.randint(1, 4) :]
    return [*parts[:place], Part(chewed), *parts[place + 1 :]]


def _invented(made: random.Random, parts: Parts) -> Parts:
    """An item that isn't in the text."""
    place = _place_of_item(made, parts)
    item = parts[place].item
    if item is None:
        return parts
    written = parts[place].written.replace(item.text, made.choice(_INVENTED))
    return [
        *parts[: place + 1],
        Part(", " if written.startswith(("{", "[", '"')) else ""),
        Part(written),
        *parts[place + 1 :],
    ]


def _repeated(made: random.Random, parts: Parts) -> Parts:
    """An item twice; now and then without end."""
    place = _place_of_item(made, parts)
    between = next((part for part in parts[1:] if part.item is None), Part(""))
    again = [Part(between.written), Part(parts[place].written)]
    return [*parts[: place + 1], *again * made.choice((1,) * 50 + (100,)), *parts[place + 1 :]]


def _huge(made: random.Random, parts: Parts) -> Parts:
    """Now and then a number or a nest without end, else a long one."""
    count = made.choice((30,) * 20 + (5000,))
    return [
        *parts[:-1],
        Part(made.choice((",1" + "0" * count, ', {"a":' * (count // 5), "," + "[" * count))),
        parts[-1],
    ]


_DAMAGES = (_junk, _junk, _missing, _broken, _broken, _chewed, _invented, _repeated, _huge)
_LINE_DAMAGES = (_line_junk, _line_junk, _missing, _chewed, _invented, _repeated)


def _instead(made: random.Random, parts: Parts, written: str) -> Parts:
    place = _place_of_item(made, parts)
    return [*parts[:place], Part(written), *parts[place + 1 :]]


def _place_of_item(made: random.Random, parts: Parts) -> int:
    places = [place for place, part in enumerate(parts) if part.item is not None]
    return made.choice(places) if places else made.randrange(len(parts))


def _cut(made: random.Random, parts: Parts) -> Parts:
    """The limit of tokens, anywhere."""
    left = made.randrange(sum(len(part.written) for part in parts) + 1)
    kept: Parts = []
    for part in parts:
        if len(part.written) > left:
            return [*kept, Part(part.written[:left])]
        kept.append(part)
        left -= len(part.written)
    return kept


def _fenced(made: random.Random, parts: Parts) -> Parts:
    return [Part(made.choice(("```json\n", "```\n", "Sure!\n```\n"))), *parts, Part("\n```")]


def _introduced(made: random.Random, parts: Parts) -> Parts:
    before = made.choice(("Here is the list:\n", "Kết quả:\n", "The following entities were found [1]:\n\n"))
    return [Part(before), *parts, Part(made.choice(("", "\n", "\n\nI hope that this helps you, doctor.")))]


def _thought(made: random.Random, parts: Parts) -> Parts:
    draft = made.choice(("The text names a drug.", '[{"entity": "draft", "type": "DRUG"}]', "- a\n- b"))
    return [Part(f"<think>\n{draft}\n</think>\n\n"), *parts]


def _echoed(_made: random.Random, parts: Parts) -> Parts:
    """The instructions again, before the answer."""
    types = "\n".join(f"- {entity.name}: {entity.description}" for entity in SCHEMA.entities)
    return [Part(f"{types}\n\nIf no relevant entities are found, return an empty list []\n\n"), *parts]


def _garbage(made: random.Random) -> str:
    """Nothing of use: blanks, numbers, prose, or signs at random."""
    given = (
        "",
        " \n",
        "42",
        "1" * made.choice((3, 5000)),
        "null",
        "I can't help with that, since I am no doctor.",
        '"',
    )
    signs = "".join(made.choices("[]{}\",:'<>/\\-|\n\t abcđỡ\u0301\x00\ud800病0", k=made.randint(1, 80)))
    return made.choice((*given, signs, signs, signs))


@lru_cache(maxsize=1024)
def key(text: str) -> str:
    """A text's letters, digits and accents, in any order: what no alignment may change but the place of a tone mark."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(sorted(re.sub(r"[^\w\u0300-\u036f]|_", "", plain)))
