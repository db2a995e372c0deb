/*
 * utf8: validity by the table of well-formed sequences (Unicode, table 3-7; RFC 3629 §4) with a quick path over ASCII; the rest is utf8proc. Its
 * results depend on its version, so none of them decides what replicas agree on.
 */
#include "protocol/base/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

struct form {
    uint8_t lead_first, lead_last; /* the first byte */
    uint8_t second_first,
        second_last; /* narrower than 80…BF against overlong forms, surrogates, and what lies past U+10FFFF */
    uint8_t len;
};

static const struct form forms[] = {
    {0x00, 0x7f, 0,    0,    1},
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* The length of the well-formed character at the beginning; 0: there is none. */
static size_t character(const uint8_t *at, size_t left)
{
    const struct form *f = NULL;
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !f; i++)
        if (at[0] >= forms[i].lead_first && at[0] <= forms[i].lead_last)
            f = &forms[i];
    if (!f || f->len > left)
        return 0;
    if (f->len > 1 && (at[1] < f->second_first || at[1] > f->second_last))
        return 0;
    for (size_t i = 2; i < f->len; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return f->len;
}

size_t utf8_fault(struct slice text)
{
    size_t i = 0;
    while (i < text.len) {
        uint64_t eight;
        if (text.len - i >= sizeof eight) {
            memcpy(&eight, text.at + i, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += sizeof eight;
                continue;
            }
        }
        size_t n = text.at[i] < 0x80 ? 1 : character(text.at + i, text.len - i);
        if (n == 0)
            return i;
        i += n;
    }
    return text.len;
}

bool utf8_valid(struct slice text)
{
    return utf8_fault(text) == text.len;
}

/* utf8proc's map of the text; the caller frees *out. */
static err_t map(struct slice text, unsigned options, utf8proc_uint8_t **out, size_t *len)
{
    if (!utf8_valid(text))
        return ERR_UTF8;
    utf8proc_ssize_t n = utf8proc_map(text.at, (utf8proc_ssize_t)text.len, out, (utf8proc_option_t)options);
    if (n < 0)
        return n == UTF8PROC_ERROR_NOMEM ? ERR_MEMORY : n == UTF8PROC_ERROR_OVERFLOW ? ERR_TOO_LARGE : ERR_UTF8;
    *len = (size_t)n;
    return ERR_OK;
}

err_t utf8_nfc(struct slice text, struct buf *out)
{
    utf8proc_uint8_t *mapped = NULL;
    size_t len = 0;
    if (text.len == 0 || out->err)
        return out->err;
    err_t e = map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE, &mapped, &len);
    if (e == ERR_OK)
        e = buf_append(out, mapped, len);
    free(mapped);
    return e;
}

/* œ and æ have no decomposition in Unicode; people type them as two letters. */
static size_t ligature(const uint8_t *at, size_t left, const char **letters)
{
    if (left >= 2 && at[0] == 0xc5 && at[1] == 0x93)
        *letters = "oe";
    else if (left >= 2 && at[0] == 0xc3 && at[1] == 0xa6)
        *letters = "ae";
    else
        return 0;
    return 2;
}

err_t utf8_fold(struct slice text, struct buf *out)
{
    utf8proc_uint8_t *mapped = NULL;
    size_t len = 0;
    if (text.len == 0 || out->err)
        return out->err;
    unsigned options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK;
    err_t e = map(text, options, &mapped, &len);
    for (size_t i = 0; e == ERR_OK && i < len;) {
        const char *letters;
        size_t n = ligature(mapped + i, len - i, &letters);
        e = n ? buf_append(out, letters, 2) : buf_byte(out, mapped[i]);
        i += n ? n : 1;
    }
    free(mapped);
    return e;
}

size_t utf8_width(struct slice text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.len;) {
        utf8proc_int32_t point;
        utf8proc_ssize_t n = utf8proc_iterate(text.at + i, (utf8proc_ssize_t)(text.len - i), &point);
        if (n <= 0) { /* a terminal shows one mark for a byte it cannot read */
            width++;
            i++;
            continue;
        }
        int columns = utf8proc_charwidth(point);
        width += columns > 0 ? (size_t)columns : 0;
        i += (size_t)n;
    }
    return width;
}
