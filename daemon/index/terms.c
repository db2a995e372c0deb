#include "daemon/index/terms.h"
#include "protocol/base/utf8.h"

#define PREFIX_BYTES 2 /* the shortest beginning: of one letter half the index begins with it */

/* ---- reading ---- */

/* Bytes of a quotation mark that stands here; 0: none does. French ones count as the straight one does. */
static size_t quote(struct slice text)
{
    static const char *const marks[] = {"\"", "\xc2\xab", "\xc2\xbb", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i]);
        if (text.len >= n && memcmp(text.at, marks[i], n) == 0)
            return n;
    }
    return 0;
}

static err_t add(struct terms *t, const struct words_one *word, bool starts)
{
    if (t->n == LIMIT_SEARCH_WORDS)
        return ERR_SEARCH_LONG;
    struct term *term = &t->at[t->n++];
    *term = (struct term){.starts = starts};
    for (int rules = 0; rules < WORDS_RULES; rules++) {
        term->forms[rules] = *word;
        words_stem(&term->forms[rules], (enum words_rules)rules);
    }
    return ERR_OK;
}

/* Between two quotation marks, or outside of any. */
static err_t read_part(struct terms *t, struct slice part, bool phrase)
{
    struct words w = words_start(part);
    struct words_one one;
    bool first = true;
    err_t e = ERR_OK;
    for (; !e && words_next(&w, &one); first = false)
        e = add(t, &one, first || !(phrase || one.hyphen));
    return e;
}

err_t terms_read(struct slice question, bool last_open, struct terms *out)
{
    struct terms t = {.n = 0};
    bool phrase = false;
    size_t from = 0, n = 0, closed = 0; /* closed: words up to the end of the last phrase */
    err_t e = question.len > LIMIT_SEARCH_BYTES ? ERR_SEARCH_LONG : !utf8_valid(question) ? ERR_UTF8 : ERR_OK;
    for (size_t at = 0; at <= question.len && !e; at += n ? n : 1) {
        n = quote(slice_of(question.at + at, question.len - at));
        if (!n && at < question.len)
            continue;
        e = read_part(&t, slice_of(question.at + from, at - from), phrase);
        if (phrase && n)
            closed = t.n;
        from = at + n;
        phrase = !phrase;
    }
    if (e)
        return e;
    if (t.n > closed)
        t.at[t.n - 1].prefix = last_open;
    *out = t;
    return ERR_OK;
}

/* ---- the expression ---- */

static void put_form(const struct terms *t, size_t first, size_t end, int rules, struct buf *out)
{
    for (size_t i = first; i < end; i++) {
        buf_add(out, slice_text(i == first ? "\"" : " "));
        buf_add(out, words_slice(&t->at[i].forms[rules]));
    }
    buf_byte(out, '"');
}

static bool same_form(const struct terms *t, size_t first, size_t end, int a, int b)
{
    for (size_t i = first; i < end; i++)
        if (!slice_equal(words_slice(&t->at[i].forms[a]), words_slice(&t->at[i].forms[b])))
            return false;
    return true;
}

/* A word or a phrase, as any language's rules have it. What is a beginning has no stem yet. */
static void put_phrase(const struct terms *t, size_t first, size_t end, struct buf *out)
{
    const struct term *last = &t->at[end - 1];
    bool prefix = last->prefix && last->forms[WORDS_PLAIN].len >= PREFIX_BYTES;
    buf_byte(out, '(');
    put_form(t, first, end, WORDS_PLAIN, out);
    if (prefix)
        buf_byte(out, '*');
    for (int rules = WORDS_PLAIN + 1; rules < WORDS_RULES; rules++) {
        bool again = false;
        for (int before = 0; before < rules; before++)
            again |= same_form(t, first, end, before, rules);
        if (again)
            continue;
        buf_add(out, slice_text(" OR "));
        put_form(t, first, end, rules, out);
    }
    buf_byte(out, ')');
}

err_t terms_expression(const struct terms *t, const char *column, struct buf *out)
{
    if (!t->n)
        return out->err;
    if (out->len)
        buf_add(out, slice_text(" AND "));
    if (column)
        buf_printf(out, "%s : ", column);
    buf_byte(out, '(');
    for (size_t i = 0, end; i < t->n; i = end) {
        for (end = i + 1; end < t->n && !t->at[end].starts; end++)
            ;
        if (i)
            buf_add(out, slice_text(" AND "));
        put_phrase(t, i, end, out);
    }
    buf_byte(out, ')');
    return out->err;
}

/* ---- seeing them again ---- */

bool terms_match(const struct terms *t, const struct words_one *word, enum words_rules rules, size_t *which)
{
    struct words_one stem = *word;
    words_stem(&stem, rules);
    for (size_t i = 0; i < t->n; i++) {
        const struct term *term = &t->at[i];
        const struct words_one *plain = &term->forms[WORDS_PLAIN];
        bool found = term->prefix && plain->len >= PREFIX_BYTES && word->len >= plain->len &&
                     memcmp(word->at, plain->at, plain->len) == 0;
        for (int form = 0; form < WORDS_RULES && !found; form++)
            found = slice_equal(words_slice(&term->forms[form]), words_slice(&stem));
        if (found) {
            *which = i;
            return true;
        }
    }
    return false;
}
