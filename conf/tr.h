/*
 * tr: sentences for people in their language, chosen per request, whatever the process's locale. The English sentence is the key; conf/translations/LANG.po
 * holds the others, compiled into the program. A third language is one more .po file.
 */
#ifndef ALLIED_CONF_TR_H
#define ALLIED_CONF_TR_H

#include <stdbool.h>
#include <stddef.h>

/* The sentence in `lang` ("fr", "en", …); itself where there is no translation. Never NULL for a non-NULL msgid. Thread-safe. */
const char *tr(const char *lang, const char *msgid);
/* The form for n (gettext's plural rules of that language). */
const char *tr_n(const char *lang, const char *one, const char *many, unsigned long n);
/* Whether sentences can be shown in this language: "en", or one with a .po file. "fr_CA.UTF-8" counts as "fr". */
bool tr_has(const char *lang);
/* That language's name as a static string: "fr" for "fr_CA.UTF-8". NULL where tr_has is false. */
const char *tr_name(const char *lang);
/* INTERFACE.md's order: option, then LANG/LC_ALL where they name a language we have, then site.language, then "en". A static string. */
const char *tr_choose(const char *option, const char *site_language);
/* Marks a sentence that is translated where it is shown. */
#define N_(msgid) msgid

/* One compiled .po file; the table of them is written by conf/translations/table.sh. */
struct tr_language {
    const char *name; /* "fr" */
    const unsigned char *mo;
    const size_t *len;
};
extern const struct tr_language tr_languages[]; /* ends with a NULL name; without "en" */

#endif
