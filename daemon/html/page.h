/*
 * page: what stands around each page: head, skip link, the alliance's name, where one can go, a search field, the languages, and below what site answered.
 *
 *     struct page page = {.lang = "fr", .title = "…", …};
 *     page_open(&h, &page);    // up to and with the title, as the <h1> of <main>
 *     …
 *     page_close(&h, &page);   // all is closed; html_end says whether it went well
 */
#ifndef ALLIED_DAEMON_HTML_PAGE_H
#define ALLIED_DAEMON_HTML_PAGE_H

#include "daemon/html/html.h"

/* The parts of the site: id, path, its words. */
#define PAGE_PLACES(X)                                                                                                 \
    X(HOME, "/", N_("Home"))                                                                                           \
    X(RECORDS, "/records", N_("Records"))                                                                              \
    X(THESAURUS, "/thesaurus", N_("Thesaurus"))                                                                        \
    X(CONFLICTS, "/conflicts", N_("Conflicts"))                                                                        \
    X(SITES, "/sites", N_("Sites"))                                                                                    \
    X(LEDGER, "/ledger", N_("Ledger"))                                                                                 \
    X(REPORT, "/report", N_("Report"))
enum page_place {
    PAGE_NOWHERE,
#define X(id, path, words) PAGE_##id,
    PAGE_PLACES(X)
#undef X
};

/* All texts borrowed; NULL or "": there is none. */
struct page {
    const char *title;      /* of this page: its <h1>, and before the alliance's name in <title> */
    const char *title_lang; /* where it is not in the page's language */
    const char *alliance;   /* its name */
    const char *site;       /* the one that answers */
    const char *
        self; /* this page's address from "/" on, with its query but without lang; NULL: the languages have no link (an error's) */
    const char *search;    /* what was searched for */
    const char *canonical; /* the address of what is shown, for search engines */
    struct page_feed {
        const char *href, *type, *title; /* rel="alternate" */
    } feeds[4];
    const struct page_meta {
        const char *name, *content, *lang; /* Dublin Core; lang NULL: none */
    } * metas;
    size_t metas_n;
    enum page_place place;
    bool wide;    /* a table that wants all the width there is */
    bool noindex; /* search engines keep out: lists by parameters, errors */
};

void page_open(struct html *h, const struct page *page);
void page_close(struct html *h, const struct page *page);

/* The sheet: its bytes, and a number that changes with them. */
struct slice page_style(void);
const char *page_style_sum(void);
#define PAGE_STYLE "/style.css"

#endif
