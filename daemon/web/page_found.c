#include "daemon/web/page_found.h"
#include <stdio.h>

#define SHOWN 10 /* values of a facet, before one asks for more */

const char *const found_filters[FOUND_FILTERS] = {
    [FOUND_CONCEPT] = "concept", [FOUND_TERM] = "term",   [FOUND_TYPE] = "type", [FOUND_LANG] = "text_lang",
    [FOUND_ALLY] = "ally",       [FOUND_PLACE] = "place", [FOUND_YEAR] = "year", [FOUND_FROM] = "from",
    [FOUND_UNTIL] = "until",     [FOUND_SINCE] = "since"};

static const char *const names[FOUND_FILTERS] = {
    [FOUND_CONCEPT] = N_("Theme"),      [FOUND_TERM] = N_("Index term"), [FOUND_TYPE] = N_("Type"),
    [FOUND_LANG] = N_("Language"),      [FOUND_ALLY] = N_("Ally"),       [FOUND_PLACE] = N_("Place"),
    [FOUND_YEAR] = N_("Year"),          [FOUND_FROM] = N_("From"),       [FOUND_UNTIL] = N_("Until"),
    [FOUND_SINCE] = N_("Changed since")};

static const char *asked(const struct found *f, enum found_filter which)
{
    const char *value = request_query(f->q, found_filters[which]);
    return value ? value : "";
}

static int64_t total_of(const struct found *f)
{
    return (int64_t)json_integer_value(json_object_get(f->result, "total"));
}

/* ---- what is chosen ---- */

static const char *copy_of(struct http_request *q, const char *text, size_t n)
{
    char *out = arena_alloc(request_arena(q), 1, n + 1);
    if (out && n)
        memcpy(out, text, n);
    return out ? out : "";
}

/* A value as people say it. */
static const char *words_of(const struct found *f, enum found_filter which, const char *value)
{
    struct slice id;
    const struct ally *ally;
    if (which == FOUND_TYPE)
        return prose_type(f->h->lang, value);
    if (which == FOUND_LANG)
        return prose_language(f->h->lang, value);
    if (which == FOUND_ALLY && read_ally(f->read, value, &ally) == ERR_OK)
        return copy_of(f->q, (const char *)ally->name.at, ally->name.len);
    if ((which == FOUND_CONCEPT || which == FOUND_TERM) && read_entity(f->read, ENTITY_CONCEPT, value, &id) == ERR_OK) {
        struct slice label = read_label(f->read, id);
        if (label.len)
            return copy_of(f->q, (const char *)label.at, label.len);
    }
    return value;
}

static void put_chosen(const struct found *f, enum found_filter which, const char *value, const char *without)
{
    struct html *h = f->h;
    const char *words = words_of(f, which, value);
    html_open(h, "li");
    html_say(h, N_("{1}:"), tr(h->lang, names[which]), NULL);
    html_text(h, " ");
    html_name(h, slice_text(words));
    html_text(h, " ");
    if (html_open_link(h, slice_text(sheet_address(f->q, found_filters[which], without)))) {
        html_text(h, tr(h->lang, N_("remove")));
        html_open_class(h, "span", "hidden");
        html_text(h, " ");
        html_name(h, slice_text(words));
        html_close(h, "span");
        html_close(h, "a");
    }
    html_close(h, "li");
}

/* A list of terms without the one that begins there. NULL: none is left. */
static const char *terms_without(struct http_request *q, const char *terms, const char *one, size_t n)
{
    size_t all = strlen(terms), before = (size_t)(one - terms);
    char *out = arena_alloc(request_arena(q), 1, all + 2);
    if (!out)
        return NULL;
    snprintf(out, all + 2, "%.*s%s", (int)before, terms, one + n + strspn(one + n, " "));
    for (size_t len = strlen(out); len && out[len - 1] == ' ';)
        out[--len] = 0;
    return *out ? out : NULL;
}

static void put_terms(const struct found *f, const char *terms)
{
    for (const char *at = terms + strspn(terms, " "); *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        put_chosen(f, FOUND_TERM, copy_of(f->q, at, n), terms_without(f->q, terms, at, n));
        at += n;
    }
}

void found_chosen(const struct found *f)
{
    struct html *h = f->h;
    bool any = false;
    for (size_t i = 0; i < FOUND_FILTERS; i++)
        any |= *asked(f, (enum found_filter)i) != 0;
    if (!any)
        return;
    html_open_class(h, "ul", "chosen");
    html_attr_tr(h, "aria-label", N_("Narrowed by"));
    for (size_t i = 0; i < FOUND_FILTERS; i++) {
        const char *value = asked(f, (enum found_filter)i);
        if (i == FOUND_TERM)
            put_terms(f, value);
        else if (*value)
            put_chosen(f, (enum found_filter)i, value, NULL);
    }
    html_close(h, "ul");
}

void found_count(const struct found *f)
{
    struct html *h = f->h;
    int64_t total = total_of(f);
    html_open(h, "p");
    if (json_is_true(json_object_get(f->result, "partial")))
        html_say_n(h, "At least {1} record: time ran out before all were looked at.",
                   "At least {1} records: time ran out before all were looked at.", total, NULL);
    else
        html_say_n(h, "{1} record.", "{1} records.", total, NULL);
    if (json_is_false(json_object_get(f->result, "ranked")) && request_query(f->q, "q") && *request_query(f->q, "q") &&
        (!request_query(f->q, "order") || strcmp(request_query(f->q, "order"), "best") == 0)) {
        html_text(h, " ");
        html_text(h, tr(h->lang, N_("So many have these words that the newest come first; one word more, and the best "
                                    "ones do.")));
    }
    if (json_is_true(json_object_get(f->result, "behind"))) {
        html_text(h, " ");
        html_text(h, tr(h->lang, N_("What was written in the last moments is not in it yet.")));
    }
    html_close(h, "p");
}

/* ---- records ---- */

static void put_place(struct html *h, const json_t *place)
{
    const char *name = sheet_text(place, "name"), *country = sheet_text(place, "country");
    if (!*name && !*country)
        return;
    html_text(h, " · ");
    html_name(h, slice_text(*name ? name : country));
    if (*name && *country) {
        html_text(h, ", ");
        html_text(h, country);
    }
}

static void put_record(const struct found *f, const json_t *r)
{
    struct html *h = f->h;
    const char *id = sheet_text(r, "id"), *title = sheet_text(r, "title"), *snippet = sheet_text(r, "snippet"),
               *type = sheet_text(r, "type"), *date = sheet_text(r, "date"), *ally = sheet_text(r, "ally_name");
    html_open(h, "li");
    html_open(h, "h2");
    prose_lang(h, sheet_text(r, "lang"));
    html_open_link(h, slice_text(sheet_path(f->q, "/records/", id, "")));
    html_attr(h, "dir", "auto");
    if (*title)
        prose_marked(h, title, json_object_get(r, "title_marks"));
    else
        html_text(h, id);
    html_close(h, "a");
    html_close(h, "h2");
    if (*snippet) {
        html_open(h, "p");
        prose_lang(h, sheet_text(r, "snippet_lang"));
        html_attr(h, "dir", "auto");
        prose_marked(h, snippet, json_object_get(r, "marks"));
        html_close(h, "p");
    }
    html_open_class(h, "p", "dim");
    html_text(h, *type ? prose_type(h->lang, type) : tr(h->lang, N_("Record")));
    if (*ally) {
        html_text(h, " · ");
        html_name(h, slice_text(ally));
    }
    put_place(h, json_object_get(r, "place"));
    if (*date) {
        html_text(h, " · ");
        prose_date(h, date);
    }
    html_close(h, "p");
    html_close(h, "li");
}

void found_records(const struct found *f)
{
    size_t i;
    json_t *one;
    html_open_class(f->h, "ol", "hits");
    json_array_foreach(json_object_get(f->result, "records"), i, one) put_record(f, one);
    html_close(f->h, "ol");
}

/* ---- facets ---- */

/* A facet of the index, and the parameter that narrows by it. */
static const struct {
    const char *facet;
    enum found_filter filter;
} facets[] = {
    {"concept", FOUND_TERM },
    {"type",    FOUND_TYPE },
    {"lang",    FOUND_LANG },
    {"ally",    FOUND_ALLY },
    {"country", FOUND_PLACE},
    {"year",    FOUND_YEAR },
};

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list + strspn(list, " "); *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (len == n && memcmp(at, word, n) == 0)
            return true;
        at += len;
    }
    return false;
}

/* The parameter's value with that one in it; a term is added to those that are there. */
static const char *value_with(const struct found *f, enum found_filter filter, const char *value)
{
    const char *terms = asked(f, FOUND_TERM);
    size_t room = strlen(terms) + strlen(value) + 2;
    char *out = filter == FOUND_TERM && *terms ? arena_alloc(request_arena(f->q), 1, room) : NULL;
    if (out)
        snprintf(out, room, "%s %s", terms, value);
    return out ? out : value;
}

static void put_value(const struct found *f, size_t facet, const json_t *v)
{
    struct html *h = f->h;
    const char *value = sheet_text(v, "value"), *label = sheet_text(v, "label");
    enum found_filter filter = facets[facet].filter;
    label = filter == FOUND_TYPE   ? prose_type(h->lang, value)
            : filter == FOUND_LANG ? prose_language(h->lang, value)
                                   : label;
    html_open(h, "li");
    if (html_open_link(h, slice_text(sheet_address(f->q, found_filters[filter], value_with(f, filter, value))))) {
        html_attr(h, "dir", "auto");
        html_text(h, *label ? label : value);
        html_close(h, "a");
    }
    html_text(h, " ");
    html_open_class(h, "span", "dim");
    html_text(h, "(");
    html_number(h, (int64_t)json_integer_value(json_object_get(v, "count")));
    html_text(h, ")");
    html_close(h, "span");
    html_close(h, "li");
}

static size_t put_values(const struct found *f, size_t facet, const json_t *values, size_t from, size_t most)
{
    size_t at = from, shown = 0;
    html_open(f->h, "ul");
    for (; at < json_array_size(values) && shown < most; at++) {
        const json_t *v = json_array_get(values, at);
        if (facets[facet].filter == FOUND_TERM && has_word(asked(f, FOUND_TERM), sheet_text(v, "value")))
            continue;
        put_value(f, facet, v);
        shown++;
    }
    html_close(f->h, "ul");
    return at;
}

/* One more term narrows what is there; of the others only one can hold. What all have, or one alone has, tells nothing apart. */
static bool narrows(const struct found *f, size_t facet, const json_t *values)
{
    enum found_filter filter = facets[facet].filter;
    if (filter != FOUND_TERM && *asked(f, filter))
        return false;
    return json_array_size(values) > 1 ||
           (json_array_size(values) == 1 &&
            json_integer_value(json_object_get(json_array_get(values, 0), "count")) < total_of(f));
}

void found_facets(const struct found *f)
{
    struct html *h = f->h;
    const json_t *all = json_object_get(f->result, "facets");
    html_open_class(h, "nav", "facets");
    html_attr_tr(h, "aria-label", N_("What can be narrowed"));
    for (size_t i = 0; i < sizeof facets / sizeof *facets; i++) {
        const json_t *values = json_object_get(all, facets[i].facet);
        if (!narrows(f, i, values))
            continue;
        html_open(h, "section");
        html_element_tr(h, "h2", names[facets[i].filter]);
        size_t at = put_values(f, i, values, 0, SHOWN);
        if (at < json_array_size(values)) {
            html_open(h, "details");
            html_element_tr(h, "summary", N_("More"));
            put_values(f, i, values, at, SIZE_MAX);
            html_close(h, "details");
        }
        html_close(h, "section");
    }
    html_close(h, "nav");
}

/* ---- nothing ---- */

static void put_suggestions(const struct found *f)
{
    struct html *h = f->h;
    size_t i;
    json_t *one;
    if (!json_array_size(f->suggestions))
        return;
    html_element_tr(h, "p", N_("What begins alike:"));
    html_open(h, "ul");
    json_array_foreach((json_t *)(uintptr_t)f->suggestions, i, one)
    {
        bool concept = strcmp(sheet_text(one, "kind"), "concept") == 0;
        html_open(h, "li");
        if (concept)
            prose_concept(h, f->q, NULL, sheet_text(one, "id"), sheet_text(one, "label"));
        else
            prose_record(h, f->q, sheet_text(one, "id"), sheet_text(one, "label"));
        html_text(h, " ");
        html_open_class(h, "span", "dim");
        html_text(h, tr(h->lang, concept ? N_("(index term)") : N_("(record)")));
        html_close(h, "span");
        html_close(h, "li");
    }
    html_close(h, "ul");
}

void found_nothing(const struct found *f)
{
    struct html *h = f->h;
    const char *q = request_query(f->q, "q");
    html_open_class(h, "div", "box");
    html_element_tr(h, "p", N_("Nothing was found."));
    html_open(h, "ul");
    if (q && *q) {
        html_element_tr(h, "li", N_("Is each word spelled as one would write it? Accents and plurals do not matter."));
        html_element_tr(h, "li", N_("All words have to stand in a record: fewer of them find more."));
    }
    html_element_tr(h, "li", N_("Whatever it is narrowed by can be removed above."));
    html_close(h, "ul");
    put_suggestions(f);
    html_open(h, "p");
    html_link(h, "/records", tr(h->lang, N_("All records")));
    html_text(h, " · ");
    html_link(h, "/thesaurus", tr(h->lang, N_("Look in the thesaurus")));
    html_close(h, "p");
    html_close(h, "div");
}
