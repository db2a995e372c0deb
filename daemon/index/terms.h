/*
 * terms: what a question's words become: an FTS5 expression in which they are data, and the means to see them again in a text. Each word is asked for as
 * each language's rules would have indexed it.
 */
#ifndef ALLIED_DAEMON_INDEX_TERMS_H
#define ALLIED_DAEMON_INDEX_TERMS_H

#include "daemon/index/words.h"
#include "protocol/base/limits.h"

struct term {                            /* one word of the question */
    struct words_one forms[WORDS_RULES]; /* by enum words_rules */
    bool starts;                         /* the first of a phrase, or alone */
    bool prefix;                         /* the last word: it may be a beginning */
};
struct terms {
    struct term at[LIMIT_SEARCH_WORDS];
    size_t n;
};
/* ERR_SEARCH_LONG past the limits, ERR_UTF8. No words at all: n is 0. last_open: the last word may be a beginning. */
err_t terms_read(struct slice question, bool last_open, struct terms *out);
/* Appends the expression: all of them, in any column; nothing where there are none. `column`: in this one alone; NULL: any. */
err_t terms_expression(const struct terms *t, const char *column, struct buf *out);
/* Which term a word of a text is found by, and then whether; `word` without stem, of a text with these rules. */
bool terms_match(const struct terms *t, const struct words_one *word, enum words_rules rules, size_t *which);

#endif
