"""How to reach a Neo4j server. The address itself is the store's URI."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kg_builder.errors import SettingsError

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""``+s``: encrypted, the certificate must be trusted; ``+ssc``: encrypted, any certificate will do."""

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Neo4jConnection(BaseSettings):
    """Who connects to which database, and how patiently. Each field can be set as ``NEO4J_<FIELD>``.

    The password is left out of everything that is written: it comes from the environment again.
    """

    model_config = SettingsConfigDict(
        env_prefix="NEO4J_", env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    uri: str | None = None
    """The server that a store named ``neo4j://``, without a host, is on."""
    username: str = "neo4j"
    password: SecretStr | None = Field(default=None, exclude=True)
    """None: the server asks for none."""
    database: str | None = None
    """None: the user's home database. A path in the store's URI (``neo4j://host/name``) wins."""
    ca_file: Path | None = None
    """PEM file of the authorities to trust with ``neo4j+s`` and ``bolt+s``; None: the system's."""
    pool_size: int = Field(default=50, ge=1, le=1000)
    """Connections at once; threads that need more wait."""
    connect_seconds: Seconds = 10.0
    """How long to wait for the server to answer at all."""
    retry_seconds: Annotated[float, Field(ge=0, le=86_400)] = 60.0
    """How long to try again, once connected, when the server is away for a while or says that trying again may help."""


def connection_of_environment() -> Neo4jConnection:
    """What the ``NEO4J_*`` variables say. Raises SettingsError naming the one that can't be used."""
    try:
        return Neo4jConnection()
    except ValidationError as error:
        problems = "; ".join(f"NEO4J_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise SettingsError(problems) from None


class Place(NamedTuple):
    """What a store's URI says, without anything secret."""

    uri: str
    """Scheme, host and port, and options of routing."""
    database: str | None
    encrypted: bool
    """Whether certificates are verified (``+s``)."""

    @property
    def location(self) -> str:
        """The URI with the database."""
        return self.uri if self.database is None else f"{self.uri}/{self.database}"


def place_of(uri: str, connection: Neo4jConnection) -> Place:
    """Where the store is. Raises SettingsError for a URI that can't be used; the message never repeats a password."""
    scheme, _, rest = uri.partition("://")
    if not rest.strip("/"):
        if connection.uri is None:
            raise SettingsError(
                f"'{scheme}://' names no server, and NEO4J_URI isn't set.",
                hint="Set NEO4J_URI, or give the whole address, for example neo4j://localhost:7687.",
            )
        uri = connection.uri
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 (raises ValueError where it isn't a number)
    except ValueError as error:
        raise SettingsError("The Neo4j address can't be read as a URI.", hint=_EXAMPLE) from error
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise SettingsError(f"A Neo4j address begins with {', '.join(f'{s}://' for s in SCHEMES)}.", hint=_EXAMPLE)
    if "@" in parts.netloc:
        raise SettingsError(
            f"The address of the Neo4j server {parts.hostname} has a user name in it.",
            hint="Set NEO4J_USERNAME and NEO4J_PASSWORD instead: addresses end up in logs and in the shell's history.",
        )
    if parts.fragment or (parts.query and parts.scheme.startswith("bolt")) or parts.path.count("/") > 1:
        raise SettingsError("The Neo4j address has more in it than a host, a port and a database.", hint=_EXAMPLE)
    query = f"?{parts.query}" if parts.query else ""
    database = unquote(parts.path.strip("/")) or connection.database
    return Place(f"{parts.scheme}://{parts.netloc}{query}", database, parts.scheme.endswith("+s"))


_EXAMPLE = "For example neo4j://localhost:7687, or neo4j+s://graph.example.org/research for a database of that name."
