"""What chat models' integrations raise, as errors of this package, without the words of prompt or answer."""

from __future__ import annotations

from kg_builder.backends.generation import Generated
from kg_builder.errors import KeyRefusedError, ModelError, TransientModelError

TRANSIENT_NAMES = frozenset(
    {
        # openai, anthropic and others made alike
        "RateLimitError",
        "APIConnectionError",
        "APITimeoutError",
        "InternalServerError",
        "OverloadedError",
        "ServiceUnavailableError",
        # httpx and requests
        "TransportError",
        "TimeoutException",
        "Timeout",
        # Google
        "ResourceExhausted",
        "ServiceUnavailable",
        "DeadlineExceeded",
        # AWS
        "ThrottlingException",
    }
)
"""Classes by name, since the packages that define them need not be installed; subclasses count."""
TRANSIENT_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
UNAUTHORIZED = 401
BAD_REQUEST = frozenset({400, 422})
OPTIONS = ("temperature", "top_p", "seed")
"""What some models refuse to be told."""
HINTS = {
    400: "Where `constrained` is set, the provider may not take the JSON schema: leave it out.",
    401: "The provider refused the key: set the right one, then run this again.",
    403: "The provider refused the key.",
    404: "The provider knows no such model.",
    413: "Set `max_characters` lower.",
}


class WithheldAnswerError(ModelError):
    """The provider gave no answer, which it charges all the same; `answer` says what it took."""

    def __init__(self, message: str, answer: Generated) -> None:
        super().__init__(message)
        self.answer = answer


def as_model_error(error: BaseException, model: str) -> ModelError:
    """The same as our own error. The provider's words are left out: they may quote the prompt."""
    if isinstance(error, ModelError):
        return error
    status = status_of(error)
    told = f" (status {status})" if status else ""
    message = f"{model} failed: {type(error).__name__}{told}"
    if is_transient(error):
        return TransientModelError(message)
    kind = KeyRefusedError if status == UNAUTHORIZED else ModelError
    return kind(message, hint=HINTS.get(status or 0))


def is_transient(error: BaseException) -> bool:
    """Whether asking again later may work."""
    if isinstance(error, (ConnectionError, TimeoutError)) or status_of(error) in TRANSIENT_STATUS:
        return True
    return any(kind.__name__ in TRANSIENT_NAMES for kind in type(error).__mro__)


def refused_option(error: BaseException) -> str | None:
    """The option that the model can't be given, where that is what was wrong with the request."""
    if status_of(error) not in BAD_REQUEST:
        return None
    parameter = getattr(error, "param", None)
    if parameter:
        return parameter if parameter in OPTIONS else None
    words = str(error).replace("`", "'").split("'")
    return next((option for option in OPTIONS if option in words), None)


def cut_off_answer(error: BaseException) -> str | None:
    """What was written before the limit, where openai raises an error over it (answers held to a schema)."""
    if type(error).__name__ != "LengthFinishReasonError":
        return None
    choices = getattr(getattr(error, "completion", None), "choices", None) or [None]
    text = getattr(getattr(choices[0], "message", None), "content", None)
    return text if isinstance(text, str) else ""


def status_of(error: BaseException) -> int | None:
    """HTTP status, where the error has one."""
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int):
            return status
    return None
