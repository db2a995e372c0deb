/*
 * record_beside: what stands around a record on its page: index terms, links in both directions, translations, reviews, what its discipline says.
 */
#ifndef ALLIED_DAEMON_WEB_RECORD_BESIDE_H
#define ALLIED_DAEMON_WEB_RECORD_BESIDE_H

#include "daemon/web/record_body.h"

void record_terms(const struct record_page *p);
void record_links(const struct record_page *p); /* out, and who reuses it */
void record_translations(const struct record_page *p);
void record_reviews(const struct record_page *p);
void record_discipline(const struct record_page *p);

#endif
