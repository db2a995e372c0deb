/*
 * page_found: what /records shows of an answer of the index: records, facets, what is chosen already, and what helps where nothing was found.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_FOUND_H
#define ALLIED_DAEMON_WEB_PAGE_FOUND_H

#include "daemon/web/prose.h"

struct found {
    struct http_request *q;
    struct html *h;
    struct read *read;
    const json_t *result;      /* of search (daemon/index/index.h) */
    const json_t *suggestions; /* of suggest; NULL: nobody asked */
};
/* How many, and in what order. */
void found_count(const struct found *f);
/* What the question is narrowed by, each with a link that takes it back. */
void found_chosen(const struct found *f);
void found_records(const struct found *f);
/* What it can be narrowed by further, with how many each leaves. */
void found_facets(const struct found *f);
void found_nothing(const struct found *f);

/* The parameters that narrow, in the order of the page. */
enum found_filter {
    FOUND_CONCEPT,
    FOUND_TERM,
    FOUND_TYPE,
    FOUND_LANG,
    FOUND_ALLY,
    FOUND_PLACE,
    FOUND_YEAR,
    FOUND_FROM,
    FOUND_UNTIL,
    FOUND_SINCE,
    FOUND_FILTERS
};
extern const char *const found_filters[FOUND_FILTERS];

#endif
