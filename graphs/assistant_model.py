"""The chat model that settings name for answering questions."""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel

from kg_builder.backends.chat_generator import named_chat_model, runs_here
from kg_builder.errors import SettingsError
from kg_builder.settings import Settings, model_named


def assistant_model(settings: Settings) -> BaseChatModel:
    """The model of `Settings.chat_model`, by its source alone. Raises SettingsError, MissingExtraError.

    One that runs elsewhere gets questions and sentences of documents, so the settings must allow that.
    """
    name = settings.chat_model or ""
    chosen = settings.model(name) or model_named(f"chat:{name}")
    if chosen.scheme != "chat":
        raise SettingsError(f"'{name}' is no chat model: its source is '{chosen.source}'")
    model = named_chat_model(chosen)
    if not settings.allow_remote and not runs_here(model):
        raise SettingsError(
            f"'{name}' runs elsewhere: questions, and sentences of documents with the answers, would go there.",
            hint="Allow it (--allow-remote, or allow_remote in the settings), or name a model on this machine.",
        )
    return model
