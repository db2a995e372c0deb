#include "daemon/web/xml.h"
#include "protocol/base/markup.h"

void xml_raw(struct buf *out, const char *markup)
{
    buf_add(out, slice_text(markup));
}

void xml_text(struct buf *out, struct slice text)
{
    markup_text(out, text);
}

void xml_attribute(struct buf *out, const char *name, struct slice value)
{
    buf_printf(out, " %s=\"", name);
    xml_text(out, value);
    xml_raw(out, "\"");
}

void xml_element(struct buf *out, const char *name, struct slice lang, struct slice text)
{
    buf_printf(out, "<%s", name);
    if (lang.len)
        xml_attribute(out, "xml:lang", lang);
    xml_raw(out, ">");
    xml_text(out, text);
    buf_printf(out, "</%s>\n", name);
}

bool xml_is_link(struct slice uri)
{
    return markup_is_link(uri);
}
