/*
 * sheet: a page that answers a request: the shell (daemon/html/page.h) with what it knows by itself: language, alliance, site, the links of the languages, and
 * where the site's root lies as seen from here, so that a page works wherever a web server puts the site.
 *
 *     void page_thing(struct http_request *q)
 *     {
 *         struct sheet s;
 *         struct read read;
 *         if (!web_begin(q, NULL, &read)) // the problem is a page already
 *             return;
 *         sheet_open(&s, q, &read, &(struct page){.title = tr(request_lang(q), N_("Things")), .place = PAGE_NOWHERE});
 *         html_element(&s.h, "p", "…");
 *         sheet_close(&s, 200);
 *         web_end(q, &read);
 *     }
 *
 * Links are paths of this site from "/" on: html_link(&s.h, "/records", …): the writer turns them.
 */
#ifndef ALLIED_DAEMON_WEB_SHEET_H
#define ALLIED_DAEMON_WEB_SHEET_H

#include "daemon/html/page.h"
#include "daemon/web/web.h"

#define SHEET_BYTES (8u << 20) /* a page is smaller */

struct sheet {
    struct http_request *q;
    struct html h;
    struct buf out;
    struct page page;
};

/*
 * Up to and with the title. What `page` leaves empty of alliance, site, self and search is filled in; its texts, and `read` (NULL: there is none), are borrowed until sheet_close.
 */
void sheet_open(struct sheet *s, struct http_request *q, struct read *read, const struct page *page);
/* Closes all that stands around, and answers; "no-cache" unless answer_cache was called before. */
void sheet_close(struct sheet *s, unsigned status);

/* This page's address with another value of a parameter, or without it (NULL); in the request's arena, "" without memory. A cursor goes with any change. */
const char *sheet_address(struct http_request *q, const char *name, const char *value);
/* A path of this site with one segment encoded: sheet_path(q, "/records/", id, ""). In the request's arena. */
const char *sheet_path(struct http_request *q, const char *before, const char *segment, const char *behind);

/* Of a reading's answer: "" and 0 where the key is absent or of another kind. */
const char *sheet_text(const json_t *object, const char *key);
int64_t sheet_number(const json_t *object, const char *key);

/* struct http_site's problem: errors of pages are pages, where Accept prefers them. */
bool sheet_problem(struct http_request *q, unsigned status, const json_t *problem);
/*
 * Links to the first and the next page of a list, told apart by the parameter `name`; nothing where all is on this one. `first`: this is the first; `next`: that
 * parameter's value on the next, NULL: there is none.
 */
void sheet_pages(struct html *h, struct http_request *q, const char *name, bool first, const char *next);
/* The same of a list whose result has "next", a cursor. */
void sheet_paging(struct html *h, struct http_request *q, const json_t *result);
void sheet_style(struct http_request *q); /* GET /style.css */

#endif
