/*
 * skos_draft: the concept objects of skos.h while triples come in, one at a time, in any order; knows the table of terms, but no serd.
 * The first fault sticks in `err`, and later triples do nothing.
 */
#ifndef ALLIED_DAEMON_COMMONS_SKOS_DRAFT_H
#define ALLIED_DAEMON_COMMONS_SKOS_DRAFT_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"
#include <jansson.h>

#define DRAFT_URI_BYTES_MAX 8192u

struct draft {
    struct draft_subject *subjects;
    size_t subjects_n, subjects_room;
    json_t *index; /* uri → place in subjects */
    json_t *lost;  /* array of {"what", "count"} */
    json_t *seen;  /* what → place in lost */
    unsigned line; /* of the triple being added; set by the reader */
    err_t err;     /* ERR_MEMORY, ERR_ITEMS, ERR_UTF8, or what draft_fail was given */
};

/* The object of a triple. URIs are whole and valid UTF-8. */
struct draft_value {
    bool literal;
    struct slice text;    /* of a literal */
    struct slice lang;    /* of a literal; empty: none */
    const char *datatype; /* of a literal; NULL: none */
    const char *uri;      /* of the others */
};

void draft_open(struct draft *d);
void draft_close(struct draft *d);
void draft_fail(struct draft *d, err_t e); /* the first one stays */
/* Keeps a triple, or counts it as lost. */
void draft_add(struct draft *d, const char *subject, const char *predicate, const struct draft_value *v);
/* Counts a triple that cannot be handed to draft_add. `predicate` (a URI, shortened for people) may be NULL; `reason` too. */
void draft_lose(struct draft *d, const char *predicate, const char *reason);
/* Settles what waited for the end and appends the concepts. */
void draft_finish(struct draft *d, json_t *concepts);

#endif
