"""A generator whose use is counted and, for chat models, held to limits."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from kg_builder.backends.chat_errors import WithheldAnswerError
from kg_builder.backends.generation import Generated, GenerationRequest, Generator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.spending import Account, Outgoing, Tokens
from kg_builder.backends.token_counts import estimated_tokens, prompt_tokens

logger = logging.getLogger(__name__)


class MeteredGenerator:
    """Asks a model and notes what it took.

    Chat models are asked one request at a time, so that each is held to the limits; local ones get their requests
    together as they came.
    """

    def __init__(self, generator: Generator, account: Account, settings: ModelSettings) -> None:
        self._generator = generator
        self._account = account
        self._one_by_one = settings.scheme == "chat"
        self._workers = settings.batch_size
        self.model = generator.model
        self.remote = generator.remote

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """One answer a request, in order. Raises DocumentError (`budget-spent`) where one may not go out."""
        if not self._one_by_one:
            return self._together(requests)
        if len(requests) == 1:
            return [self._answer(requests[0])]
        from langchain_core.runnables.config import ContextThreadPoolExecutor

        with ContextThreadPoolExecutor(max_workers=self._workers) as pool:
            return list(pool.map(self._answer, requests))

    def knows_token(self, text: str) -> bool:
        """Whether `text` is one control token of the model; True where the model can't say."""
        knows = getattr(self._generator, "knows_token", None)
        return knows is None or bool(knows(text))

    def _together(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        answers = self._generator.generate(requests)
        used = Tokens(sum(answer.prompt_tokens for answer in answers), sum(answer.new_tokens for answer in answers))
        self._account.count(len(requests), used)
        return answers

    def _answer(self, request: GenerationRequest) -> Generated:
        prompt = prompt_tokens(request)
        with self._account.request(Tokens(prompt, request.options.max_new_tokens)) as outgoing:
            begun = time.perf_counter()
            try:
                answer = self._generator.generate([request])[0]
            except WithheldAnswerError as error:
                _took(outgoing, error.answer, prompt)
                raise
            except Exception as error:
                self._log("request failed", begun, outgoing, error=type(error).__name__)
                raise
            _took(outgoing, answer, prompt)
            self._log("request answered", begun, outgoing)
            return answer

    def _log(self, message: str, begun: float, outgoing: Outgoing, **fields: str) -> None:
        used = outgoing.tokens
        counts = {} if used is None else {"input_tokens": used.input, "output_tokens": used.output}
        seconds = time.perf_counter() - begun
        logger.debug(
            message, extra={"event": "request", "model": self.model, "seconds": seconds, "counts": counts, **fields}
        )


def _took(outgoing: Outgoing, answer: Generated, prompt: int) -> None:
    """As the provider tells, which gives both counts or none; else as the words let guess."""
    if answer.prompt_tokens:
        outgoing.took(Tokens(answer.prompt_tokens, answer.new_tokens), told=True)
    else:
        outgoing.took(Tokens(prompt, estimated_tokens(answer.text)), told=False)
