"""A diffusion checkpoint with code of its own, loaded as a user loads one; and not loaded where it may not be."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kg_builder.answers.tagged_answers import read_tagged
from kg_builder.backends.family import Family
from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.opening import open_generator
from kg_builder.backends.recognizing import recognize_family
from kg_builder.errors import ModelError, SettingsError
from kg_builder.extract.prompted.diffusion_extractor import DiffusionExtractor, user_turn
from kg_builder.graphs.components import Components
from kg_builder.graphs.document import read_document
from kg_builder.protocols import ExtractionRequest
from kg_builder.records import Document
from kg_builder.schema import EntityType, Schema
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.testing import TableNormalizer
from kg_builder.testing_diffusion.toy_text import TOY_LABELS
from kg_builder.train.denoising.samples import tagged_text


@pytest.fixture(scope="module")
def generator(learned: Any) -> Any:
    from kg_builder.backends.diffusion_generator import DiffusionGenerator

    return DiffusionGenerator(learned.settings())


def ask(text: str, **options: Any) -> GenerationRequest:
    chosen = {"max_new_tokens": 28, "temperature": 0.2, "top_p": 0.95, "seed": 3, **options}
    return GenerationRequest((Message("user", user_turn(text)),), GenerationOptions(**chosen))


def test_the_layout_is_that_of_a_published_checkpoint(learned: Any) -> None:
    files = {path.name for path in learned.folder.iterdir()}
    assert {"configuration_small_diffusion.py", "modeling_small_diffusion.py", "model.safetensors"} <= files
    config = json.loads((learned.folder / "config.json").read_text(encoding="utf-8"))
    assert config["auto_map"] == {
        "AutoConfig": "configuration_small_diffusion.SmallDiffusionConfig",
        "AutoModel": "modeling_small_diffusion.SmallDiffusionModel",
    }
    assert not any(name.endswith((".bin", ".pt")) for name in files)
    settings = ModelSettings(source=f"hf:{learned.folder}")
    assert recognize_family(settings).family is Family.DIFFUSION


def test_nested_mentions_of_real_answers(learned: Any) -> None:
    generator = open_generator(learned.settings(), Family.DIFFUSION)
    extractor = DiffusionExtractor(generator, learned.settings(), name="diffusion")
    types = tuple(EntityType(name=label, description="A type.") for label in TOY_LABELS)
    schema = Schema(name="toy", description="For this test.", entities=types)
    found, wanted = set(), set()
    for toy in learned.texts:
        extraction = extractor.extract(ExtractionRequest(toy.text, schema, language="vi"))
        assert all(toy.text[one.start : one.end] == one.text for one in extraction.mentions)
        found |= {(toy.text, one.text, one.type) for one in extraction.mentions}
        wanted |= {(toy.text, one.text, one.type) for one in toy.mentions}
    nested = {item for item in wanted if any(item[1] in other[1] and item != other for other in wanted)}
    assert nested
    assert len(found & wanted) >= 0.7 * len(wanted)
    assert found & nested


def test_a_graph_is_built_from_text(learned: Any) -> None:
    extractor = DiffusionExtractor(
        open_generator(learned.settings(), Family.DIFFUSION), learned.settings(), name="diffusion"
    )
    parts = Components(
        settings=Settings(schema_name="vietnamese-covid", extractors=("diffusion",), attempts=3),
        extractors={"diffusion": extractor},
        normalizer=TableNormalizer(),
        schemas={"vietnamese-covid": builtin_schema("vietnamese-covid")},
    )
    graphs = [read_document(Document(id="d", text=toy.text, language="vi"), parts) for toy in learned.texts]
    mentions = [mention for part in graphs for mention in part.mentions]
    assert mentions
    assert {mention.provenance.model for mention in mentions} == {extractor.model}
    assert str(extractor.model).startswith(f"hf:{learned.folder.name}@sha256-")


def test_seeds_decide_and_nothing_else(generator: Any, learned: Any) -> None:
    import torch

    text = learned.texts[0].text
    warm = ask(text, temperature=1.5, top_p=1.0)
    [first] = generator.generate([warm])
    torch.manual_seed(99)
    before = torch.get_rng_state()
    assert list(generator.generate([ask(learned.texts[1].text), warm]))[1] == first
    assert torch.equal(torch.get_rng_state(), before)
    with ThreadPoolExecutor(4) as pool:
        assert all(answers[0] == first for answers in pool.map(lambda _: generator.generate([warm]), range(4)))
    others = {generator.generate([ask(text, temperature=1.5, top_p=1.0, seed=seed)])[0].text for seed in range(4)}
    assert len(others) > 1


def test_the_model_is_called_as_on_its_card(generator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []
    called = generator._model.diffusion_generate

    def watched(input_ids: Any, **options: Any) -> Any:
        calls.append(options)
        return called(input_ids, **options)

    monkeypatch.setattr(generator._model, "diffusion_generate", watched, raising=False)
    generator.generate([ask("Không ho.", max_new_tokens=16)])
    [options] = calls
    assert options.pop("attention_mask").all()
    assert options == {
        "max_new_tokens": 16,
        "output_history": False,
        "return_dict_in_generate": True,
        "steps": 16,
        "temperature": 0.2,
        "top_p": 0.95,
        "alg": "entropy",
        "alg_temp": 0.0,
    }


def test_answers_end_at_the_end_token_or_are_not_complete(
    generator: Any, learned: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = learned.texts[0]
    [whole] = generator.generate([ask(toy.text)])
    assert whole.complete
    assert "<|" not in whole.text
    monkeypatch.setattr(generator, "_ends", frozenset())
    [cut] = generator.generate([ask(toy.text, max_new_tokens=6)])
    assert not cut.complete
    assert cut.new_tokens == 6
    assert "truncated-answer" in {issue.code for issue in read_tagged("<AGE>4", complete=cut.complete).issues}


def test_the_history_is_kept_where_that_is_set(learned: Any) -> None:
    from kg_builder.backends.diffusion_generator import DiffusionGenerator

    watching = DiffusionGenerator(learned.settings(keep_history=True, steps=8))
    watching.generate([ask(learned.texts[0].text)])
    assert len(watching.history) == 8
    masked = [step.count("<|mask|>") for step in watching.history]
    assert masked == sorted(masked, reverse=True)
    assert masked[0] > masked[-1] == 0


def test_a_prompt_without_room_for_its_answer_is_refused(generator: Any) -> None:
    with pytest.raises(ModelError, match="don't fit into the model's 1024"):
        generator.generate([ask("ho " * 1200)])


@pytest.fixture
def marked(learned: Any, tmp_path: Path) -> tuple[Path, Path]:
    """A copy whose code leaves a mark when it runs."""
    folder, mark = tmp_path / "checkpoint", tmp_path / "mark"
    shutil.copytree(learned.folder, folder)
    for name in ("configuration_small_diffusion.py", "modeling_small_diffusion.py"):
        code = (folder / name).read_text(encoding="utf-8")
        line = f"\nopen({str(mark)!r}, 'w').close()\n"
        (folder / name).write_text(code + line, encoding="utf-8")
    return folder, mark


def test_code_of_a_checkpoint_runs_only_where_that_is_switched_on(marked: tuple[Path, Path]) -> None:
    from kg_builder.backends.diffusion_generator import DiffusionGenerator

    folder, mark = marked
    settings = ModelSettings(source=f"hf:{folder}", family=Family.DIFFUSION)
    with pytest.raises(SettingsError, match="Python code that comes with the checkpoint") as refused:
        DiffusionGenerator(settings)
    assert "trust_remote_code" in str(refused.value.hint)
    assert recognize_family(ModelSettings(source=f"hf:{folder}")).family is Family.DIFFUSION
    assert not mark.exists()
    DiffusionGenerator(settings.model_copy(update={"trust_remote_code": True}))
    assert mark.exists()


@pytest.mark.parametrize("revision", [None, "main", "v1", "abc"])
def test_code_from_the_hub_needs_a_commit(revision: str | None) -> None:
    from kg_builder.backends.diffusion_generator import DiffusionGenerator

    settings = ModelSettings(
        source="hf:somebody/dream", family=Family.DIFFUSION, trust_remote_code=True, revision=revision
    )
    with pytest.raises(SettingsError, match="revision that can't change") as refused:
        DiffusionGenerator(settings)
    assert "commit" in str(refused.value.hint)


def test_code_of_another_checkpoint_is_refused_before_any_runs(marked: tuple[Path, Path]) -> None:
    from kg_builder.backends.diffusion_generator import DiffusionGenerator

    folder, mark = marked
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"]["AutoModel"] = "somebody/else--modeling_small_diffusion.SmallDiffusionModel"
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(SettingsError, match="code of another one, 'somebody/else'"):
        DiffusionGenerator(ModelSettings(source=f"hf:{folder}", trust_remote_code=True))
    assert not mark.exists()


def test_pickled_weights_are_refused(marked: tuple[Path, Path]) -> None:
    from kg_builder.backends.diffusion_generator import DiffusionGenerator

    folder, mark = marked
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(SettingsError, match="pickled"):
        DiffusionGenerator(ModelSettings(source=f"hf:{folder}", trust_remote_code=True))
    assert not mark.exists()


def test_broken_code_is_an_error_that_names_the_checkpoint(marked: tuple[Path, Path]) -> None:
    from kg_builder.backends.diffusion_generator import DiffusionGenerator

    folder, _ = marked
    with (folder / "modeling_small_diffusion.py").open("a", encoding="utf-8") as code:
        code.write("\nraise AttributeError('gone since version 5')\n")
    with pytest.raises(ModelError, match="'checkpoint' could not be loaded: AttributeError: gone since"):
        DiffusionGenerator(ModelSettings(source=f"hf:{folder}", trust_remote_code=True, device="cpu"))


def test_what_was_learned_is_what_the_texts_say(learned: Any) -> None:
    assert any("<ANATOMY>" in tagged_text(toy.text, toy.mentions) for toy in learned.texts)
