#include "daemon/web/page_records.h"
#include "daemon/http/uri.h"
#include "daemon/read/say.h"
#include "daemon/web/api.h"
#include "daemon/web/page_found.h"
#include <stdio.h>

#define ROWS        20
#define RANKED_MOST 2500 /* ranking more of them would take longer than a page may */
#define WHOLE_BYTES 4    /* a last word so short is one, and no beginning: too many begin so */
#define ALIKE       4    /* characters of a word that was not found: what begins so may be meant */

/* ---- the form ---- */

static void put_field(struct html *h, struct http_request *q, const char *name, const char *label, const char *hint)
{
    const char *value = request_query(q, name);
    char id[24];
    snprintf(id, sizeof id, "f-%.16s", name);
    html_open(h, "label");
    html_attr(h, "for", id);
    html_text(h, label);
    html_close(h, "label");
    html_text(h, " ");
    html_void(h, "input");
    html_attr(h, "id", id);
    html_attr(h, "name", name);
    html_attr(h, "value", value ? value : "");
    if (hint)
        html_attr(h, "placeholder", hint);
}

static void put_input(struct html *h, struct http_request *q, const char *name, const char *label, const char *hint)
{
    html_open(h, "p");
    put_field(h, q, name, label, hint);
    html_close(h, "p");
}

static void put_option(struct html *h, const char *value, const char *words, const char *chosen)
{
    html_open(h, "option");
    html_attr(h, "value", value);
    if (chosen && strcmp(chosen, value) == 0)
        html_flag(h, "selected");
    html_text(h, words);
    html_close(h, "option");
}

static void open_select(struct html *h, const char *name, const char *label)
{
    char id[24];
    snprintf(id, sizeof id, "f-%.16s", name);
    html_open(h, "p");
    html_open(h, "label");
    html_attr(h, "for", id);
    html_text(h, label);
    html_close(h, "label");
    html_text(h, " ");
    html_open(h, "select");
    html_attr(h, "id", id);
    html_attr(h, "name", name);
}

static void close_select(struct html *h)
{
    html_close(h, "select");
    html_close(h, "p");
}

static void put_types(struct html *h, const char *chosen)
{
    static const char *const types[] = {
#define X(type) type,
        RECORD_TYPES(X)
#undef X
    };
    open_select(h, "type", tr(h->lang, N_("Type")));
    put_option(h, "", tr(h->lang, N_("any")), chosen);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        put_option(h, types[i], prose_type(h->lang, types[i]), chosen);
    close_select(h);
}

/* Those of what was found, and the one that is chosen. */
static void put_languages(const struct found *f, const char *chosen)
{
    struct html *h = f->h;
    size_t i;
    json_t *one;
    bool seen = !chosen || !*chosen;
    open_select(h, "text_lang", tr(h->lang, N_("Language of the text")));
    put_option(h, "", tr(h->lang, N_("any")), chosen);
    json_array_foreach(json_object_get(json_object_get(f->result, "facets"), "lang"), i, one)
    {
        const char *tag = sheet_text(one, "value");
        put_option(h, tag, prose_language(h->lang, tag), chosen);
        seen |= chosen && strcmp(tag, chosen) == 0;
    }
    if (!seen)
        put_option(h, chosen, prose_language(h->lang, chosen), chosen);
    close_select(h);
}

static void put_allies(const struct found *f, const char *chosen)
{
    struct html *h = f->h;
    const struct authority *a = f->read->authority;
    const struct ally *is = NULL;
    char name[512];
    if (chosen && *chosen)
        (void)read_ally(f->read, chosen, &is);
    open_select(h, "ally", tr(h->lang, N_("Ally")));
    put_option(h, "", tr(h->lang, N_("any")), chosen);
    for (size_t i = 0; i < a->allies_n; i++) {
        snprintf(name, sizeof name, "%.*s", (int)a->allies[i].name.len, (const char *)a->allies[i].name.at);
        put_option(h, name, name, is == &a->allies[i] ? name : "");
    }
    close_select(h);
}

static void put_orders(struct html *h, const char *chosen)
{
    open_select(h, "order", tr(h->lang, N_("Order")));
    put_option(h, "best", tr(h->lang, N_("best first")), chosen);
    put_option(h, "newest", tr(h->lang, N_("last changed first")), chosen);
    put_option(h, "oldest", tr(h->lang, N_("last changed last")), chosen);
    close_select(h);
}

/* What the form has no field for goes along. */
static void put_hidden(struct html *h, struct http_request *q)
{
    static const char *const kept[] = {"concept", "term", "year", "since", "lang"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const char *value = request_query(q, kept[i]);
        if (!value || !*value)
            continue;
        html_void(h, "input");
        html_attr(h, "type", "hidden");
        html_attr(h, "name", kept[i]);
        html_attr(h, "value", value);
    }
}

static void put_form(const struct found *f)
{
    struct html *h = f->h;
    struct http_request *q = f->q;
    const char *lang = h->keep_lang;
    html_open_class(h, "form", "search");
    html_attr(h, "method", "get");
    h->keep_lang = NULL; /* it is among the hidden ones */
    html_href(h, "action", slice_text("/records"));
    h->keep_lang = lang;
    html_open(h, "p");
    put_field(h, q, "q", tr(h->lang, N_("Words")), NULL);
    html_text(h, " ");
    html_element_tr(h, "button", N_("Search"));
    html_close(h, "p");
    html_open(h, "details");
    for (size_t i = 0; i < FOUND_FILTERS; i++)
        if (request_query(q, found_filters[i]) && *request_query(q, found_filters[i])) {
            html_flag(h, "open");
            break;
        }
    html_element_tr(h, "summary", N_("More precisely"));
    html_open_class(h, "div", "fields");
    put_types(h, request_query(q, "type"));
    put_languages(f, request_query(q, "text_lang"));
    put_allies(f, request_query(q, "ally"));
    put_input(h, q, "place", tr(h->lang, N_("Place, or a country's two letters")), NULL);
    put_input(h, q, "from", tr(h->lang, N_("From (year, month or day)")), "2015-06");
    put_input(h, q, "until", tr(h->lang, N_("Until")), "2020");
    put_orders(h, request_query(q, "order"));
    html_close(h, "div");
    html_close(h, "details");
    put_hidden(h, q);
    html_close(h, "form");
}

/* ---- the page ---- */

static void show(struct http_request *q, const json_t *result, const json_t *suggestions)
{
    struct sheet s;
    struct read read;
    const char *words = request_query(q, "q");
    bool narrowed = request_pairs(q)->n > 0;
    if (!web_begin(q, NULL, &read))
        return;
    char title[256];
    bool searched = words && *words;
    snprintf(title, sizeof title, "%.180s%s%s", searched ? words : "", searched ? " – " : "",
             tr(request_lang(q), N_("Records")));
    sheet_open(&s, q, &read,
               &(struct page){
                   .title = title,
                   .place = PAGE_RECORDS,
                   .wide = true,
                   .noindex = narrowed,
                   .feeds = {{"/feeds/all.atom", "application/atom+xml", NULL},
                             {"/api/v1/records", "application/json", NULL}}
    });
    const struct found f = {q, &s.h, &read, result, suggestions};
    put_form(&f);
    found_count(&f);
    found_chosen(&f);
    if (json_array_size(json_object_get(result, "records"))) {
        html_open_class(&s.h, "div", "with-facets");
        html_open(&s.h, "div");
        found_records(&f);
        sheet_paging(f.h, f.q, f.result);
        html_close(&s.h, "div");
        found_facets(&f);
        html_close(&s.h, "div");
    } else {
        found_nothing(&f);
        sheet_paging(f.h, f.q, f.result);
    }
    sheet_close(&s, 200);
    web_end(q, &read);
}

static void suggested(struct http_request *q, const json_t *answer)
{
    show(q, *request_own(q), json_object_get(json_object_get(answer, "result"), "suggestions"));
}

static void forget(void *own)
{
    json_decref(own);
}

/* The beginning of the longest word: whoever misspells it, mostly does so further on. */
static json_t *beginning(const char *words)
{
    const char *best = words;
    size_t best_n = 0;
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n > best_n) {
            best = at;
            best_n = n;
        }
        at += n;
    }
    size_t to = 0;
    for (unsigned n = 0; to < best_n && n < ALIKE; n++)
        for (to++; to < best_n && ((unsigned char)best[to] & 0xc0) == 0x80; to++)
            ;
    return json_stringn(best, to);
}

static void searched(struct http_request *q, const json_t *answer)
{
    json_t *result = json_object_get(answer, "result");
    const char *words = request_query(q, "q");
    if (answer_failed(q, answer))
        return;
    if (json_array_size(json_object_get(result, "records")) || !words || !*words) {
        show(q, result, NULL);
        return;
    }
    *request_own(q) = json_incref(result);
    request_at_end(q, forget);
    ask_index(q, "suggest", json_pack("{s:o}", "q", beginning(words)), suggested);
}

static size_t last_word(const char *words)
{
    size_t end = strlen(words), n = 0;
    while (end && words[end - 1] != ' ' && words[end - 1] != '\'') {
        end--;
        n++;
    }
    return n;
}

void page_records(struct http_request *q)
{
    /* As the page calls it, as the index does. */
    static const char *const passed[][2] = {
        {"q",         "q"      },
        {"concept",   "concept"},
        {"term",      "term"   },
        {"ally",      "ally"   },
        {"type",      "type"   },
        {"text_lang", "in_lang"},
        {"place",     "place"  },
        {"from",      "since"  },
        {"until",     "until"  },
        {"year",      "year"   },
        {"since",     "changed"},
        {"order",     "order"  },
        {"cursor",    "cursor" },
    };
    json_t *args = json_pack("{s:i, s:i}", "limit", ROWS, "rank_most", RANKED_MOST);
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) {
        const char *value = request_query(q, passed[i][0]);
        if (value && *value)
            say_put(args, passed[i][1], json_string(value));
    }
    const char *words = request_query(q, "q");
    if (words && last_word(words) < WHOLE_BYTES)
        say_put(args, "whole", json_true());
    ask_index(q, "search", args, searched);
}
