/*
 * sketch: a fingerprint of a text that small edits hardly change, by which near copies are found (DOMAIN §4). Pure, in integers, the same for every language:
 *
 *   words     what stands between breaks, folded (protocol/base/utf8.h: case, accents and ligatures go); a character of a script without blanks is a word
 *   shingles  each three words in a row, as one 64-bit hash
 *   slots     48 times the least of all shingles under a hash of its own (min-hash; the constants are in sketch.c and never change): the share of slots that two
 *             texts have in common tells which share of their shingles they have in common
 *
 * A record has one sketch for each language with enough words, at most SKETCH_LANGS of them, one behind the other: two records are as alike as the most alike of them.
 */
#ifndef ALLIED_DAEMON_LEDGER_SKETCH_H
#define ALLIED_DAEMON_LEDGER_SKETCH_H

#include "protocol/base/slice.h"

#define SKETCH_SLOTS     48
#define SKETCH_BYTES     (SKETCH_SLOTS * 4)
#define SKETCH_LANGS     4
#define SKETCH_WORDS_MIN 8  /* a shorter text has none: too many are alike */
#define SKETCH_NEAR      36 /* equal slots from which on one is a near copy of the other */
/* Where two differ in 12 slots at most, four of the 16 bands of three are equal: who looks for near copies misses none. */
#define SKETCH_BANDS     16
#define SKETCH_BANDS_MAX (SKETCH_LANGS * SKETCH_BANDS)

/* The words of a text, one hash each. */
#define SKETCH_FOLDED 64
struct sketch_text {
    struct slice text; /* any bytes: what is no UTF-8 parts words */
    size_t at;
    struct sketch_folded { /* characters of two bytes seen before; to fold one anew takes long */
        uint16_t bytes;
        uint8_t len, class, at[4];
    } seen[SKETCH_FOLDED];
};
void sketch_text(struct sketch_text *t, struct slice text); /* the next one; t was zeroed before the first */
bool sketch_word(struct sketch_text *t, uint64_t *hash);
uint64_t sketch_shingle(const uint64_t words[3]);

struct sketch {
    struct sketch_text text;
    size_t words, shingles;
    uint32_t slots[SKETCH_SLOTS];
    uint64_t by[SKETCH_SLOTS];
};
void sketch_init(struct sketch *s);
void sketch_add(struct sketch *s, struct slice text); /* no shingle reaches over into another text */
/* False: fewer than SKETCH_WORDS_MIN words, and nothing is written. */
bool sketch_write(const struct sketch *s, uint8_t out[SKETCH_BYTES]);

/* Of a record's sketches (a multiple of SKETCH_BYTES; anything else is like nothing): slots that the most alike two have in common. */
unsigned sketch_alike(struct slice a, struct slice b);
bool sketch_near(struct slice a, struct slice b);
/* One number for each band of each sketch: near copies have four in common. How many. */
size_t sketch_bands(struct slice data, uint64_t out[SKETCH_BANDS_MAX]);

#endif
