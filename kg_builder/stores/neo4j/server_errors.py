"""What a person is told when the Neo4j server or the way to it fails.

The server's own message is left out unless it is about access: it may quote values of a query, which are text of
documents.
"""

from __future__ import annotations

from collections.abc import Callable
from ssl import SSLError

from neo4j.exceptions import (
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    DatabaseUnavailable,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    UnsupportedServerProduct,
)

from kg_builder.errors import StoreError, StoreVersionError

OLDEST_SERVER = (5, 7)
"""The first that can be told not to send warnings about each query."""

RACES = frozenset(
    {
        "Neo.ClientError.Statement.EntityNotFound",
        "Neo.ClientError.Schema.ConstraintValidationFailed",
        "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists",
        "Neo.ClientError.Transaction.TransactionMarkedAsFailed",
    }
)
"""Codes that a transaction gets when another one added or took away something between two of its steps."""

_RIGHTS = "The user needs to read and write nodes, and to create constraints and indexes, in this database."
_BY_CODE = {
    "Neo.ClientError.Security.Unauthorized": (
        "the server doesn't accept this user name and password",
        "Set NEO4J_USERNAME and NEO4J_PASSWORD.",
    ),
    "Neo.ClientError.Security.CredentialsExpired": (
        "the password must be changed before it can be used",
        "In cypher-shell or the browser: ALTER CURRENT USER SET PASSWORD FROM 'old' TO 'new'.",
    ),
    "Neo.ClientError.Security.AuthenticationRateLimit": (
        "too many wrong passwords: the server lets nobody of this name in for a while",
        "Wait some seconds, then try the right password.",
    ),
    "Neo.ClientError.Security.Forbidden": ("the user isn't allowed to do this", _RIGHTS),
    "Neo.ClientError.Statement.AccessMode": ("the database can only be read", _RIGHTS),
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": (
        "the database can only be read",
        "Ask the administrator to make it writable, or name another one with NEO4J_DATABASE.",
    ),
    "Neo.ClientError.Database.DatabaseNotFound": (
        "there is no database of this name",
        "Set NEO4J_DATABASE to one of those that SHOW DATABASES lists; the Community edition has only 'neo4j'.",
    ),
    "Neo.TransientError.General.DatabaseUnavailable": (
        "the database isn't available",
        "It may be starting, stopped, or out of disk space: see SHOW DATABASES and the server's log.",
    ),
    "Neo.TransientError.General.OutOfMemoryError": (
        "the server has no memory left for this",
        "Give it more memory (server.memory.heap.max_size), or write with fewer processes.",
    ),
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError": (
        "the server allows one transaction, or all together, less memory than this takes",
        "Raise dbms.memory.transaction.total.max and db.memory.transaction.max.",
    ),
    "Neo.ClientError.Transaction.TransactionTimedOut": (
        "the server stopped a transaction that took too long for it",
        "Raise db.transaction.timeout, or give the server more to work with.",
    ),
    "Neo.TransientError.Transaction.DeadlockDetected": (
        "others kept the server from finishing this again and again",
        "Run it again, with fewer processes.",
    ),
}
_BY_CODE["Neo.ClientError.General.WriteOnReadOnlyAccessDatabase"] = _BY_CODE[
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase"
]
_BY_CODE["Neo.ClientError.Security.AuthorizationFailed"] = _BY_CODE["Neo.ClientError.Security.Unauthorized"]
_BY_CODE["Neo.DatabaseError.Database.DatabaseNotFound"] = _BY_CODE["Neo.ClientError.Database.DatabaseNotFound"]
_BY_CODE["Neo.TransientError.Database.DatabaseUnavailable"] = _BY_CODE["Neo.TransientError.General.DatabaseUnavailable"]
_BY_CODE["Neo.TransientError.Transaction.LockClientStopped"] = _BY_CODE[
    "Neo.TransientError.Transaction.DeadlockDetected"
]
_BY_CODE["Neo.TransientError.Transaction.LockAcquisitionTimeout"] = _BY_CODE[
    "Neo.TransientError.Transaction.DeadlockDetected"
]


def store_error(location: str, error: DriverError | Neo4jError) -> StoreError:
    """The error to raise in its place."""
    if isinstance(error, Neo4jError):
        return _of_server(location, error.code or "an error without a code")
    if isinstance(error, SessionExpired | ServiceUnavailable):
        return _unreachable(location, error)
    if isinstance(error, ConnectionAcquisitionTimeoutError):
        return StoreError(
            f"{location}: no connection became free.", hint="Raise NEO4J_POOL_SIZE, or use fewer threads."
        )
    if isinstance(error, UnsupportedServerProduct):
        return too_old(location, "a server that doesn't speak a Bolt version of today's drivers")
    if isinstance(error, ConfigurationError):
        return StoreError(f"{location}: {error}")
    return StoreError(f"{location}: the Neo4j driver failed ({type(error).__name__}).")


def too_old(location: str, agent: str) -> StoreVersionError:
    """The error for a server that can't do what the store needs."""
    oldest = ".".join(map(str, OLDEST_SERVER))
    return StoreVersionError(
        f"{location}: is {agent}; the store needs Neo4j {oldest} or later.",
        hint="Upgrade the server, or build into a file instead, for example graph.kg.",
    )


def may_succeed_later(error: DriverError | Neo4jError) -> bool:
    """Whether doing the whole transaction again is likely to succeed."""
    if isinstance(error, Neo4jError):
        return error.is_retryable() or error.code in RACES
    return error.is_retryable() or isinstance(error, IncompleteCommit)


def is_away(error: DriverError | Neo4jError) -> bool:
    """Whether there is no server to talk to now."""
    return isinstance(error, SessionExpired | ServiceUnavailable | DatabaseUnavailable)


def _of_server(location: str, code: str) -> StoreError:
    if code in _BY_CODE:
        reason, hint = _BY_CODE[code]
        return StoreError(f"{location}: {reason}.", hint=hint)
    return StoreError(f"{location}: the server answered {code}.", hint=_hint(code))


def _hint(code: str) -> str:
    if code.startswith("Neo.ClientError.Security."):
        return _RIGHTS
    if code.startswith("Neo.DatabaseError."):
        return "See the server's log: a full disk, a wrong right of a file or a damaged database are reported there."
    return "See the server's log (debug.log) for what it says of this."


def _unreachable(location: str, error: DriverError) -> StoreError:
    if _caused_by(error, lambda cause: isinstance(cause, SSLError)):
        return StoreError(
            f"{location}: no encrypted connection comes about (the certificate, or encryption itself, is refused).",
            hint="Without encryption on the server use neo4j:// or bolt://; for a certificate of your own set "
            "NEO4J_CA_FILE, or take neo4j+ssc:// or bolt+ssc:// to trust any.",
        )
    return StoreError(
        f"{location}: the Neo4j server can't be reached, or breaks connections off.",
        hint="Is it running, and is this its Bolt address and port (7687 by default)? Encrypted servers need "
        "neo4j+s:// or bolt+s://.",
    )


def _caused_by(error: BaseException | None, matches: Callable[[BaseException], bool]) -> bool:
    while error is not None:
        if matches(error):
            return True
        error = error.__cause__ or error.__context__
    return False
