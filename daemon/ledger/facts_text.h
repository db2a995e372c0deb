/*
 * facts_text: the texts of a record that the ledger looks at, as sketches and as shingles. Only facts*.c use this header.
 */
#ifndef ALLIED_DAEMON_LEDGER_FACTS_TEXT_H
#define ALLIED_DAEMON_LEDGER_FACTS_TEXT_H

#include "daemon/ledger/sketch.h"
#include "daemon/commons/view.h"

bool facts_is_text(uint64_t field); /* of a record's fields */
/* Of all that a record shows: words in the language that has most, and a sketch for each language (the SKETCH_LANGS with most words), ascending. ERR_MEMORY. */
err_t facts_text_sketch(const struct view *v, struct arena *arena, uint64_t *words, struct slice *out);

struct facts_shingles { /* a set; zeroed: empty */
    uint64_t *at;
    size_t n, room;
};
/* Puts in those of a value of that field. *fresh grows by how many were not there. ERR_MEMORY. */
err_t facts_text_shingles(struct facts_shingles *set, uint64_t field, struct slice value, struct arena *arena,
                          size_t *fresh);
/* 16 bytes that two texts of equal words have in common. */
#define FACTS_HASH_BYTES 16
void facts_text_hash(struct slice text, uint8_t out[FACTS_HASH_BYTES]);

#endif
