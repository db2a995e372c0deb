/*
 * ask: the arguments of a search (index.h), read once.
 */
#ifndef ALLIED_DAEMON_INDEX_ASK_H
#define ALLIED_DAEMON_INDEX_ASK_H

#include "daemon/index/state.h"
#include "daemon/index/terms.h"

#define ASK_LIMIT_MAX     200 /* as of every list; a row is a few KiB at most: far from INDEX_ANSWER_BYTES */
#define ASK_LIMIT_DEFAULT 20
#define ASK_HASH_BYTES    8
#define ASK_TERMS_MAX     8

struct hit {  /* a record found, in the order of answers: see hit_compare */
    bool far; /* by what is related to the concept alone */
    int64_t score;
    uint64_t updated; /* clock */
    uint8_t record[RECORD_BYTES];
};
int hit_compare(const void *a, const void *b);

enum ask_order { ASK_BEST, ASK_NEWEST, ASK_OLDEST };

struct ask {
    struct terms words, place; /* place: words of its name */
    struct buf expression;     /* of both, for FTS5; "" neither */
    const struct ally *ally;   /* NULL: any */
    struct slice type, lang;   /* "" any */
    uint8_t country[2];        /* 0: any */
    unsigned since, until;     /* as doc.h; 0: any */
    unsigned year;             /* that its date, or its period, begins in; 0: any */
    uint64_t changed;          /* clock; 0: any */
    bool by_concept;
    struct tree_set near, far;
    struct tree_set terms; /* each of them has to stand in the record itself */
    enum ask_order order;
    int64_t rank_most; /* of more hits than that none is ranked; -1: each is */
    size_t limit;
    bool goes_on; /* behind the hit `from` */
    struct hit from;
    uint8_t hash[ASK_HASH_BYTES]; /* of the question, without limit and cursor */
};
/* In the reading's arena, but for what ask_fini frees, which follows whatever comes of it. The errors of index.h, with the argument in why. */
err_t ask_read(struct index *ix, struct read *read, struct ask *out);
void ask_fini(struct ask *a);
/* Two hits, in the order asked for. */
int ask_compare(const struct ask *a, const struct hit *left, const struct hit *right);
void ask_sort(const struct ask *a, struct hit *hits, size_t n);
json_t *ask_cursor(const struct ask *a, const struct hit *last); /* goes on behind it */

#endif
