#include "daemon/commons/skos_xml_write.h"
#include "protocol/base/markup.h"
#include <stdio.h>

#define SUBJECT_BYTES_MAX 65536u
#define REPLACEMENT       "\xEF\xBF\xBD" /* U+FFFD */

static void add(struct xml_out *o, const char *text)
{
    o->sink(text, strlen(text), o->ctx);
}

/* How many bytes the character at text is long if XML 1.0 §2.2 forbids it; 0: it may stand. U+FFFE and U+FFFF are the only ones past U+001F. */
static size_t forbidden(struct slice text)
{
    uint8_t c = text.at[0];
    if (c < 0x20)
        return c != '\t' && c != '\n' && c != '\r';
    return text.len >= 3 && c == 0xEF && text.at[1] == 0xBF && text.at[2] >= 0xBE ? 3 : 0;
}

static void add_text(struct xml_out *o, struct slice text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len;) {
        size_t bad = forbidden(slice_of(text.at + i, text.len - i));
        const char *instead = bad ? REPLACEMENT : markup_reference(text.at[i]);
        o->replaced += bad > 0;
        if (instead) {
            o->sink(text.at + from, i - from, o->ctx);
            add(o, instead);
            from = i + (bad ? bad : 1);
        }
        i += bad ? bad : 1;
    }
    o->sink(text.at + from, text.len - from, o->ctx);
}

static void add_name(struct xml_out *o, const char *before, struct skos_name name)
{
    add(o, before);
    add(o, name.prefix);
    add(o, ":");
    add(o, name.local);
}

static void add_attribute(struct xml_out *o, const char *name, const char *value)
{
    add(o, " ");
    add(o, name);
    add(o, "=\"");
    add_text(o, slice_text(value));
    add(o, "\"");
}

void xml_out_begin(struct xml_out *o)
{
    buf_init(&o->subject, SUBJECT_BYTES_MAX);
    o->root = true;
    add(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF");
}

void xml_out_namespace(struct xml_out *o, const char *prefix, const char *uri)
{
    char name[64];
    snprintf(name, sizeof name, "xmlns:%s", prefix);
    add(o, "\n   ");
    add_attribute(o, name, uri);
}

static void close_element(struct xml_out *o)
{
    if (o->root) {
        add(o, ">\n");
        o->root = false;
    } else if (o->element.prefix) {
        add_name(o, "  </", o->element);
        add(o, ">\n");
    }
}

/* A type that comes first is the element's name. True: that said the triple. */
static bool open_element(struct xml_out *o, const struct skos_triple *t)
{
    bool typed = t->class.prefix && strcmp(t->predicate.local, "type") == 0;
    close_element(o);
    buf_clear(&o->subject);
    buf_add(&o->subject, slice_text(t->subject));
    o->element = typed ? t->class : (struct skos_name)
    {
        "rdf", "Description"
    };
    add_name(o, "  <", o->element);
    add_attribute(o, "rdf:about", t->subject);
    add(o, ">\n");
    return typed;
}

void xml_out_put(struct xml_out *o, const struct skos_triple *t)
{
    if (!o->subject.len || !slice_equal(buf_slice(&o->subject), slice_text(t->subject)))
        if (open_element(o, t))
            return;
    add_name(o, "    <", t->predicate);
    if (t->uri) {
        add_attribute(o, "rdf:resource", t->uri);
        add(o, "/>\n");
        return;
    }
    if (t->lang && *t->lang)
        add_attribute(o, "xml:lang", t->lang);
    if (t->datatype)
        add_attribute(o, "rdf:datatype", t->datatype);
    add(o, ">");
    add_text(o, t->text);
    add_name(o, "</", t->predicate);
    add(o, ">\n");
}

void xml_out_end(struct xml_out *o)
{
    close_element(o);
    add(o, "</rdf:RDF>\n");
}

void xml_out_fini(struct xml_out *o)
{
    buf_fini(&o->subject);
}
