/*
 * Log tables. Ids of commits are not stored whole: they are the hash of what is stored, and `dot` is the half that ops are named by.
 * Bodies have a table of their own so that walks over commits don't read them, and so that an erasure touches one row.
 * clang-format off
 */
#include "daemon/store/schema.h"

#include <stddef.h>

static const char *const tables[] = {
    "CREATE TABLE logs ("
    "row INTEGER PRIMARY KEY,\n"
    "site BLOB NOT NULL,               -- its Ed25519 key\n"
    "incarnation INTEGER NOT NULL,     -- random, 1 to 2^63 - 1\n"
    "seq INTEGER NOT NULL,             -- of the head; 0: nothing yet. All commits from 1 to it are here\n"
    "id BLOB NOT NULL,                 -- commit id of the head, 32 bytes; zeros where seq is 0\n"
    "clock INTEGER NOT NULL,           -- of the head\n"
    "ops INTEGER NOT NULL,             -- how many ops its commits have\n"
    "held INTEGER NOT NULL,            -- 0, or the number of the error because of which the log ends here\n"
    "UNIQUE (site, incarnation)) STRICT",

    "CREATE TABLE commits ("
    "row INTEGER PRIMARY KEY,          -- grows with arrival\n"
    "log INTEGER NOT NULL,             -- logs.row\n"
    "seq INTEGER NOT NULL,             -- from 1\n"
    "dot BLOB NOT NULL,                -- first 16 bytes of the commit id\n"
    "clock INTEGER NOT NULL,           -- milliseconds << 16 | counter\n"
    "ops INTEGER NOT NULL,             -- how many ops, 1 to 256\n"
    "signature BLOB NOT NULL,          -- 64 bytes\n"
    "envelope BLOB NOT NULL            -- as received\n"
    ") STRICT",
    "CREATE UNIQUE INDEX commits_log ON commits (log, seq)",
    "CREATE INDEX commits_dot ON commits (dot)",

    "CREATE TABLE bodies ("
    "row INTEGER PRIMARY KEY,          -- commits.row * 256 + index of the op\n"
    "state INTEGER NOT NULL,           -- enum body_state: 1 present, 2 erased, 3 missing (a hole)\n"
    "header_at INTEGER NOT NULL,       -- where the op's header stands in the envelope, bytes from 0\n"
    "header_len INTEGER NOT NULL,      -- bytes\n"
    "salt BLOB,                        -- 16 bytes where present\n"
    "body BLOB                         -- where present\n"
    ") STRICT",
    "CREATE INDEX bodies_holes ON bodies (row) WHERE state = 3",

    "CREATE TABLE charters ("
    "id BLOB PRIMARY KEY,              -- 32 bytes\n"
    "number INTEGER NOT NULL,          -- from 0\n"
    "carried BLOB NOT NULL             -- as received, signatures included\n"
    ") STRICT",

    "CREATE TABLE roster ("
    "id BLOB PRIMARY KEY,              -- 32 bytes\n"
    "number INTEGER NOT NULL,          -- from 1\n"
    "carried BLOB NOT NULL             -- as received, signature included\n"
    ") STRICT",

    "CREATE TABLE promises ("
    "charter BLOB NOT NULL,            -- id of the charter never to be signed\n"
    "site BLOB NOT NULL,               -- by whom\n"
    "carried BLOB NOT NULL,            -- as received, signature included\n"
    "PRIMARY KEY (charter, site)) STRICT, WITHOUT ROWID",

    "CREATE TABLE aside ("
    "dot BLOB PRIMARY KEY,             -- first 16 bytes of the commit id\n"
    "site BLOB NOT NULL,\n"
    "incarnation INTEGER NOT NULL,\n"
    "seq INTEGER NOT NULL,\n"
    "prev BLOB NOT NULL,               -- id of the commit it follows, 32 bytes\n"
    "why INTEGER NOT NULL,             -- number of the reason: beyond a cut, from a fork on\n"
    "carried BLOB NOT NULL             -- the commit with its bodies\n"
    ") STRICT",
    "CREATE INDEX aside_log ON aside (site, incarnation, seq)",

    "CREATE TABLE forks ("
    "site BLOB NOT NULL,\n"
    "incarnation INTEGER NOT NULL,\n"
    "seq INTEGER NOT NULL,             -- the place that two commits claim\n"
    "a BLOB NOT NULL,                  -- the two, as carried, the lower id first\n"
    "b BLOB NOT NULL,\n"
    "PRIMARY KEY (site, incarnation, seq)) STRICT, WITHOUT ROWID",
    NULL,
};

const char *const *schema_log(void)
{
    return tables;
}
