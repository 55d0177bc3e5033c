"""Any LangChain chat model as a generator."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from inspect import signature
from typing import Any
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from langchain_core.runnables.config import ContextThreadPoolExecutor

from kg_builder.backends.chat_errors import WithheldAnswerError, as_model_error, cut_off_answer, refused_option
from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, Prompt, TokenScore
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.deadlines import wait_for
from kg_builder.errors import MissingExtraError, SettingsError, TimedOutError

MESSAGES = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
LIMIT_FIELDS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "num_predict")
"""Names that integrations give the limit of new tokens."""
URL_FIELDS = ("base_url", "openai_api_base", "anthropic_api_url", "endpoint_url", "azure_endpoint", "endpoint")
OLLAMA = "http://127.0.0.1:11434"
CUT_OFF = frozenset({"length", "max_tokens", "max_output_tokens"})
WITHHELD = frozenset({"content_filter", "refusal", "safety", "prohibited_content", "recitation", "blocklist"})


def open_chat_model(settings: ModelSettings) -> ChatModelGenerator:
    """What asks the chat model that ``chat:provider:name`` stands for. Raises SettingsError, MissingExtraError."""
    return ChatModelGenerator(named_chat_model(settings), name=settings.source, concurrency=settings.batch_size)


def named_chat_model(settings: ModelSettings) -> BaseChatModel:
    """The chat model that ``chat:provider:name`` stands for. Raises SettingsError, MissingExtraError.

    Keys and addresses are the integration's own business; ``ollama`` means the one on this machine.
    """
    if find_spec("langchain") is None:
        raise MissingExtraError(f"Naming a chat model ('{settings.source}')", "chat")
    from langchain.chat_models import init_chat_model  # type: ignore[import-not-found, unused-ignore]

    here = {"base_url": OLLAMA} if settings.place.startswith("ollama:") else {}
    try:
        model: BaseChatModel = init_chat_model(settings.place, **here)
    except ImportError as error:
        raise SettingsError(f"'{settings.source}': {str(error).splitlines()[0]}") from error
    except Exception as error:
        raise SettingsError(
            f"'{settings.source}' could not be set up ({type(error).__name__})",
            hint="Write chat:provider:model, and put the provider's key where its integration looks for it.",
        ) from error
    return model


class ChatModelGenerator:
    """Asks a chat model.

    `remote`: None finds out: a model whose address is on this machine is local, and all others are remote. A model
    that runs inside this process has no address: say False.
    """

    def __init__(
        self, model: BaseChatModel, *, name: str | None = None, remote: bool | None = None, concurrency: int = 8
    ) -> None:
        self._model = model
        self._concurrency = concurrency
        self._refused: set[str] = set()
        self.model = name or f"chat:{chat_model_name(model)}"
        self.remote = not runs_here(model) if remote is None else remote

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """One answer a request, in order."""
        if len(requests) == 1:
            return [self._answer(requests[0])]
        with ContextThreadPoolExecutor(max_workers=self._concurrency) as pool:
            return list(pool.map(self._answer, requests))

    def knows_token(self, text: str) -> bool:  # noqa: ARG002
        """Never: control tokens are the provider's."""
        return False

    def _answer(self, request: GenerationRequest) -> Generated:
        conversation = messages(request.prompt)
        while True:
            bound = self._bound(request.options)
            try:
                answer = wait_for(partial(bound.invoke, conversation))
            except TimedOutError:
                raise
            except Exception as error:  # noqa: BLE001 - every integration has errors of its own
                if (beginning := cut_off_answer(error)) is not None:
                    return Generated(beginning, complete=False)
                option = refused_option(error) or ""
                if not option or option in self._refused:
                    raise as_model_error(error, self.model) from None
                self._refused.add(option)
                continue
            return read_answer(answer, self.model, wrapped=_wraps(request.options.json_schema))

    def _bound(self, options: GenerationOptions) -> Runnable[Any, Any]:
        """The model with these options.

        Options are set on a copy's fields: what is bound to a call goes to some integrations' clients as it is, which
        don't know it.
        """
        fields = type(self._model).model_fields
        wanted: dict[str, Any] = {"temperature": options.temperature, "seed": options.seed}
        if options.top_p < 1:
            wanted["top_p"] = options.top_p
        limit = next((name for name in LIMIT_FIELDS if name in fields), None)
        if limit is not None:
            wanted[limit] = options.max_new_tokens
        update = {name: value for name, value in wanted.items() if name in fields and name not in self._refused}
        model = self._model.model_copy(update=update)
        if options.json_schema is None or not _holds_to_schemas(model):
            return model
        strictly = {"strict": True} if "strict" in signature(model.with_structured_output).parameters else {}
        return model.with_structured_output(
            _object_schema(options.json_schema), method="json_schema", include_raw=True, **strictly
        )


def chat_source(name: str, model: object) -> str:
    """How settings write a model that was given under a name. Raises SettingsError for what is no chat model."""
    if not isinstance(model, BaseChatModel):
        raise SettingsError(f"'{name}' is a {type(model).__name__}; give a LangChain chat model")
    return f"chat:{chat_model_name(model)}"


def messages(prompt: Prompt) -> list[BaseMessage]:
    """The conversation in LangChain's form. Raises SettingsError for a raw prompt."""
    if isinstance(prompt, str):
        raise SettingsError(
            "a chat model can't take a prompt in the exact form of one checkpoint's training",
            hint="Use family 'json' with chat models.",
        )
    return [MESSAGES[message.role](content=message.content) for message in prompt]


def read_answer(answer: Any, model: str, *, wrapped: bool = False) -> Generated:
    """What a chat model, or one held to a schema, gave. Raises WithheldAnswerError where the provider gave none.

    `wrapped`: the answer is an object around the list that was asked for.
    """
    raw = answer["raw"] if isinstance(answer, dict) else answer
    details: Mapping[str, Any] = raw.response_metadata or {}
    reasons = (details.get(name) for name in ("finish_reason", "stop_reason", "done_reason"))
    reason = str(next((found for found in reasons if found), "")).lower()
    text = str(raw.text)
    tokens = token_scores(text, details.get("logprobs"))
    unwrapped = _unwrapped(text) if wrapped else text
    usage = raw.usage_metadata or {}
    generated = Generated(
        unwrapped,
        complete=reason not in CUT_OFF,
        tokens=tokens if unwrapped == text else (),
        prompt_tokens=usage.get("input_tokens", 0),
        new_tokens=usage.get("output_tokens", 0),
    )
    if reason in WITHHELD:
        raise WithheldAnswerError(f"{model} withheld its answer ({reason})", generated)
    return generated


def token_scores(text: str, logprobs: Any) -> list[TokenScore]:
    """Scores in the form of OpenAI's interface, which others give too; empty where they don't spell the text.

    A token with some bytes of a character has that character.
    """
    rows = logprobs.get("content") if isinstance(logprobs, Mapping) else logprobs
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) and "logprob" in row for row in rows):
        return []
    pieces = [bytes(row["bytes"]) if row.get("bytes") else str(row.get("token", "")).encode() for row in rows]
    if b"".join(pieces) != text.encode():
        return []
    characters = [place for place, character in enumerate(text) for _ in character.encode()]
    scores, start = [], 0
    for piece, row in zip(pieces, rows, strict=True):
        if piece:
            last = characters[start + len(piece) - 1]
            scores.append(TokenScore(characters[start], last + 1, float(row["logprob"])))
        start += len(piece)
    return scores


def runs_here(model: BaseChatModel) -> bool:
    """Whether the model's address is on this machine, and no proxy stands between."""
    if getattr(model, "openai_proxy", None):
        return False
    addresses = [str(value) for name in URL_FIELDS if (value := getattr(model, name, None))]
    return bool(addresses) and all(map(_loopback, addresses))


def _loopback(address: str) -> bool:
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _holds_to_schemas(model: BaseChatModel) -> bool:
    """Whether the integration has its provider's own structured answers; tool calls and mere parsing aren't that."""
    method = signature(model.with_structured_output).parameters.get("method")
    return method is not None and "json_schema" in str(method.annotation)


def _wraps(schema: Mapping[str, Any] | None) -> bool:
    return schema is not None and schema.get("type") != "object"


def _object_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """With a title, and an object on top, as providers ask."""
    if not _wraps(schema):
        return {"title": "answer", **schema}
    return {
        "title": "answer",
        "type": "object",
        "properties": {"items": dict(schema)},
        "required": ["items"],
        "additionalProperties": False,
    }


def _unwrapped(text: str) -> str:
    try:
        answer = json.loads(text)
    except ValueError:
        return text
    if not isinstance(answer, dict) or set(answer) != {"items"}:
        return text
    return json.dumps(answer["items"], ensure_ascii=False)


def chat_model_name(model: BaseChatModel) -> str:
    """What its integration calls it."""
    names = (getattr(model, name, None) for name in ("model_name", "model", "model_id"))
    return next((name for name in names if isinstance(name, str) and name), type(model).__name__)
