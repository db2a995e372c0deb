/*
 * One row of `words` is a record, all its languages together: a question may name the place, the actor and a word of the text, whichever language each is in,
 * and what is counted is records.
 * clang-format off
 */
#include "daemon/index/schema.h"

#include <stddef.h>

const char *const index_schema[] = {
    "CREATE TABLE standing ("
    "one INTEGER PRIMARY KEY CHECK (one = 1), -- there is one row\n"
    "generation BLOB NOT NULL,         -- of the replica: generation.id there\n"
    "concepts INTEGER NOT NULL,        -- followed up to this change, changed.number there\n"
    "records INTEGER NOT NULL,         -- likewise\n"
    "cleaned INTEGER NOT NULL          -- up to this change nothing that was deleted is left in the file\n"
    ") STRICT",

    "CREATE TABLE docs ("
    "row INTEGER PRIMARY KEY,          -- words.rowid\n"
    "record BLOB NOT NULL UNIQUE,      -- 24 bytes, the owner's 8 first\n"
    "updated INTEGER NOT NULL,         -- clock of its latest op\n"
    "type TEXT NOT NULL,               -- experience, ...; '' none\n"
    "country TEXT NOT NULL,            -- two letters; '' none\n"
    "date_from INTEGER NOT NULL,       -- 20100500: May 2010; 0 unknown\n"
    "date_to INTEGER NOT NULL,         -- 20100599\n"
    "langs TEXT NOT NULL,              -- ' fr en '; '' none\n"
    "terms BLOB NOT NULL               -- concepts that it names, 16 bytes each\n"
    ") STRICT",

    /* Words hold letters, digits and blanks alone, folded already: nothing is left for a tokenizer to decide. */
    "CREATE VIRTUAL TABLE words USING fts5(title, subtitle, abstract, body, people, place, labels, tokenize = 'ascii')",

    "CREATE TABLE labelled ("
    "concept BLOB NOT NULL,            -- its labels stand in words.labels\n"
    "row INTEGER NOT NULL,             -- of docs\n"
    "PRIMARY KEY (concept, row)) STRICT, WITHOUT ROWID",

    "CREATE TABLE due ("
    "row INTEGER PRIMARY KEY           -- of docs: its concepts' labels are others now\n"
    ") STRICT",

    "CREATE TABLE names ("
    "row INTEGER PRIMARY KEY,\n"
    "folded TEXT NOT NULL,             -- words with a blank between them, without stems\n"
    "type INTEGER NOT NULL,            -- enum entity_type\n"
    "entity BLOB NOT NULL,\n"
    "what INTEGER NOT NULL,            -- enum name_of\n"
    "lang TEXT NOT NULL,\n"
    "label TEXT NOT NULL               -- as written\n"
    ") STRICT",
    "CREATE INDEX names_folded ON names (type, folded)",
    "CREATE INDEX names_entity ON names (type, entity)",
    NULL,
};
