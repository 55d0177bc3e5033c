"""How well the small diffusion model tags made-up reports that it was not trained on, after a minute of one core.

Run: ``python benchmarks/small_diffusion.py FOLDER`` (extra `hf`); the checkpoint stays in FOLDER.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kg_builder.backends.diffusion_generator import DiffusionGenerator
from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.extract.prompted.diffusion_extractor import DiffusionExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.schema import EntityType, Schema
from kg_builder.testing import save_small_diffusion_model
from kg_builder.testing_diffusion.toy_text import TOY_LABELS, toy_texts


def main(folder: Path) -> None:
    """Train, then print precision, recall and F1 of strict mentions on texts that were held back."""
    import torch

    torch.set_num_threads(1)
    began = time.process_time()
    learned = {toy.text for toy in save_small_diffusion_model(folder)}
    print(f"trained on {len(learned)} texts in {time.process_time() - began:.0f} s of processor time")
    settings = ModelSettings(
        source=f"hf:{folder}", family=Family.DIFFUSION, trust_remote_code=True, max_new_tokens=28, device="cpu"
    )
    extractor = DiffusionExtractor(DiffusionGenerator(settings), settings, name="diffusion")
    schema = Schema(
        name="toy",
        description="For this benchmark.",
        entities=tuple(EntityType(name=label, description="A type.") for label in TOY_LABELS),
    )
    unseen = [toy for toy in toy_texts(200, seed=1) if toy.text not in learned]
    right = given = wanted = nested = nested_right = 0
    for toy in unseen:
        found = {one.key for one in extractor.extract(ExtractionRequest(toy.text, schema, language="vi")).mentions}
        gold = {one.key for one in toy.mentions}
        inner = {one.key for one in toy.mentions if any(one is not two and one.overlaps(two) for two in toy.mentions)}
        right, given, wanted = right + len(found & gold), given + len(found), wanted + len(gold)
        nested, nested_right = nested + len(inner), nested_right + len(inner & found)
    precision, recall = right / max(1, given), right / wanted
    print(f"{len(unseen)} unseen texts: precision {precision:.3f}, recall {recall:.3f}", end=", ")
    print(
        f"F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}; nested: recall {nested_right / nested:.3f}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
