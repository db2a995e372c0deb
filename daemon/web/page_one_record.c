#include "daemon/web/page_one_record.h"
#include "daemon/web/api.h"
#include "daemon/web/record_beside.h"
#include <stdio.h>

#define METAS_MAX 24

/* ---- head ---- */

struct metas {
    struct page_meta at[METAS_MAX];
    size_t n;
};

static void add_meta(struct metas *m, const char *name, const char *content, const char *lang)
{
    if (content && *content && m->n < METAS_MAX)
        m->at[m->n++] = (struct page_meta){name, content, lang};
}

/* Dublin Core, as reference managers and search engines read it. */
static void gather(const struct record_page *p, struct metas *m)
{
    const char *lang, *abstract = record_text(p, "abstract", &lang), *producer = sheet_text(p->shown, "producer");
    size_t i;
    json_t *one;
    add_meta(m, "DC.title", record_text(p, "title", &lang), lang);
    add_meta(m, "DC.identifier", sheet_text(p->shown, "id"), NULL);
    add_meta(m, "DC.language", p->lang, NULL);
    add_meta(m, "DC.type", sheet_text(p->shown, "type"), NULL);
    add_meta(m, "DC.date", sheet_text(p->shown, "date"), NULL);
    add_meta(m, "DC.rights", sheet_text(p->shown, "licence"), NULL);
    add_meta(m, "DC.publisher", *producer ? producer : sheet_text(p->shown, "ally_name"), NULL);
    add_meta(m, "DC.source", sheet_text(p->shown, "source_url"), NULL);
    add_meta(m, "DC.description", abstract, NULL);
    add_meta(m, "description", abstract, NULL);
    json_array_foreach(json_object_get(p->shown, "authors"), i, one) if (i < 4)
        add_meta(m, "DC.creator", json_string_value(one), NULL);
    json_array_foreach(json_object_get(p->shown, "concepts"), i, one) if (i < 8)
        add_meta(m, "DC.subject", sheet_text(one, "label"), NULL);
}

/* The one asked for, else the reader's, else what there is. */
static const char *lang_of(struct http_request *q, const json_t *shown)
{
    const char *asked = request_query(q, "text_lang"), *found;
    const json_t *titles = json_object_get(shown, "title");
    if (asked && json_object_get(titles, asked))
        return asked;
    found = prose_choose(titles, request_lang(q));
    return found ? found : request_lang(q);
}

/* ---- the page ---- */

static void put_all(const struct record_page *p)
{
    record_languages(p);
    prose_conflicts(p->h, p->q, p->shown);
    record_lead(p);
    record_translations(p);
    record_items(p);
    record_texts(p);
    record_episodes(p);
    record_actors(p);
    record_images(p);
    record_sources(p);
    record_terms(p);
    record_links(p);
    record_reviews(p);
    record_discipline(p);
    record_facts(p);
}

static void show(struct http_request *q, struct read *read)
{
    struct sheet s;
    struct web *w = web_of(q);
    const char *id = sheet_text(read->result, "id"), *title_lang;
    struct metas metas = {.n = 0};
    char canonical[512];
    err_t e = crossings_refresh(&w->crossings, read);
    struct record_page p = {q, &s.h, read, e ? NULL : &w->crossings, read->result, lang_of(q, read->result)};
    s.h.lang = request_lang(q); /* texts are chosen before the page is open */
    const char *title = record_text(&p, "title", &title_lang);
    gather(&p, &metas);
    snprintf(canonical, sizeof canonical, "%.400s/records/%.80s", request_base(q), id);
    sheet_open(&s, q, read,
               &(struct page){
                   .title = *title ? title : id,
                   .title_lang = title_lang,
                   .canonical = canonical,
                   .place = PAGE_RECORDS,
                   .metas = metas.at,
                   .metas_n = metas.n,
                   .feeds = {{sheet_path(q, "/api/v1/records/", id, ".jsonld"), "application/ld+json", NULL},
                             {sheet_path(q, "/api/v1/records/", id, ".json"), "application/json", NULL},
                             {"/feeds/all.atom", "application/atom+xml", NULL}}
    });
    put_all(&p);
    sheet_close(&s, 200);
}

static void show_tombstone(struct http_request *q, struct read *read)
{
    struct sheet s;
    const char *ally = sheet_text(read->result, "ally_name"), *id = sheet_text(read->result, "id");
    sheet_open(&s, q, read,
               &(struct page){.title = tr(request_lang(q), N_("This record was withdrawn")),
                              .place = PAGE_RECORDS,
                              .noindex = true});
    struct html *h = &s.h;
    html_open(h, "p");
    html_say(h, N_("Those who published it have taken it back. It was a record of {1}; it was last changed on:"), ally,
             NULL);
    html_text(h, " ");
    html_date_of(h, sheet_text(read->result, "updated"));
    html_close(h, "p");
    html_open(h, "p");
    html_link(h, sheet_path(q, "/records/", id, "/history"), tr(h->lang, N_("who wrote what, and when")));
    html_text(h, " · ");
    html_link(h, sheet_path(q, "/records?ally=", ally, ""), tr(h->lang, N_("Other records of the same ally")));
    html_close(h, "p");
    sheet_close(&s, 410);
}

void page_one_record(struct http_request *q)
{
    struct read read;
    json_t *args = json_pack("{s:s}", "id", request_part(q, "id"));
    if (web_begin(q, args, &read)) {
        err_t e = read_record_show(&read);
        if (e)
            api_missing(q, e, &read.why);
        else if (json_is_true(json_object_get(read.result, "retired")))
            show_tombstone(q, &read);
        else
            show(q, &read);
        web_end(q, &read);
    }
    json_decref(args);
}
