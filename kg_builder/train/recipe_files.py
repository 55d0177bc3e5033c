"""Recipes from YAML files, with errors that name the file, the field and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from kg_builder.errors import InputError
from kg_builder.schemas.reading import own_errors
from kg_builder.train.corpus_part import RecipePart

Recipe = TypeVar("Recipe", bound=RecipePart)

_RECIPES = "kg_builder.train.recipes"


def recipe_names() -> list[str]:
    """Names of the recipes that come with the package."""
    return sorted(item.name.removesuffix(".yaml") for item in files(_RECIPES).iterdir() if item.name.endswith(".yaml"))


def load_recipe(name_or_path: str, model: type[Recipe]) -> Recipe:
    """A recipe of ours by name, or of yours by path. Raises InputError."""
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"} and not path.is_file():
        if name_or_path not in recipe_names():
            raise InputError(
                f"no recipe '{name_or_path}'; there are {', '.join(recipe_names())}",
                hint="Give one of these names, or the path of a YAML file of your own.",
            )
        source = f"{name_or_path}.yaml"
        return parse_recipe(files(_RECIPES).joinpath(source).read_text(encoding="utf-8"), model, source=source)
    try:
        return parse_recipe(path.read_text(encoding="utf-8"), model, source=str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or 'I/O error'})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start})") from error


def parse_recipe(text: str, model: type[Recipe], *, source: str = "recipe") -> Recipe:
    """A recipe from YAML text. Raises InputError with source and field of every problem."""
    try:
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{source}:{line}: not valid YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"{source}: not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise InputError(f"{source}: a recipe is a mapping of fields, beginning with 'name: …'")
    try:
        # through JSON, where lists may become tuples and nothing else is converted
        return model.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        raise InputError("\n".join(f"{source}: {_problem(item, data)}" for item in own_errors(error))) from error


def recipe_yaml(recipe: RecipePart) -> str:
    """All fields of a recipe, defaults too, as YAML that reads back to the same recipe."""
    return yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100)


def recipe_digest(recipe: RecipePart) -> str:
    """SHA-256 of all that decides the weights: every field but those that say where things are or come after."""
    left_out = {"name", "threads", "corpora_root", "average_last", "second_look_from", "export"}
    kept = {key: value for key, value in recipe.model_dump(mode="json").items() if key not in left_out}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _problem(item: Any, data: Any) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in item["loc"]).lstrip(".")
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "missing":
        message = "is missing"
    elif item["type"] == "extra_forbidden":
        message = "no such field"
    elif item["type"] == "float_type" and _is_number(_value_at(data, item["loc"])):
        message = f"YAML reads {_value_at(data, item['loc'])} as text; write the number with a point, as 2.0e-4"
    return f"{place}: {message}" if place else message


def _value_at(data: Any, loc: tuple[int | str, ...]) -> Any:
    for part in loc:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
