/*
 * tr: reads the GNU .mo form (gettext manual §10.3) as msgfmt writes it, from bytes inside the program: a header of seven 32-bit numbers, then two
 * tables of (length, offset): the msgids, sorted, and their translations in the same order. A plural msgid is "one\0many"; its key is its first
 * half. The bytes come from our own build, but each offset is checked all the same: a damaged table shows English, it does not crash.
 */
#include "conf/tr.h"
#include "conf/plural.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MO_MAGIC  0x950412deu
#define MO_HEADER 20u

static unsigned lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c == '-' ? '_' : c);
}

/* Whether `lang` names the language: "fr_CA.UTF-8" names "fr", and "pt-br" names "pt_BR". */
static bool names(const char *lang, const char *language)
{
    while (*language && lower(*lang) == lower(*language)) {
        lang++;
        language++;
    }
    return *language == 0 && (*lang == 0 || strchr("_-.@", *lang));
}

/* The longest name wins, so that pt_BR may stand beside pt. NULL: none. */
static const struct tr_language *language_of(const char *lang)
{
    const struct tr_language *found = NULL;
    for (const struct tr_language *l = tr_languages; lang && l->name; l++)
        if (names(lang, l->name) && (!found || strlen(l->name) > strlen(found->name)))
            found = l;
    return found;
}

static uint32_t word(const struct tr_language *l, size_t at)
{
    const unsigned char *p = l->mo + at;
    if (at > *l->len || *l->len - at < 4)
        return 0;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Entry i of the table at `table`. Empty unless it lies inside and ends with a zero. */
static struct slice entry(const struct tr_language *l, size_t table, size_t i)
{
    size_t len = word(l, table + i * 8), at = word(l, table + i * 8 + 4);
    if (at >= *l->len || len >= *l->len - at || l->mo[at + len] != 0)
        return slice_of("", 0);
    return slice_of(l->mo + at, len);
}

/* All forms of the translation, zeros between them. Empty: none. */
static struct slice find(const struct tr_language *l, const char *msgid)
{
    size_t low = 0, high, ids, texts;
    if (!l || *l->len < MO_HEADER || word(l, 0) != MO_MAGIC)
        return slice_of("", 0);
    high = word(l, 8);
    ids = word(l, 12);
    texts = word(l, 16);
    if (high > *l->len / 16)
        return slice_of("", 0);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = strcmp(msgid, (const char *)entry(l, ids, middle).at);
        if (c == 0)
            return entry(l, texts, middle);
        if (c < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return slice_of("", 0);
}

const char *tr(const char *lang, const char *msgid)
{
    /* The translation of the empty text is the file's header. */
    struct slice text = msgid && *msgid ? find(language_of(lang), msgid) : slice_of("", 0);
    return text.len ? (const char *)text.at : msgid;
}

const char *tr_n(const char *lang, const char *one, const char *many, unsigned long n)
{
    const struct tr_language *l = language_of(lang);
    struct slice text = find(l, one);
    if (text.len == 0)
        return n == 1 ? one : many;
    for (unsigned long form = plural_form(find(l, ""), n); form > 0; form--) {
        const uint8_t *zero = memchr(text.at, 0, text.len);
        if (!zero)
            break;
        text.len -= (size_t)(zero - text.at) + 1;
        text.at = zero + 1;
    }
    return (const char *)text.at;
}

bool tr_has(const char *lang)
{
    return lang && (names(lang, "en") || language_of(lang));
}

const char *tr_name(const char *lang)
{
    const struct tr_language *l = language_of(lang);
    return l ? l->name : lang && names(lang, "en") ? "en" : NULL;
}

const char *tr_choose(const char *option, const char *site_language)
{
    const char *wishes[] = {option, getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"), site_language};
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        const char *lang = tr_name(wishes[i]);
        if (lang)
            return lang;
    }
    return "en";
}
