"""All errors that this package raises on purpose.

::

    KgBuilderError                 hint, retryable
    ├── InputError                 a file, row or text that can't be used
    │   └── DocumentError          one document can't be processed; carries a `code` for the ledger
    │       └── TimedOutError      …within the time that it may take
    ├── SchemaError                a schema that doesn't hold together
    ├── SettingsError              a setting that can't be used
    ├── MissingExtraError          an optional dependency isn't installed
    ├── EngineError                what documents are read on, such as a Ray cluster, can't be used
    ├── ModelError                 a model or backend failed
    │   ├── TransientModelError    …and may succeed if asked again (retryable)
    │   ├── BackendUnavailableError  …and isn't asked any more for now, by any document
    │   └── KeyRefusedError        …as it doesn't take the key: it fails for all documents
    └── StoreError                 the store can't do what was asked
        ├── StoreLockedError       another process is writing to it
        ├── StoreVersionError      the file was made by another version, or isn't a store at all
        └── UnknownDocumentError   no document of that id

Messages carry ids, offsets and file positions, never text of a document.
"""

from __future__ import annotations

from typing import Any


class KgBuilderError(Exception):
    """Root of all of them. `hint` says what a person can do about it."""

    retryable = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Without calling the constructor, whose arguments differ: errors travel between processes."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[KgBuilderError], arguments: tuple[Any, ...], state: dict[str, Any]) -> KgBuilderError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


class InputError(KgBuilderError):
    """A file, row or text that can't be used; the message names where."""


class DocumentError(InputError):
    """One document can't be processed; its neighbours are unaffected."""

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class TimedOutError(DocumentError):
    """One document took longer than it may. `waiting`: for an answer from elsewhere, which never came."""

    def __init__(self, seconds: float, *, waiting: bool = False) -> None:
        doing = "still waited for a model's answer" if waiting else "wasn't done"
        super().__init__(
            "timed-out",
            f"The document {doing} after the {seconds:g} s that it may take.",
            hint="Allow more with --timeout, or document_timeout in the settings.",
        )
        self.waiting = waiting


class SchemaError(KgBuilderError):
    """A schema that doesn't hold together; the message names the line and the field."""


class SettingsError(KgBuilderError):
    """A setting that can't be used; the message names it."""


class MissingExtraError(KgBuilderError):
    """An optional dependency isn't installed; the hint is the command that adds it."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(
            f"{purpose} needs the optional dependencies '{extra}'.",
            hint=f"In your clone of the repository run: pip install -e '.[{extra}]'",
        )
        self.extra = extra


class EngineError(KgBuilderError):
    """What documents are read on, such as a Ray cluster, can't be reached or doesn't keep going."""


class ModelError(KgBuilderError):
    """A model or its backend failed."""


class TransientModelError(ModelError):
    """Rate limit, dropped connection: asking again later may work."""

    retryable = True


class BackendUnavailableError(ModelError):
    """The model's backend fails whoever asks; for now it isn't asked."""


class KeyRefusedError(ModelError):
    """The model's provider doesn't take the key. No document fares better than the one it came up with: a run ends."""


class StoreError(KgBuilderError):
    """The store can't do what was asked."""


class StoreLockedError(StoreError):
    """Another process is writing to the store."""

    retryable = True


class StoreVersionError(StoreError):
    """The file was made by another version of this package, or isn't a store at all."""


class UnknownDocumentError(StoreError):
    """The store holds no document of that id."""
