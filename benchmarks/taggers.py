"""Documents per second of this package and of what else tags biomedical text, on the same abstracts and one core.

    python benchmarks/taggers.py ABSTRACTS... [--limit 160] [--rounds 5] [--only tagger bert ...]

ABSTRACTS is anything that ``kg-builder build`` reads. The documents are dealt into as many hands as there are
rounds; in each round every contestant works through the same hand, one after the other, so that a machine whose
speed drifts does so for all of them. Each contestant is a process of its own, kept to one core and one thread,
loaded and warmed up before the first round. Speed is documents per second of processor time (medians of the
rounds); the ratio is taken round by round. Weights of BERT-base and spaCy are random or initial: the speed
is that of trained ones. Needs ``pip install -e '.[bench]'``; what isn't installed is left out and said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from kg_builder.corpora.reading import read
from kg_builder.corpora.records import Unreadable
from kg_builder.graphs.corpus import document_of

TITLES = {
    "tagger": "kg-builder build, whole pipeline (shipped models)",
    "tagger-alone": "our tagger alone",
    "lexicon": "kg-builder build, whole pipeline (lexicon, no model)",
    "bert": "BERT-base token classifier, recognition only",
    "spacy": "spaCy CNN of scispaCy's size, whole pipeline",
    "spacy-ner": "spaCy CNN of scispaCy's size, recognizer alone",
}
REFERENCE = "bert"
THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "RAYON_NUM_THREADS",
)


@dataclass(slots=True)
class Contestant:
    """A running process and what it has answered."""

    name: str
    process: subprocess.Popen[str]
    errors: Path
    """What it wrote to standard error."""
    detail: str = ""
    missing: str = ""
    answers: list[dict[str, float]] = field(default_factory=list)
    """Wall and processor seconds and peak memory (MB) of each round."""
    documents: list[int] = field(default_factory=list)

    def ask(self, texts: Sequence[str]) -> dict[str, Any]:
        """Send documents and wait for the answer. A process that died is reported as missing."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            print(json.dumps(texts), file=self.process.stdin, flush=True)
            answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        except (OSError, ValueError):
            last = self.errors.read_text(errors="replace").strip().splitlines()[-1:]
            return {"missing": f"failed: {' '.join(last) or 'no message'}"}
        return answer

    def speeds(self, seconds: str) -> list[float]:
        """Documents per second of each round; `seconds` is ``cpu`` or ``wall``."""
        return [count / answer[seconds] for count, answer in zip(self.documents, self.answers, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("abstracts", nargs="+")
    parser.add_argument("--limit", type=int, default=160, help="documents, all rounds together")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=TITLES, default=list(TITLES), metavar="CONTESTANT")
    parser.add_argument("--tokenizer", default="", help="tokenizer.json for BERT-base; default: the shipped one")
    arguments = parser.parse_args()
    rows = (row for row in read(arguments.abstracts) if not isinstance(row, Unreadable))
    per_round = arguments.limit // arguments.rounds
    found = [document_of(row).text for row in islice(rows, arguments.limit + per_round)]
    texts, spare = found[: arguments.limit], found[arguments.limit :]
    if len(texts) < arguments.rounds:
        parser.error(f"{len(texts)} documents are too few for {arguments.rounds} rounds")
    hands = [texts[number :: arguments.rounds] for number in range(arguments.rounds)]
    tokenizer = arguments.tokenizer or shipped_tokenizer()
    with ExitStack() as stack:
        entered = [stack.enter_context(started(name, tokenizer)) for name in arguments.only]
        compare(entered, hands, sample=spare or hands[0])
    report(entered, texts, arguments.rounds)


def compare(contestants: Sequence[Contestant], hands: Sequence[Sequence[str]], sample: Sequence[str]) -> None:
    """Warm up on the sample, then the rounds. The order turns, so that nobody always follows the same neighbour."""
    for contestant in contestants:
        answer = contestant.ask(sample)
        contestant.detail, contestant.missing = answer.get("ready", ""), answer.get("missing", "")
        progress(f"{TITLES[contestant.name]}: {contestant.detail or contestant.missing}")
    for number, texts in enumerate(hands):
        progress(f"round {number + 1} of {len(hands)}")
        turn = number % len(contestants)
        for contestant in (*contestants[turn:], *contestants[:turn]):
            if contestant.missing:
                continue
            answer = contestant.ask(texts)
            contestant.missing = answer.get("missing", "")
            if not contestant.missing:
                contestant.answers.append(answer)
                contestant.documents.append(len(texts))


@contextmanager
def started(name: str, tokenizer: str) -> Iterator[Contestant]:
    """The process of one contestant, on the first core this process may use."""
    core = min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KG_BUILDER_")}
    environment |= dict.fromkeys(THREADS, "1")
    environment |= {"TOKENIZERS_PARALLELISM": "false", "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
    pinned = ["taskset", "--cpu-list", str(core)] if core is not None else []
    script = Path(__file__).with_name("contestants.py")
    with tempfile.NamedTemporaryFile("w", suffix=".log") as errors:
        process = subprocess.Popen(
            [*pinned, sys.executable, str(script), name, tokenizer],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
        try:
            yield Contestant(name, process, Path(errors.name))
        finally:
            process.kill()
            process.communicate()


def report(contestants: Sequence[Contestant], texts: Sequence[str], rounds: int) -> None:
    """The table, and what it was measured on."""
    reference = next((one for one in contestants if one.name == REFERENCE and not one.missing), None)
    print(f"\n{len(texts)} documents of {sum(map(len, texts)) / len(texts):.0f} characters on average, {rounds} rounds")
    print(f"one core of {cpu_model()} ({os.cpu_count()} cores), Python {platform.python_version()}\n")
    print("| | documents per CPU second | per second | times BERT-base (range of the rounds) | peak memory, MB |")
    print("|---|---|---|---|---|")
    for one in contestants:
        cells = (one.missing, "", "", "") if one.missing else figures(one, reference)
        print(f"| {TITLES[one.name]} | {' | '.join(cells)} |")
    print()
    for one in contestants:
        if one.detail:
            print(f"- {TITLES[one.name]}: {one.detail}")


def figures(one: Contestant, reference: Contestant | None) -> tuple[str, str, str, str]:
    """Medians of the rounds, and the ratio to BERT-base taken round by round."""
    cpu = one.speeds("cpu")
    ratio = ""
    if reference is not None:
        ratios = [mine / theirs for mine, theirs in zip(cpu, reference.speeds("cpu"), strict=True)]
        ratio = f"{median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})"
    memory = max(answer["memory"] for answer in one.answers)
    return f"{median(cpu):.1f}", f"{median(one.speeds('wall')):.1f}", ratio, f"{memory:.0f}"


def shipped_tokenizer() -> str:
    """The tokenizer of the shipped tagger; empty if there is none."""
    found = sorted(Path(str(files("kg_builder.models"))).rglob("tokenizer.json"))
    return str(found[0]) if found else ""


def cpu_model() -> str:
    """The processor's own name."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
