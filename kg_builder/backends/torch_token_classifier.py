"""Token classifiers in the Hugging Face layout, run by torch: any ``AutoModelForTokenClassification``."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from kg_builder.backends.checkpoints import Checkpoint, find_checkpoint
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_classifiers import checked_scores, labels_of, languages_of, window_of
from kg_builder.backends.token_windows import Scores
from kg_builder.backends.transformers_loading import (
    NEEDED,
    choose_device,
    require,
    weights_type,
    without_progress_bars,
)
from kg_builder.errors import ModelError, SettingsError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class TorchTokenClassifier:
    """A checkpoint on one device. Windows of similar lengths are read together, `batch_size` at most."""

    def __init__(self, checkpoint: Checkpoint, network: Any, tokenizer: Tokenizer, *, window: int, batch: int) -> None:
        self.model = checkpoint.label
        self.labels: Sequence[str] = labels_of(network.config.to_dict(), checkpoint.name)
        self.languages = languages_of(checkpoint)
        self.tokenizer = tokenizer
        self.window = window
        self._network = network
        self._batch = batch
        self._padding = network.config.pad_token_id or 0
        self._lock = Lock()  # texts wait for each other, so that memory stays that of one batch

    def scores(self, windows: Sequence[Sequence[int]]) -> Sequence[Scores]:
        """Log probabilities, pieces × labels, of each window."""
        order = sorted(range(len(windows)), key=lambda place: len(windows[place]))
        found: dict[int, Scores] = {}
        with self._lock:
            for first in range(0, len(order), self._batch):
                chosen = order[first : first + self._batch]
                rows = self._run([windows[place] for place in chosen])
                found.update(zip(chosen, rows, strict=True))
        return [checked_scores(found[place], self.model) for place in range(len(windows))]

    def _run(self, windows: Sequence[Sequence[int]]) -> list[Scores]:
        import torch

        width = max(map(len, windows))
        ids = torch.full((len(windows), width), self._padding, dtype=torch.long)
        present = torch.zeros((len(windows), width), dtype=torch.long)
        for row, window in enumerate(windows):
            ids[row, : len(window)] = torch.tensor(window)
            present[row, : len(window)] = 1
        device = self._network.device
        try:
            with torch.inference_mode():
                logits = self._network(input_ids=ids.to(device), attention_mask=present.to(device)).logits
                rows = torch.log_softmax(logits.float(), dim=-1).cpu().numpy()
        except torch.OutOfMemoryError as error:
            raise ModelError(
                f"model '{self.model}': the device has too little memory", hint="Set a smaller batch_size for it."
            ) from error
        except (RuntimeError, IndexError) as error:
            raise ModelError(f"model '{self.model}' could not be run ({type(error).__name__})") from error
        return [row[: len(window)] for row, window in zip(rows, windows, strict=True)]


def load_torch_classifier(settings: ModelSettings) -> TorchTokenClassifier:
    """Load ``hf:…``. Raises SettingsError, MissingExtraError, ModelError."""
    require(NEEDED, f"Model '{settings.place}'")
    checkpoint = find_checkpoint(settings.place, settings.revision, code=settings.trust_remote_code)
    checkpoint.require_safetensors()
    device = choose_device(settings.device)
    network = load_network(
        checkpoint, trust_remote_code=settings.trust_remote_code, dtype=weights_type(settings, device)
    )
    tokenizer, limit = load_tokenizer(checkpoint, trust_remote_code=settings.trust_remote_code)
    window = window_of(network.config.to_dict(), limit, checkpoint.name)
    return TorchTokenClassifier(
        checkpoint, network.to(device).eval(), tokenizer, window=window, batch=settings.batch_size
    )


def load_network(checkpoint: Checkpoint, *, trust_remote_code: bool, dtype: Any) -> Any:
    """The model with all its weights from safetensors; code of the checkpoint runs when allowed only.

    Raises SettingsError for a checkpoint without a head for token classification, whose head would be random.
    """
    from transformers import AutoModelForTokenClassification

    try:
        with without_progress_bars():
            network, report = AutoModelForTokenClassification.from_pretrained(
                checkpoint.folder,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=trust_remote_code,
                local_files_only=True,
                output_loading_info=True,
            )
    except (OSError, ValueError, RuntimeError, ImportError, KeyError, AttributeError) as error:
        raise ModelError(_told(checkpoint, error, trust_remote_code=trust_remote_code)) from error
    if report["missing_keys"]:
        raise SettingsError(
            f"checkpoint '{checkpoint.name}' is no token classifier: it has no weights for "
            f"{', '.join(sorted(report['missing_keys'])[:3])}",
            hint="Name a checkpoint that was trained for token classification, or train one: kg-builder train tokens.",
        )
    return network


def load_tokenizer(checkpoint: Checkpoint, *, trust_remote_code: bool) -> tuple[Tokenizer, object]:
    """A tokenizer of our own, without padding and truncation, and the length that its configuration gives.

    Raises SettingsError for tokenizers in Python, which don't tell where in the text a piece stands.
    """
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer

    try:
        loaded = AutoTokenizer.from_pretrained(
            checkpoint.folder, trust_remote_code=trust_remote_code, local_files_only=True
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelError(_told(checkpoint, error, trust_remote_code=trust_remote_code)) from error
    backend = getattr(loaded, "backend_tokenizer", None)
    if backend is None:
        raise SettingsError(
            f"checkpoint '{checkpoint.name}': its tokenizer doesn't give the places of its pieces",
            hint="Save it with a tokenizer.json (a fast tokenizer).",
        )
    tokenizer = Tokenizer.from_str(backend.to_str())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, loaded.model_max_length


def _told(checkpoint: Checkpoint, error: Exception, *, trust_remote_code: bool) -> str:
    first = str(error).strip().partition("\n")[0]
    if "trust_remote_code" in str(error) and not trust_remote_code:
        first = "it comes with Python code of its own, which runs only with trust_remote_code and a fixed revision"
    elif "Unrecognized configuration class" in first:
        first = "models of this kind don't label tokens"
    return f"checkpoint '{checkpoint.name}' could not be loaded: {first}"
