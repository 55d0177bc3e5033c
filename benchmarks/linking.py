"""Mentions linked a second of processor time, on one core, with opening time and memory of what linking reads.

    python benchmarks/linking.py [CORPUS...] [--mentions 20000] [--misspelled 2000] [--rounds 3] [--seed 5]

Four kinds of mentions, in documents of twenty:

- names of the linker's own vocabularies as the terminology writes them, as often as texts repeat them (drawn by Zipf's
  law from 2,000), and all of them different: the exact paths. The first round starts with nothing remembered, the
  others show what memory is worth;
- names that only concepts of other vocabularies have: after the exact path the linker looks for a concept of its own
  vocabularies that is as near;
- names with one letter left out, doubled, changed or swapped with the next, none of which is a name of the
  terminology itself: the approximate path. How many of them come out right is told beside;
- with CORPUS, its gold mentions in their own documents.

The peer is what one would write without an index: ``rapidfuzz.process.extractOne`` over all names, for twenty of the
same misspelled names. Opening is measured in processes of their own, after the files have been made once.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from statistics import median

from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.labels import type_map
from kg_builder.evaluate.survey import survey
from kg_builder.normalize.chain import VOCABULARIES, is_of
from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.protocols import Normalizer
from kg_builder.records import Mention
from kg_builder.schemas import builtin_schema
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.shipped import load_terminology
from kg_builder.terminology.table import Matching, Name, Terminology
from kg_builder.text.keys import name_key

SCHEMA = builtin_schema("chemical-disease")
KINDS = ("CHEM", "DISO")
A_DOCUMENT = 20
"""Mentions."""
REPEATED = 2000
"""Different names among those that repeat themselves."""
SHORTEST, LONGEST = 8, 60
"""Characters of a name that is misspelled."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
PEER_QUERIES = 20
FIRST = Mention(start=0, end=23, text="feverr of unknwn origin", type="Disease")
OPENING = """
import resource, time
import kg_builder.graphs.components, kg_builder.normalize.linker, numpy, rapidfuzz.fuzz
from kg_builder.records import Mention
from kg_builder.schemas import builtin_schema
from kg_builder.terminology.shipped import load_terminology
def memory():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * resource.getpagesize() / 1e6
schema = builtin_schema("chemical-disease")
before, begun = memory(), time.perf_counter()
terminology = load_terminology()
terminology.lookup("fever")
opened, after = time.perf_counter() - begun, memory()
begun = time.perf_counter()
linking = kg_builder.normalize.linker.LinkingNormalizer(terminology)
for text in ("fever", "feverr of unknwn origin"):
    linking.normalize(text, [Mention(start=0, end=len(text), text=text, type="Disease")], schema)
print(opened, time.perf_counter() - begun, after - before, memory() - after)
"""
"""Seconds to open and to link a first exact and a first misspelled mention; megabytes each took."""


@dataclass(frozen=True)
class Text:
    """One document's text and mentions; `expected`: ids of which one is right, where that is known."""

    text: str
    mentions: Sequence[Mention]
    expected: Sequence[frozenset[str]] = ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="*")
    parser.add_argument("--mentions", type=int, default=20_000)
    parser.add_argument("--misspelled", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    pinned()
    terminology = load_terminology()
    opening(arguments.rounds)
    chance = random.Random(arguments.seed)
    names = [name for name in terminology.all_names(KINDS) if len(name.key) > 3]
    sample = chance.sample(names, len(names))
    distinct = list(islice((name for name in sample if is_own(name, terminology)), arguments.mentions))
    others = list(islice((name for name in sample if not is_own(name, terminology)), arguments.misspelled))
    typos = list(misspelled(names, terminology, chance, arguments.misspelled))
    print(f"\n{len(terminology):,} concepts, {len(names):,} names of chemicals and diseases")
    print("\n| mentions | how many | different | a second, first round | later rounds | linked | right |")
    print("|---|---|---|---|---|---|---|")
    kinds = {
        "names, repeated": documents(zipf(distinct[:REPEATED], chance, arguments.mentions), terminology),
        "names, all different": documents(distinct, terminology),
        "names of other vocabularies": documents(others, terminology),
        "misspelled names": documents(typos, terminology),
    }
    if arguments.corpus:
        kinds["gold mentions of the corpus"] = list(gold(arguments.corpus))
    gc.collect()
    gc.freeze()  # half a million names of this benchmark's own, which a collection during linking would look through
    for label, texts in kinds.items():
        measured(label, texts, arguments.rounds)
    peer(typos, names)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory {peak:.0f} MB, this benchmark's own lists included")


def linker() -> Normalizer:
    """The normalizer that a build uses, with nothing remembered."""
    terminology = load_terminology()
    for remembered in (terminology.lookup, terminology.concept, terminology.node, name_key):
        remembered.cache_clear()
    return LinkingNormalizer(terminology)


def is_own(name: Name, terminology: Terminology) -> bool:
    """Whether a concept of the vocabularies that are linked to first has the name."""
    return any(is_of((hit.id,), VOCABULARIES) for hit in terminology.lookup(name.key))


def pinned() -> None:
    """This process on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def opening(rounds: int) -> None:
    """Times and memory in fresh processes, the first of which fills caches."""
    runs = []
    for _ in range(rounds + 1):
        done = subprocess.run([sys.executable, "-c", OPENING], capture_output=True, text=True, check=True)
        runs.append([float(number) for number in done.stdout.split()])
    opened, first, terminology, linking = (median(column) for column in zip(*runs[1:], strict=True))
    print(f"opening the terminology, with a first look-up: {opened:.3f} s, {terminology:.1f} MB")
    print(f"making the linker, with a first exact and a first misspelled mention: {first:.3f} s, {linking:.1f} MB more")


def zipf(names: Sequence[Name], chance: random.Random, count: int) -> list[Name]:
    weights = list(accumulate(1 / rank for rank in range(1, len(names) + 1)))
    return chance.choices(names, cum_weights=weights, k=count)


def misspelled(names: Sequence[Name], terminology: Terminology, chance: random.Random, count: int) -> Iterator[Name]:
    """Names with one mistake in a letter that isn't the first."""
    suited = [name for name in names if SHORTEST <= len(name.text) <= LONGEST and name.text.isascii()]
    while count:
        name = chance.choice(suited)
        places = [place for place in range(1, len(name.text) - 1) if name.text[place : place + 2].isalpha()]
        if not places:
            continue
        text = mistaken(name.text, chance.choice(places), chance)
        if not any(terminology.lookup(name_key(text), how=how) for how in Matching):
            count -= 1
            yield name._replace(text=text)


def mistaken(text: str, place: int, chance: random.Random) -> str:
    before, letter, following, after = text[:place], text[place], text[place + 1], text[place + 2 :]
    return chance.choice(
        (
            before + following + after,
            before + letter + letter + following + after,
            before + chance.choice(LETTERS) + following + after,
            before + following + letter + after,
        )
    )


def documents(names: Sequence[Name], terminology: Terminology) -> list[Text]:
    """Texts that name these, one a line."""
    return [document(names[start : start + A_DOCUMENT], terminology) for start in range(0, len(names), A_DOCUMENT)]


def document(names: Sequence[Name], terminology: Terminology) -> Text:
    text, mentions, expected = "", [], []
    for name in names:
        start = len(text)
        label = GROUPS[terminology.group(name.id) or "DISO"].label
        mentions.append(Mention(start=start, end=start + len(name.text), text=name.text, type=label))
        expected.append(frozenset(hit.id for hit in terminology.lookup(name.key)))
        text += f"{name.text}.\n"
    return Text(text, mentions, expected)


def gold(corpus: Sequence[str]) -> Iterator[Text]:
    """The gold mentions of a corpus, without their ids."""
    found = [row for row in read(corpus) if isinstance(row, GoldDocument)]
    types = type_map(survey(found).types, SCHEMA)
    for row in found:
        mentions = [
            mention.model_copy(update={"type": types[mention.type], "concepts": ()})
            for mention in row.mentions
            if mention.type in types
        ]
        yield Text(row.document.text, mentions)


def measured(label: str, texts: Sequence[Text], rounds: int) -> None:
    linking = linker()
    linking.normalize("feverr of unknwn origin", [FIRST], SCHEMA)  # what is made once is made before the clock runs
    count = sum(len(text.mentions) for text in texts)
    different = len({mention.text for text in texts for mention in text.mentions})
    speeds = []
    for _ in range(max(2, rounds)):
        begun = time.process_time()
        links = [linking.normalize(text.text, text.mentions, SCHEMA) for text in texts]
        speeds.append(count / (time.process_time() - begun))
    linked = sum(bool(link.concepts) for one in links for link in one)
    right = sum(
        any(concept.id in ids for concept in link.concepts)
        for text, one in zip(texts, links, strict=True)
        for link, ids in zip(one, text.expected, strict=False)
    )
    told = f"{right / count:.1%}" if texts[0].expected else "–"
    print(
        f"| {label} | {count:,} | {different:,} | {speeds[0]:,.0f} | {median(speeds[1:]):,.0f} "
        f"| {linked / count:.1%} | {told} |"
    )


def peer(typos: Sequence[Name], names: Iterable[Name]) -> None:
    """The naive way, on the same core."""
    from rapidfuzz import fuzz, process

    choices = {name.key: name.id for name in names}
    keys = list(choices)
    queries = typos[:PEER_QUERIES]
    begun = time.process_time()
    found = [process.extractOne(name_key(query.text), keys, scorer=fuzz.ratio) for query in queries]
    spent = time.process_time() - begun
    right = sum(choices[answer[0]] == query.id for answer, query in zip(found, queries, strict=True) if answer)
    print(
        f"| misspelled names, rapidfuzz over all {len(keys):,} keys | {len(queries)} | {len(queries)} "
        f"| {len(queries) / spent:,.0f} | – | 100% | {right / len(queries):.0%} |"
    )


if __name__ == "__main__":
    main()
