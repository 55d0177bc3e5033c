"""The tables of the store's file.

What a document adds hangs on its row and goes with it. A concept has one row for each distinct
description that documents gave of it (nearly always one); `supports` says which document gave which.
`key` columns are of the file alone: they depend on the order of writing and never leave the store.
A document's key is never used again, so that a choice of documents stays true while others are written.
The hierarchy (`broader`, `upper_concepts`) hangs on no document: what no concept of a document leads to is taken out.
Text that may hold lone surrogates is bound by `rows.packed`.
"""

APPLICATION_ID = 0x6B676264
"""``kgbd``: marks the file as ours in its header."""

SCHEMA_VERSION = 5
"""Kept in the header as ``user_version``; raised with every change of a table."""

TABLES = """
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    settings_hash TEXT NOT NULL,
    language TEXT NOT NULL,
    declared_language TEXT,
    date TEXT,
    metadata TEXT NOT NULL,
    selection TEXT NOT NULL,
    attributes TEXT NOT NULL,
    provenances TEXT NOT NULL
);
CREATE TABLE texts (
    document INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    text NOT NULL,
    cleaning TEXT NOT NULL
);
CREATE TABLE facets (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (document, name, value)
) WITHOUT ROWID;
CREATE TABLE concepts (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    description TEXT NOT NULL
);
CREATE INDEX concepts_id ON concepts (id);
CREATE TABLE supports (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    concept INTEGER NOT NULL REFERENCES concepts,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID;
CREATE INDEX supports_concept ON supports (concept, document);
CREATE TABLE mentions (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text NOT NULL,
    clean_text,
    type NOT NULL,
    concepts TEXT NOT NULL,
    assertion TEXT NOT NULL,
    confidence REAL,
    section,
    fragments TEXT,
    provenance INTEGER NOT NULL,
    review TEXT,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID;
CREATE INDEX mentions_rejected ON mentions (review) WHERE review = 'rejected';
CREATE TABLE relations (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    subject TEXT NOT NULL,
    predicate NOT NULL,
    object TEXT NOT NULL,
    assertion TEXT NOT NULL,
    confidence REAL,
    evidence TEXT NOT NULL,
    provenance INTEGER NOT NULL,
    review TEXT,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID;
CREATE INDEX relations_rejected ON relations (review) WHERE review = 'rejected';
CREATE INDEX relations_subject ON relations (subject, predicate, object);
CREATE INDEX relations_object ON relations (object);
CREATE VIRTUAL TABLE evidence_words USING fts5(words, tokenize = 'ascii', detail = none, columnsize = 0);
CREATE TRIGGER relation_goes AFTER DELETE ON relations BEGIN
    DELETE FROM evidence_words WHERE rowid = old.document << 24 | old.ordinal;
END;
CREATE TABLE rejects (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID;
CREATE TABLE broader (
    child TEXT NOT NULL,
    parent TEXT NOT NULL,
    PRIMARY KEY (child, parent)
) WITHOUT ROWID;
CREATE INDEX broader_parent ON broader (parent);
CREATE TABLE upper_concepts (
    id TEXT PRIMARY KEY,
    description TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE rolled_up (
    mark INTEGER PRIMARY KEY
);
CREATE TABLE relinking (
    purpose TEXT NOT NULL,
    finished INTEGER NOT NULL,
    hierarchy TEXT NOT NULL
);
CREATE TABLE earlier_links (
    document INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    body TEXT NOT NULL
);
CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX decisions_document ON decisions (document);
CREATE TABLE unreviewed (
    document INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    body TEXT NOT NULL
);
CREATE TABLE failures (
    document_id TEXT PRIMARY KEY,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    started TEXT NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE unwiped (
    mark INTEGER PRIMARY KEY
);
"""
"""`unwiped` has a row while the file may still hold bytes of a document that was forgotten.

`relinking` has the last relinking, if it can be undone, with the hierarchy before it; `earlier_links` what each of its
documents was linked to, which goes with the document and when the document is read again. `upper_concepts` has all
that are broader than another, mentioned or not; `rolled_up` has a row if a hierarchy is wanted.

`review` is NULL for what nobody decided about. `decisions` stay when their document is read again, and go when it is
forgotten; the other tables have a document as decisions leave it, and `unreviewed` what was read where they changed it.

`evidence_words` has the words of a relation's sentences, as `evidence_search.indexed_words` gives them, at the row
`document << 24 | ordinal`."""
