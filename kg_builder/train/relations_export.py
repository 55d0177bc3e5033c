"""Writes a fitted relation model as the files that the package runs, and checks that nothing moved."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg_builder.calibration import Platt
from kg_builder.errors import ModelError
from kg_builder.relate.linear_stage import LinearStage
from kg_builder.relate.pair_model import COLUMNS, DESCRIPTION, PRIORS, WORDS, read_pair_model
from kg_builder.relate.pair_priors import prior_lines
from kg_builder.train.relations_examples import PageExample
from kg_builder.train.relations_fitting import CLIP, Fitted, Linear, Second, Stages

LARGEST_SHIFT = 0.005
"""Of a probability, by the export."""

_OPSET, _TREE_OPSET, _IR = 17, 3, 8


@dataclass(frozen=True, slots=True)
class Exported:
    """What is written for one predicate."""

    fitted: Fitted
    platt: Platt
    threshold: float


def write_relation_model(models: Mapping[str, Exported], folder: Path, *, name: str) -> None:
    """Write the folder that `read_pair_model` reads; equal models give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(models.items())
    content = {
        WORDS: _packed(line for predicate, one in ordered for line in _word_lines(predicate, one.fitted.stages)),
        PRIORS: _packed(line for predicate, one in ordered for line in _prior_lines(predicate, one.fitted.stages)),
    }
    for predicate, one in ordered:
        content[f"{predicate}.onnx"] = second_graph(one.fitted.second, one.platt)
    described = {
        "format": 1,
        "name": name,
        "columns": list(COLUMNS),
        "predicates": {predicate: _described(one) for predicate, one in ordered},
    }
    digest = sha256(json.dumps(described, sort_keys=True).encode())
    for file, data in sorted(content.items()):
        digest.update(data)
        (folder / file).write_bytes(data)
    described["version"] = f"{name}@{digest.hexdigest()[:8]}"
    (folder / DESCRIPTION).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")


def largest_shift(models: Mapping[str, Exported], folder: Path, examples: Sequence[PageExample]) -> float:
    """How far a probability differs between the fitted and the written model. Raises ModelError for too far."""
    written, shift = read_pair_model(folder), 0.0
    for one in examples:
        found = written.score(one.page, one.statements, one.trees, tuple(models))
        for predicate, exported in models.items():
            scores = exported.fitted.scores(one)
            wanted = 1 / (1 + np.exp(-(exported.platt.slope * scores + exported.platt.intercept)))
            given = np.array([pair.probabilities[predicate] for pair in found])
            shift = max(shift, float(np.abs(wanted - given).max()))
    if shift > LARGEST_SHIFT:
        raise ModelError(f"the export moves a probability by {shift:.4f}, more than {LARGEST_SHIFT:g}")
    return shift


def second_graph(second: Second, platt: Platt) -> bytes:
    """The second stage as an ONNX graph from ``pairs`` (rows × columns, float) to calibrated probabilities."""
    from onnx import TensorProto, checker, helper

    nodes = [*_linear_nodes(), _tree_node(second.forests), *_joining_nodes()]
    graph = helper.make_graph(
        nodes,
        "pairs",
        [helper.make_tensor_value_info("pairs", TensorProto.FLOAT, [None, len(COLUMNS)])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 1])],
        _constants(second.linear, platt),
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("ai.onnx.ml", _TREE_OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, producer_name="kg-builder")
    model.ir_version = _IR
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _linear_nodes() -> list[Any]:
    from onnx import helper

    steps = (
        ("Sub", ["pairs", "mean"], "centred"),
        ("Div", ["centred", "scale"], "standard"),
        ("Clip", ["standard", "least", "most"], "clipped"),
        ("MatMul", ["clipped", "weights"], "weighted"),
        ("Add", ["weighted", "intercept"], "linear"),
    )
    return [helper.make_node(kind, inputs, [output]) for kind, inputs, output in steps]


def _joining_nodes() -> list[Any]:
    from onnx import helper

    steps = (
        ("Add", ["linear", "trees"], "both"),
        ("Mul", ["both", "slope"], "scaled"),
        ("Add", ["scaled", "shift"], "calibrated"),
        ("Sigmoid", ["calibrated"], "probabilities"),
    )
    return [helper.make_node(kind, inputs, [output]) for kind, inputs, output in steps]


def _constants(linear: Linear, platt: Platt) -> list[Any]:
    from onnx import numpy_helper

    values: dict[str, NDArray[Any]] = {
        "mean": linear.mean,
        "scale": linear.scale,
        "least": np.array(-CLIP),
        "most": np.array(CLIP),
        "weights": linear.weights.reshape(-1, 1),
        "intercept": np.array(linear.intercept),
        "slope": np.array(platt.slope / 2),
        "shift": np.array(platt.intercept),
    }
    return [numpy_helper.from_array(value.astype(np.float32), name) for name, value in values.items()]


def _tree_node(forests: Sequence[Any]) -> Any:
    """All trees of all forests as one node that gives their mean log odds."""
    from onnx import helper

    columns: dict[str, list[Any]] = {
        "nodes_" + part: []
        for part in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    }
    leaves: dict[str, list[Any]] = {"target_" + part: [] for part in ("treeids", "nodeids", "ids", "weights")}
    start = 0.0
    for number, (forest, step) in enumerate((one, step) for one in forests for step in one.estimators_):
        tree, share = step[0].tree_, forest.learning_rate / len(forests)
        for node in range(tree.node_count):
            leaf = tree.children_left[node] < 0
            row = (
                number,
                node,
                0 if leaf else int(tree.feature[node]),
                0.0 if leaf else _rounded_down(float(tree.threshold[node])),
                "LEAF" if leaf else "BRANCH_LEQ",
                0 if leaf else int(tree.children_left[node]),
                0 if leaf else int(tree.children_right[node]),
            )
            for column, value in zip(columns.values(), row, strict=True):
                column.append(value)
            if leaf:
                weight = float(tree.value[node, 0, 0]) * share
                for column, value in zip(leaves.values(), (number, node, 0, weight), strict=True):
                    column.append(value)
    for forest in forests:
        prior = forest.init_.class_prior_
        start += float(np.log(prior[1] / prior[0])) / len(forests)
    attributes = {**columns, **leaves, "n_targets": 1, "base_values": [start], "post_transform": "NONE"}
    return helper.make_node("TreeEnsembleRegressor", ["pairs"], ["trees"], domain="ai.onnx.ml", **attributes)


def _rounded_down(threshold: float) -> float:
    """The greatest single-precision number that isn't above: it parts the same single-precision values."""
    single = np.float32(threshold)
    return float(single if float(single) <= threshold else np.nextafter(single, np.float32(-np.inf)))


def _described(one: Exported) -> dict[str, Any]:
    stages = one.fitted.stages
    roles = {role: _numbers(stage.linear) for role, stage in sorted(stages.roles.items())}
    return {"threshold": round(one.threshold, 4), **_numbers(stages.first), "roles": roles}


def _numbers(stage: LinearStage) -> dict[str, Any]:
    rows = {"mean": stage.mean, "scale": stage.scale, "weights": stage.weights}
    plain = {name: [float(f"{value:.9g}") for value in values] for name, values in rows.items()}
    return {"intercept": stage.intercept, **plain}


def _word_lines(predicate: str, stages: Stages) -> Iterator[str]:
    yield from _stage_lines(predicate, stages.first)
    for role, stage in sorted(stages.roles.items()):
        yield from _stage_lines(f"{predicate} {role}", stage.linear)


def _stage_lines(owner: str, stage: LinearStage) -> Iterator[str]:
    """Words without weight too: they count among those that are known."""
    for family, weights in sorted(stage.words.items()):
        for feature, weight in sorted(weights.items()):
            yield f"{owner}\t{family}\t{feature}\t{weight:g}"


def _prior_lines(predicate: str, stages: Stages) -> Iterator[str]:
    yield from (f"{predicate}\t{line}" for line in prior_lines(stages.priors))
    for role, stage in sorted(stages.roles.items()):
        yield from (f"{predicate} {role}\t{line}" for line in prior_lines(stage.priors))


def _packed(lines: Iterator[str]) -> bytes:
    return lzma.compress("".join(f"{line}\n" for line in lines).encode("utf-8"), preset=9)
