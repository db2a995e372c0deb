#include "daemon/web/atom_entry.h"
#include "daemon/web/xml.h"
#include "protocol/base/clock.h"

void atom_time(struct buf *out, int64_t at_s)
{
    char text[RFC3339_LEN + 1];
    rfc3339_format((struct wall){at_s * 1000}, text);
    xml_raw(out, text);
}

/* The key that is shown of a field: in `lang`, else in the first there is; NULL: none. */
static const struct view_key *pick(const struct shown *s, unsigned field, struct slice lang)
{
    const struct view_key *first = NULL;
    for (size_t i = 0; i < s->view.fields_n; i++) {
        const struct view_key *key = &s->view.fields[i];
        if (key->field != field || !key->shown || value_is_nil(key->shown->value))
            continue;
        if (slice_equal(key->lang, lang))
            return key;
        first = first ? first : key;
    }
    return first;
}

static void say_text(struct buf *out, const char *element, const struct view_key *key)
{
    buf_printf(out, "<%s type=\"text\"", element);
    if (key && key->lang.len)
        xml_attribute(out, "xml:lang", key->lang);
    xml_raw(out, ">");
    if (key)
        xml_text(out, view_text(key->shown->value));
    buf_printf(out, "</%s>\n", element);
}

static void say_person(struct buf *out, struct slice name)
{
    xml_raw(out, "<author>");
    xml_element(out, "name", slice_text(""), name);
    xml_raw(out, "</author>");
}

/* Atom wants at least one: who wrote it, else the organisation, else the ally. */
static void say_authors(struct read *r, const struct shown *s, struct buf *out)
{
    json_t *list = shown_json(s, R_AUTHORS), *item;
    struct slice producer = shown_word(s, R_PRODUCER), ally = shown_ally(r, s);
    size_t i, n = 0;
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(item);
        if (name && *name && ++n)
            say_person(out, slice_text(name));
    }
    json_decref(list);
    if (!n)
        say_person(out, producer.len ? producer : ally.len ? ally : slice_text("?"));
}

static struct slice label_in(const struct atlas_labels *labels, const char *lang)
{
    for (size_t i = 0; i < labels->n; i++)
        if (slice_equal(labels->at[i].lang, slice_text(lang)))
            return labels->at[i].text;
    return labels->n ? labels->at[0].text : slice_text("");
}

static err_t say_categories(struct read *r, struct atlas *atlas, const struct shown *s, struct buf *out)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < s->view.sets_n && !e; i++) {
        const struct atlas_labels *labels = NULL;
        e = atlas_labels(atlas, r, s->view.sets[i].target, &labels);
        if (e)
            break;
        struct slice label = label_in(labels, r->lang);
        xml_raw(out, "<category");
        xml_attribute(out, "term", labels->uri.len ? labels->uri : shown_id(r, s->view.sets[i].target));
        if (label.len)
            xml_attribute(out, "label", label);
        xml_raw(out, "/>");
    }
    return e;
}

static void say_links(struct read *r, const struct shown *s, const char *base, struct buf *out)
{
    struct slice page = shown_word(s, R_SOURCE_URL);
    static const struct {
        const char *type, *path;
    } forms[] = {
        {"text/html",        "/records/"       },
        {"application/json", "/api/v1/records/"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        xml_raw(out, "<link rel=\"alternate\"");
        xml_attribute(out, "type", slice_text(forms[i].type));
        xml_raw(out, " href=\"");
        xml_text(out, slice_text(base));
        xml_raw(out, forms[i].path);
        xml_text(out, shown_id(r, s->view.entity));
        xml_raw(out, "\"/>\n");
    }
    if (xml_is_link(page)) {
        xml_raw(out, "<link rel=\"via\"");
        xml_attribute(out, "href", page);
        xml_raw(out, "/>\n");
    }
}

/* The texts one after the other, a blank line between two. */
static void say_content(const struct shown *s, struct slice lang, struct buf *out)
{
    static const unsigned order[] = {R_CONTEXT, R_HISTORY, R_DESCRIPTION, R_LIMITS, R_LESSONS};
    bool any = false;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const struct view_key *key = pick(s, order[i], lang);
        if (!key || !view_text(key->shown->value).len)
            continue;
        xml_raw(out, any ? "\n\n" : "<content type=\"text\">");
        xml_text(out, view_text(key->shown->value));
        any = true;
    }
    if (any)
        xml_raw(out, "</content>\n");
}

static void say_urn(struct read *r, const struct shown *s, struct buf *out)
{
    xml_raw(out, "urn:allied:record:");
    xml_text(out, shown_id(r, s->view.entity));
}

static void say_deleted(struct read *r, const struct shown *s, struct buf *out)
{
    xml_raw(out, "<at:deleted-entry ref=\"");
    say_urn(r, s, out);
    xml_raw(out, "\" when=\"");
    atom_time(out, s->row.at_s);
    xml_raw(out, "\"/>\n");
}

err_t atom_entry(struct read *r, struct atlas *atlas, const struct shown *s, const char *base, struct buf *out)
{
    if (s->gone) {
        say_deleted(r, s, out);
        return ERR_OK;
    }
    const struct view_key *title = pick(s, R_TITLE, slice_text(r->lang));
    struct slice lang = title ? title->lang : slice_text(r->lang);
    xml_raw(out, "<entry>\n<id>");
    say_urn(r, s, out);
    xml_raw(out, "</id>\n");
    say_text(out, "title", title);
    xml_raw(out, "<updated>");
    atom_time(out, s->row.at_s);
    xml_raw(out, "</updated>\n");
    say_authors(r, s, out);
    say_links(r, s, base, out);
    err_t e = say_categories(r, atlas, s, out);
    const struct view_key *abstract = pick(s, R_ABSTRACT, lang);
    if (abstract)
        say_text(out, "summary", abstract);
    say_content(s, lang, out);
    xml_raw(out, "</entry>\n");
    return e;
}
