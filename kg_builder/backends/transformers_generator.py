"""A causal language model in the Hugging Face layout, with or without an adapter, that answers prompts in batches."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from kg_builder.backends.constraints import JsonConstraints
from kg_builder.backends.decoding import Row, decode
from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, TokenScore
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.prefix_cache import PrefixCache
from kg_builder.backends.prompt_tokens import decode_answer, encode_prompt
from kg_builder.backends.sampling import Chooser
from kg_builder.backends.transformers_loading import LanguageModel, load_language_model
from kg_builder.errors import ModelError


class TransformersGenerator:
    """Loads the model once; one batch runs at a time.

    Token probabilities are those of the model's own distribution, before temperature, top-p, penalty and constraint.
    `reuse_prefixes` keeps the keys and values of beginnings that prompts share. `batch_size` (prompts that run
    together) and `end_tokens` (any of them ends an answer) may be changed between calls.
    """

    remote = False

    def __init__(self, settings: ModelSettings, *, reuse_prefixes: bool = True) -> None:
        self._loaded: LanguageModel = load_language_model(settings)
        self.batch_size = settings.batch_size
        self.end_tokens = self._loaded.end_tokens
        self._prefixes = PrefixCache(self._loaded.model, self._loaded.device) if reuse_prefixes else None
        self._constraints: JsonConstraints | None = None
        self.model = f"hf:{self._loaded.label}"

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """One answer a request, in order; prompts of like length run together."""
        with self._loaded.lock:
            self._loaded.prepare()
            rows = [self._row(request) for request in requests]
            order = sorted(range(len(rows)), key=lambda number: (len(rows[number].prompt), rows[number].limit))
            for first in range(0, len(order), self.batch_size):
                self._run([rows[number] for number in order[first : first + self.batch_size]])
            return [self._generated(row) for row in rows]

    def knows_token(self, text: str) -> bool:
        """Whether `text` is one control token of the model, rather than so many characters."""
        return any(
            token.special and str(token) == text for token in self._loaded.tokenizer.added_tokens_decoder.values()
        )

    def _row(self, request: GenerationRequest) -> Row:
        prompt = encode_prompt(self._loaded.tokenizer, request.prompt)
        if not prompt:
            raise ModelError("the prompt is empty")
        options = request.options
        limit = options.max_new_tokens
        if self._loaded.context is not None:
            limit = min(limit, self._loaded.context - len(prompt))
        if limit < 1:
            raise ModelError(
                f"a prompt of {len(prompt)} tokens leaves no room in the model's {self._loaded.context}",
                hint="Set `max_characters` lower, so that long texts are split.",
            )
        return Row(prompt, Chooser(options, prompt, self._constraint(options)), limit)

    def _constraint(self, options: GenerationOptions) -> object:
        if options.json_schema is None:
            return None
        if self._constraints is None:
            width = self._loaded.model.get_output_embeddings().weight.shape[0]
            self._constraints = JsonConstraints(self._loaded.tokenizer, self._loaded.end_tokens, width)
        return self._constraints.constraint(options.json_schema)

    def _run(self, rows: Sequence[Row]) -> None:
        """One batch; where it doesn't fit the GPU's memory, its halves one after the other."""
        try:
            with torch.inference_mode():
                beginning = self._prefixes.beginning([row.prompt for row in rows]) if self._prefixes else None
            decode(
                self._loaded.model,
                rows,
                end_tokens=self.end_tokens,
                device=self._loaded.device,
                beginning=beginning,
            )
            return
        except torch.cuda.OutOfMemoryError as error:
            if len(rows) == 1 or any(row.ids for row in rows):
                raise ModelError(
                    "the GPU's memory is too small for this prompt", hint="Set `batch_size` or `max_characters` lower."
                ) from error
        except RuntimeError as error:
            first = str(error).partition("\n")[0]
            raise ModelError(f"model {self.model} failed: {first}") from error
        half = len(rows) // 2
        self._run(rows[:half])
        self._run(rows[half:])

    def _generated(self, row: Row) -> Generated:
        text, ranges = decode_answer(self._loaded.tokenizer, row.ids)
        scores = [
            TokenScore(start, end, logprob)
            for (start, end), logprob in zip(ranges, row.logprobs, strict=True)
            if start < end
        ]
        return Generated(text, row.complete, scores, prompt_tokens=len(row.prompt), new_tokens=len(row.ids))
