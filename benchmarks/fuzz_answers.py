"""Damaged model answers through the readers, the alignment and the checks, and what comes of the intact items in them.

    python benchmarks/fuzz_answers.py --answers 1000000 [--seed 1]

Prints crashes, mentions accepted that aren't in the text, the share of planted intact items that are recovered, how
often each way of reading was taken and the processor time an answer; exits 1 where a promise is broken. The answers
are made by `answer_samples.py` from texts of our own.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg_builder.answers.aligning import align_items, find_evidence
from kg_builder.answers.items import ReadAnswer
from kg_builder.answers.json_answers import read_json_items, read_json_relations
from kg_builder.answers.list_answers import read_list, read_pairs
from kg_builder.answers.tagged_answers import read_tagged
from kg_builder.records import Document, Mention, Provenance
from kg_builder.validate.checks import Setting
from kg_builder.validate.rules import Limits
from kg_builder.validate.validation import judge_mentions

if TYPE_CHECKING:
    from benchmarks.answer_formats import SCHEMA
    from benchmarks.answer_samples import Sample, key, make_sample
else:
    sys.path.insert(0, str(Path(__file__).parent))
    from answer_formats import SCHEMA
    from answer_samples import Sample, key, make_sample

READERS: dict[str, Callable[..., ReadAnswer]] = {
    "json": read_json_items,
    "relations": read_json_relations,
    "list": read_list,
    "pairs": read_pairs,
    "tagged": read_tagged,
}
_RELATING = frozenset({"relations", "pairs"})
JSON_ROUTES = frozenset({"json", "fenced", "embedded", "repaired"})
"""Of all readers together: it is the same code."""
ROUTES = JSON_ROUTES | {
    f"{reader}:{route}"
    for reader, routes in {
        "json": ("unreadable",),
        "relations": ("unreadable",),
        "list": ("bullets", "lines", "one-line", "empty", "unreadable"),
        "pairs": ("bullets", "lines", "one-line", "empty", "unreadable"),
        "tagged": ("tags", "token-lines", "brackets", "typed-lines", "copy", "unreadable"),
    }.items()
    for route in routes
}
"""Every way of reading; each is to be taken by one answer in a hundred at least."""

LEAST_RECOVERED = 0.95
MOST_MICROSECONDS = 100.0
BATCH = 500
PROVENANCE = Provenance(extractor="fuzz")


@dataclass
class Tally:
    """What came of the answers."""

    answers: int = 0
    crashes: list[str] = field(default_factory=list)
    ungrounded: int = 0
    planted: int = 0
    recovered: int = 0
    accepted: int = 0
    rejected: int = 0
    seconds: float = 0.0
    """Processor time of reading, aligning and checking."""
    routes: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    """Planted items that weren't recovered, by how the answer was made."""

    @property
    def share(self) -> float:
        """Of the planted intact items, those recovered."""
        return self.recovered / max(self.planted, 1)

    @property
    def microseconds(self) -> float:
        """An answer."""
        return self.seconds * 1e6 / max(self.answers, 1)

    def broken(self, *, timed: bool = True) -> list[str]:
        """The promises that aren't kept."""
        rare = sorted(route for route in ROUTES if self.routes[route] * 100 < self.answers)
        checks = {
            f"{len(self.crashes)} crashes, first {self.crashes[:1]}": not self.crashes,
            f"{self.ungrounded} ungrounded mentions accepted": not self.ungrounded,
            f"only {self.share:.1%} of the intact items recovered": self.share >= LEAST_RECOVERED,
            f"ways of reading taken too rarely: {', '.join(rare)}": not rare,
            f"{self.microseconds:.0f} µs an answer": not timed or self.microseconds < MOST_MICROSECONDS,
        }
        return [what for what, kept in checks.items() if not kept]


class Outcome(NamedTuple):
    """What came of one answer."""

    read: ReadAnswer
    mentions: Sequence[Mention] = ()
    rejected: int = 0
    evidence: Sequence[tuple[int, int] | None] = ()


def fuzz(count: int, seed: int) -> Tally:
    """So many answers, made and read in batches."""
    made = random.Random(seed)
    tally = Tally()
    while tally.answers < count:
        samples = [make_sample(made) for _ in range(min(BATCH, count - tally.answers))]
        outcomes: list[Outcome | Exception] = []
        started = time.process_time()
        for sample in samples:
            try:
                outcomes.append(process(sample))
            except Exception as error:  # noqa: BLE001
                outcomes.append(error)
        tally.seconds += time.process_time() - started
        tally.answers += len(samples)
        for sample, outcome in zip(samples, outcomes, strict=True):
            if isinstance(outcome, Exception):
                tally.crashes.append(f"{type(outcome).__name__}: {outcome} on {sample.answer[:300]!r}")
            else:
                count_outcome(tally, sample, outcome)
    return tally


def process(sample: Sample) -> Outcome:
    """What the workflow does with an answer."""
    read = READERS[sample.reader](sample.answer, complete=sample.complete, **sample.known)
    if sample.reader in _RELATING:
        return Outcome(read, evidence=[find_evidence(pair.evidence, sample.text) for pair in read.pairs])
    mentions, rejects = align_items(read.items, sample.text, provenance=PROVENANCE, labels=sample.labels)
    verdict = judge_mentions(mentions, _setting(sample.text))
    return Outcome(read, [mentions[place] for place in verdict.accepted], rejected=len(rejects) + len(verdict.rejects))


def count_outcome(tally: Tally, sample: Sample, outcome: Outcome) -> None:
    """Compare with what was planted, and what was accepted with the text and the answer."""
    route = outcome.read.route
    tally.routes[route if route in JSON_ROUTES else f"{sample.reader}:{route}"] += 1
    tally.accepted += len(outcome.mentions)
    tally.rejected += outcome.rejected
    tally.ungrounded += sum(not _grounded(mention, sample, outcome.read) for mention in outcome.mentions)
    tally.ungrounded += sum(
        span is not None and key(pair.evidence) != key(sample.text[slice(*span)])
        for pair, span in zip(outcome.read.pairs, outcome.evidence, strict=False)
        if "..." not in pair.evidence
    )
    found = {(key(mention.text), mention.type) for mention in outcome.mentions}
    found |= {(key(pair.subject), key(pair.object)) for pair in outcome.read.pairs}
    for text, kind in set(sample.planted):
        hit = (key(text), key(kind) if sample.reader in _RELATING else kind) in found
        tally.planted += 1
        tally.recovered += hit
        if not hit:
            tally.missed[sample.made] += 1


def _grounded(mention: Mention, sample: Sample, read: ReadAnswer) -> bool:
    if sample.text[mention.start : mention.end] != mention.text:
        return False
    whole = key(mention.text)
    return any(whole == key(item.text) for item in read.items)


@cache
def _setting(text: str) -> Setting:
    document = Document(id="fuzz", text=text)
    return Setting(document=document, schema=SCHEMA, language="und", limits=Limits(), concepts={})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tally = fuzz(arguments.answers, arguments.seed)
    print(f"{tally.answers} answers, seed {arguments.seed}")
    print(f"crashes                     {len(tally.crashes)}")
    print(f"ungrounded, yet accepted    {tally.ungrounded}")
    print(f"accepted, rejected          {tally.accepted}, {tally.rejected}")
    print(f"intact items recovered      {tally.recovered} of {tally.planted}, {tally.share:.2%}")
    print(f"microseconds an answer      {tally.microseconds:.1f}")
    for route, count in sorted(tally.routes.items()):
        print(f"  {route:24} {count}")
    for made, count in tally.missed.most_common(12):
        print(f"  missed in {made}: {count}")
    if broken := tally.broken():
        sys.exit("Broken: " + "; ".join(broken))


if __name__ == "__main__":
    main()
