/*
 * Stems are taken by the first row of a table that fits. They are light on purpose: a stem that is no word does no harm, since both sides get it, but two words
 * made one show people what they did not ask for.
 */
#include "daemon/index/words.h"

#include "protocol/base/utf8.h"

/* ---- words ---- */

static const char *const elisions[] = {"c", "d",  "j",     "l",      "m",      "n",     "s",
                                       "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"};

static bool is_elision(const struct words_one *w)
{
    for (size_t i = 0; i < sizeof elisions / sizeof *elisions; i++)
        if (slice_equal(words_slice(w), slice_text(elisions[i])))
            return true;
    return false;
}

/* How many bytes of one of these forms stand here; 0: none does. */
static size_t form_here(struct slice text, const char *const *forms, size_t n)
{
    /* The first form is the one of ASCII; nearly all characters are neither it nor beyond. */
    if (!text.len || (text.at[0] < 0x80 && text.at[0] != (uint8_t)forms[0][0]))
        return 0;
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

static struct slice rest(const struct words *f, size_t skip)
{
    return slice_of(f->text.at + f->at + skip, f->text.len - f->at - skip);
}

static bool word_follows(const struct words *f, size_t skip)
{
    struct utf8_folded one;
    struct slice text = rest(f, skip);
    if (!text.len)
        return false;
    utf8_fold_one(text, &one);
    return one.class == UTF8_WORD && !apostrophe(text);
}

/* "'s", and then no letter. */
static bool is_possessive(const struct words *f, size_t apostrophe_bytes)
{
    struct slice text = rest(f, apostrophe_bytes);
    return text.len && (text.at[0] | 0x20) == 's' && !word_follows(f, apostrophe_bytes + 1);
}

static void add(struct words_one *w, const struct utf8_folded *one)
{
    if (w->len + one->len > sizeof w->at)
        return;
    memcpy(w->at + w->len, one->at, one->len);
    w->len += one->len;
}

/* What is between words. */
static void skip_breaks(struct words *f, struct words_one *out)
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
static bool passes_apostrophe(struct words *f, struct words_one *out, size_t bytes)
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

bool words_next(struct words *f, struct words_one *out)
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
    enum words_rules rules;
    const char *end, *becomes;
    size_t least; /* bytes of the word */
};
/* clang-format off */
static const struct stem whole_words[] = {
    {WORDS_FRENCH, "travaux", "travail", 0}, {WORDS_FRENCH, "vitraux", "vitrail", 0}, {WORDS_FRENCH, "coraux", "corail", 0},
    {WORDS_FRENCH, "emaux",   "email",   0}, {WORDS_FRENCH, "baux",    "bail",    0}, {WORDS_FRENCH, "maux",   "mal",    0},
    {WORDS_FRENCH, "royaux",  "royal",   0}, {WORDS_FRENCH, "loyaux",  "loyal",   0}, {WORDS_FRENCH, "chaux",  "chaux",  0},
    {WORDS_FRENCH, "yeux",    "oeil",    0},
};
static const struct stem ends[] = {
    {WORDS_FRENCH,  "eaux", "eau", 4}, {WORDS_FRENCH,  "yaux", "yau", 6}, {WORDS_FRENCH,  "aux",  "al", 5},
    {WORDS_FRENCH,  "eux",  "eu",  4}, {WORDS_FRENCH,  "oux",  "ou",  5}, {WORDS_FRENCH,  "ees",  "e",  7},
    {WORDS_FRENCH,  "ee",   "e",   6}, {WORDS_FRENCH,  "ss",   "ss",  0}, {WORDS_FRENCH,  "s",    "",   4},
    {WORDS_ENGLISH, "ies",  "y",   5}, {WORDS_ENGLISH, "sses", "ss",  6}, {WORDS_ENGLISH, "xes",  "x",  4},
    {WORDS_ENGLISH, "ches", "ch",  5}, {WORDS_ENGLISH, "shes", "sh",  5}, {WORDS_ENGLISH, "ss",   "ss", 0},
    {WORDS_ENGLISH, "us",   "us",  0}, {WORDS_ENGLISH, "is",   "is",  0}, {WORDS_ENGLISH, "s",    "",   4},
};
/* clang-format on */

static bool replaces(struct words_one *w, const struct stem *s, bool whole)
{
    size_t end = strlen(s->end), becomes = strlen(s->becomes);
    if (w->len < end || w->len < s->least || (whole && w->len != end) || w->len - end + becomes > sizeof w->at ||
        memcmp(w->at + w->len - end, s->end, end) != 0)
        return false;
    memcpy(w->at + w->len - end, s->becomes, becomes);
    w->len = w->len - end + becomes;
    return true;
}

void words_stem(struct words_one *w, enum words_rules rules)
{
    /* No row ends otherwise. */
    bool done = rules == WORDS_PLAIN || !w->len || !strchr("esx", w->at[w->len - 1]);
    for (size_t i = 0; i < sizeof whole_words / sizeof *whole_words && !done; i++)
        done = whole_words[i].rules == rules && replaces(w, &whole_words[i], true);
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !done; i++)
        done = ends[i].rules == rules && replaces(w, &ends[i], false);
}

enum words_rules words_rules_of(struct slice lang)
{
    bool tag = lang.len == 2 || (lang.len > 2 && lang.at[2] == '-');
    return tag && memcmp(lang.at, "fr", 2) == 0   ? WORDS_FRENCH
           : tag && memcmp(lang.at, "en", 2) == 0 ? WORDS_ENGLISH
                                                  : WORDS_PLAIN;
}

err_t words_fold(struct slice text, enum words_rules rules, struct buf *out)
{
    struct words f = words_start(text);
    struct words_one w;
    while (!out->err && words_next(&f, &w)) {
        words_stem(&w, rules);
        buf_add(out, words_slice(&w));
        buf_byte(out, ' ');
    }
    return out->err;
}
