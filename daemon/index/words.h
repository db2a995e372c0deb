/*
 * words: the folded shadow of a text, word by word: what is indexed, and what a query is made of, so that both meet. Case, accents and ligatures go
 * (protocol/base/utf8.h); French elisions go with their apostrophe ("l'économie" is "economie", while "aujourd'hui" is one word); hyphens part
 * words; plurals, and participles in -ée, become one with what they come from, by the rules of the text's language alone. Pure.
 */
#ifndef ALLIED_DAEMON_INDEX_WORDS_H
#define ALLIED_DAEMON_INDEX_WORDS_H

#include "protocol/base/buf.h"

enum words_rules { WORDS_PLAIN, WORDS_FRENCH, WORDS_ENGLISH, WORDS_RULES };
/* Those of a language tag: "fr", "fr-ca" are French; what is neither French nor English has none but the accents. */
enum words_rules words_rules_of(struct slice lang);

#define WORDS_ONE_BYTES 64 /* what is longer is cut */
struct words_one {
    uint8_t at[WORDS_ONE_BYTES];
    size_t len;
    size_t from, to; /* where it stands in the text, in bytes, elision excluded */
    bool hyphen;     /* it is tied to the word before by one hyphen */
};
struct words {
    struct slice text; /* any bytes: what is no UTF-8 parts words */
    size_t at;
};
static inline struct words words_start(struct slice text)
{
    return (struct words){text, 0};
}
bool words_next(struct words *f, struct words_one *out); /* without any stem */
void words_stem(struct words_one *word, enum words_rules rules);
static inline struct slice words_slice(const struct words_one *word)
{
    return (struct slice){word->at, word->len};
}
/* Appends the words of a text, stemmed, each with a blank behind it. ERR_TOO_LARGE, ERR_MEMORY. */
err_t words_fold(struct slice text, enum words_rules rules, struct buf *out);

#endif
