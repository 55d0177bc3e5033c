"""Models that the settings name: what may leave the machine, what is said of limits, how they are found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kg_builder.backends.family import Family
from kg_builder.clean.alignment import CleanText
from kg_builder.errors import DocumentError, SettingsError
from kg_builder.extract.voting import EnsembleSettings
from kg_builder.graphs.components import Components, make_components
from kg_builder.graphs.document import read_document
from kg_builder.protocols import Cleaning
from kg_builder.records import Document, Metadata
from kg_builder.settings import load_settings, with_family
from kg_builder.testing import ScriptedExtractor, ScriptedRelations

DOCUMENT = Document(id="d1", text="Aspirin caused nausea.", language="en")


class Elsewhere:
    """A cleaner that would send the text away."""

    name = "elsewhere"
    model: str | None = None
    remote = True

    def clean(self, document: Document, language: str) -> Cleaning:
        return Cleaning(CleanText.unchanged(document.text))


def parts(**settings: object) -> Components:
    return make_components(load_settings(None, **{"relation_extractor": "none", "extractors": ("lexicon",)} | settings))


@pytest.mark.parametrize("step", ["cleaner", "extractors", "relation_extractor"])
def test_text_goes_elsewhere_only_where_the_run_allows_it(step: str) -> None:
    remote: dict[str, Any] = {
        "cleaner": Elsewhere(),
        "extractors": {"lexicon": ScriptedExtractor([[("nausea", "Disease")]], remote=True, name="far")},
        "relation_extractor": ScriptedRelations([[]], remote=True),
    }
    with pytest.raises(DocumentError, match="elsewhere") as caught:
        read_document(DOCUMENT, replace(parts(), **{step: remote[step]}))
    assert caught.value.code == "remote-not-allowed"
    assert "nausea" not in str(caught.value)
    assert read_document(DOCUMENT, replace(parts(allow_remote=True), **{step: remote[step]})).mentions


def test_a_local_one_later_on_the_ladder_is_no_way_round() -> None:
    """What the user put first is asked or the document is set aside: nothing is quietly read by something else."""
    extractors = {"far": ScriptedExtractor([[]], remote=True, name="far"), **parts().extractors}
    chosen = parts().settings.model_copy(update={"extractors": ("far", "lexicon")})
    with pytest.raises(DocumentError, match="far"):
        read_document(DOCUMENT, replace(parts(), extractors=extractors, settings=chosen))


def test_extractors_made_for_other_texts_are_named() -> None:
    scripted = ScriptedExtractor(
        [[]], name="notes-only", languages=frozenset({"vi"}), kinds=frozenset({"nursing-note"}), deterministic=True
    )
    document = DOCUMENT.model_copy(update={"metadata": Metadata(kind="Progress Note")})
    graph = read_document(document, replace(parts(schema_name="chemical-disease"), extractors={"lexicon": scripted}))
    assert graph.selection.warnings == (
        "notes-only was made for text in vi; this is in en",
        "notes-only was made for nursing-note; this is a progress-note",
    )


@pytest.mark.parametrize("field", ["extractors", "relation_extractor", "cleaner"])
def test_names_that_nothing_has_are_told_with_those_there_are(field: str) -> None:
    wrong = ("zork",) if field == "extractors" else "zork"
    with pytest.raises(SettingsError, match=r"'zork'; there are: .*mine.*, and models named as hf:…"):
        parts(models={"mine": {"source": "hf:zork/plim"}}, **{field: wrong})


def test_a_model_is_named_by_its_place_or_by_a_name_of_ones_own() -> None:
    settings = load_settings(
        None, models={"mine": {"source": "hf:a/b", "batch_size": 3}}, extractors=("mine", "hf:c/d")
    )
    mine, direct = settings.model("mine"), settings.model("hf:c/d")
    assert mine is not None
    assert direct is not None
    assert (mine.place, mine.batch_size, direct.place) == ("a/b", 3, "c/d")
    assert settings.model("lexicon") is None
    both = with_family(settings, Family.LISTS)
    assert [both.models[name].family for name in ("mine", "hf:c/d")] == ["lists", "lists"]
    with pytest.raises(SettingsError, match="names no model"):
        settings.model("hf:")


def test_where_a_model_runs_does_not_change_the_graph_but_which_model_does() -> None:
    def described(**model: object) -> object:
        return load_settings(None, models={"mine": {"source": "hf:a/b", **model}}).described()

    assert described() == described(device="cuda:1", batch_size=64)
    assert described() != described(system="Be brief.")


def test_extractors_vote() -> None:
    vote = EnsembleSettings(members=("lexicon", "tagger"), vote="union")
    graph = read_document(DOCUMENT, parts(extractors=("both",), ensembles={"both": vote}))
    assert {mention.text for mention in graph.mentions} == {"Aspirin", "nausea"}
    assert {mention.provenance.extractor for mention in graph.mentions} == {"both"}
    with pytest.raises(SettingsError, match="as members: both"):
        parts(ensembles={"both": vote, "all": EnsembleSettings(members=("both", "lexicon"))}, extractors=("all",))
