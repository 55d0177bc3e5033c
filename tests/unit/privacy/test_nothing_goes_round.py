"""Other ways to a model elsewhere than a build: a forecast, an evaluation, linking again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg_builder.backends import chat_generator
from kg_builder.errors import DocumentError
from kg_builder.graphs.building import build
from kg_builder.graphs.components import make_components
from kg_builder.graphs.evaluating import evaluate_corpus
from kg_builder.graphs.forecasting import Forecast, forecast
from kg_builder.graphs.relinking import relink
from kg_builder.records import Document
from kg_builder.settings import Settings, load_settings
from kg_builder.stores import open_store
from kg_builder.terminology.shipped import load_terminology
from kg_builder.testing_chat import ScriptedChatModel
from tests.unit.privacy.remote_model import Elsewhere, Recorder, recording_server

pytestmark = pytest.mark.enable_socket

IDENTIFYING = "Mr. Quartermaine was given cisplatin on 03/14/2019. Cisplatin caused nausea."
PLAIN = "Cisplatin caused nausea. Metformin was continued."
ABSTRACT = """\
1|t|Cisplatin and nausea in Mr. Quartermaine.
1|a|Cisplatin caused nausea on 03/14/2019.
1\t0\t9\tCisplatin\tChemical\tD002945
1\t14\t20\tnausea\tDisease\tD009325
1\tCID\tD002945\tD009325

"""


@pytest.fixture
def server() -> Iterator[Recorder]:
    with recording_server() as recorder:
        yield recorder


def settings(privacy: str, **more: Any) -> Settings:
    given: dict[str, Any] = {"extractors": ("far",), "relation_extractor": "far", "allow_remote": True}
    return load_settings(None, schema_name="chemical-disease", privacy=privacy, **given | more)


def told(privacy: str, *texts: str, **more: Any) -> Forecast:
    documents = [Document(id=f"d{number}", text=text, language="en") for number, text in enumerate(texts)]
    return forecast(documents, settings(privacy, **more), models={"far": ScriptedChatModel(lines=["[]"])})


def test_a_forecast_leaves_out_what_the_gate_sets_aside() -> None:
    blocked, masked, allowed = (told(policy, IDENTIFYING, PLAIN, PLAIN) for policy in ("block", "mask", "allow"))
    assert [(one.blocked, one.masked) for one in (blocked, masked, allowed)] == [(1, 0), (0, 1), (0, 0)]
    assert [one.models[0].requests for one in (blocked, masked, allowed)] == [2, 3, 3]
    assert masked.models[0].input_tokens != allowed.models[0].input_tokens
    assert masked.documents == blocked.documents == 3


def test_a_forecast_counts_documents_of_which_only_relations_are_asked_for_elsewhere() -> None:
    one = told("block", IDENTIFYING, PLAIN, extractors=("lexicon",))
    assert (one.blocked, one.models[0].requests) == (1, 1)


def test_many_documents_are_reckoned_from_some() -> None:
    texts = [IDENTIFYING if number % 4 == 0 else PLAIN for number in range(200)]
    documents = [Document(id=f"d{number}", text=text, language="en") for number, text in enumerate(texts)]
    some = forecast(documents, settings("block"), models={"far": ScriptedChatModel(lines=["[]"])}, sample=40)
    assert some.blocked == pytest.approx(50, abs=15)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "gold.pubtator"
    path.write_text(ABSTRACT)
    return path


def elsewhere(server: Recorder) -> dict[str, Any]:
    """A settings entry that names a model by the address of the recording server, as a remote one."""
    return {"models": {"far": {"source": f"chat:elsewhere:{server.port}"}}}


def test_an_evaluation_sends_nothing_that_is_not_allowed(
    server: Recorder, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(monkeypatch, server)
    with pytest.raises(DocumentError, match="runs elsewhere"):
        evaluate_corpus([corpus], settings("allow", allow_remote=False, **elsewhere(server)), resamples=2)
    evaluate_corpus([corpus], settings("block", **elsewhere(server)), resamples=2)
    assert server.requests == []
    evaluate_corpus([corpus], settings("mask", **elsewhere(server)), resamples=2)
    assert server.requests
    assert not [one for one in server.requests if "Quartermaine" in one or "03/14" in one]


def test_linking_again_asks_a_copy_editor_elsewhere_behind_the_gate(
    server: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(monkeypatch, server)
    place = str(tmp_path / "g.kg")
    local = {"extractors": ("lexicon",), "relation_extractor": "none"}
    note = Document(id="note", text=IDENTIFYING, language="en")
    build([note], store=place, settings=settings("block", **local)).store.close()
    with open_store(place) as store:
        components = make_components(settings("block", cleaner="far", **local, **elsewhere(server)), store=store)
        again = relink(store, components, terminology=load_terminology())
    assert server.requests == []
    assert "identifies people" in again.left["note"]


def opened(monkeypatch: pytest.MonkeyPatch, server: Recorder) -> None:
    """Chat models that settings name are the one behind the server."""
    monkeypatch.setattr(chat_generator, "named_chat_model", lambda _: Elsewhere(port=server.port))
