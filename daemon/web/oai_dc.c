#include "daemon/web/oai_dc.h"
#include "daemon/commons/fields_json.h"
#include "daemon/web/xml.h"

struct dc {
    struct read *r;
    struct atlas *atlas;
    const struct shown *s;
    struct buf *out;
};

static void say(const struct dc *d, const char *element, struct slice lang, struct slice text)
{
    if (text.len)
        xml_element(d->out, element, lang, text);
}

static void say_plain(const struct dc *d, const char *element, struct slice text)
{
    say(d, element, slice_text(""), text);
}

static void say_json(const struct dc *d, const char *element, const json_t *text)
{
    if (json_is_string(text))
        say_plain(d, element, slice_of(json_string_value(text), json_string_length(text)));
}

/* A text in all its languages. */
static void say_field(const struct dc *d, const char *element, unsigned field)
{
    for (size_t i = 0; i < d->s->view.fields_n; i++) {
        const struct view_key *key = &d->s->view.fields[i];
        if (key->field == field && key->shown)
            say(d, element, key->lang, view_text(key->shown->value));
    }
}

/* A list: its items, or their names where they are objects. In all its languages. */
static void say_list(const struct dc *d, const char *element, unsigned field, const char *name)
{
    const struct field_info *info = field_by_number(ENTITY_RECORD, field);
    for (size_t i = 0; i < d->s->view.fields_n; i++) {
        const struct view_key *key = &d->s->view.fields[i];
        if (key->field != field || !key->shown || value_is_nil(key->shown->value))
            continue;
        json_t *list = field_to_json(info, key->shown->value), *item;
        size_t k;
        json_array_foreach(list, k, item)
        {
            const char *text = json_string_value(name ? json_object_get(item, name) : item);
            say(d, element, key->lang, slice_text(text ? text : ""));
        }
        json_decref(list);
    }
}

static err_t say_subjects(const struct dc *d)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < d->s->view.sets_n && !e; i++) {
        const struct atlas_labels *labels = NULL;
        e = atlas_labels(d->atlas, d->r, d->s->view.sets[i].target, &labels);
        for (size_t k = 0; !e && k < labels->n; k++)
            say(d, "dc:subject", labels->at[k].lang, labels->at[k].text);
    }
    return e;
}

/* Each language once: languages stand in order under each field. */
static void say_languages(const struct dc *d)
{
    const struct view *v = &d->s->view;
    for (size_t i = 0; i < v->fields_n; i++) {
        bool known = !v->fields[i].lang.len || !v->fields[i].shown || value_is_nil(v->fields[i].shown->value);
        for (size_t k = 0; k < i && !known; k++)
            known = v->fields[k].shown && !value_is_nil(v->fields[k].shown->value) &&
                    slice_equal(v->fields[k].lang, v->fields[i].lang);
        if (!known)
            say_plain(d, "dc:language", v->fields[i].lang);
    }
}

/* Another record goes by its identifier, which has the same form as this one's; a page by its address. */
static void say_links(const struct dc *d, const char *identifier)
{
    const char *local = strrchr(identifier, ':');
    for (size_t i = 0; local && i < d->s->view.links_n; i++) {
        const struct view_key *key = &d->s->view.links[i];
        if (!key->values_n)
            continue;
        if (key->target.len == RECORD_BYTES) {
            struct slice id = shown_id(d->r, key->target);
            xml_raw(d->out, "<dc:relation>");
            xml_text(d->out, slice_of(identifier, (size_t)(local - identifier) + 1));
            xml_text(d->out, id);
            xml_raw(d->out, "</dc:relation>\n");
            continue;
        }
        const struct relation_info *info = link_by_number(key->field);
        json_t *link = !info ? NULL : link_to_json(info, key->target, key->values[key->values_n - 1].value);
        const char *url = json_string_value(json_object_get(link, "target"));
        if (url && xml_is_link(slice_text(url)))
            say_plain(d, "dc:relation", slice_text(url));
        json_decref(link);
    }
}

/* DCMI's period encoding scheme for what has two ends. */
static void say_coverage(const struct dc *d)
{
    json_t *place = shown_json(d->s, R_PLACE), *period = shown_json(d->s, R_PERIOD);
    say_json(d, "dc:coverage", json_object_get(place, "name"));
    say_json(d, "dc:coverage", json_object_get(place, "country"));
    const char *from = json_string_value(json_object_get(period, "start")),
               *to = json_string_value(json_object_get(period, "end"));
    char text[64];
    if (from && to && snprintf(text, sizeof text, "%s/%s", from, to) < (int)sizeof text)
        say_plain(d, "dc:coverage", slice_text(text));
    else
        say_plain(d, "dc:coverage", slice_text(from ? from : to ? to : ""));
    json_decref(place);
    json_decref(period);
}

err_t oai_dc_write(struct read *r, struct atlas *a, const struct shown *s, const char *identifier, struct buf *out)
{
    struct dc d = {r, a, s, out};
    struct slice page = shown_word(s, R_SOURCE_URL), producer = shown_word(s, R_PRODUCER);
    xml_raw(out, "<oai_dc:dc xmlns:oai_dc=\"" OAI_DC_NAMESPACE "\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                 "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"" OAI_DC_NAMESPACE
                 " " OAI_DC_SCHEMA "\">\n");
    say_field(&d, "dc:title", R_TITLE);
    say_field(&d, "dc:title", R_SUBTITLE);
    say_list(&d, "dc:creator", R_AUTHORS, NULL);
    err_t e = say_subjects(&d);
    say_field(&d, "dc:description", R_ABSTRACT);
    say_plain(&d, "dc:publisher", producer.len ? producer : shown_ally(r, s));
    say_list(&d, "dc:contributor", R_ACTORS, "name");
    say_plain(&d, "dc:date", shown_word(s, R_DATE));
    say_plain(&d, "dc:type", shown_word(s, R_TYPE));
    if (xml_is_link(page))
        say_plain(&d, "dc:identifier", page);
    say_plain(&d, "dc:identifier", slice_text(identifier));
    say_list(&d, "dc:source", R_SOURCES, NULL);
    say_languages(&d);
    say_links(&d, identifier);
    say_coverage(&d);
    say_plain(&d, "dc:rights", shown_word(s, R_LICENCE));
    xml_raw(out, "</oai_dc:dc>\n");
    return e;
}
