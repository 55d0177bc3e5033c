"""One contestant of ``benchmarks/taggers.py``, in a process of its own: ``python benchmarks/contestants.py NAME``.

Standard input and output carry JSON, a line each. The first line is a sample to warm up with; the answer is
``ready`` (what runs, with versions) or ``missing`` (what to do about it). Each further line is documents
to work through; the answer is the time that took and the peak memory so far.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

Run = Callable[[Sequence[str]], None]
Prepared = tuple[Run, str]
"""What works through texts, and a word on what it is."""

BERT_BATCHES = (1, 8, 32)
BERT_LABELS = 5
"""Outside, begin and inside of two types."""
BERT_POSITIONS = 512
SPACY_WIDTH, SPACY_DEPTH, SPACY_HIDDEN = 96, 4, 128
"""Sizes of scispaCy's published training configurations (its ``configs`` folder)."""


def main() -> None:
    name, tokenizer = sys.argv[1], sys.argv[2]
    answers = os.fdopen(os.dup(1), "w")  # libraries that print must not garble the answers
    os.dup2(2, 1)
    sample = json.loads(sys.stdin.readline())
    try:
        run, detail = prepare(name, sample, tokenizer)
    except ImportError as error:
        answer: dict[str, Any] = {"missing": f"not installed: pip install {_distribution(error)}"}
    except UnavailableError as error:
        answer = {"missing": f"not there: {error}"}
    else:
        answer = {"ready": detail}
    print(json.dumps(answer), file=answers, flush=True)
    for line in sys.stdin if "ready" in answer else ():
        wall, cpu = timed(run, json.loads(line))
        print(json.dumps({"wall": wall, "cpu": cpu, "memory": peak()}), file=answers, flush=True)


class UnavailableError(Exception):
    """A part of this project that isn't there."""


def prepare(name: str, sample: Sequence[str], tokenizer: str) -> Prepared:
    """Load everything that is loaded once."""
    if name == "bert":
        return bert(sample, tokenizer)
    run, detail = spacy_pipeline(whole=name == "spacy") if name.startswith("spacy") else ours(name)
    run(sample)
    return run, detail


def ours(name: str) -> Prepared:
    """A contestant of this package."""
    from kg_builder.errors import KgBuilderError

    try:
        return {"tagger": tagger_build, "lexicon": lexicon_build, "tagger-alone": tagger_alone}[name]()
    except KgBuilderError as error:
        raise UnavailableError(error.message) from error


def timed(run: Run, texts: Sequence[str]) -> tuple[float, float]:
    """Wall and processor seconds, all threads counted."""
    begun, cpu = time.perf_counter(), time.process_time()
    run(texts)
    return time.perf_counter() - begun, time.process_time() - cpu


def peak() -> float:
    """Peak resident memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> None:
    """Begin a new peak where the system can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def tagger_build() -> Prepared:
    """``kg-builder build`` as it comes: cleaning, the shipped models, linking, checks, writing."""
    from kg_builder.settings import Settings

    settings = Settings()
    if not any("tagger" in rule.extractors for rule in settings.rules):
        raise UnavailableError("the tagger isn't among the default extractors")
    return _build(settings)


def lexicon_build() -> Prepared:
    """``kg-builder build`` without a model: dictionary and cue words."""
    from kg_builder.settings import Settings

    return _build(Settings(extractors=("lexicon",), relation_extractor="cooccurrence"))


def _build(settings: Any) -> Prepared:
    from kg_builder.cli import OBJECTS_BETWEEN_COLLECTIONS
    from kg_builder.graphs.building import run_into
    from kg_builder.graphs.components import make_components
    from kg_builder.graphs.corpus import run_corpus
    from kg_builder.records import Document
    from kg_builder.stores import open_store

    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)  # as the command does
    components = make_components(settings)

    def run(texts: Sequence[str]) -> None:
        documents = [Document(id=str(number), text=text) for number, text in enumerate(texts)]
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(str(Path(folder) / "graph.kg"))
            ready = replace(components, store=store)
            record = run_into(store, run_corpus(documents, ready), ready, None)
            store.close()
        if record.written != len(texts):
            raise RuntimeError(f"{record.written} of {len(texts)} documents were written")

    return run, f"kg_builder {version('clinical-kg-builder')}, relations: {settings.relation_extractor}"


def tagger_alone() -> Prepared:
    """The shipped tagger on text as it stands: no cleaning, relations, linking or writing."""
    from kg_builder.graphs.components import make_components
    from kg_builder.protocols import ExtractionRequest
    from kg_builder.schemas import builtin_schema
    from kg_builder.settings import Settings

    schema = builtin_schema("chemical-disease")
    extractor = make_components(Settings(schema_name=schema.name, extractors=("tagger",))).extractors["tagger"]
    together = getattr(extractor, "extract_many", None)

    def run(texts: Sequence[str]) -> None:
        requests = [ExtractionRequest(text=text, schema=schema) for text in texts]
        if together is not None:
            list(together(requests))
        else:
            for request in requests:
                extractor.extract(request)

    return run, f"{extractor.model}, onnxruntime {version('onnxruntime')}"


def bert(sample: Sequence[str], tokenizer_file: str) -> Prepared:
    """A token classifier of BERT-base's size with random weights, at the batch size that suits it best here."""
    torch, transformers = import_module("torch"), import_module("transformers")
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    if not tokenizer_file:
        raise UnavailableError("no tokenizer.json in kg_builder/models; name one with --tokenizer")
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=tokenizer_file, pad_token="[PAD]", model_max_length=BERT_POSITIONS
    )
    config = transformers.BertConfig(num_labels=BERT_LABELS)
    config.vocab_size = max(config.vocab_size, len(tokenizer))
    model = transformers.BertForTokenClassification(config).eval()

    def run(texts: Sequence[str], size: int) -> None:
        ordered = sorted(texts, key=len)
        for first in range(0, len(ordered), size):
            batch = tokenizer(ordered[first : first + size], truncation=True, padding=True, return_tensors="pt")
            with torch.inference_mode():
                scores = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
            scores.argmax(-1).tolist()

    run(sample[:2], 2)
    seconds = {size: timed(partial(run, size=size), sample)[1] for size in BERT_BATCHES}
    best = min(seconds, key=seconds.__getitem__)
    forget_peak()  # that of the largest batch
    millions = sum(weights.numel() for weights in model.parameters()) / 1e6
    libraries = f"transformers {version('transformers')}, torch {torch.__version__}"
    return partial(run, size=best), f"{millions:.0f} million weights, batches of {best}, {libraries}"


def spacy_pipeline(*, whole: bool) -> Prepared:
    """scispaCy's parts and sizes with initial weights: shared vectors, tagger and parser, then the recognizer.

    Static word vectors, lemmatizer and attribute ruler are left out, so the real packages are a little slower.
    """
    spacy = import_module("spacy")
    nlp = spacy.blank("en")
    if whole:
        listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": SPACY_WIDTH, "upstream": "*"}
        nlp.add_pipe("tok2vec", config={"model": _vectors([5000, 1000, 2500, 2500, 50, 50])})
        tagger = nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}})
        parser = nlp.add_pipe("parser", config={"model": _transitions("parser", listener)})
        for number in range(45):  # as many as there are tags and dependencies in English treebanks
            tagger.add_label(f"TAG{number}")
            parser.add_label(f"dependency{number}")
    recognizer = nlp.add_pipe("ner", config={"model": _transitions("ner", _vectors([5000, 2500, 2500, 2500, 100]))})
    for label in ("CHEMICAL", "DISEASE"):
        recognizer.add_label(label)
    nlp.initialize()

    def run(texts: Sequence[str]) -> None:
        for document in nlp.pipe(texts):
            list(document.ents)

    return run, f"spaCy {spacy.__version__}: {', '.join(nlp.pipe_names)}"


def _vectors(rows: Sequence[int]) -> dict[str, Any]:
    attributes = ("NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE")
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": SPACY_WIDTH,
            "attrs": list(attributes[: len(rows)]),
            "rows": list(rows),
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": SPACY_WIDTH,
            "depth": SPACY_DEPTH,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }


def _transitions(state: str, vectors: dict[str, Any]) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": state,
        "extra_state_tokens": False,
        "hidden_width": SPACY_HIDDEN,
        "maxout_pieces": 3,
        "use_upper": True,
        "tok2vec": vectors,
    }


def _distribution(error: ImportError) -> str:
    """The name to install by; an optional library is called as its module."""
    return (error.name or str(error)).partition(".")[0]


if __name__ == "__main__":
    main()
