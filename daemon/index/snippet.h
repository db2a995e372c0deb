/*
 * snippet: a piece of a text as it was written, with what matched in it marked.
 */
#ifndef ALLIED_DAEMON_INDEX_SNIPPET_H
#define ALLIED_DAEMON_INDEX_SNIPPET_H

#include "daemon/index/terms.h"

#define SNIPPET_BYTES 240 /* about so much of the text */
#define SNIPPET_MARKS 64

struct snippet {
    struct buf text; /* one line, without control characters and those that turn the direction; "…" where it is cut */
    struct snippet_mark {
        size_t from, to; /* characters (code points) of text */
    } marks[SNIPPET_MARKS];
    size_t marks_n;
};
/* Where most of the words stand close together, in a text. */
struct snippet_place {
    size_t from;    /* of the first word that matched, in bytes */
    unsigned found; /* how many different words of the question; 0: none */
};
struct snippet_place snippet_find(const struct terms *t, struct slice text, enum words_rules rules);
/* The piece around a place; whole: all of it, for a title. ERR_MEMORY. */
err_t snippet_cut(const struct terms *t, struct slice text, enum words_rules rules, size_t around, bool whole,
                  struct snippet *out);
static inline void snippet_init(struct snippet *s)
{
    *s = (struct snippet){.marks_n = 0};
    buf_init(&s->text, 64u * 1024);
}
static inline void snippet_fini(struct snippet *s)
{
    buf_fini(&s->text);
}

#endif
