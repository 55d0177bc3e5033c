"""Made-up Vietnamese case reports with nested mentions, for models that learn the shape of the task only."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg_builder.records import Mention

_ORGANS = ("phổi", "gan", "họng", "tai", "khớp")
_PROBLEMS = ("ho", "sốt", "viêm {organ}", "đau {organ}")
_PLACES = ("Huế", "Vinh", "Đà Lạt", "Cần Thơ")
_HOUSES = ("Bệnh viện {place}", "Trạm y tế {place}")
_AGES = (23, 35, 41, 58, 67, 72)
_FRAMES = (
    "Bệnh nhân {age} bị {problem}.",
    "Người ở {place} có {problem}.",
    "{house} nhận một ca {problem}.",
)
_MOST = 200
"""There are 216."""
_TYPES = {
    "organ": "ANATOMY",
    "problem": "SYMPTOM_AND_DISEASE",
    "place": "LOCATION",
    "house": "ORGANIZATION",
    "age": "AGE",
}
TOY_LABELS = tuple(sorted(_TYPES.values()))
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ToyText:
    """A text with its mentions, some of them within others."""

    text: str
    mentions: tuple[Mention, ...]


def toy_texts(count: int, *, seed: int = 0) -> Sequence[ToyText]:
    """Different texts, the same for the same seed; at most 200. Raises ValueError."""
    if count > _MOST:
        raise ValueError(f"there are no more than {_MOST} made-up texts")
    dice = random.Random(seed)
    found: dict[str, ToyText] = {}
    while len(found) < count:
        toy = _filled(dice)
        found.setdefault(toy.text, toy)
    return tuple(found.values())


def _filled(dice: random.Random) -> ToyText:
    mentions: list[tuple[int, int, str]] = []
    text = _fill(dice.choice(_FRAMES), 0, dice, mentions)
    return ToyText(
        text,
        tuple(Mention(start=start, end=end, text=text[start:end], type=kind) for start, end, kind in sorted(mentions)),
    )


def _fill(frame: str, offset: int, dice: random.Random, mentions: list[tuple[int, int, str]]) -> str:
    """The frame with its slots filled, and the slots of what fills them; notes the mentions."""
    text, done = "", 0
    for slot in _SLOT.finditer(frame):
        text += frame[done : slot.start()]
        start = offset + len(text)
        filling = _fill(_choice(slot[1], dice), start, dice, mentions)
        mentions.append((start, start + len(filling), _TYPES[slot[1]]))
        text, done = text + filling, slot.end()
    return text + frame[done:]


def _choice(slot: str, dice: random.Random) -> str:
    if slot == "age":
        return f"{dice.choice(_AGES)} tuổi"
    return dice.choice({"organ": _ORGANS, "problem": _PROBLEMS, "place": _PLACES, "house": _HOUSES}[slot])
