"""What a list model's own answers are worth: the list metric without extractors' filters, linking or validation.

    python benchmarks/list_metric.py hf:ADAPTER bc5cdr/dev.pubtator --base FOLDER --documents 50

As ``llama3-medical-ner-lora`` was scored, but on a corpus of your own. Names that aren't in the text are dropped, as
every extractor does. Prints the table, and the CPU seconds of the answers.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from kg_builder.answers.list_answers import read_list, read_pairs
from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, Prompt
from kg_builder.backends.list_requests import knows_headers, list_request
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.transformers_generator import TransformersGenerator
from kg_builder.corpora import GoldDocument, read
from kg_builder.evaluate.labels import relation_map, type_map
from kg_builder.evaluate.list_answers import Lists, NamedPair, folded, gold_lists
from kg_builder.evaluate.list_metric import count_lists, summarize
from kg_builder.evaluate.list_report import list_notes, render_lists
from kg_builder.evaluate.survey import survey
from kg_builder.schemas.reading import builtin_schema
from kg_builder.text.chunks import split_chunks
from kg_builder.text.list_prompts import SYSTEM, ListTask


def main() -> None:
    """Ask, compare, print."""
    options = _options()
    schema = builtin_schema("chemical-disease")
    gold = [row for row in read(options.corpus) if isinstance(row, GoldDocument)][: options.documents]
    found = survey(gold)
    types, predicates = type_map(found.types, schema), relation_map(found.predicates, schema)
    settings = ModelSettings(source=options.model, base=options.base, batch_size=options.batch_size)
    generator = TransformersGenerator(settings)
    asked = list(_prompts(gold, options, headers=knows_headers(generator)))
    how = GenerationOptions(max_new_tokens=options.max_new_tokens, repetition_penalty=options.repetition_penalty)
    began = time.process_time()
    answers = generator.generate([GenerationRequest(prompt, how) for _, _, prompt in asked])
    seconds = time.process_time() - began
    counts = []
    for place, item in enumerate(gold):
        own = [(task, answer) for (number, task, _), answer in zip(asked, answers, strict=True) if number == place]
        expected = gold_lists(item, schema, type_map=types, relation_map=predicates)
        counts.append(count_lists(expected, _answered(own, folded(item.document.text))))
    report = summarize(counts, corpus=options.corpus, predicates=predicates, models=[generator.model])
    console = Console()
    console.print(render_lists(report))
    for note in list_notes(report):
        console.print(note, markup=False)
    cut = sum(not answer.complete for answer in answers)
    console.print(f"{len(answers)} answers, {cut} cut off; {seconds / max(1, len(gold)):.1f} CPU seconds a document")
    if options.json:
        Path(options.json).write_text(json.dumps(report.as_json() | {"cpu_seconds": seconds}, indent=1) + "\n")


def _prompts(
    gold: Sequence[GoldDocument], options: argparse.Namespace, *, headers: bool
) -> Iterator[tuple[int, ListTask, Prompt]]:
    for place, item in enumerate(gold):
        text = item.document.text
        for task in ListTask:
            most = options.pair_characters if task is ListTask.INFLUENCES else options.max_characters
            for start, end in split_chunks(text, most, 0):
                yield place, task, list_request(task, text[start:end], system=options.system, headers=headers)


def _answered(answers: Sequence[tuple[ListTask, Generated]], text: str) -> Lists:
    """What was listed and stands in the (folded) text."""
    names: dict[ListTask, set[str]] = {task: set() for task in ListTask}
    pairs: dict[NamedPair, tuple[frozenset[str], frozenset[str]]] = {}
    for task, answer in answers:
        if task is ListTask.INFLUENCES:
            for pair in read_pairs(answer.text, complete=answer.complete).pairs:
                ends = folded(pair.subject), folded(pair.object)
                if all(end and end in text for end in ends):
                    pairs[ends] = frozenset([ends[0]]), frozenset([ends[1]])
        else:
            listed = (folded(item.text) for item in read_list(answer.text, complete=answer.complete).items)
            names[task].update(name for name in listed if name and name in text)
    return Lists(frozenset(names[ListTask.CHEMICALS]), frozenset(names[ListTask.DISEASES]), pairs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="hf:FOLDER or hf:HUB-ID of a model or adapter")
    parser.add_argument("corpus", help="annotated with Chemical, Disease and CID")
    parser.add_argument("--base", help="the model under the adapter")
    parser.add_argument("--documents", type=int, help="the first so many only")
    parser.add_argument("--system", default=SYSTEM)
    parser.add_argument("--max-characters", type=int, default=4000)
    parser.add_argument("--pair-characters", type=int, default=4000)
    parser.add_argument("--max-new-tokens", type=int, default=128)
    parser.add_argument("--repetition-penalty", type=float, default=1.15)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--json", help="write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
