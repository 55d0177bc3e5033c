"""What is trained on: an epoch's planted stretches, made up anew each time, and plain ones, as windows with labels."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kg_builder.extract.tagger.encoding import Words, end_marks, windows
from kg_builder.privacy.clinical import Recognize
from kg_builder.privacy.detector import Detector
from kg_builder.privacy.learned.features import read_words
from kg_builder.train.batches import epoch_dice
from kg_builder.train.examples import Example
from kg_builder.train.identifiers.made_up import TrainingMaker, VietnameseMaker
from kg_builder.train.identifiers.network import KINDS
from kg_builder.train.identifiers.planting import Planted, carriers, planted_note, stretch_of, whole_notes
from kg_builder.train.identifiers.recipe import IdentifierRecipe

_MOST_JOINED = 5
_LABELS = {kind.value: place for place, kind in enumerate(KINDS, 1)}


@dataclass(frozen=True, slots=True)
class Sources:
    """What stretches are taken from."""

    recipe: IdentifierRecipe
    tokenizer: Tokenizer
    recognize: Recognize
    """Clinical names."""
    notes: Sequence[str]
    texts: Sequence[str]
    vietnamese_texts: Sequence[str]

    def examples(self, epoch: int) -> list[Example]:
        """Those of an epoch, which counts from 0; equal for equal recipes."""
        return [one for planted in self._planted(epoch) for one in self.read(planted)]

    def read(self, planted: Planted) -> Iterator[Example]:
        """The windows of a text, with labels."""
        words = read_words(self.tokenizer, planted.text, self.recognize(planted.text, planted.language))
        tags = labels(planted, words)
        start, end = end_marks(self.tokenizer)
        for window in windows(planted.text, words, start_mark=start, end_mark=end):
            yield Example(window, tags[window.first : window.first + window.word_count])

    def _planted(self, epoch: int) -> Iterator[Planted]:
        recipe = self.recipe
        dice = epoch_dice(recipe.seed, epoch)
        make = TrainingMaker(recipe.locales, dice.getrandbits(32))
        written = [carriers(name) for name in recipe.carriers]
        weights = [len(one["sentence"]) for one in written]
        for _ in range(recipe.planted):
            for note in self.notes:
                stretch = stretch_of(note, _within(recipe.stretch, dice), dice)
                chosen = dice.choices(written, weights)[0]
                framed = recipe.framed == 1.0 or dice.random() < recipe.framed
                yield planted_note(stretch, chosen, make, _within(recipe.sentences, dice), framed=framed)
        vietnamese = VietnameseMaker(dice.getrandbits(32), "train")
        for name in recipe.notes_with_slots:
            yield from whole_notes(carriers(name), vietnamese, "vi")
        others = dice.sample(self.texts, min(recipe.plain_texts, len(self.texts)))
        yield from self._plain([*self.notes, *others], "en", dice)
        yield from self._plain(list(_joined(self.vietnamese_texts, dice)), "vi", dice)

    def _plain(self, texts: Sequence[str], language: str, dice: random.Random) -> Iterator[Planted]:
        """As they are, with what the rules find in them: de-identified notes have some dates and names left."""
        rules = Detector(self.recognize)
        for text in texts:
            planted = Planted(language=language)
            planted.keep(stretch_of(text, self.recipe.plain_stretch, dice))
            planted.places = [(one.start, one.end, one.kind.value) for one in rules.find(planted.text, language)]
            yield planted


def _joined(sentences: Sequence[str], dice: random.Random) -> Iterator[str]:
    """In another order and by other numbers each time."""
    left = dice.sample(sentences, len(sentences))
    while left:
        some = [left.pop() for _ in range(min(len(left), dice.randint(1, _MOST_JOINED)))]
        yield dice.choice((" ", "\n")).join(some)


def _within(bounds: tuple[int, int], dice: random.Random) -> int:
    least, most = bounds
    return least if least == most else dice.randint(least, most)


def labels(planted: Planted, words: Words) -> NDArray[np.int64]:
    """words × 1: 0 where a word identifies nobody, else the place of its kind among `KINDS`, from 1."""
    found = np.zeros((len(words.spans), 1), dtype=np.int64)
    ends = [end for _, end in words.spans]
    for start, end, kind in planted.places:
        place = bisect_right(ends, start)
        while place < len(ends) and words.spans[place][0] < end:
            found[place] = _LABELS[kind]
            place += 1
    return found
