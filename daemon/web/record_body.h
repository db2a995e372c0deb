/*
 * record_body: what a record says, as its page shows it: texts in the language chosen, facts, credits, a list in time. Out of what record.show gives.
 */
#ifndef ALLIED_DAEMON_WEB_RECORD_BODY_H
#define ALLIED_DAEMON_WEB_RECORD_BODY_H

#include "daemon/web/prose.h"

struct record_page {
    struct http_request *q;
    struct html *h;
    struct read *read;
    const struct crossings *crossings;
    const json_t *shown;
    const char *lang; /* of its texts: the one asked for, else the reader's, else what there is */
};
/* The text of a field in that language, else in another; *lang is whose. "": none. */
const char *record_text(const struct record_page *p, const char *field, const char **lang);
void record_languages(const struct record_page *p);
void record_lead(const struct record_page *p);  /* type, ally, date, place; subtitle and abstract */
void record_texts(const struct record_page *p); /* context … lessons, each with its heading */
void record_episodes(const struct record_page *p);
void record_actors(const struct record_page *p); /* with their replies: whoever is named is heard beside what is said */
void record_images(const struct record_page *p);
void record_sources(const struct record_page *p);
void record_items(const struct record_page *p); /* of a dossier */
void record_facts(const struct record_page *p);

#endif
