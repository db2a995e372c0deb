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

size_t utf8_one(struct slice text, uint32_t *out)
{
    size_t n = text.len ? character(text.at, text.len) : 0;
    if (!n)
        return 0;
    uint32_t c = n == 1 ? text.at[0] : text.at[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (text.at[i] & 0x3f);
    *out = c;
    return n;
}

void utf8_drop_halves(char *text)
{
    size_t len = strlen(text), at;
    while ((at = utf8_fault(slice_of(text, len))) < len) {
        memmove(text + at, text + at + 1, len - at);
        len--;
    }
}

bool utf8_valid(struct slice text)
{
    return utf8_fault(text) == text.len;
}

err_t utf8_nfc(struct slice text, struct buf *out)
{
    utf8proc_uint8_t *mapped = NULL;
    if (text.len == 0 || out->err)
        return out->err;
    if (!utf8_valid(text))
        return ERR_UTF8;
    utf8proc_ssize_t n = utf8proc_map(text.at, (utf8proc_ssize_t)text.len, &mapped,
                                      (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    err_t e = n >= 0                         ? buf_append(out, mapped, (size_t)n)
              : n == UTF8PROC_ERROR_NOMEM    ? ERR_MEMORY
              : n == UTF8PROC_ERROR_OVERFLOW ? ERR_TOO_LARGE
                                             : ERR_UTF8;
    free(mapped);
    return e;
}

/* ---- texts of authors ---- */

enum {
    MARKS_MAX = 30
}; /* on one letter: no language comes near it (UAX #15 §13), and utf8proc puts n of them in order in n² steps */

static bool is_line_end(utf8proc_int32_t c)
{
    return c == '\r' || c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Controls, what turns the direction of a text beyond itself, the byte order mark, and noncharacters. */
static bool is_left_out(utf8proc_int32_t c)
{
    if (c < 0xa0)
        return (c < 0x20 && c != '\t' && c != '\n') || c >= 0x7f;
    return (c >= 0x202a && c <= 0x202e) || c == 0xfeff || (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

static bool is_mark(utf8proc_int32_t c)
{
    utf8proc_category_t in = c < 0x300 ? UTF8PROC_CATEGORY_LL : utf8proc_category(c);
    return in >= UTF8PROC_CATEGORY_MN && in <= UTF8PROC_CATEGORY_ME;
}

/* What stands at `i` of a valid text; a CR before an LF is left out. */
static size_t point_at(struct slice text, size_t i, utf8proc_int32_t *out)
{
    utf8proc_ssize_t n = 1;
    *out = text.at[i];
    if (text.at[i] >= 0x80)
        n = utf8proc_iterate(text.at + i, (utf8proc_ssize_t)(text.len - i), out);
    else if (*out == '\r' && i + 1 < text.len && text.at[i + 1] == '\n')
        *out = 0;
    return (size_t)n;
}

static err_t put_kept(struct slice text, struct buf *out)
{
    size_t kept = 0, marks = 0; /* from `kept` on nothing was appended yet */
    for (size_t i = 0, n; i < text.len; i += n) {
        utf8proc_int32_t c;
        n = point_at(text, i, &c);
        bool end = is_line_end(c), drop = !end && is_left_out(c);
        marks = is_mark(c) ? marks + 1 : drop ? marks : 0;
        if (!end && !drop && marks <= MARKS_MAX)
            continue;
        buf_append(out, text.at + kept, i - kept);
        if (end)
            buf_byte(out, '\n');
        kept = i + n;
    }
    return text.len ? buf_append(out, text.at + kept, text.len - kept) : out->err;
}

err_t utf8_plain(struct slice text, struct buf *out)
{
    struct buf kept;
    if (text.len == 0 || out->err)
        return out->err;
    if (!utf8_valid(text))
        return ERR_UTF8;
    buf_init(&kept, text.len);
    err_t e = put_kept(text, &kept);
    e = e ? e : utf8_nfc(buf_slice(&kept), out);
    buf_fini(&kept);
    return e;
}

/* ---- pieces of JSON ---- */

/* What moves a terminal, ends its line, turns the direction of what it shows, or is no character; all else is escaped in JSON already. */
static bool is_unseen(utf8proc_int32_t c)
{
    return (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfffe ||
           c == 0xffff;
}

int utf8_json_piece(const char *at, size_t n, void *out)
{
    const uint8_t *bytes = (const uint8_t *)at;
    size_t put = 0;
    for (size_t i = 0, len; i < n; i += len) {
        utf8proc_int32_t c = bytes[i];
        len = 1;
        if (c < 0x7f || (c > 0xc2 && c != 0xe2 && c != 0xef))
            continue;
        utf8proc_ssize_t found = utf8proc_iterate(bytes + i, (utf8proc_ssize_t)(n - i), &c);
        if (found <= 0 || !is_unseen(c))
            continue;
        len = (size_t)found;
        buf_append(out, bytes + put, i - put);
        buf_printf(out, "\\u%04x", (unsigned)c);
        put = i + len;
    }
    return buf_append(out, bytes + put, n - put) ? -1 : 0;
}

/* Letters without a decomposition in Unicode, as people type them who lack the key. */
static const struct {
    utf8proc_int32_t point;
    const char *letters;
} typed[] = {
    {0xe6,  "ae"},
    {0xf0,  "d" },
    {0xf8,  "o" },
    {0xfe,  "th"},
    {0x111, "d" },
    {0x131, "i" },
    {0x142, "l" },
    {0x153, "oe"},
};

static void put_point(struct utf8_folded *out, utf8proc_int32_t point)
{
    const char *letters = NULL;
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        if (typed[i].point == point)
            letters = typed[i].letters;
    if (out->len + 4 > sizeof out->at)
        return;
    if (!letters) {
        out->len += (size_t)utf8proc_encode_char(point, out->at + out->len);
        return;
    }
    size_t n = strlen(letters);
    memcpy(out->at + out->len, letters, n);
    out->len += n;
}

static enum utf8_class class_of(utf8proc_int32_t point)
{
    utf8proc_category_t c = utf8proc_category(point);
    if (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO)
        return UTF8_WORD;
    if (c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO)
        return UTF8_WORD;
    return (c >= UTF8PROC_CATEGORY_MN && c <= UTF8PROC_CATEGORY_ME) || c == UTF8PROC_CATEGORY_CF ? UTF8_NOTHING
                                                                                                 : UTF8_BREAK;
}

static size_t fold_ascii(uint8_t byte, struct utf8_folded *out)
{
    bool upper = byte >= 'A' && byte <= 'Z';
    out->at[0] = upper ? (uint8_t)(byte + ('a' - 'A')) : byte;
    out->len = 1;
    bool word = upper || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
    out->class = word ? UTF8_WORD : UTF8_BREAK;
    return 1;
}

size_t utf8_fold_one(struct slice text, struct utf8_folded *out)
{
    enum { POINTS = 24 }; /* the longest decomposition in Unicode is 18 */
    const int options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    utf8proc_int32_t point, points[POINTS];
    int last = UTF8PROC_BOUNDCLASS_START;
    if (text.at[0] < 0x80)
        return fold_ascii(text.at[0], out);
    size_t taken = character(text.at, text.len);
    out->len = 0;
    out->class = UTF8_BREAK;
    if (!taken)
        return 1;
    utf8proc_iterate(text.at, (utf8proc_ssize_t)taken, &point);
    out->class = class_of(point);
    utf8proc_ssize_t n = utf8proc_decompose_char(point, points, POINTS, (utf8proc_option_t)options, &last);
    for (utf8proc_ssize_t i = 0; i < n && i < POINTS; i++)
        put_point(out, points[i]);
    return taken;
}

err_t utf8_fold(struct slice text, struct buf *out)
{
    struct utf8_folded one;
    if (text.len == 0 || out->err)
        return out->err;
    if (!utf8_valid(text))
        return ERR_UTF8;
    for (size_t at = 0; at < text.len; buf_append(out, one.at, one.len))
        at += utf8_fold_one(slice_of(text.at + at, text.len - at), &one);
    return out->err;
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
