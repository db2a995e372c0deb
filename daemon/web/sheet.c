#include "daemon/web/sheet.h"
#include "daemon/http/uri.h"
#include "daemon/store/local.h"
#include "protocol/base/limits.h"
#include <stdio.h>

#define ADDRESS_BYTES (4u * LIMIT_HTTP_URI_BYTES) /* a byte of a query may become three */

/* ---- addresses ---- */

static const char *keep(struct http_request *q, struct buf *b)
{
    const char *text = buf_text(b);
    struct slice copy = {NULL, 0};
    if (text && arena_copy(request_arena(q), slice_of(text, b->len + 1), &copy))
        copy.at = NULL;
    buf_fini(b);
    return copy.at ? (const char *)copy.at : "";
}

/* The path with its query, without what `but` lists; then name=value. */
static const char *address(struct http_request *q, const char *but, const char *name, const char *value)
{
    struct buf b;
    buf_init(&b, ADDRESS_BYTES);
    buf_add(&b, slice_text(request_path(q)));
    buf_byte(&b, '?');
    size_t bare = b.len;
    uri_query_write(request_pairs(q), but, &b);
    if (value) {
        if (b.len > bare)
            buf_byte(&b, '&');
        uri_encode(name, &b);
        buf_byte(&b, '=');
        uri_encode(value, &b);
    }
    if (b.len == bare)
        b.len--;
    return keep(q, &b);
}

const char *sheet_address(struct http_request *q, const char *name, const char *value)
{
    char but[96];
    snprintf(but, sizeof but, "lang cursor %.70s", name);
    return address(q, but, name, value);
}

const char *sheet_path(struct http_request *q, const char *before, const char *segment, const char *behind)
{
    struct buf b;
    buf_init(&b, ADDRESS_BYTES);
    buf_add(&b, slice_text(before));
    uri_encode(segment, &b);
    buf_add(&b, slice_text(behind));
    return keep(q, &b);
}

/* The way from here to the site's root: "." at /x, ".." at /x/y, so that nobody need know what a web server has before it. */
static const char *way_up(struct http_request *q)
{
    const char *path = request_path(q);
    struct buf b;
    buf_init(&b, ADDRESS_BYTES);
    buf_byte(&b, '.');
    for (const char *at = *path ? path + 1 : path; (at = strchr(at, '/')) != NULL; at++)
        buf_add(&b, slice_text(b.len > 1 ? "/.." : "."));
    const char *way = keep(q, &b);
    return *way ? way : ".";
}

/* ---- the shell ---- */

static const char *text_of(struct http_request *q, struct slice text)
{
    char *out = arena_alloc(request_arena(q), 1, text.len + 1);
    if (out && text.len)
        memcpy(out, text.at, text.len);
    return out ? out : "";
}

static void name_site(struct http_request *q, struct read *read, struct page *page)
{
    struct own_site *sites = NULL;
    size_t n = 0;
    if (!page->alliance)
        page->alliance = text_of(q, read->authority->name);
    if (!page->site && local_sites(read->store, &read->arena, &sites, &n) == ERR_OK && n)
        page->site = text_of(q, sites[0].name);
}

void sheet_open(struct sheet *s, struct http_request *q, struct read *read, const struct page *page)
{
    s->q = q;
    s->page = *page;
    if (read)
        name_site(q, read, &s->page);
    if (!s->page.self && request_route(q) && *request_path(q))
        s->page.self = address(q, "lang", "", NULL);
    if (!s->page.search)
        s->page.search = request_query(q, "q");
    buf_init(&s->out, SHEET_BYTES);
    html_init(&s->h, &s->out, request_lang(q));
    s->h.prefix = way_up(q);
    s->h.keep_lang = request_query(q, "lang") ? request_lang(q) : NULL;
    answer_cache(q, "no-cache");
    page_open(&s->h, &s->page);
}

void sheet_close(struct sheet *s, unsigned status)
{
    page_close(&s->h, &s->page);
    html_end(&s->h);
    answer_header(s->q, "Content-Language", s->h.lang);
    answer_taken(s->q, status, "text/html; charset=utf-8", &s->out);
}

const char *sheet_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

int64_t sheet_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* ---- errors ---- */

static bool wants_page(struct http_request *q)
{
    static const char *const types[] = {"application/problem+json", "application/json", "text/html", NULL};
    const struct route *row = request_route(q);
    bool of_people = row ? route_lists(row->gives, slice_text("text/html")) : strncmp(request_path(q), "/api/", 5) != 0;
    return of_people && request_accepts(q, types) == 2;
}

bool sheet_problem(struct http_request *q, unsigned status, const json_t *problem)
{
    struct sheet s;
    const char *title = status == 404   ? N_("Nothing is here")
                        : status == 410 ? N_("This was withdrawn")
                        : status >= 500 ? N_("This cannot be answered now")
                                        : N_("This cannot be answered");
    if (request_is_owner(q) || !wants_page(q))
        return false;
    sheet_open(&s, q, NULL, &(struct page){.title = tr(request_lang(q), title), .noindex = true});
    answer_cache(q, NULL);
    html_open(&s.h, "p");
    html_text(&s.h, sheet_text(problem, "detail"));
    html_close(&s.h, "p");
    html_open_class(&s.h, "p", "dim");
    html_text(&s.h, sheet_text(problem, "number"));
    html_close(&s.h, "p");
    html_open(&s.h, "p");
    html_link(&s.h, "/", tr(s.h.lang, N_("To the first page")));
    html_close(&s.h, "p");
    sheet_close(&s, status);
    return true;
}

/* ---- how it looks ---- */

void sheet_style(struct http_request *q)
{
    char etag[32];
    const char *version = request_query(q, "v");
    bool known = version && strcmp(version, page_style_sum()) == 0;
    snprintf(etag, sizeof etag, "\"%s\"", page_style_sum());
    answer_cache(q, known ? "public, max-age=31536000, immutable" : "no-cache");
    if (!answer_etag(q, etag))
        answer_body(q, 200, "text/css; charset=utf-8", page_style());
}

/* ---- pages of a list ---- */

void sheet_pages(struct html *h, struct http_request *q, const char *name, bool first, const char *next)
{
    if (!next && first)
        return;
    html_open_class(h, "nav", "paging");
    html_attr_tr(h, "aria-label", N_("Pages"));
    html_open(h, "p");
    if (!first)
        html_link(h, sheet_address(q, name, NULL), tr(h->lang, N_("First page")));
    if (next) {
        if (!first)
            html_text(h, " · ");
        if (html_open_link(h, slice_text(sheet_address(q, name, next)))) {
            html_attr(h, "rel", "next");
            html_text(h, tr(h->lang, N_("Next page")));
            html_close(h, "a");
        }
    }
    html_close(h, "p");
    html_close(h, "nav");
}

void sheet_paging(struct html *h, struct http_request *q, const json_t *result)
{
    sheet_pages(h, q, "cursor", !request_query(q, "cursor"), json_string_value(json_object_get(result, "next")));
}
