"""The denoising loss, and runs of its recipe on the small model: from brat files to a model that is loaded again."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Message
from kg_builder.errors import InputError, SettingsError
from kg_builder.extract.prompted.diffusion_extractor import user_turn
from kg_builder.testing_diffusion.toy_text import toy_texts
from kg_builder.train.corpus_part import CorpusPart
from kg_builder.train.denoising.recipe import Denoising, DenoisingRecipe
from kg_builder.train.denoising.samples import Sample
from kg_builder.train.recipe_files import load_recipe

SAMPLES = [Sample((5, 6, 7), (8, 9)), Sample((5, 7), (8, 8, 9, 9))]
END, MASK, SIZE = 0, 1, 12


def batch(answer_tokens: int | None = None) -> Any:
    import torch

    from kg_builder.train.denoising.loss import make_batch

    return make_batch(SAMPLES, end_id=END, answer_tokens=answer_tokens, device=torch.device("cpu"))


class Knowing:
    """Gives the true token at every place, as surely as `logit` says; keeps what it was shown."""

    def __init__(self, truth: Any, logit: float = 30.0) -> None:
        self.truth, self.logit = truth, logit
        self.shown: dict[str, Any] = {}

    def __call__(self, **given: Any) -> Any:
        import torch

        self.shown = given
        logits = torch.zeros(*self.truth.shape, SIZE)
        following = torch.cat([self.truth[:, 1:], self.truth[:, :1]], dim=1)
        return SimpleNamespace(logits=logits.scatter(-1, following[:, :, None], self.logit))


def test_prompts_are_never_masked_and_answers_end_in_end_tokens() -> None:
    import torch

    from kg_builder.train.denoising.loss import draw_masked

    filled = batch()
    assert filled.input_ids.tolist() == [[5, 6, 7, 8, 9, 0, 0, 0], [5, 7, 8, 8, 9, 9, 0, 0]]
    assert filled.answers.sum(dim=1).tolist() == [5, 5]
    assert filled.present.tolist()[1][-1] is False
    everything = draw_masked(filled, torch.ones(2), torch.Generator().manual_seed(1))
    assert torch.equal(everything, filled.answers)
    assert batch(answer_tokens=9).answers.sum(dim=1).tolist() == [9, 9]


def test_a_model_that_knows_loses_nothing_and_one_that_guesses_loses_the_logarithm_of_its_choices() -> None:
    import torch

    from kg_builder.train.denoising.loss import denoising_loss

    filled, times = batch(), torch.tensor([1.0, 1.0])
    knowing, guessing = Knowing(filled.input_ids), Knowing(filled.input_ids, 0.0)
    for weighting, share in (("inverse", 1.0), ("context", None)):
        sure = denoising_loss(knowing, filled, filled.answers, times, mask_id=MASK, weighting=weighting)  # type: ignore[arg-type]
        assert float(sure) < 1e-6
        unsure = denoising_loss(guessing, filled, filled.answers, times, mask_id=MASK, weighting=weighting)  # type: ignore[arg-type]
        if share is not None:
            assert float(unsure) == pytest.approx(math.log(SIZE) * share)
        assert float(unsure) > 0
    shown = knowing.shown["input_ids"]
    assert bool((shown[filled.answers] == MASK).all())
    assert torch.equal(shown[~filled.answers], filled.input_ids[~filled.answers])
    assert knowing.shown["attention_mask"].shape == (2, 1, 8, 8)


def test_fewer_masked_tokens_weigh_more_so_that_every_time_counts_alike() -> None:
    import torch

    from kg_builder.train.denoising.loss import denoising_loss, draw_masked, draw_times

    filled, dice = batch(answer_tokens=64), torch.Generator().manual_seed(1)
    guessing = Knowing(filled.input_ids, 0.0)
    for time in (0.25, 0.5, 1.0):
        times = torch.full((2,), time)
        losses = [
            float(
                denoising_loss(
                    guessing, filled, draw_masked(filled, times, dice), times, mask_id=MASK, weighting="inverse"
                )
            )
            for _ in range(200)
        ]
        assert sum(losses) / len(losses) == pytest.approx(math.log(SIZE), rel=0.05)
    drawn = torch.stack([draw_times(8, dice).sort().values for _ in range(50)])
    assert bool((drawn > 0).all())
    assert bool((drawn <= 1).all())
    assert bool((drawn.diff(dim=1) > 0.1).all())


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Toy texts with nested mentions as brat files."""
    root = tmp_path_factory.mktemp("corpora")
    toys = toy_texts(10, seed=5)
    for folder, chosen in (("train", toys[:8]), ("dev", toys[8:])):
        (root / folder).mkdir()
        for number, toy in enumerate(chosen):
            path = root / folder / f"{folder}{number}.txt"
            path.write_text(toy.text, encoding="utf-8")
            rows = [f"T{place}\t{one.type} {one.start} {one.end}\t{one.text}" for place, one in enumerate(toy.mentions)]
            path.with_suffix(".ann").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


def recipe(base: Path, *, epochs: int = 2, **changes: Any) -> DenoisingRecipe:
    training = Denoising(epochs=epochs, batch_size=4, accumulation=1, learning_rate=1e-3, answer_tokens=28)
    return DenoisingRecipe(
        name="toy",
        base=str(base),
        corpora=(CorpusPart(path="train"), CorpusPart(path="dev", role="evaluate")),
        **{"training": training, "exclude_overlap": "drop", "trust_remote_code": True, **changes},
    )


def test_a_run_makes_a_model_that_is_loaded_like_the_published_one(learned: Any, corpora: Path, tmp_path: Path) -> None:
    from kg_builder.backends.diffusion_generator import DiffusionGenerator
    from kg_builder.train.denoising.training import train_denoising

    rows: list[Mapping[str, Any]] = []
    folder = train_denoising(
        recipe(learned.folder), output=tmp_path / "run", corpora_root=str(corpora), watch=rows.append
    )
    figures = json.loads((tmp_path / "run" / "figures.json").read_text(encoding="utf-8"))
    assert figures["samples"]["nested"] > 0
    assert [row["epoch"] for row in rows if "held_out_loss" in row] == [1, 2]
    assert all(row["held_out_loss"] > 0 for row in figures["history"])
    assert "nested or crossing" in (folder / "README.md").read_text(encoding="utf-8")
    assert (folder / "modeling_small_diffusion.py").is_file()
    changes = {"source": f"hf:{folder}"}
    generator = DiffusionGenerator(learned.settings().model_copy(update=changes))
    prompt = (Message("user", user_turn("Không ho.")),)
    [answer] = generator.generate([GenerationRequest(prompt, GenerationOptions(max_new_tokens=16, temperature=0.2))])
    assert answer.prompt_tokens > 0


def test_an_interrupted_run_ends_as_it_would_have(learned: Any, corpora: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    from kg_builder.train.denoising.training import train_denoising

    class InterruptedRunError(Exception):
        pass

    def stop(row: Mapping[str, Any]) -> None:
        if "held_out_loss" in row:
            raise InterruptedRunError

    chosen = recipe(learned.folder)
    whole = train_denoising(chosen, output=tmp_path / "whole", corpora_root=str(corpora))
    with pytest.raises(InterruptedRunError):
        train_denoising(chosen, output=tmp_path / "cut", corpora_root=str(corpora), watch=stop)
    resumed = train_denoising(chosen, output=tmp_path / "cut", corpora_root=str(corpora))
    one, other = (load_file(folder / "model.safetensors") for folder in (whole, resumed))
    assert all((one[name] == other[name]).all() for name in one)
    changed = recipe(learned.folder, epochs=3)
    with pytest.raises(InputError, match="another recipe"):
        train_denoising(changed, output=tmp_path / "cut", corpora_root=str(corpora))


def test_a_base_whose_code_may_not_run_isnt_trained(learned: Any, corpora: Path, tmp_path: Path) -> None:
    from kg_builder.train.denoising.training import train_denoising

    with pytest.raises(SettingsError, match="Python code"):
        train_denoising(
            recipe(learned.folder, trust_remote_code=False), output=tmp_path / "run", corpora_root=str(corpora)
        )
    with pytest.raises(SettingsError, match="gradient checkpointing"):
        train_denoising(
            recipe(learned.folder, gradient_checkpointing=True), output=tmp_path / "run", corpora_root=str(corpora)
        )
    with pytest.raises(InputError, match="no sample is left"):
        train_denoising(recipe(learned.folder, max_tokens=16), output=tmp_path / "run", corpora_root=str(corpora))


def test_the_shipped_recipe_reads_and_trusts_nothing_unasked() -> None:
    shipped = load_recipe("denoising-vietnamese", DenoisingRecipe)
    assert not shipped.trust_remote_code
    assert shipped.training.epochs == 3
