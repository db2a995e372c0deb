/*
 * fold: the folded shadow of a text, word by word: what is indexed, and what a query is made of, so that both meet. Case, accents and ligatures go
 * (protocol/base/utf8.h); French elisions go with their apostrophe ("l'économie" is "economie", while "aujourd'hui" is one word); hyphens part
 * words; plurals, and participles in -ée, become one with what they come from, by the rules of the text's language alone. Pure.
 */
#ifndef ALLIED_DAEMON_INDEX_FOLD_H
#define ALLIED_DAEMON_INDEX_FOLD_H

#include "protocol/base/buf.h"

enum fold_rules { FOLD_PLAIN, FOLD_FRENCH, FOLD_ENGLISH, FOLD_RULES };
/* Those of a language tag: "fr", "fr-ca" are French; what is neither French nor English has none but the accents. */
enum fold_rules fold_rules_of(struct slice lang);

#define FOLD_WORD_BYTES 64 /* what is longer is cut */
struct fold_word {
    uint8_t at[FOLD_WORD_BYTES];
    size_t len;
    size_t from, to; /* where it stands in the text, in bytes, elision excluded */
    bool hyphen;     /* it is tied to the word before by one hyphen */
};
struct fold {
    struct slice text; /* any bytes: what is no UTF-8 parts words */
    size_t at;
};
static inline struct fold fold_start(struct slice text)
{
    return (struct fold){text, 0};
}
bool fold_next(struct fold *f, struct fold_word *out); /* without any stem */
void fold_stem(struct fold_word *word, enum fold_rules rules);
static inline struct slice fold_slice(const struct fold_word *word)
{
    return (struct slice){word->at, word->len};
}
/* Appends the words of a text, stemmed, each with a blank behind it. ERR_TOO_LARGE, ERR_MEMORY. */
err_t fold_text(struct slice text, enum fold_rules rules, struct buf *out);

#endif
