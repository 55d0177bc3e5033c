"""New tokens a second of a language model: one prompt at a time, in batches, and with the prompts' beginning reused.

    python benchmarks/generation.py PATH [--prompts 32] [--tokens 32] [--batch 8 16 32] [--device cpu]

PATH is a causal language model in the Hugging Face layout (folder or hub id). Prompts are made up: one system text
with the entity types, as the JSON family has, and a short note each. Every answer has just as many tokens as asked
for, end tokens notwithstanding, so that all runs do the same work; all runs are of one process, one after the other.
CPU seconds are the process's own, all threads: on a busy machine they are steadier than the clock.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.transformers_generator import TransformersGenerator

SYSTEM = """You are a medical expert. Your task is to identify and extract medical entities from the given text.
The entity types to extract are:
- SYMPTOM_AND_DISEASE: Symptoms, signs of illness, diseases, or medical conditions.
- MEDICAL_PROCEDURE: Medical procedures, surgeries, therapies, or diagnostic methods.
- DRUG: Names of medicines, drugs, vitamins, or supplements.
- BODY_PART: Anatomical locations, organs, or body structures.
- MEASUREMENT: Medical quantities, dosages, or frequencies.

Return the result as a JSON list containing dictionaries with "entity" and "type" keys. If no relevant entities are \
found, return an empty list []"""
NOTES = (
    "After two weeks of {drug} the patient had {problem} and was seen in the clinic on day {number}.",
    "No {problem} under {drug}; dose raised to {number} mg a day.",
    "{drug} was stopped because of {problem}. It had been given for {number} days, for pain in the left knee.",
    "Admitted with {problem}. Home medicines: {drug} {number} mg.",
)
DRUGS = ("lithium", "aspirin", "digoxin", "warfarin", "codeine", "cisplatin")
PROBLEMS = ("tremor", "gastric bleeding", "nausea", "a rash", "acute kidney injury")


@dataclass(frozen=True)
class Measured:
    seconds: float
    cpu_seconds: float
    new_tokens: int
    prompt_tokens: int

    @property
    def rate(self) -> float:
        return self.new_tokens / self.seconds

    @property
    def cpu_rate(self) -> float:
        return self.new_tokens / self.cpu_seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--prompts", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=32, help="new tokens an answer")
    parser.add_argument("--batch", type=int, nargs="+", default=[8, 16, 32])
    parser.add_argument("--device")
    arguments = parser.parse_args()
    requests = prompts(arguments.prompts, arguments.tokens)
    settings = ModelSettings(source=f"hf:{arguments.path}", device=arguments.device)
    plain = TransformersGenerator(settings, reuse_prefixes=False)
    endless(plain)
    plain.generate(requests[:1])  # the first run warms up
    one = measure(plain, requests, 1)
    print(f"{plain.model}, {len(requests)} prompts of {one.prompt_tokens // len(requests)} tokens, ", end="")
    print(f"{arguments.tokens} new tokens each, {os.cpu_count()} cores")
    print("batch prefix reuse  seconds new tokens/s   gain CPU seconds   gain")
    show(1, one, one, reuse=False)
    reusing = TransformersGenerator(settings)
    endless(reusing)
    show(1, measure(reusing, requests, 1), one, reuse=True)
    for size in arguments.batch:
        show(size, measure(plain, requests, size), one, reuse=False)
        show(size, measure(reusing, requests, size), one, reuse=True)


def prompts(count: int, tokens: int) -> list[GenerationRequest]:
    made = []
    for number in range(count):
        note = NOTES[number % len(NOTES)].format(
            drug=DRUGS[number % len(DRUGS)], problem=PROBLEMS[number % len(PROBLEMS)], number=number + 3
        )
        turns = (Message("system", SYSTEM), Message("user", f"Text: {note}"))
        made.append(GenerationRequest(turns, GenerationOptions(max_new_tokens=tokens)))
    return made


def endless(generator: TransformersGenerator) -> None:
    """No token ends an answer."""
    generator.end_tokens = frozenset()


def measure(generator: TransformersGenerator, requests: Sequence[GenerationRequest], size: int) -> Measured:
    """All requests, so many at a time."""
    answers: list[Generated] = []
    generator.batch_size = size
    start, cpu_start = time.perf_counter(), time.process_time()
    if size == 1:
        for request in requests:
            answers += generator.generate([request])
    else:
        answers += generator.generate(requests)
    return Measured(
        seconds=time.perf_counter() - start,
        cpu_seconds=time.process_time() - cpu_start,
        new_tokens=sum(answer.new_tokens for answer in answers),
        prompt_tokens=sum(answer.prompt_tokens for answer in answers),
    )


def show(size: int, found: Measured, one: Measured, *, reuse: bool) -> None:
    print(
        f"{size:>5} {'yes' if reuse else 'no':>12} {found.seconds:>8.1f} {found.rate:>12.1f} "
        f"{found.rate / one.rate:>5.1f}x {found.cpu_seconds:>11.1f} {found.cpu_rate / one.cpu_rate:>5.1f}x",
        flush=True,
    )


if __name__ == "__main__":
    main()
