/*
 * prose: how pages show what records and concepts are made of: texts in their languages, dates of which a part is known, words that matched, components with their
 * colours. Out of the JSON of the readings (daemon/read); what is not there is left out.
 */
#ifndef ALLIED_DAEMON_WEB_PROSE_H
#define ALLIED_DAEMON_WEB_PROSE_H

#include "daemon/html/neighbours.h"
#include "daemon/web/crossings.h"
#include "daemon/web/sheet.h"

/* What a language calls itself; the tag where that is not known. Of a text whose language nobody said ("und"): that, in `lang`. */
const char *prose_language(const char *lang, const char *tag);
/* Of an object language → text: the best for a reader: of `lang`, else fr, en, any. NULL: there is none. */
const char *prose_choose(const json_t *by_lang, const char *lang);
/* lang="…" of what was opened last, where it is another one than the page's; "und" and NULL: not known. */
void prose_lang(struct html *h, const char *tag);
/* A text that may have lines and paragraphs, each as such. */
void prose_text(struct html *h, const char *tag, const char *text);
/* YYYY, YYYY-MM, YYYY-MM-DD as people say it; anything else as it stands. */
void prose_date(struct html *h, const char *date);
/* A text with what lies between from and to (code points: [[from, to], …]) as <mark>. */
void prose_marked(struct html *h, const char *text, const json_t *marks);
/* A record's type and a link's rel in words; itself where it is not known. */
const char *prose_type(const char *lang, const char *type);
const char *prose_rel(const char *lang, const char *rel, bool back);
/* "adopted", …: in words. */
const char *prose_status(const char *lang, const char *status);

/* The patches of the components that a concept stands under; how many. c NULL: none. */
size_t prose_patches(const struct crossings *c, const struct crossing_concept *concept,
                     struct neighbours_patch out[NEIGHBOURS_PATCHES]);
/* A link to a concept, behind its patches. `id`: base32. `label` NULL: its id. */
void prose_concept(struct html *h, struct http_request *q, const struct crossings *c, const char *id,
                   const char *label);
/* A link to a record. `title` NULL or "": its id. */
void prose_record(struct html *h, struct http_request *q, const char *id, const char *title);
/* A box that leads to what several wrote at the same time in a record or a concept; nothing where there is none. */
void prose_conflicts(struct html *h, struct http_request *q, const json_t *shown);

#endif
