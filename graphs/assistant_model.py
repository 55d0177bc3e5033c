"""The chat model that settings name for answering questions, and what stands before one that runs elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

from langchain_core.language_models import BaseChatModel

from kg_builder.backends.chat_generator import chat_model_name, named_chat_model, runs_here
from kg_builder.errors import SettingsError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.components import make_detector
from kg_builder.privacy.guarded_chat import Guard, GuardedChatModel
from kg_builder.privacy.identifiers import Kind
from kg_builder.privacy.known_words import KnownWords
from kg_builder.privacy.placeholders import SOURCE
from kg_builder.retrieve.citations import quoted
from kg_builder.settings import Settings, model_named


def assistant_model(settings: Settings, store: GraphStore) -> BaseChatModel:
    """The model of `Settings.chat_model`, by its source alone. Raises SettingsError, MissingExtraError.

    One that runs elsewhere gets questions and sentences of documents, so the settings must allow that; then it stands
    behind their `privacy`.
    """
    name = settings.chat_model or ""
    chosen = settings.model(name) or model_named(f"chat:{name}")
    if chosen.scheme != "chat":
        raise SettingsError(f"'{name}' is no chat model: its source is '{chosen.source}'")
    model = named_chat_model(chosen)
    if runs_here(model):
        return model
    if not settings.allow_remote:
        raise SettingsError(
            f"'{name}' runs elsewhere: questions, and sentences of documents with the answers, would go there.",
            hint="Allow it (--allow-remote, or allow_remote in the settings), or name a model on this machine.",
        )
    return guarded(model, store, settings, name=name)


def guarded(model: BaseChatModel, store: GraphStore, settings: Settings, *, name: str | None = None) -> BaseChatModel:
    """A model that runs elsewhere, behind `Settings.privacy`: for `assistant`, `Conversation` and `question_tool`
    over this store.
    """
    if settings.privacy == "allow":
        return model
    guard = Guard(
        settings.privacy,
        partial(make_detector, settings),
        lru_cache(maxsize=1)(lambda: KnownWords(_identifying(store))),
    )
    return GuardedChatModel(inner=model, guard=guard, model_name=name or chat_model_name(model))


def _identifying(store: GraphStore) -> Iterator[tuple[str, str]]:
    """What tools may tell of documents that identifies them, or whom they are about."""
    for view in store.documents():
        metadata = view.metadata
        for words in filter(None, (view.id, metadata.source)):
            yield words, SOURCE
            yield quoted(words), SOURCE
        for words in filter(None, (metadata.patient, metadata.encounter)):
            yield words, Kind.RECORD
