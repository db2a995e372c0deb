/*
 * html: a writer of HTML5 (WHATWG) over a buf, which can't forget to escape. Elements open and close by name, in the right order (assert); everything that is
 * text goes through markup_text (protocol/base/markup.h), so that controls, broken UTF-8 and directions of writing left open do no harm; names of elements and
 * attributes are ours. Errors stick in the buf: look at buf.err once, at the end.
 *
 *     html_open(h, "p");
 *     html_attr(h, "class", "warn");                   // attributes come right after html_open
 *     html_say(h, N_("{1} of {2} allies answer"), html_num(h, 3), html_num(h, 5), NULL);
 *     html_link(h, "/records?ally=", "…");             // what may not be followed becomes text
 *     html_close(h, "p");
 *
 * Nothing here can write a script, a style or a handler: html_open and html_attr refuse them (assert).
 */
#ifndef ALLIED_DAEMON_HTML_HTML_H
#define ALLIED_DAEMON_HTML_HTML_H

#include "conf/tr.h"
#include "protocol/base/buf.h"
#include "protocol/base/clock.h"

#define HTML_DEPTH_MAX    48
#define HTML_NUMBER_BYTES 40

struct html {
    struct buf *out;  /* borrowed */
    const char *lang; /* "fr": of sentences, numbers and dates */
    /* What goes before a link to a path of this site ("..": the page is a level below; ""), and the language that the link keeps (NULL: none). */
    const char *prefix, *keep_lang;
    const char *open[HTML_DEPTH_MAX];
    size_t depth;
    bool in_tag; /* attributes may still come */
    char numbers[10][HTML_NUMBER_BYTES];
    unsigned number_at;
};

/* `lang`: as tr() takes it, static. Links are then as they come: prefix "" and no language kept. */
void html_init(struct html *h, struct buf *out, const char *lang);
/* All is closed again (assert), and what the buf says. */
err_t html_end(struct html *h);

/* ---- elements ---- */

void html_open(struct html *h, const char *element);
/* The same with class="…"; NULL: without. */
void html_open_class(struct html *h, const char *element, const char *class);
void html_close(struct html *h, const char *element); /* the innermost one (assert) */
void html_void(struct html *h, const char *element);  /* <br>, <input>, …; attributes may follow */

/* Attributes of what was opened last. An address goes by html_href (assert). */
void html_attr(struct html *h, const char *name, const char *value);
void html_attr_slice(struct html *h, const char *name, struct slice value);
void html_attr_number(struct html *h, const char *name, int64_t value); /* digits alone, as attributes want them */
void html_attr_tr(struct html *h, const char *name, const char *msgid);
void html_flag(struct html *h, const char *name); /* without a value: "required" */
/*
 * An address: one of http:, https:, mailto:, a path of this site ("/records?q=a", with prefix and language kept) or a fragment ("#top"). False: it is
 * none of these, and nothing is written. `name`: href, src, action.
 */
bool html_href(struct html *h, const char *name, struct slice address);
bool html_may_link(struct slice address);

/* ---- what stands in them ---- */

void html_text(struct html *h, const char *text);
void html_slice(struct html *h, struct slice text);
/* The sentence, translated, with texts for {1} to {9}, ended by NULL; its own text is escaped as well. */
__attribute__((sentinel)) void html_say(struct html *h, const char *msgid, ...);
/* By number: {1} is n; the texts are {2} to {9}. */
__attribute__((sentinel)) void html_say_n(struct html *h, const char *one, const char *many, int64_t n, ...);
/* A number as its language groups it, good as a text of html_say: up to ten may be used at once. */
const char *html_num(struct html *h, int64_t n);
/* The same of n / 10^digits, with as many digits: cents are html_fixed(h, cents, 2). */
const char *html_fixed(struct html *h, int64_t n, unsigned digits);
/* A share of a whole, rounded: "12.5%", "12 %". "100%" and "0%" stand for all and nothing alone; of nothing it is "0%". */
const char *html_share(struct html *h, uint64_t part, uint64_t whole);
void html_number(struct html *h, int64_t n);
/* <time> of an RFC 3339 text: its day of UTC, "3 mai 2026"; with hours and minutes. What is no such text stays as it is. */
void html_date_of(struct html *h, const char *rfc3339);
void html_time_of(struct html *h, const char *rfc3339);
#define HTML_DATE_BYTES 64
/* That day as text alone. */
void html_date_text(const char *lang, struct wall t, char out[HTML_DATE_BYTES]);
const char *html_month(const char *lang, unsigned month); /* 1 to 12 */

/* What another writer of this kind has written, whole elements: as it is. */
void html_made(struct html *h, struct slice markup);

/* ---- whole elements ---- */

void html_element(struct html *h, const char *element, const char *text);
/* The same with a sentence without places. */
void html_element_tr(struct html *h, const char *element, const char *msgid);
/* Somebody's text: <bdi>, so that its direction of writing stays within. */
void html_name(struct html *h, struct slice text);
/* <a>, or the text alone where the address may not be followed. To another site: rel="nofollow noopener noreferrer". */
void html_link(struct html *h, const char *address, const char *text);
void html_link_slice(struct html *h, struct slice address, struct slice text);
/* Opens <a>; false: it may not be followed, nothing is open. */
bool html_open_link(struct html *h, struct slice address);
/*
 * A table with its caption, that scrolls by itself where it is too wide, by keys as well. The cells of its head follow, html_table_body, its rows.
 */
void html_open_table(struct html *h, const char *caption);
void html_close_table(struct html *h);
/* From the head to the body: </tr></thead><tbody>. */
void html_table_body(struct html *h);
/* <th scope="col">, the same over numbers, <td class="num">. */
void html_col(struct html *h, const char *msgid);
void html_col_number(struct html *h, const char *msgid);
struct html_column {
    const char *msgid;
    bool number;
};
void html_columns(struct html *h, const struct html_column *columns, size_t n);
/* <tr><th scope="row">, both open; the same with its name and closed but for <tr>. */
void html_open_row(struct html *h);
void html_row(struct html *h, struct slice name);
void html_cell_number(struct html *h, int64_t n);

#endif
