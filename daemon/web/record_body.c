#include "daemon/web/record_body.h"
#include "daemon/commons/discipline.h"
#include <stdio.h>

#define ITEMS_MOST 200

static const json_t *get(const struct record_page *p, const char *field)
{
    return json_object_get(p->shown, field);
}

const char *record_text(const struct record_page *p, const char *field, const char **lang)
{
    const json_t *texts = get(p, field);
    *lang = json_string_length(json_object_get(texts, p->lang)) ? p->lang : prose_choose(texts, p->h->lang);
    return *lang ? sheet_text(texts, *lang) : "";
}

/* ---- head ---- */

void record_languages(const struct record_page *p)
{
    struct html *h = p->h;
    const char *tag;
    json_t *text;
    if (json_object_size(get(p, "title")) < 2)
        return;
    html_open_class(h, "nav", "tongues");
    html_attr_tr(h, "aria-label", N_("Languages of this record"));
    html_open(h, "p");
    html_text(h, tr(h->lang, N_("This record can be read in:")));
    json_object_foreach((json_t *)(uintptr_t)get(p, "title"), tag, text)
    {
        html_text(h, " ");
        if (html_open_link(h, slice_text(sheet_address(p->q, "text_lang", tag)))) {
            prose_lang(h, tag);
            html_attr(h, "hreflang", tag);
            if (strcmp(tag, p->lang) == 0)
                html_attr(h, "aria-current", "true");
            html_text(h, prose_language(h->lang, tag));
            html_close(h, "a");
        }
    }
    html_close(h, "p");
    html_close(h, "nav");
}

static void put_place(struct html *h, const json_t *place)
{
    const char *name = sheet_text(place, "name"), *country = sheet_text(place, "country");
    html_name(h, slice_text(name));
    if (*name && *country)
        html_text(h, ", ");
    html_text(h, country);
}

static void put_period(struct html *h, const json_t *period)
{
    const char *start = sheet_text(period, "start"), *end = sheet_text(period, "end");
    prose_date(h, *start ? start : "…");
    html_text(h, " – ");
    prose_date(h, *end ? end : "…");
}

void record_lead(const struct record_page *p)
{
    struct html *h = p->h;
    const char *ally = sheet_text(p->shown, "ally_name"), *lang;
    const json_t *place = get(p, "place");
    html_open_class(h, "p", "dim");
    html_text(h, prose_type(h->lang, sheet_text(p->shown, "type")));
    if (*ally) {
        html_text(h, " · ");
        html_link(h, sheet_path(p->q, "/records?ally=", ally, ""), ally);
    }
    if (json_object_size(place)) {
        html_text(h, " · ");
        put_place(h, place);
    }
    if (json_is_string(get(p, "date"))) {
        html_text(h, " · ");
        prose_date(h, sheet_text(p->shown, "date"));
    }
    html_close(h, "p");
    const char *subtitle = record_text(p, "subtitle", &lang);
    if (*subtitle) {
        html_open_class(h, "div", "lead");
        prose_text(h, lang, subtitle);
        html_close(h, "div");
    }
    const char *abstract = record_text(p, "abstract", &lang);
    if (*abstract) {
        html_open_class(h, "div", "box");
        prose_text(h, lang, abstract);
        html_close(h, "div");
    }
}

/* ---- texts ---- */

static void put_heading(const struct record_page *p, const char *words, const char *lang)
{
    struct html *h = p->h;
    html_open(h, "h2");
    html_text(h, tr(h->lang, words));
    if (lang && *lang && strcmp(lang, p->lang) != 0) {
        html_text(h, " ");
        html_open_class(h, "small", "dim");
        html_say(h, N_("(in another language: {1})"), prose_language(h->lang, lang), NULL);
        html_close(h, "small");
    }
    html_close(h, "h2");
}

void record_texts(const struct record_page *p)
{
    static const struct {
        const char *field, *words;
    } texts[] = {
        {"context",     N_("What is at stake")              },
        {"history",     N_("How it came about")             },
        {"description", N_("Description")                   },
        {"limits",      N_("Limits")                        },
        {"lessons",     N_("How is it done? What it taught")},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *lang, *text = record_text(p, texts[i].field, &lang);
        if (!*text)
            continue;
        put_heading(p, texts[i].words, lang);
        prose_text(p->h, lang, text);
    }
}

/* The list of a field in the language chosen, else in another. NULL: none. */
static const json_t *list_of(const struct record_page *p, const char *field, const char **lang)
{
    const json_t *by_lang = get(p, field);
    *lang = json_array_size(json_object_get(by_lang, p->lang)) ? p->lang : prose_choose(by_lang, p->h->lang);
    return *lang ? json_object_get(by_lang, *lang) : NULL;
}

void record_episodes(const struct record_page *p)
{
    struct html *h = p->h;
    const char *lang;
    const json_t *episodes = list_of(p, "episodes", &lang);
    size_t i;
    json_t *one;
    if (!json_array_size(episodes))
        return;
    put_heading(p, N_("In time"), lang);
    html_open_class(h, "ol", "time");
    json_array_foreach((json_t *)(uintptr_t)episodes, i, one)
    {
        html_open(h, "li");
        if (*sheet_text(one, "date")) {
            html_open(h, "b");
            prose_date(h, sheet_text(one, "date"));
            html_close(h, "b");
        }
        prose_text(h, lang, sheet_text(one, "text"));
        html_close(h, "li");
    }
    html_close(h, "ol");
}

static void put_strings(struct html *h, const json_t *list, const char *lang)
{
    size_t i;
    json_t *one;
    html_open(h, "ul");
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        const char *text = json_string_value(one);
        html_open(h, "li");
        prose_lang(h, lang);
        html_attr(h, "dir", "auto");
        html_link(h, text ? text : "", text ? text : "");
        html_close(h, "li");
    }
    html_close(h, "ul");
}

void record_sources(const struct record_page *p)
{
    static const struct {
        const char *field, *words;
    } lists[] = {
        {"sources", N_("Sources")},
        {"notes",   N_("Notes")  },
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const char *lang;
        const json_t *list = list_of(p, lists[i].field, &lang);
        if (!json_array_size(list))
            continue;
        put_heading(p, lists[i].words, lang);
        put_strings(p->h, list, lang);
    }
}

/* ---- credits ---- */

static void put_replies(const struct record_page *p, const char *actor, bool others)
{
    struct html *h = p->h;
    const json_t *actors = get(p, "actors");
    size_t i, k;
    json_t *one, *named;
    json_array_foreach((json_t *)(uintptr_t)get(p, "replies"), i, one)
    {
        const char *by = sheet_text(one, "actor");
        bool known = false;
        json_array_foreach((json_t *)(uintptr_t)actors, k, named) known |= strcmp(sheet_text(named, "name"), by) == 0;
        if (others ? known : strcmp(by, actor) != 0)
            continue;
        html_open_class(h, "div", "box");
        html_open(h, "p");
        html_say(h, N_("{1} replies, passed on by {2}:"), by, sheet_text(one, "ally_name"), NULL);
        html_text(h, " ");
        html_date_of(h, sheet_text(one, "at"));
        html_close(h, "p");
        prose_text(h, sheet_text(one, "lang"), sheet_text(one, "text"));
        html_close(h, "div");
    }
}

static void put_actor(const struct record_page *p, const json_t *actor)
{
    struct html *h = p->h;
    const char *role = sheet_text(actor, "role"), *family = sheet_text(actor, "family"),
               *does = sheet_text(actor, "contribution");
    html_open(h, "li");
    html_open(h, "b");
    html_name(h, slice_text(sheet_text(actor, "name")));
    html_close(h, "b");
    if (*role) {
        html_text(h, ", ");
        html_name(h, slice_text(role));
    }
    if (*family) {
        html_text(h, " (");
        html_name(h, slice_text(family));
        html_text(h, ")");
    }
    if (*does)
        prose_text(h, NULL, does);
    put_replies(p, sheet_text(actor, "name"), false);
    html_close(h, "li");
}

void record_actors(const struct record_page *p)
{
    size_t i;
    json_t *one;
    const json_t *actors = get(p, "actors");
    if (!json_array_size(actors) && !json_array_size(get(p, "replies")))
        return;
    put_heading(p, N_("Who did what"), NULL);
    if (json_array_size(actors)) {
        html_open(p->h, "ul");
        json_array_foreach((json_t *)(uintptr_t)actors, i, one) put_actor(p, one);
        html_close(p->h, "ul");
    }
    put_replies(p, "", true);
}

/* An image of another site is led to, not loaded: nobody there learns who reads here. */
void record_images(const struct record_page *p)
{
    struct html *h = p->h;
    size_t i;
    json_t *one;
    if (!json_array_size(get(p, "images")))
        return;
    put_heading(p, N_("Images"), NULL);
    html_open(h, "ul");
    json_array_foreach((json_t *)(uintptr_t)get(p, "images"), i, one)
    {
        const json_t *alts = json_object_get(one, "alt");
        const char *lang = prose_choose(alts, p->lang), *alt = lang ? sheet_text(alts, lang) : "",
                   *url = sheet_text(one, "url"), *credit = sheet_text(one, "credit");
        html_open(h, "li");
        prose_lang(h, lang);
        html_link(h, url, *alt ? alt : url);
        if (*credit) {
            html_text(h, " – ");
            html_name(h, slice_text(credit));
        }
        html_close(h, "li");
    }
    html_close(h, "ul");
}

void record_items(const struct record_page *p)
{
    struct html *h = p->h;
    size_t i;
    json_t *one;
    struct slice id;
    struct view v;
    if (!json_array_size(get(p, "items")))
        return;
    put_heading(p, N_("In this dossier"), NULL);
    html_open(h, "ol");
    json_array_foreach((json_t *)(uintptr_t)get(p, "items"), i, one)
    {
        const char *item = json_string_value(one);
        char title[512] = "";
        if (!item || i >= ITEMS_MOST)
            break;
        if (read_entity(p->read, ENTITY_RECORD, item, &id) == ERR_OK &&
            read_view(p->read, ENTITY_RECORD, id, &v) == ERR_OK) {
            struct slice label = view_label(&v, slice_text(p->lang));
            snprintf(title, sizeof title, "%.*s", (int)label.len, (const char *)label.at);
        }
        html_open(h, "li");
        prose_record(h, p->q, item, title);
        html_close(h, "li");
    }
    html_close(h, "ol");
}

/* ---- facts ---- */

static void open_fact(struct html *h, const char *words)
{
    html_element_tr(h, "dt", words);
    html_open(h, "dd");
}

static void put_licence(struct html *h, const char *licence)
{
    char url[256];
    snprintf(url, sizeof url, "https://spdx.org/licenses/%.180s.html", licence);
    bool known = discipline_licence_known(slice_text(licence));
    open_fact(h, N_("Licence"));
    html_link(h, known ? url : "", licence);
    /* ND: what is made of it is a record of its own. */
    if (strstr(licence, "-ND"))
        html_text(h, tr(h->lang, N_(" – it may be passed on as it is; a translation is a record of its own")));
    html_close(h, "dd");
}

static void put_people(const struct record_page *p)
{
    struct html *h = p->h;
    size_t i;
    json_t *one;
    const char *producer = sheet_text(p->shown, "producer");
    if (json_array_size(get(p, "authors"))) {
        open_fact(h, N_("Written by"));
        json_array_foreach((json_t *)(uintptr_t)get(p, "authors"), i, one)
        {
            html_text(h, i ? ", " : "");
            html_name(h, slice_text(json_string_value(one) ? json_string_value(one) : ""));
        }
        html_close(h, "dd");
    }
    open_fact(h, N_("Produced by"));
    html_name(h, slice_text(*producer ? producer : sheet_text(p->shown, "ally_name")));
    html_close(h, "dd");
}

static void put_coordinates(struct html *h, const json_t *place)
{
    const json_t *lat = json_object_get(place, "lat"), *lon = json_object_get(place, "lon");
    char text[64];
    if (!json_is_number(lat) || !json_is_number(lon))
        return;
    snprintf(text, sizeof text, " (%.5f, %.5f)", json_number_value(lat), json_number_value(lon));
    html_text(h, text);
}

void record_facts(const struct record_page *p)
{
    struct html *h = p->h;
    const char *licence = sheet_text(p->shown, "licence"), *source = sheet_text(p->shown, "source_url");
    put_heading(p, N_("About this record"), NULL);
    html_open(h, "dl");
    put_people(p);
    if (json_object_size(get(p, "period"))) {
        open_fact(h, N_("Period"));
        put_period(h, get(p, "period"));
        html_close(h, "dd");
    }
    if (json_object_size(get(p, "place"))) {
        open_fact(h, N_("Place"));
        put_place(h, get(p, "place"));
        put_coordinates(h, get(p, "place"));
        html_close(h, "dd");
    }
    if (*licence)
        put_licence(h, licence);
    if (*source) {
        open_fact(h, N_("Published at"));
        html_link(h, source, source);
        html_close(h, "dd");
    }
    open_fact(h, N_("Last changed"));
    html_date_of(h, sheet_text(p->shown, "updated"));
    html_text(h, " – ");
    html_link(h, sheet_path(p->q, "/records/", sheet_text(p->shown, "id"), "/history"),
              tr(h->lang, N_("who wrote what, and when")));
    html_close(h, "dd");
    html_close(h, "dl");
}
