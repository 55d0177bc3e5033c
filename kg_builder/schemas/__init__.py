"""The built-in schemas, one YAML file each, and the readers of a user's own."""

from kg_builder.schemas.models import schema_from_models
from kg_builder.schemas.reading import builtin_names, builtin_schema, load_schema, parse_schema

__all__ = ["builtin_names", "builtin_schema", "load_schema", "parse_schema", "schema_from_models"]
