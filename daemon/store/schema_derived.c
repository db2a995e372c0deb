/*
 * Derived tables: everything here is computed from the log tables and may be dropped. `entities` keeps its rows by number, since canonical bytes
 * are too long to stand in an index.
 * clang-format off
 */
#include "daemon/store/schema.h"

#include <stddef.h>

static const char *const tables[] = {
    "CREATE TABLE ops ("
    "type INTEGER NOT NULL,            -- enum entity_type\n"
    "entity BLOB NOT NULL,             -- id of the entity\n"
    "row INTEGER NOT NULL,             -- bodies.row\n"
    "kind INTEGER NOT NULL,            -- op kind\n"
    "PRIMARY KEY (type, entity, row)) STRICT, WITHOUT ROWID",

    "CREATE TABLE entities ("
    "row INTEGER PRIMARY KEY,\n"
    "type INTEGER NOT NULL,            -- enum entity_type\n"
    "id BLOB NOT NULL,                 -- of the entity\n"
    "hash BLOB NOT NULL,               -- BLAKE2b-256(DOMAIN_STATE || canon), as it stands in the digest\n"
    "canon BLOB NOT NULL,              -- canonical bytes of the folded entity\n"
    "UNIQUE (type, id)) STRICT",

    "CREATE TABLE records ("
    "record BLOB PRIMARY KEY,          -- 24 bytes, the owner's 8 first\n"
    "source_id TEXT NOT NULL,          -- id in the site's own system; '' where there is none\n"
    "title TEXT NOT NULL,              -- the default title\n"
    "updated INTEGER NOT NULL,         -- clock of the latest op that counts\n"
    "retired INTEGER NOT NULL,         -- 0 or 1\n"
    "conflicts INTEGER NOT NULL,       -- fields in conflict\n"
    "type TEXT NOT NULL,               -- experience, analysis, ...\n"
    "langs TEXT NOT NULL,              -- that its texts are in: ascending, a blank between two\n"
    "terms BLOB NOT NULL               -- concepts that index it, 16 bytes each, ascending\n"
    ") STRICT, WITHOUT ROWID",
    "CREATE INDEX records_conflicts ON records (record) WHERE conflicts > 0",

    "CREATE TABLE concepts ("
    "concept BLOB PRIMARY KEY,         -- 16 bytes\n"
    "uri TEXT NOT NULL,\n"
    "kind TEXT NOT NULL,               -- descriptor, component, angle, ...\n"
    "label TEXT NOT NULL,              -- the default prefLabel\n"
    "adopted INTEGER NOT NULL,         -- 0 or 1\n"
    "deprecated INTEGER NOT NULL,      -- 0 or 1\n"
    "updated INTEGER NOT NULL,         -- clock of the latest op that counts\n"
    "conflicts INTEGER NOT NULL,       -- fields in conflict\n"
    "proposer BLOB NOT NULL,           -- ally, 8 bytes; none where nothing was ever proposed\n"
    "waiting INTEGER NOT NULL,         -- ops of which something waits for adoption\n"
    "since INTEGER NOT NULL            -- clock of the first of them; 0: none\n"
    ") STRICT, WITHOUT ROWID",
    "CREATE INDEX concepts_waiting ON concepts (since, concept) WHERE waiting > 0",
    "CREATE INDEX concepts_uri ON concepts (uri) WHERE uri <> ''",
    "CREATE INDEX concepts_conflicts ON concepts (concept) WHERE conflicts > 0",

    "CREATE TABLE edges ("
    "child BLOB NOT NULL,              -- concepts.concept\n"
    "relation INTEGER NOT NULL,        -- enum concept_relation; 65535: a merge\n"
    "target BLOB NOT NULL,             -- a concept\n"
    "adopted INTEGER NOT NULL,         -- 0 or 1\n"
    "clock INTEGER NOT NULL,           -- of the earliest live add-dot\n"
    "dot BLOB NOT NULL,                -- that dot, 17 bytes\n"
    "PRIMARY KEY (child, relation, target)) STRICT, WITHOUT ROWID",
    "CREATE INDEX edges_target ON edges (relation, target)",

    "CREATE TABLE links ("
    "record BLOB NOT NULL,             -- records.record\n"
    "link INTEGER NOT NULL,            -- enum record_link\n"
    "target BLOB NOT NULL,             -- a record, 24 bytes, or BLAKE2b-128 of a URL\n"
    "PRIMARY KEY (record, link, target)) STRICT, WITHOUT ROWID",
    "CREATE INDEX links_target ON links (target)",

    "CREATE TABLE uses (               -- index terms that stand or stood, of concepts, where the charter lets use "
    "adopt\n"
    "concept BLOB NOT NULL,            -- concepts.concept, or one that is not here\n"
    "clock INTEGER NOT NULL,           -- of the record.index op\n"
    "site BLOB NOT NULL,               -- that wrote it\n"
    "ally BLOB NOT NULL,               -- the site's\n"
    "record BLOB NOT NULL,             -- records.record\n"
    "term INTEGER NOT NULL,            -- of the ledger\n"
    "incarnation INTEGER NOT NULL,     -- of the site's log, the commit's place in it, and the op's dot, 17 bytes\n"
    "seq INTEGER NOT NULL,\n"
    "dot BLOB NOT NULL,\n"
    "PRIMARY KEY (concept, clock, site, ally, record)) STRICT, WITHOUT ROWID",
    "CREATE INDEX uses_record ON uses (record)",

    "CREATE TABLE adoptions (          -- by use\n"
    "concept BLOB PRIMARY KEY,         -- concepts.concept\n"
    "ally BLOB NOT NULL,               -- whose use it was\n"
    "clock INTEGER NOT NULL,           -- uses.clock, and its site\n"
    "site BLOB NOT NULL,\n"
    "dots BLOB NOT NULL                -- the ops whose values it adopts, 17 bytes each, ascending\n"
    ") STRICT, WITHOUT ROWID",

    "CREATE TABLE facts (              -- what each entity's ops say that the ledger may count: daemon/ledger/facts.h\n"
    "row INTEGER PRIMARY KEY,\n"
    "type INTEGER NOT NULL,            -- enum entity_type\n"
    "entity BLOB NOT NULL,             -- of an entity\n"
    "term INTEGER NOT NULL,            -- of the ledger\n"
    "facts BLOB NOT NULL               -- all of them: daemon/ledger/facts_pack.h\n"
    ") STRICT",
    "CREATE UNIQUE INDEX facts_entity ON facts (type, entity, term)",

    "CREATE TABLE facets (             -- each record under all that a list can be asked for\n"
    "facet BLOB NOT NULL,              -- see replica_facets.h\n"
    "record BLOB NOT NULL,             -- records.record\n"
    "updated INTEGER NOT NULL,         -- records.updated\n"
    "retired INTEGER NOT NULL,         -- records.retired\n"
    "PRIMARY KEY (facet, record)) STRICT, WITHOUT ROWID",
    "CREATE INDEX facets_updated ON facets (facet, updated, record, retired)",

    "CREATE TABLE erasures ("
    "commit16 BLOB NOT NULL,           -- the op to erase: first 16 bytes of its commit's id\n"
    "op INTEGER NOT NULL,              -- and its index\n"
    "by_site BLOB NOT NULL,            -- who asked\n"
    "by_incarnation INTEGER NOT NULL,\n"
    "by_seq INTEGER NOT NULL,\n"
    "early INTEGER NOT NULL,           -- 1: told ahead of data, its commit is not here yet\n"
    "PRIMARY KEY (commit16, op, by_site, by_incarnation, by_seq)) STRICT, WITHOUT ROWID",

    "CREATE TABLE attests ("
    "commit16 BLOB NOT NULL,           -- an erased op\n"
    "op INTEGER NOT NULL,\n"
    "by_site BLOB NOT NULL,            -- says that it has erased it, in this commit\n"
    "by_incarnation INTEGER NOT NULL,\n"
    "by_seq INTEGER NOT NULL,\n"
    "PRIMARY KEY (commit16, op, by_site, by_incarnation, by_seq)) STRICT, WITHOUT ROWID",

    "CREATE TABLE changed ("
    "number INTEGER PRIMARY KEY,       -- of its latest change here: the order is this replica's own\n"
    "type INTEGER NOT NULL,            -- enum entity_type\n"
    "entity BLOB NOT NULL,             -- of an entity, there or gone\n"
    "UNIQUE (type, entity)) STRICT",

    "CREATE TABLE generation ("
    "one INTEGER PRIMARY KEY CHECK (one = 1), -- there is one row\n"
    "id BLOB NOT NULL                  -- drawn as the derived tables are made: changed.number means nothing in "
    "another\n"
    ") STRICT",
    "INSERT INTO generation VALUES (1, randomblob(16))",

    "CREATE TABLE totals ("
    "one INTEGER PRIMARY KEY CHECK (one = 1), -- there is one row\n"
    "digest BLOB NOT NULL,             -- sum of entities.hash mod 2^256, little-endian\n"
    "records INTEGER NOT NULL,         -- not retired\n"
    "concepts INTEGER NOT NULL,\n"
    "conflicts INTEGER NOT NULL        -- entities, not retired, that have conflicts\n"
    ") STRICT",
    "INSERT INTO totals VALUES (1, zeroblob(32), 0, 0, 0)",
    NULL,
};

static const char *const drops[] = {
    "DROP TABLE IF EXISTS ops",        "DROP TABLE IF EXISTS entities",
    "DROP TABLE IF EXISTS records",    "DROP TABLE IF EXISTS concepts",
    "DROP TABLE IF EXISTS edges",      "DROP TABLE IF EXISTS erasures",
    "DROP TABLE IF EXISTS attests",    "DROP TABLE IF EXISTS links",
    "DROP TABLE IF EXISTS totals",     "DROP TABLE IF EXISTS changed",
    "DROP TABLE IF EXISTS generation", "DROP TABLE IF EXISTS uses",
    "DROP TABLE IF EXISTS adoptions",  "DROP TABLE IF EXISTS facets",
    "DROP TABLE IF EXISTS facts",      NULL,
};

const char *const *schema_derived(void)
{
    return tables;
}

const char *const *schema_derived_drop(void)
{
    return drops;
}
