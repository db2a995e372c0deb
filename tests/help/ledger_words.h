/*
 * ledger_words: made-up texts for ledger_world: sentences in French and English of common words, some more common than others, and names of allies.
 */
#ifndef ALLIED_TESTS_HELP_LEDGER_WORDS_H
#define ALLIED_TESTS_HELP_LEDGER_WORDS_H

#include "protocol/base/buf.h"

/* Appends n words; the same seed gives the same beginning, however many are asked for. lang: what is not "fr" reads English. */
void ledger_words(const char *lang, uint64_t seed, size_t n, struct buf *out);
const char *ledger_ally_name(size_t at);

#endif
