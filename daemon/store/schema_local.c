/*
 * Local tables: what this machine notes for itself, neither derived nor replicated.
 * clang-format off
 */
#include "daemon/store/schema.h"

#include <stddef.h>

static const char *const tables[] = {
    "CREATE TABLE own_sites ("
    "site BLOB PRIMARY KEY,            -- public key of a site hosted here\n"
    "name TEXT NOT NULL,               -- short name: what --site takes\n"
    "guard_path TEXT NOT NULL,         -- '' where no tmpfs was found\n"
    "incarnation INTEGER NOT NULL,     -- current; 0: none yet\n"
    "before_seq INTEGER NOT NULL,      -- head before the last own transaction; 0: none\n"
    "before_id BLOB NOT NULL           -- its commit id, 32 bytes\n"
    ") STRICT, WITHOUT ROWID",

    "CREATE TABLE settings ("
    "key TEXT PRIMARY KEY,             -- \"alliance\", \"charter\", ...\n"
    "value BLOB NOT NULL\n"
    ") STRICT, WITHOUT ROWID",

    "CREATE TABLE invitations ("
    "secret_key BLOB PRIMARY KEY,      -- public half of the one-use secret, 32 bytes\n"
    "ally_name TEXT NOT NULL,          -- whom it invites\n"
    "expires_ms INTEGER NOT NULL,      -- Unix milliseconds\n"
    "used_by BLOB NOT NULL,            -- the site that used it, 32 bytes; zeros: unused\n"
    "confirm INTEGER NOT NULL,         -- 1: somebody here must let in who used it\n"
    "answer TEXT NOT NULL              -- what the registrar said against who used it: error's name, a blank, its "
    "detail; '' nothing\n"
    ") STRICT, WITHOUT ROWID",

    "CREATE TABLE imports ("
    "entity BLOB NOT NULL,             -- id of the record or concept written\n"
    "field INTEGER NOT NULL,           -- field number\n"
    "lang TEXT NOT NULL,               -- '' where the field has none\n"
    "hash BLOB NOT NULL,               -- 16 bytes, of the value the last import wrote\n"
    "PRIMARY KEY (entity, field, lang)) STRICT, WITHOUT ROWID",

    "CREATE TABLE answers ("
    "key BLOB PRIMARY KEY,             -- what a client calls a request by, with who it is: 16 bytes, hashed\n"
    "request BLOB NOT NULL,            -- all that was asked: 16 bytes, hashed\n"
    "answer TEXT NOT NULL,             -- JSON\n"
    "at_ms INTEGER NOT NULL            -- Unix milliseconds\n"
    ") STRICT, WITHOUT ROWID",
    "CREATE INDEX answers_at ON answers (at_ms)",

    "CREATE TABLE peer_heads ("
    "site BLOB NOT NULL,               -- of the log\n"
    "incarnation INTEGER NOT NULL,     -- of the log\n"
    "peer BLOB NOT NULL,               -- the site that said so\n"
    "seq INTEGER NOT NULL,             -- it holds the log durably up to here; only grows\n"
    "PRIMARY KEY (site, incarnation, peer)) STRICT, WITHOUT ROWID",

    "CREATE TABLE joins ("
    "request BLOB PRIMARY KEY,         -- hash of the request, 32 bytes\n"
    "old_site BLOB NOT NULL,           -- the key it replaces, or that of its invitation's secret\n"
    "message BLOB NOT NULL             -- JOIN or VOUCH, on its way to the registrar\n"
    ") STRICT, WITHOUT ROWID",

    "CREATE TABLE asks ("
    "secret_key BLOB NOT NULL,         -- of the invitation, 32 bytes; the site itself: it has none\n"
    "site BLOB NOT NULL,               -- who asks to be let in, 32 bytes\n"
    "since_ms INTEGER NOT NULL,        -- Unix milliseconds\n"
    "refused INTEGER NOT NULL,         -- 1: somebody here did\n"
    "message BLOB NOT NULL,            -- its JOIN\n"
    "PRIMARY KEY (secret_key, site)) STRICT, WITHOUT ROWID",

    "CREATE TABLE addresses ("
    "site BLOB NOT NULL,               -- who can be reached\n"
    "address TEXT NOT NULL,            -- where, as an endpoint\n"
    "PRIMARY KEY (site, address)) STRICT, WITHOUT ROWID",

    "CREATE TABLE feed ("
    "serial INTEGER PRIMARY KEY,       -- grows; rows are never taken out\n"
    "record BLOB NOT NULL,             -- 24 bytes: came to look otherwise here\n"
    "at_s INTEGER NOT NULL,            -- Unix seconds; never falls\n"
    "hash BLOB NOT NULL,               -- entities.hash then; empty: it is gone\n"
    "last INTEGER NOT NULL             -- 1: nothing later stands here about it\n"
    ") STRICT",
    "CREATE INDEX feed_record ON feed (record, serial)",
    "CREATE INDEX feed_last ON feed (serial) WHERE last = 1",
    "CREATE INDEX feed_at ON feed (at_s)",
    "CREATE TABLE tokens ("
    "id BLOB PRIMARY KEY,              -- its public half, 8 bytes\n"
    "hash BLOB NOT NULL,               -- of the whole, 32 bytes\n"
    "name TEXT NOT NULL,               -- what its owner calls it\n"
    "site TEXT NOT NULL,               -- short name of the site it writes as\n"
    "scopes INTEGER NOT NULL,          -- bits: 1 records, 2 concepts, 4 admin\n"
    "created_ms INTEGER NOT NULL,      -- Unix milliseconds\n"
    "expires_ms INTEGER NOT NULL,      -- Unix milliseconds; 0: never\n"
    "used_day INTEGER NOT NULL,        -- the last one it was used, days since 1970; 0: none\n"
    "UNIQUE (site, name)) STRICT, WITHOUT ROWID",

    "CREATE TABLE beacons ("
    "site BLOB PRIMARY KEY,            -- who said it, 32 bytes\n"
    "beacon BLOB NOT NULL,             -- the last one, as signed\n"
    "signature BLOB NOT NULL,          -- 64 bytes\n"
    "received_ms INTEGER NOT NULL,     -- when it came, Unix milliseconds by our clock\n"
    "clock_off_ms INTEGER              -- its clock minus ours; null: not measured\n"
    ") STRICT, WITHOUT ROWID",

    "CREATE TABLE strip ("
    "site BLOB NOT NULL,               -- of whom, 32 bytes\n"
    "day INTEGER NOT NULL,             -- since 1970-01-01, UTC by our clock; a day on which nothing came has no row\n"
    "was INTEGER NOT NULL,             -- the worst of that day: 1 well, 2 degraded, 3 silent for a while\n"
    "PRIMARY KEY (site, day)) STRICT, WITHOUT ROWID",

    "CREATE TABLE relayed ("
    "day INTEGER NOT NULL,             -- since 1970-01-01, UTC by our clock; until it is told\n"
    "site BLOB NOT NULL,               -- through whom commits of others came, 32 bytes\n"
    "PRIMARY KEY (day, site)) STRICT, WITHOUT ROWID",
    NULL,
};

const char *const *schema_local(void)
{
    return tables;
}
