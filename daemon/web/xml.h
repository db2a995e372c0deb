/*
 * xml: XML 1.0 in UTF-8, appended to a buf. Names are ours and go out as they are; what others wrote goes through here: markup is escaped, what XML 1.0 forbids (control
 * characters but tab and line ends, U+FFFE, U+FFFF, bytes that are no UTF-8) becomes U+FFFD, and what a text leaves open in the direction of writing
 * (UAX #9: embeddings, overrides, isolates) is closed at its end, so that it turns nothing around that stands behind it. Errors stick in the buf.
 */
#ifndef ALLIED_DAEMON_WEB_XML_H
#define ALLIED_DAEMON_WEB_XML_H

#include "protocol/base/buf.h"

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

void xml_raw(struct buf *out, const char *markup); /* ours */
void xml_text(struct buf *out, struct slice text); /* good in content and within a quoted attribute */
void xml_attribute(struct buf *out, const char *name, struct slice value); /* a blank before it */
/* <name>text</name>; with xml:lang where lang is not empty. */
void xml_element(struct buf *out, const char *name, struct slice lang, struct slice text);
/* May it stand where a program follows it: http://… or https://…, in any case, without blanks and controls. */
bool xml_is_link(struct slice uri);

#endif
