"""The store's longer statements, put together from constants alone: every value is a parameter."""
# ruff: noqa: S608

CHOSEN_DOCUMENTS = """
SELECT json_group_array(d.key) FROM documents d
WHERE (:language IS NULL OR d.language = :language)
AND (:since IS NULL OR d.date >= :since)
AND (:until IS NULL OR d.date <= :until)
AND (:ids IS NULL OR d.id IN (SELECT value FROM json_each(:ids)))
AND NOT EXISTS (
    SELECT 1 FROM json_each(:facets) wanted WHERE NOT EXISTS (
        SELECT 1 FROM facets f WHERE f.document = d.key
        AND f.name = json_extract(wanted.value, '$[0]')
        AND f.value IN (SELECT value FROM json_each(wanted.value, '$[1]'))
    )
)
"""

IN_CHOSEN = "(:chosen IS NULL OR {table}.document IN (SELECT value FROM json_each(:chosen)))"

PASSES = (
    IN_CHOSEN
    + """
AND (:assertions IS NULL OR {table}.assertion IN (SELECT value FROM json_each(:assertions)))
AND (:min_confidence IS NULL OR {table}.confidence IS NULL OR {table}.confidence >= :min_confidence)
AND (:reviews IS NULL OR coalesce({table}.review, 'unreviewed') IN (SELECT value FROM json_each(:reviews)))
"""
)
MENTION_PASSES = PASSES.format(table="m")
RELATION_PASSES = PASSES.format(table="r")
SUPPORT_PASSES = IN_CHOSEN.format(table="s")

ANY_REJECTED = """
SELECT EXISTS (SELECT 1 FROM mentions WHERE review = 'rejected')
    OR EXISTS (SELECT 1 FROM relations WHERE review = 'rejected')
    OR EXISTS (SELECT 1 FROM decisions)
"""

# documents

DOCUMENT_PAGE = """
SELECT id FROM documents
WHERE id > :after AND (:chosen IS NULL OR key IN (SELECT value FROM json_each(:chosen)))
ORDER BY id LIMIT :limit
"""

DOCUMENT = "SELECT id, sha256, fingerprint, metadata, selection, attributes FROM documents WHERE key = ?"

TEXT = "SELECT text FROM texts JOIN documents ON key = document WHERE id = ?"

WHOLE_DOCUMENT = """
SELECT id, text, metadata, declared_language, selection, settings_hash, attributes, provenances, cleaning
FROM documents JOIN texts ON document = key WHERE key = ?
"""

DOCUMENT_CONCEPTS = """
SELECT id, description FROM supports JOIN concepts ON key = concept WHERE document = ? ORDER BY ordinal
"""

DOCUMENT_MENTIONS = f"SELECT * FROM mentions m WHERE document = :document AND {MENTION_PASSES} ORDER BY ordinal"

# concepts; :first and :last bound their ids

CONCEPT_PAGE = "SELECT DISTINCT id FROM concepts WHERE id > ? ORDER BY id LIMIT ?"

DESCRIPTIONS = "SELECT id, description FROM concepts WHERE id BETWEEN :first AND :last"

FORMS = f"""
SELECT c.id, m.document, coalesce(m.clean_text, m.text), count(DISTINCT m.ordinal)
FROM concepts c JOIN supports s ON s.concept = c.key JOIN mentions m ON m.document = s.document
WHERE c.id BETWEEN :first AND :last AND instr(m.concepts, ' ' || c.id || ' ') AND {MENTION_PASSES}
GROUP BY 1, 2, 3
"""

RELATED = f"""
SELECT subject FROM relations r WHERE subject BETWEEN :first AND :last AND {RELATION_PASSES}
UNION SELECT object FROM relations r WHERE object BETWEEN :first AND :last AND {RELATION_PASSES}
"""

SUPPORTED = f"""
SELECT DISTINCT id FROM concepts JOIN supports s ON s.concept = key
WHERE id BETWEEN :first AND :last AND {SUPPORT_PASSES}
"""

# relations

RELATION_PAGE = """
SELECT DISTINCT subject, predicate, object FROM relations
WHERE (subject, predicate, object) > (?, ?, ?) ORDER BY subject, predicate, object LIMIT ?
"""

_RELATIONS = f"""
SELECT d.id AS document_id, r.* FROM relations r JOIN documents d ON d.key = r.document
WHERE {RELATION_PASSES} AND
"""
_RELATION_ORDER = " ORDER BY r.subject, r.predicate, r.object, d.id, r.assertion, r.ordinal"

RELATIONS_BETWEEN = (
    _RELATIONS
    + "(r.subject, r.predicate, r.object) >= (:subject, :predicate, :object)"
    + " AND (r.subject, r.predicate, r.object) <= (:last_subject, :last_predicate, :last_object)"
    + _RELATION_ORDER
)

RELATIONS_OF = (
    _RELATIONS
    + "(:out AND r.subject IN (SELECT value FROM json_each(:concepts))"
    + " OR :in AND r.object IN (SELECT value FROM json_each(:concepts)))"
    + _RELATION_ORDER
)

PREDICATES_JOINING = "SELECT DISTINCT predicate FROM relations WHERE subject = ? AND object = ?"

RELATIONS_JOINING = (
    _RELATIONS + "(r.subject = :one AND r.object = :other OR r.subject = :other AND r.object = :one)" + _RELATION_ORDER
)

# evidence

INDEX_WORDS = "INSERT INTO evidence_words (rowid, words) VALUES (? << 24 | ?, ?)"

COUNT_WITH_WORD = "SELECT count(*) FROM (SELECT 1 FROM evidence_words WHERE evidence_words MATCH ? LIMIT ?)"

RELATIONS_WITH_WORDS = f"""
SELECT d.id AS document_id, r.* FROM evidence_words w
CROSS JOIN relations r ON r.document = w.rowid >> 24 AND r.ordinal = w.rowid & 16777215
JOIN documents d ON d.key = r.document
WHERE w.evidence_words MATCH :wanted AND {RELATION_PASSES} LIMIT :limit
"""

FORGET_WORDS = "INSERT INTO evidence_words (evidence_words) VALUES ('optimize')"
"""Merges the index into one piece, which has nothing of the rows that were deleted."""

# statistics

COUNT_MENTIONS = f"SELECT assertion, concepts, count(*) FROM mentions m WHERE {MENTION_PASSES} GROUP BY 2, 1"

COUNT_ALL_MENTIONS = "SELECT assertion, concepts, count(*) FROM mentions GROUP BY 2, 1"
"""The same without conditions, which take a third of the time."""

COUNT_RELATIONS = f"""
SELECT predicate, assertion, count(*) FROM (
    SELECT DISTINCT subject, predicate, object, document, assertion FROM relations r WHERE {RELATION_PASSES}
) GROUP BY 1, 2
"""

RELATED_CONCEPTS = f"""
SELECT subject FROM relations r WHERE {RELATION_PASSES} UNION SELECT object FROM relations r WHERE {RELATION_PASSES}
"""

SUPPORTED_CONCEPTS = f"SELECT DISTINCT id FROM concepts JOIN supports s ON s.concept = key WHERE {SUPPORT_PASSES}"

COUNT_REJECTS = f"SELECT count(*) FROM rejects s WHERE {SUPPORT_PASSES}"

COUNT_FAILURES = """
SELECT count(*) FROM failures
WHERE :chosen IS NULL OR document_id IN (
    SELECT id FROM documents WHERE key IN (SELECT value FROM json_each(:chosen))
)
"""

# the graph and the index of names

GRAPH_DOCUMENTS = "SELECT key, id, sha256, language, metadata, provenances FROM documents ORDER BY id"

ALL_DESCRIPTIONS = "SELECT id, description FROM concepts ORDER BY id"

SUPPORTED_DESCRIPTIONS = f"""
SELECT DISTINCT id, description FROM concepts JOIN supports s ON s.concept = key WHERE {SUPPORT_PASSES}
"""

ALL_FORMS = f"SELECT DISTINCT concepts, coalesce(clean_text, text) FROM mentions m WHERE {MENTION_PASSES}"

# writing

CONCEPT_KEYS = "SELECT key, id, description FROM concepts WHERE id IN (SELECT value FROM json_each(?))"

ORPHANED = """
DELETE FROM concepts WHERE key = ? AND NOT EXISTS (SELECT 1 FROM supports WHERE concept = concepts.key)
"""

# the hierarchy

DESCENDANTS = """
WITH RECURSIVE below (id) AS (
    SELECT child FROM broader WHERE parent = :concept
    UNION SELECT child FROM broader JOIN below ON parent = below.id
) SELECT id FROM below WHERE id <> :concept ORDER BY id
"""

BROADER = "SELECT child, parent FROM broader WHERE child BETWEEN :first AND :last ORDER BY child, parent"
