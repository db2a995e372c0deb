#include "protocol/base/markup.h"
#include "protocol/base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"
#define OPEN_MAX    64 /* deeper ones are dropped: UAX #9 itself ends at 125 */

/* "]]>" may not stand in XML's content; a carriage return written as it is would be read back as a line feed. */
const char *markup_reference(uint32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

static bool is_allowed(uint32_t c)
{
    return (c >= 0x20 || c == '\t' || c == '\n' || c == '\r') && !(c >= 0x7f && c < 0xa0) && c != 0xfffe && c != 0xffff;
}

/* ---- direction of writing ---- */

struct direction {
    char open[OPEN_MAX]; /* 'e': closed by PDF, 'i': by PDI */
    size_t n;
};

static const char *closing(char kind)
{
    return kind == 'i' ? "\xe2\x81\xa9" : "\xe2\x80\xac";
}

/* Whether the character may go out as it is. */
static bool follow(struct direction *d, uint32_t c)
{
    bool embeds = (c >= 0x202a && c <= 0x202b) || c == 0x202d || c == 0x202e, isolates = c >= 0x2066 && c <= 0x2068;
    if (embeds || isolates) {
        if (d->n == OPEN_MAX)
            return false;
        d->open[d->n++] = isolates ? 'i' : 'e';
    } else if (c == 0x202c || c == 0x2069) {
        if (!d->n || d->open[d->n - 1] != (c == 0x2069 ? 'i' : 'e'))
            return false;
        d->n--;
    }
    return true;
}

/* ---- text ---- */

void markup_text(struct buf *out, struct slice text)
{
    struct direction d = {.n = 0};
    size_t plain = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        size_t n = utf8_one(slice_of(text.at + at, text.len - at), &c);
        const char *instead = !n || !is_allowed(c) ? REPLACEMENT : !follow(&d, c) ? "" : markup_reference(c);
        if (instead) {
            buf_add(out, slice_of(text.at + plain, at - plain));
            buf_add(out, slice_text(instead));
            plain = at + (n ? n : 1);
        }
        at += n ? n : 1;
    }
    if (text.len)
        buf_add(out, slice_of(text.at + plain, text.len - plain));
    while (d.n)
        buf_add(out, slice_text(closing(d.open[--d.n])));
}

bool markup_is_link(struct slice uri)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(schemes[i]), k = 0;
        while (k < n && k < uri.len && (uri.at[k] | (uri.at[k] >= 'A' && uri.at[k] <= 'Z' ? 0x20 : 0)) == schemes[i][k])
            k++;
        if (k < n || uri.len == n)
            continue;
        while (k < uri.len && uri.at[k] > ' ' && uri.at[k] != 0x7f)
            k++;
        return k == uri.len;
    }
    return false;
}
