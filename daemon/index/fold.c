/*
 * Stems are taken by the first row of a table that fits. They are light on purpose: a stem that is no word does no harm, since both sides get it, but two words
 * made one show people what they did not ask for.
 */
#include "daemon/index/fold.h"

#include "protocol/base/utf8.h"

/* ---- words ---- */

static const char *const elisions[] = {"c", "d",  "j",     "l",      "m",      "n",     "s",
                                       "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"};

static bool is_elision(const struct fold_word *w)
{
    for (size_t i = 0; i < sizeof elisions / sizeof *elisions; i++)
        if (slice_equal(fold_slice(w), slice_text(elisions[i])))
            return true;
    return false;
}

/* How many bytes of one of these forms stand here; 0: none does. */
static size_t form_here(struct slice text, const char *const *forms, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(forms[i]);
        if (text.len >= len && memcmp(text.at, forms[i], len) == 0)
            return len;
    }
    return 0;
}

static size_t apostrophe(struct slice text)
{
    static const char *const forms[] = {"'", "\xe2\x80\x99", "\xca\xbc", "\xef\xbc\x87"};
    return form_here(text, forms, sizeof forms / sizeof *forms);
}

static size_t hyphen(struct slice text)
{
    static const char *const forms[] = {"-", "\xe2\x80\x90", "\xe2\x80\x91"};
    return form_here(text, forms, sizeof forms / sizeof *forms);
}

static struct slice rest(const struct fold *f, size_t skip)
{
    return slice_of(f->text.at + f->at + skip, f->text.len - f->at - skip);
}

static bool word_follows(const struct fold *f, size_t skip)
{
    struct utf8_folded one;
    struct slice text = rest(f, skip);
    if (!text.len)
        return false;
    utf8_fold_one(text, &one);
    return one.class == UTF8_WORD && !apostrophe(text);
}

/* "'s", and then no letter. */
static bool is_possessive(const struct fold *f, size_t apostrophe_bytes)
{
    struct slice text = rest(f, apostrophe_bytes);
    return text.len && (text.at[0] | 0x20) == 's' && !word_follows(f, apostrophe_bytes + 1);
}

static void add(struct fold_word *w, const struct utf8_folded *one)
{
    if (w->len + one->len > sizeof w->at)
        return;
    memcpy(w->at + w->len, one->at, one->len);
    w->len += one->len;
}

/* What is between words. */
static void skip_breaks(struct fold *f, struct fold_word *out)
{
    struct utf8_folded one;
    size_t start = f->at, n;
    size_t tied = start ? hyphen(rest(f, 0)) : 0;
    for (; f->at < f->text.len; f->at += n) {
        n = apostrophe(rest(f, 0));
        if (n)
            continue;
        n = utf8_fold_one(rest(f, 0), &one);
        if (one.class == UTF8_WORD && one.len)
            break;
    }
    out->hyphen = tied && f->at == start + tied;
    out->from = f->at;
}

/* At an apostrophe behind letters: does the word go on? */
static bool passes_apostrophe(struct fold *f, struct fold_word *out, size_t bytes)
{
    if (!word_follows(f, bytes))
        return false;
    if (is_possessive(f, bytes) && out->len > 1) {
        f->at += bytes + 1;
        return false;
    }
    f->at += bytes;
    if (is_elision(out)) {
        out->len = 0;
        out->from = f->at;
    }
    return true;
}

bool fold_next(struct fold *f, struct fold_word *out)
{
    struct utf8_folded one;
    out->len = 0;
    skip_breaks(f, out);
    out->to = out->from;
    while (f->at < f->text.len) {
        size_t n = apostrophe(rest(f, 0));
        if (n) {
            if (!passes_apostrophe(f, out, n))
                break;
            continue;
        }
        n = utf8_fold_one(rest(f, 0), &one);
        if (one.class == UTF8_BREAK)
            break;
        f->at += n;
        if (one.class == UTF8_WORD)
            add(out, &one);
        out->to = f->at;
    }
    return out->len > 0;
}

/* ---- stems ---- */

struct stem {
    enum fold_rules rules;
    const char *end, *becomes;
    size_t least; /* bytes of the word */
};
/* clang-format off */
static const struct stem whole_words[] = {
    {FOLD_FRENCH, "travaux", "travail", 0}, {FOLD_FRENCH, "vitraux", "vitrail", 0}, {FOLD_FRENCH, "coraux", "corail", 0},
    {FOLD_FRENCH, "emaux",   "email",   0}, {FOLD_FRENCH, "baux",    "bail",    0}, {FOLD_FRENCH, "maux",   "mal",    0},
    {FOLD_FRENCH, "royaux",  "royal",   0}, {FOLD_FRENCH, "loyaux",  "loyal",   0}, {FOLD_FRENCH, "chaux",  "chaux",  0},
    {FOLD_FRENCH, "yeux",    "oeil",    0},
};
static const struct stem ends[] = {
    {FOLD_FRENCH,  "eaux", "eau", 4}, {FOLD_FRENCH,  "yaux", "yau", 6}, {FOLD_FRENCH,  "aux",  "al", 5},
    {FOLD_FRENCH,  "eux",  "eu",  4}, {FOLD_FRENCH,  "oux",  "ou",  5}, {FOLD_FRENCH,  "ees",  "e",  7},
    {FOLD_FRENCH,  "ee",   "e",   6}, {FOLD_FRENCH,  "ss",   "ss",  0}, {FOLD_FRENCH,  "s",    "",   4},
    {FOLD_ENGLISH, "ies",  "y",   5}, {FOLD_ENGLISH, "sses", "ss",  6}, {FOLD_ENGLISH, "xes",  "x",  4},
    {FOLD_ENGLISH, "ches", "ch",  5}, {FOLD_ENGLISH, "shes", "sh",  5}, {FOLD_ENGLISH, "ss",   "ss", 0},
    {FOLD_ENGLISH, "us",   "us",  0}, {FOLD_ENGLISH, "is",   "is",  0}, {FOLD_ENGLISH, "s",    "",   4},
};
/* clang-format on */

static bool replaces(struct fold_word *w, const struct stem *s, bool whole)
{
    size_t end = strlen(s->end), becomes = strlen(s->becomes);
    if (w->len < end || w->len < s->least || (whole && w->len != end) || w->len - end + becomes > sizeof w->at ||
        memcmp(w->at + w->len - end, s->end, end) != 0)
        return false;
    memcpy(w->at + w->len - end, s->becomes, becomes);
    w->len = w->len - end + becomes;
    return true;
}

void fold_stem(struct fold_word *w, enum fold_rules rules)
{
    bool done = rules == FOLD_PLAIN;
    for (size_t i = 0; i < sizeof whole_words / sizeof *whole_words && !done; i++)
        done = whole_words[i].rules == rules && replaces(w, &whole_words[i], true);
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !done; i++)
        done = ends[i].rules == rules && replaces(w, &ends[i], false);
}

enum fold_rules fold_rules_of(struct slice lang)
{
    bool tag = lang.len == 2 || (lang.len > 2 && lang.at[2] == '-');
    return tag && memcmp(lang.at, "fr", 2) == 0   ? FOLD_FRENCH
           : tag && memcmp(lang.at, "en", 2) == 0 ? FOLD_ENGLISH
                                                  : FOLD_PLAIN;
}

err_t fold_text(struct slice text, enum fold_rules rules, struct buf *out)
{
    struct fold f = fold_start(text);
    struct fold_word w;
    while (!out->err && fold_next(&f, &w)) {
        fold_stem(&w, rules);
        buf_add(out, fold_slice(&w));
        buf_byte(out, ' ');
    }
    return out->err;
}
