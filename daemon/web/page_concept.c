#include "daemon/web/page_concept.h"
#include "daemon/web/api.h"
#include "daemon/web/around.h"
#include "protocol/base/base32.h"
#include <stdio.h>

struct concept_page {
    struct http_request *q;
    struct html *h;
    const struct crossings *crossings; /* NULL: they could not be read */
    const struct crossing_concept *place;
    const struct around *around;
    const json_t *shown;
    const char *id;
};

static const json_t *get(const struct concept_page *p, const char *field)
{
    return json_object_get(p->shown, field);
}

/* ---- how it stands ---- */

static void put_neighbour(const struct concept_page *p, const json_t *one)
{
    prose_concept(p->h, p->q, p->crossings, sheet_text(one, "id"), sheet_text(one, "label"));
}

static void put_standing(const struct concept_page *p)
{
    static const struct {
        const char *kind, *words;
    } kinds[] = {
        {"descriptor", N_("Descriptor")},
        {"component",  N_("Component") },
        {"angle",      N_("Angle")     },
        {"scheme",     N_("Scheme")    },
        {"collection", N_("Collection")},
    };
    struct html *h = p->h;
    const char *kind = sheet_text(p->shown, "kind"), *status = sheet_text(p->shown, "status"),
               *reason = sheet_text(p->shown, "reason");
    const json_t *into = get(p, "merged_into"), *use = get(p, "adopted_by_use");
    html_open_class(h, "p", "dim");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            html_text(h, tr(h->lang, kinds[i].words));
    html_text(h, ", ");
    html_text(h, prose_status(h->lang, status));
    if (use) {
        html_text(h, " ");
        html_say(h, N_("(by use: {1} was the first other ally to index with it)"), sheet_text(use, "ally_name"), NULL);
    }
    html_close(h, "p");
    if (into) {
        html_open_class(h, "p", "box warn");
        html_text(h, tr(h->lang, N_("It was merged. What counts now is:")));
        html_text(h, " ");
        put_neighbour(p, into);
        html_close(h, "p");
    }
    if (*reason) {
        html_open_class(h, "p", "box");
        html_say(h, N_("Why it was given up: {1}"), reason, NULL);
        html_close(h, "p");
    }
}

/* ---- what it says ---- */

/* Names outside of the page's language, and other names in it. */
static void put_labels(const struct concept_page *p)
{
    struct html *h = p->h;
    const char *tag;
    json_t *label, *one;
    size_t i;
    html_element_tr(h, "h2", N_("Names"));
    html_open(h, "ul");
    json_object_foreach((json_t *)(uintptr_t)get(p, "prefLabel"), tag, label)
    {
        html_open(h, "li");
        html_text(h, *tag ? prose_language(h->lang, tag) : "–");
        html_text(h, " ");
        html_open(h, "b");
        prose_lang(h, tag);
        html_name(h, slice_text(json_string_value(label) ? json_string_value(label) : ""));
        html_close(h, "b");
        json_array_foreach(json_object_get(get(p, "altLabel"), tag), i, one)
        {
            html_text(h, ", ");
            html_open(h, "span");
            prose_lang(h, tag);
            html_name(h, slice_text(json_string_value(one) ? json_string_value(one) : ""));
            html_close(h, "span");
        }
        html_close(h, "li");
    }
    html_close(h, "ul");
}

static void put_notes(const struct concept_page *p, bool heads)
{
    static const struct {
        const char *field, *words;
        bool head; /* it stands first on the page */
    } notes[] = {
        {"definition",    N_("Definition"),      true },
        {"scopeNote",     N_("Scope"),           true },
        {"example",       N_("Example"),         true },
        {"note",          N_("Note"),            false},
        {"changeNote",    N_("Note on changes"), false},
        {"editorialNote", N_("Editors' note"),   false},
        {"historyNote",   N_("Note on history"), false},
    };
    struct html *h = p->h;
    size_t k;
    json_t *one;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        const json_t *by_lang = get(p, notes[i].field);
        const char *lang = prose_choose(by_lang, h->lang);
        if (!lang || notes[i].head != heads)
            continue;
        html_element_tr(h, "h2", notes[i].words);
        json_array_foreach(json_object_get(by_lang, lang), k, one)
            prose_text(h, lang, json_string_value(one) ? json_string_value(one) : "");
    }
}

/* ---- what is next to it ---- */

static void put_heading(const struct concept_page *p, const char *anchor, const char *words)
{
    html_open(p->h, "h2");
    html_attr(p->h, "id", anchor);
    html_text(p->h, tr(p->h->lang, words));
    html_close(p->h, "h2");
}

static void put_ones(const struct concept_page *p, const struct around_one *list, size_t n, bool records)
{
    struct html *h = p->h;
    html_open_class(h, "ul", n > 8 ? "columns" : NULL);
    for (size_t i = 0; i < n; i++) {
        html_open(h, "li");
        if (records)
            prose_record(h, p->q, list[i].id, list[i].label);
        else
            prose_concept(h, p->q, p->crossings, list[i].id, list[i].label);
        if (list[i].waits) {
            html_text(h, " ");
            html_open_class(h, "span", "dim");
            html_text(h, tr(h->lang, N_("(proposed)")));
            html_close(h, "span");
        }
        html_close(h, "li");
    }
    html_close(h, "ul");
}

static void put_list(const struct concept_page *p, enum neighbours_place place, const char *anchor, const char *words)
{
    if (!p->around->n[place])
        return;
    put_heading(p, anchor, words);
    put_ones(p, p->around->places[place], p->around->n[place], place == NEIGHBOURS_RECORDS);
}

static void put_records(const struct concept_page *p)
{
    struct html *h = p->h;
    char path[128];
    put_list(p, NEIGHBOURS_RECORDS, "records", N_("Records that it indexes"));
    html_open(h, "p");
    if (p->place) {
        snprintf(path, sizeof path, "/records?term=%.60s", p->id);
        html_say_n(h, "{1} record names it:", "{1} records name it:", p->place->records, NULL);
        html_text(h, " ");
        html_link(h, path, tr(h->lang, N_("search in them")));
        html_text(h, " · ");
    }
    snprintf(path, sizeof path, "/records?concept=%.60s", p->id);
    html_link(h, path, tr(h->lang, N_("with all that lies below it")));
    html_text(h, " · ");
    snprintf(path, sizeof path, "/feeds/concept-%.60s.atom", p->id);
    html_link(h, path, tr(h->lang, N_("Follow what changes (Atom)")));
    html_close(h, "p");
}

/* Relations that the drawing does not have. */
static void put_relations(const struct concept_page *p)
{
    static const struct {
        const char *relation, *words;
    } relations[] = {
        {"facet",        N_("Components and angles")  },
        {"topConceptOf", N_("At the top of")          },
        {"inScheme",     N_("In the scheme")          },
        {"memberOf",     N_("In the collection")      },
        {"merged_from",  N_("What was merged into it")},
        {"exactMatch",   N_("The same elsewhere")     },
        {"closeMatch",   N_("Close to it elsewhere")  },
        {"broadMatch",   N_("Broader elsewhere")      },
        {"narrowMatch",  N_("Narrower elsewhere")     },
        {"relatedMatch", N_("Related elsewhere")      },
    };
    struct html *h = p->h;
    size_t k;
    json_t *one;
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
        const json_t *list = get(p, relations[i].relation);
        if (!json_array_size(list))
            continue;
        put_heading(p, relations[i].relation, relations[i].words);
        html_open(h, "ul");
        json_array_foreach((json_t *)(uintptr_t)list, k, one)
        {
            html_open(h, "li");
            if (*sheet_text(one, "uri"))
                html_link(h, sheet_text(one, "uri"), sheet_text(one, "uri"));
            else
                put_neighbour(p, one);
            html_close(h, "li");
        }
        html_close(h, "ul");
    }
}

/* Of a component or an angle: the first of what lies at it, and the way to the others. */
static void put_lying(const struct concept_page *p)
{
    const char *kind = sheet_text(p->shown, "kind");
    char path[128];
    bool component = strcmp(kind, "component") == 0;
    if (!component && strcmp(kind, "angle") != 0)
        return;
    put_heading(p, "lying", component ? N_("In this component") : N_("At this angle"));
    put_ones(p, p->around->lying, p->around->lying_n < AROUND_LYING ? p->around->lying_n : AROUND_LYING, false);
    snprintf(path, sizeof path, "/thesaurus?%s=%.60s", kind, p->id);
    html_open(p->h, "p");
    html_link(p->h, path,
              tr(p->h->lang, component ? N_("All concepts of this component") : N_("All concepts of this angle")));
    html_close(p->h, "p");
}

/* ---- what waits ---- */

static void put_value(const struct concept_page *p, const json_t *value)
{
    struct html *h = p->h;
    size_t i;
    json_t *one;
    if (json_is_string(value))
        html_name(h, slice_text(json_string_value(value)));
    else if (*sheet_text(value, "id"))
        put_neighbour(p, value);
    else if (json_is_array(value))
        json_array_foreach((json_t *)(uintptr_t)value, i, one)
        {
            html_text(h, i ? ", " : "");
            html_name(h, slice_text(json_is_string(one) ? json_string_value(one) : sheet_text(one, "value")));
        }
    else if (json_is_null(value))
        html_text(h, tr(h->lang, N_("(to be emptied)")));
    else
        html_name(h, slice_text(sheet_text(value, "reason")));
}

static void put_proposals(const struct concept_page *p)
{
    struct html *h = p->h;
    const json_t *list = get(p, "proposals");
    size_t i;
    json_t *one;
    if (!json_array_size(list))
        return;
    html_element_tr(h, "h2", N_("What waits to be adopted"));
    html_open(h, "ul");
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        const char *lang = sheet_text(one, "lang");
        const json_t *motive = json_object_get(one, "motive");
        html_open(h, "li");
        html_open(h, "code");
        html_text(h, json_is_false(json_object_get(one, "add")) ? "−" : "");
        html_text(h, sheet_text(one, "field"));
        html_text(h, *lang ? "@" : "");
        html_text(h, lang);
        html_close(h, "code");
        html_text(h, " ");
        put_value(p, json_object_get(one, "value"));
        html_text(h, " – ");
        html_name(h, slice_text(sheet_text(one, "ally_name")));
        html_text(h, ", ");
        html_date_of(h, sheet_text(one, "at"));
        if (json_is_object(motive)) {
            html_text(h, ", ");
            html_text(h, tr(h->lang, N_("because of")));
            html_text(h, " ");
            prose_record(h, p->q, sheet_text(motive, "id"), sheet_text(motive, "title"));
        }
        html_close(h, "li");
    }
    html_close(h, "ul");
}

static void put_end(const struct concept_page *p)
{
    struct html *h = p->h;
    const char *uri = sheet_text(p->shown, "uri");
    html_element_tr(h, "h2", N_("About this concept"));
    html_open(h, "p");
    if (*uri) {
        html_text(h, "URI ");
        html_link(h, uri, uri);
        html_text(h, " · ");
    }
    html_link(h, sheet_path(p->q, "/concepts/", p->id, "/history"),
              tr(h->lang, N_("who proposed and adopted what, and when")));
    html_close(h, "p");
}

/* ---- the page ---- */

static void put_all(const struct concept_page *p)
{
    put_standing(p);
    prose_conflicts(p->h, p->q, p->shown);
    put_notes(p, true);
    html_element_tr(p->h, "h2", N_("What is next to it"));
    html_open(p->h, "figure");
    around_draw(p->around, p->q, p->h, p->crossings, p->shown);
    html_element_tr(
        p->h, "figcaption",
        N_("Broader above, with components and angles; related beside, narrower below, records at the bottom; "
           "dashed: proposed. All of it stands in the lists that follow."));
    html_close(p->h, "figure");
    put_list(p, NEIGHBOURS_ABOVE, "broader", N_("Broader"));
    put_list(p, NEIGHBOURS_BELOW, "narrower", N_("Narrower"));
    put_lying(p);
    put_list(p, NEIGHBOURS_BESIDE, "related", N_("Related"));
    put_records(p);
    put_relations(p);
    put_labels(p);
    put_notes(p, false);
    put_proposals(p);
    put_end(p);
}

static void show(struct http_request *q, struct read *read, const struct around *around, bool coloured)
{
    struct sheet s;
    struct web *w = web_of(q);
    uint8_t bytes[CONCEPT_BYTES];
    const char *id = sheet_text(read->result, "id");
    const json_t *labels = json_object_get(read->result, "prefLabel");
    const char *lang = prose_choose(labels, request_lang(q)), *title = lang ? sheet_text(labels, lang) : id;
    char canonical[512], feed[96];
    snprintf(canonical, sizeof canonical, "%.400s/concepts/%.80s", request_base(q), id);
    snprintf(feed, sizeof feed, "/feeds/concept-%.60s.atom", id);
    struct concept_page p = {q, &s.h, coloured ? &w->crossings : NULL, NULL, around, read->result, id};
    if (coloured && base32_decode(slice_text(id), bytes, sizeof bytes) == ERR_OK)
        p.place = crossings_find(&w->crossings, bytes);
    sheet_open(&s, q, read,
               &(struct page){
                   .title = title,
                   .title_lang = lang && *lang ? lang : NULL,
                   .canonical = canonical,
                   .place = PAGE_THESAURUS,
                   .feeds = {{sheet_path(q, "/api/v1/concepts/", id, ".jsonld"), "application/ld+json", NULL},
                             {sheet_path(q, "/api/v1/concepts/", id, ".json"), "application/json", NULL},
                             {feed, "application/atom+xml", NULL}}
    });
    put_all(&p);
    sheet_close(&s, 200);
}

void page_concept(struct http_request *q)
{
    struct read read;
    struct around around = {.records = NULL};
    json_t *args = json_pack("{s:s}", "id", request_part(q, "id"));
    if (web_begin(q, args, &read)) {
        err_t e = read_find("concept.show")(&read);
        err_t colours = e ? e : crossings_refresh(&web_of(q)->crossings, &read);
        if (!e)
            e = around_read(q, &read, read.result, &around);
        if (e)
            api_missing(q, e, &read.why);
        else
            show(q, &read, &around, !colours);
        around_fini(&around);
        web_end(q, &read);
    }
    json_decref(args);
}
