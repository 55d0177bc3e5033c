"""Precision, recall and F1 of "negated" on sentences with one marked concept each.

    python benchmarks/negation.py SENTENCES.jsonl [--errors]

SENTENCES are those of NegEx (Chapman et al., J Biomed Inform 2001; Harkema et al., 2009) as JSON lines with ``text``,
``entities`` (start, end, text of the concept) and ``negation`` (Affirmed, Negated, Possible). "Possible" counts as
not negated.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from kg_builder.extract.assertion import assert_mentions
from kg_builder.records import Assertion, Mention


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sentences")
    parser.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    hit = missed = extra = count = left_out = 0
    for line in Path(arguments.sentences).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row["entities"]:
            left_out += 1
            continue
        found, true = negated(row), row["negation"] == "Negated"
        count += 1
        hit += found and true
        missed += true and not found
        extra += found and not true
        if arguments.errors and found != true:
            print(f"{'missed' if true else 'extra'}: [{row['concept']}] {row['text']}")
    precision, recall = hit / max(hit + extra, 1), hit / max(hit + missed, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"{count} sentences, {hit + missed} negated; {left_out} left out, whose concept isn't in the sentence")
    print(f"negated  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


def negated(row: dict[str, Any]) -> bool:
    entity = row["entities"][0]
    start, end = entity["start"], entity["end"]
    mention = Mention(start=start, end=end, text=row["text"][start:end], type="Problem")
    return assert_mentions(row["text"], [mention], language="en")[0].assertion is Assertion.NEGATED


if __name__ == "__main__":
    main()
