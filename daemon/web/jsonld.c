#include "daemon/web/jsonld.h"
#include "daemon/read/say.h"
#include "daemon/web/xml.h"
#include "protocol/base/utf8.h"

static void put(json_t *out, const char *key, json_t *value)
{
    bool empty = !value || json_is_null(value) || (json_is_array(value) && !json_array_size(value));
    if (empty)
        json_decref(value);
    else
        json_object_set_new(out, key, value);
}

static json_t *get(const json_t *object, const char *key)
{
    return json_incref(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static json_t *link_of(const char *url)
{
    return xml_is_link(slice_text(url)) ? json_pack("{s:s}", "@id", url) : NULL;
}

static void add_text(json_t *list, const char *lang, const json_t *value)
{
    bool tagged = *lang && strcmp(lang, "und") != 0;
    if (json_is_string(value))
        json_array_append_new(list, json_pack("{s:s*, s:O}", "@language", tagged ? lang : NULL, "@value", value));
}

/* {lang: text, …} or {lang: [text, …], …} as values with their language. */
static json_t *texts(const json_t *by_lang)
{
    const char *lang;
    json_t *value, *out = json_array();
    json_object_foreach((json_t *)(uintptr_t)by_lang, lang, value)
    {
        size_t i;
        json_t *one;
        add_text(out, lang, value);
        json_array_foreach(value, i, one) add_text(out, lang, one);
    }
    return out;
}

/* Of a list of objects one member of each. */
static json_t *people(const json_t *list, const char *type, const char *role)
{
    size_t i;
    json_t *one, *out = json_array();
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        const json_t *name = json_is_string(one) ? one : json_object_get(one, "name");
        const char *does = role ? text(one, role) : "";
        if (json_is_string(name))
            json_array_append_new(
                out, json_pack("{s:s, s:O, s:s*}", "@type", type, "name", name, "description", *does ? does : NULL));
    }
    return out;
}

/* ---- a record ---- */

static json_t *record_context(void)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "@vocab", "https://schema.org/", "dcterms", "http://purl.org/dc/terms/",
                     "skos", "http://www.w3.org/2004/02/skos/core#", "allied", "urn:allied:field:");
}

static void put_texts(json_t *out, const json_t *shown)
{
    static const struct {
        const char *field, *as, *dc;
    } fields[] = {
        {"title",       "headline",            "dcterms:title"      },
        {"subtitle",    "alternativeHeadline", "dcterms:alternative"},
        {"abstract",    "abstract",            "dcterms:abstract"   },
        {"description", "description",         "dcterms:description"},
        {"context",     "allied:context",      NULL                 },
        {"history",     "allied:history",      NULL                 },
        {"limits",      "allied:limits",       NULL                 },
        {"lessons",     "allied:lessons",      NULL                 },
        {"notes",       "allied:notes",        NULL                 },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const json_t *value = json_object_get(shown, fields[i].field);
        put(out, fields[i].as, texts(value));
        if (fields[i].dc)
            put(out, fields[i].dc, texts(value));
    }
    put(out, "name", texts(json_object_get(shown, "title")));
}

static json_t *place_of(const json_t *place)
{
    const json_t *lat = json_object_get(place, "lat"), *lon = json_object_get(place, "lon");
    json_t *out = json_object_size(place) ? json_pack("{s:s}", "@type", "Place") : NULL;
    if (!out)
        return NULL;
    put(out, "name", get(place, "name"));
    if (json_is_string(json_object_get(place, "country")))
        put(out, "address",
            json_pack("{s:s, s:O}", "@type", "PostalAddress", "addressCountry", json_object_get(place, "country")));
    if (json_is_number(lat) && json_is_number(lon))
        put(out, "geo", json_pack("{s:s, s:O, s:O}", "@type", "GeoCoordinates", "latitude", lat, "longitude", lon));
    return out;
}

static json_t *images_of(const json_t *images)
{
    size_t i;
    json_t *one, *out = json_array();
    json_array_foreach((json_t *)(uintptr_t)images, i, one)
    {
        if (!xml_is_link(slice_text(text(one, "url"))))
            continue;
        json_t *image = json_pack("{s:s, s:s}", "@type", "ImageObject", "contentUrl", text(one, "url"));
        put(image, "creditText", get(one, "credit"));
        put(image, "caption", texts(json_object_get(one, "alt")));
        json_array_append_new(out, image);
    }
    return out;
}

/* An address or a name. */
static bool is_name(const char *uri)
{
    return xml_is_link(slice_text(uri)) || strncmp(uri, "urn:", 4) == 0;
}

/* Its URI where that names it; else where it stands here. */
static json_t *concept_name(const char *uri, const char *id, const char *base)
{
    return is_name(uri) ? json_string(uri) : json_sprintf("%s/api/v1/concepts/%s", base, id);
}

static json_t *terms_of(const json_t *terms, const char *base)
{
    size_t i;
    json_t *one, *out = json_array();
    json_array_foreach((json_t *)(uintptr_t)terms, i, one)
    {
        json_t *term = json_pack("{s:[ss]}", "@type", "DefinedTerm", "skos:Concept");
        put(term, "@id", concept_name(text(one, "uri"), text(one, "id"), base));
        put(term, "termCode", get(one, "id"));
        put(term, "name", get(one, "label"));
        json_array_append_new(out, term);
    }
    return out;
}

/* Another record by its id, or a page; NULL: neither. */
static json_t *work_of(const char *target, const char *base)
{
    return strchr(target, ':') ? link_of(target)
                               : json_pack("{s:o}", "@id", json_sprintf("%s/api/v1/records/%s", base, target));
}

static json_t *parts_of(const json_t *items, const char *base)
{
    size_t i;
    json_t *one, *out = json_array();
    json_array_foreach((json_t *)(uintptr_t)items, i, one)
    {
        json_t *part = json_is_string(one) ? work_of(json_string_value(one), base) : NULL;
        if (part)
            json_array_append_new(out, part);
    }
    return out;
}

static void put_links(json_t *out, const json_t *links, const char *base)
{
    static const struct {
        const char *rel, *as;
    } words[] = {
        {"cites",       "citation"         },
        {"extends",     "isBasedOn"        },
        {"synthesises", "isBasedOn"        },
        {"translates",  "translationOfWork"},
        {"part_of",     "isPartOf"         },
    };
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)links, i, one)
    {
        const char *target = text(one, "target"), *as = "citation";
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (strcmp(words[k].rel, text(one, "rel")) == 0)
                as = words[k].as;
        json_t *lead = work_of(target, base);
        if (!lead)
            continue;
        if (!json_object_get(out, as))
            json_object_set_new(out, as, json_array());
        json_array_append(json_object_get(out, as), lead);
        if (!json_object_get(out, "dcterms:relation"))
            json_object_set_new(out, "dcterms:relation", json_array());
        json_array_append_new(json_object_get(out, "dcterms:relation"), lead);
    }
}

/* "2024-05", "2020/2023", "2020/.." */
static json_t *when_of(const json_t *shown)
{
    const json_t *period = json_object_get(shown, "period");
    const char *from = text(period, "start"), *to = text(period, "end");
    return *from || *to ? json_sprintf("%s/%s", *from ? from : "..", *to ? to : "..") : get(shown, "date");
}

static void put_facts(json_t *out, const json_t *shown, const char *base)
{
    const char *producer = text(shown, "producer"), *page = text(shown, "source_url"),
               *licence = text(shown, "licence");
    const char *owner = *producer ? producer : text(shown, "ally_name");
    put(out, "identifier", get(shown, "id"));
    put(out, "dcterms:identifier", get(shown, "id"));
    put(out, "author", people(json_object_get(shown, "authors"), "Person", NULL));
    put(out, "dcterms:creator", people(json_object_get(shown, "authors"), "Person", NULL));
    put(out, "contributor", people(json_object_get(shown, "actors"), "Thing", "role"));
    put(out, "publisher", *owner ? json_pack("{s:s, s:s}", "@type", "Organization", "name", owner) : NULL);
    put(out, "dcterms:publisher", *owner ? json_string(owner) : NULL);
    put(out, "dateModified", get(shown, "updated"));
    put(out, "dcterms:modified", get(shown, "updated"));
    put(out, "temporalCoverage", when_of(shown));
    put(out, "dcterms:date", get(shown, "date"));
    put(out, "dcterms:type", get(shown, "type"));
    put(out, "contentLocation", place_of(json_object_get(shown, "place")));
    put(out, "image", images_of(json_object_get(shown, "images")));
    put(out, "url",
        xml_is_link(slice_text(page)) ? json_string(page) : json_sprintf("%s/records/%s", base, text(shown, "id")));
    put(out, "mainEntityOfPage", json_sprintf("%s/records/%s", base, text(shown, "id")));
    put(out, "license", *licence ? json_sprintf("https://spdx.org/licenses/%s", licence) : NULL);
    put(out, "dcterms:rights", *licence ? json_string(licence) : NULL);
}

static json_t *langs_of(const json_t *shown)
{
    const char *lang;
    json_t *value, *out = json_array();
    json_object_foreach(json_object_get(shown, "title"), lang, value) json_array_append_new(out, json_string(lang));
    return out;
}

json_t *jsonld_record(const json_t *shown, const char *base)
{
    const char *type = text(shown, "type");
    bool article = strcmp(type, "experience") == 0 || strcmp(type, "analysis") == 0;
    json_t *out = json_pack("{s:o, s:o, s:s}", "@context", record_context(), "@id",
                            json_sprintf("%s/api/v1/records/%s", base, text(shown, "id")), "@type",
                            strcmp(type, "dossier") == 0 ? "Collection"
                            : article                    ? "Article"
                                                         : "CreativeWork");
    if (!out)
        return NULL;
    put_texts(out, shown);
    put_facts(out, shown, base);
    put(out, "inLanguage", langs_of(shown));
    put(out, "dcterms:language", langs_of(shown));
    put(out, "about", terms_of(json_object_get(shown, "concepts"), base));
    put(out, "dcterms:subject", terms_of(json_object_get(shown, "concepts"), base));
    put(out, "hasPart", parts_of(json_object_get(shown, "items"), base));
    put(out, "dcterms:hasPart", parts_of(json_object_get(shown, "items"), base));
    put_links(out, json_object_get(shown, "links"), base);
    return out;
}

/* ---- a concept ---- */

static json_t *name_of(struct read *r, const json_t *item, const char *base)
{
    struct slice id;
    struct view v;
    char uri[2049] = "";
    if (json_object_get(item, "uri"))
        return link_of(text(item, "uri"));
    if (read_entity(r, ENTITY_CONCEPT, text(item, "id"), &id) == ERR_OK &&
        read_view(r, ENTITY_CONCEPT, id, &v) == ERR_OK) {
        const struct view_key *key = view_field(&v, C_URI, slice_text(""));
        struct slice found = key && key->shown ? view_text(key->shown->value) : slice_text("");
        if (found.len < sizeof uri)
            memcpy(uri, found.at, found.len);
    }
    return json_pack("{s:o}", "@id", concept_name(uri, text(item, "id"), base));
}

/* What closes a cycle leads nowhere. */
static json_t *names_of(struct read *r, const json_t *list, const char *base)
{
    size_t i;
    json_t *one, *out = json_array();
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        json_t *name = json_is_true(json_object_get(one, "suppressed")) ? NULL : name_of(r, one, base);
        if (name)
            json_array_append_new(out, name);
    }
    return out;
}

/* Literals, of a type of their own where that has a name. */
static json_t *notations_of(const json_t *list)
{
    size_t i;
    json_t *one, *out = json_array();
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        const char *type = text(one, "datatype");
        json_array_append_new(
            out, json_pack("{s:s, s:s*}", "@value", text(one, "value"), "@type", is_name(type) ? type : NULL));
    }
    return out;
}

json_t *jsonld_concept(struct read *r, const json_t *shown, const char *base)
{
    static const char *const said[] = {"prefLabel",     "altLabel",    "hiddenLabel", "definition",
                                       "scopeNote",     "example",     "note",        "changeNote",
                                       "editorialNote", "historyNote", NULL};
    static const char *const leads[] = {"broader",      "narrower",     "related",    "inScheme",
                                        "topConceptOf", "exactMatch",   "closeMatch", "broadMatch",
                                        "narrowMatch",  "relatedMatch", NULL};
    json_t *out =
        json_pack("{s:{s:s, s:s, s:s}, s:o, s:s}", "@context", "@vocab", "http://www.w3.org/2004/02/skos/core#",
                  "dcterms", "http://purl.org/dc/terms/", "owl", "http://www.w3.org/2002/07/owl#", "@id",
                  concept_name(text(shown, "uri"), text(shown, "id"), base), "@type", "Concept");
    if (!out)
        return NULL;
    for (size_t i = 0; said[i]; i++)
        put(out, said[i], texts(json_object_get(shown, said[i])));
    for (size_t i = 0; leads[i]; i++)
        put(out, leads[i], names_of(r, json_object_get(shown, leads[i]), base));
    put(out, "notation", notations_of(json_object_get(shown, "notation")));
    put(out, "dcterms:identifier", get(shown, "id"));
    put(out, "dcterms:type", get(shown, "kind"));
    if (strcmp(text(shown, "status"), "merged_into") == 0)
        put(out, "dcterms:isReplacedBy", name_of(r, json_object_get(shown, "merged_into"), base));
    if (strcmp(text(shown, "status"), "deprecated") == 0)
        put(out, "owl:deprecated", json_true());
    return out;
}

/* ---- text ---- */

static int add_harmless(const char *at, size_t n, void *ctx)
{
    int bad = 0;
    for (size_t i = 0, run; i < n && !bad; i += run) {
        bool markup = at[i] == '<' || at[i] == '>' || at[i] == '&';
        run = markup ? 1 : 0;
        while (!markup && i + run < n && at[i + run] != '<' && at[i + run] != '>' && at[i + run] != '&')
            run++;
        bad = markup ? buf_printf(ctx, "\\u%04x", (unsigned)at[i]) != ERR_OK : utf8_json_piece(at + i, run, ctx);
    }
    return bad ? -1 : 0;
}

int jsonld_write(const json_t *value, struct buf *out)
{
    return json_dump_callback(value, add_harmless, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
}
