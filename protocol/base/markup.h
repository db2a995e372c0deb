/*
 * markup: what others wrote, on its way into XML or HTML. Markup is escaped; what XML 1.0 forbids (control characters but tab and line ends, U+FFFE, U+FFFF, bytes that
 * are no UTF-8) becomes U+FFFD; and what a text leaves open in the direction of writing (UAX #9: embeddings, overrides, isolates) is closed at its end, so that
 * it turns nothing around that stands behind it. Errors stick in the buf.
 */
#ifndef ALLIED_PROTOCOL_BASE_MARKUP_H
#define ALLIED_PROTOCOL_BASE_MARKUP_H

#include "protocol/base/buf.h"

void markup_text(struct buf *out, struct slice text); /* good in content and within a quoted attribute */
const char *markup_reference(uint32_t c); /* "&lt;" … of a character that needs one; NULL: it goes out as it is */
/* May it stand where a program follows it: http://… or https://…, in any case, without blanks and controls. */
bool markup_is_link(struct slice uri);

#endif
