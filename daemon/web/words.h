/*
 * words: what fields, relations, kinds and languages are called on a page (words.def), and a field's value as a person reads it.
 */
#ifndef ALLIED_DAEMON_WEB_WORDS_H
#define ALLIED_DAEMON_WEB_WORDS_H

#include "daemon/html/html.h"
#include <jansson.h>

/* "title" → "Titre"; the name itself where it has no words. */
const char *words_of(const char *lang, const char *name);
/* "fr" → "français", "pt-BR" → "portugais"; the tag itself where it is not known. */
const char *words_language(const char *lang, const char *tag);
/* "prefLabel", "fr" → "Preferred label (French)"; `tag` "": in no language. */
void words_field(struct html *h, const char *field, const char *tag);
/* A list of such names, as readings have them: "prefLabel@fr", "-broader" (taken away). */
void words_fields(struct html *h, const json_t *fields);
/*
 * A JSON value: a text keeps its lines, a list is a list, an object names its parts. `tag`: the language it is in; NULL or "": not said. A text that is an
 * address is a link. Nothing at all where it is null or empty.
 */
void words_value(struct html *h, const json_t *value, const char *tag);

#endif
