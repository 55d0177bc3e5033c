"""A small diffusion model that knows four reports by heart, saved in the published layout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.testing import save_small_diffusion_model
from kg_builder.testing_diffusion.toy_text import ToyText


class Learned(NamedTuple):
    folder: Path
    texts: Sequence[ToyText]

    def settings(self, **changes: object) -> ModelSettings:
        chosen = {"trust_remote_code": True, "max_new_tokens": 28, "device": "cpu", **changes}
        return ModelSettings(source=f"hf:{self.folder}", family=Family.DIFFUSION, **chosen)


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    import torch

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("small-diffusion")
    return Learned(folder, save_small_diffusion_model(folder, texts=4, steps=260))
