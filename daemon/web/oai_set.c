#include "daemon/web/oai_set.h"
#include "conf/tr.h"
#include "daemon/web/xml.h"
#include "protocol/base/base32.h"

bool oai_set_read(const char *spec, struct oai_set *out)
{
    static const struct {
        const char *name;
        int kind;
        size_t bytes;
    } kinds[] = {
        {"ally",      OAI_SET_ALLY,      ALLY_BYTES   },
        {"component", OAI_SET_COMPONENT, CONCEPT_BYTES}
    };
    *out = (struct oai_set){.kind = OAI_SET_ALL};
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(kinds[i].name);
        if (strncmp(spec, kinds[i].name, n) != 0 || (spec[n] && spec[n] != ':'))
            continue;
        out->kind = i ? OAI_SET_COMPONENT : OAI_SET_ALLY;
        out->one = spec[n] == ':';
        return !out->one || base32_decode(slice_text(spec + n + 1), out->id, kinds[i].bytes) == ERR_OK;
    }
    return false;
}

bool oai_set_has(const struct oai_set *set, const struct shown *s, const struct atlas *a)
{
    struct atlas_set above;
    if (set->kind == OAI_SET_ALL)
        return true;
    if (set->kind == OAI_SET_ALLY)
        return !set->one || memcmp(set->id, s->row.record, ALLY_BYTES) == 0;
    shown_components(s, a, &above);
    return set->one ? atlas_has(&above, slice_of(set->id, CONCEPT_BYTES)) : above.n > 0;
}

static void say_spec(struct read *r, const char *kind, struct slice id, struct buf *out)
{
    struct slice text = shown_id(r, id);
    buf_printf(out, "<setSpec>%s:%.*s</setSpec>", kind, (int)text.len, (const char *)text.at);
}

void oai_set_say(struct read *r, const struct shown *s, const struct atlas *a, struct buf *out)
{
    struct atlas_set above;
    say_spec(r, "ally", slice_of(s->row.record, ALLY_BYTES), out);
    shown_components(s, a, &above);
    for (size_t i = 0; i < above.n; i++)
        say_spec(r, "component", slice_of(above.at[i]->id, CONCEPT_BYTES), out);
}

static void say_set(const char *name, struct buf *out)
{
    xml_element(out, "setName", slice_text(""), slice_text(name));
    xml_raw(out, "</set>\n");
}

void oai_set_list(struct read *r, const struct atlas *a, struct buf *out)
{
    xml_raw(out, "<set><setSpec>ally</setSpec>");
    say_set(tr(r->lang, "all allies"), out);
    for (size_t i = 0; i < r->authority->allies_n; i++) {
        xml_raw(out, "<set>");
        say_spec(r, "ally", slice_of(r->authority->allies[i].id, ALLY_BYTES), out);
        xml_element(out, "setName", slice_text(""), r->authority->allies[i].name);
        xml_raw(out, "</set>\n");
    }
    xml_raw(out, "<set><setSpec>component</setSpec>");
    say_set(tr(r->lang, "all components of the territory"), out);
    for (size_t i = 0; i < a->components_n; i++) {
        struct slice id = slice_of(a->components[i].id, CONCEPT_BYTES);
        xml_raw(out, "<set>");
        say_spec(r, "component", id, out);
        xml_element(out, "setName", slice_text(""),
                    a->components[i].label.len ? a->components[i].label : shown_id(r, id));
        xml_raw(out, "</set>\n");
    }
}
