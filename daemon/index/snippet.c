#include "daemon/index/snippet.h"
#include "protocol/base/utf8.h"

#define BEFORE_BYTES 60 /* of the piece, in front of the first word that matched */
#define MATCHES_MAX  128
#define WORD_SEEK    40 /* how far a cut moves to lie between words */

struct match {
    size_t from;
    size_t which;
};

/* ---- where ---- */

static size_t matches_in(const struct terms *t, struct slice text, enum words_rules rules, struct match *out)
{
    struct words w = words_start(text);
    struct words_one one;
    size_t n = 0, which = 0;
    while (n < MATCHES_MAX && words_next(&w, &one))
        if (terms_match(t, &one, rules, &which))
            out[n++] = (struct match){one.from, which};
    return n;
}

struct snippet_place snippet_find(const struct terms *t, struct slice text, enum words_rules rules)
{
    struct match m[MATCHES_MAX];
    struct snippet_place best = {0};
    size_t n = t->n ? matches_in(t, text, rules, m) : 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t seen = 0;
        for (size_t k = i; k < n && m[k].from < m[i].from + SNIPPET_BYTES - BEFORE_BYTES; k++)
            seen |= UINT32_C(1) << m[k].which;
        unsigned found = (unsigned)__builtin_popcount(seen);
        if (found > best.found)
            best = (struct snippet_place){m[i].from, found};
    }
    return best;
}

/* ---- the piece ---- */

static bool is_blank(uint8_t c)
{
    return c <= 0x20 || c == 0x7f;
}

static size_t piece_start(struct slice text, size_t around)
{
    if (around <= BEFORE_BYTES)
        return 0;
    size_t at = around - BEFORE_BYTES;
    for (size_t seek = 0; seek < WORD_SEEK && at < around; seek++, at++)
        if (is_blank(text.at[at]))
            return at + 1;
    while (at < around && (text.at[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static size_t piece_end(struct slice text, size_t start)
{
    if (text.len - start <= SNIPPET_BYTES)
        return text.len;
    size_t end = start + SNIPPET_BYTES;
    for (size_t at = end; at > end - WORD_SEEK; at--)
        if (is_blank(text.at[at]))
            return at;
    while (end > start && (text.at[end] & 0xc0) == 0x80)
        end--;
    return end;
}

/* Marks that turn the direction of a text: they would turn the page around it (Unicode TR 36). C1 controls go with them. */
static bool is_hidden(const uint8_t *at, size_t n)
{
    if (n == 2)
        return (at[0] == 0xc2 && at[1] < 0xa0) || (at[0] == 0xd8 && at[1] == 0x9c);
    if (n != 3)
        return false;
    if (at[0] == 0xe2 && at[1] == 0x80)
        return at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae);
    return (at[0] == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9) ||
           (at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf);
}

struct writer {
    struct snippet *out;
    size_t characters;
    bool blank; /* one is due before what comes */
};

static void put_char(struct writer *w, const uint8_t *at, size_t n)
{
    if (w->blank && w->characters) {
        buf_byte(&w->out->text, ' ');
        w->characters++;
    }
    w->blank = false;
    buf_append(&w->out->text, at, n);
    w->characters++;
}

/* Up to a place of the text, character by character. */
static void put_until(struct writer *w, struct slice text, size_t *at, size_t end)
{
    struct utf8_folded one;
    while (*at < end) {
        size_t n = utf8_fold_one(slice_of(text.at + *at, text.len - *at), &one);
        if (n == 1 && is_blank(text.at[*at]))
            w->blank = true;
        else if ((n > 1 || text.at[*at] < 0x80) && !is_hidden(text.at + *at, n))
            put_char(w, text.at + *at, n);
        *at += n;
    }
}

static void put_mark(struct writer *w, struct slice text, const struct words_one *one, size_t *at)
{
    struct snippet *out = w->out;
    put_until(w, text, at, one->from);
    size_t from = w->characters + (w->blank && w->characters ? 1 : 0);
    put_until(w, text, at, one->to);
    if (out->marks_n < SNIPPET_MARKS && w->characters > from)
        out->marks[out->marks_n++] = (struct snippet_mark){from, w->characters};
}

err_t snippet_cut(const struct terms *t, struct slice text, enum words_rules rules, size_t around, bool whole,
                  struct snippet *out)
{
    static const uint8_t cut[] = {0xe2, 0x80, 0xa6};
    struct writer writer = {.out = out};
    struct words_one one;
    size_t which = 0, at = whole ? 0 : piece_start(text, around), end = whole ? text.len : piece_end(text, at);
    buf_clear(&out->text);
    out->marks_n = 0;
    if (at)
        put_char(&writer, cut, sizeof cut);
    struct words w = words_start(slice_of(text.at, end));
    w.at = at;
    while (words_next(&w, &one))
        if (t->n && terms_match(t, &one, rules, &which))
            put_mark(&writer, text, &one, &at);
    put_until(&writer, text, &at, end);
    writer.blank = false;
    if (end < text.len)
        put_char(&writer, cut, sizeof cut);
    return out->text.err == ERR_TOO_LARGE ? ERR_OK : out->text.err;
}
