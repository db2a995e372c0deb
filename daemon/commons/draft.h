/*
 * draft: a record as somebody wants to write it, judged before it is anywhere: what would refuse it, and how it would stand to the discipline.
 */
#ifndef ALLIED_DAEMON_COMMONS_DRAFT_H
#define ALLIED_DAEMON_COMMONS_DRAFT_H

#include "daemon/commons/fields_json.h"
#include "daemon/commons/view.h"

#define DRAFT_TYPE "experience" /* of a record that names none */

/* The write of a field, in a language or (NULL) in any; NULL: there is none. */
const struct field_write *draft_find(const struct entity_writes *w, uint64_t field, const struct slice *lang);
/* Is it given a value, in any language? */
bool draft_says(const struct entity_writes *w, uint64_t field);
/* A new record needs a title (ERR_TITLE_MISSING); one to import its source_id as well (ERR_SOURCE_ID). */
err_t draft_check(const struct entity_writes *w, bool import, struct why *why);
/* What the record would show, in the arena: type and licence as they fall to it where it names none. Of its terms only the number is right. */
err_t draft_view(const struct entity_writes *w, const char *licence, struct arena *arena, struct view *out);

#endif
