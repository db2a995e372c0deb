/*
 * page_side: pages of a site of a core_world as a browser gets them: by the HTTP thread, whose questions the site's own core and a scribe answer.
 */
#ifndef ALLIED_TESTS_HELP_PAGE_SIDE_H
#define ALLIED_TESTS_HELP_PAGE_SIDE_H

#include "tests/help/core_world.h"
#include "tests/help/http_side.h"

#define PAGE_SIDE_BYTES (8u << 20)

struct page_side {
    struct world *w;
    char database[256];
    struct web_config config;
    struct http_side http;
    struct bus *bus; /* the scribe's */
    struct bus_end *ends[4];
    pthread_t scribe;
    char *text; /* the last answer, with its head */
};
/* Site 0 is shown; `options` NULL: the plain ones. */
void page_side_open(struct page_side *s, uint64_t seed, size_t sites, const struct http_options *options);
void page_side_close(struct page_side *s);
/* The same of a world that somebody else has. */
void page_side_of(struct page_side *s, struct world *w, const struct http_options *options);
void page_side_leave(struct page_side *s);
#define PAGE_SIDE_BROWSER "Accept: text/html,*/*;q=0.8\r\n"
/* The status. `headers` end with CR LF each; NULL: a browser's. */
unsigned page_side_get(struct page_side *s, const char *path, const char *headers);
/* 200, and these stand in it, in this order; the list ends with NULL. */
void page_side_expect(struct page_side *s, const char *path, const char *const *in);

#endif
