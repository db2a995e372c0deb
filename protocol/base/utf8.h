/*
 * UTF-8 (RFC 3629) and Unicode normalisation form C (UAX #15). The only user of utf8proc. Replicas check validity only; NFC is the
 * author's site's duty, so that a newer Unicode never changes what is valid.
 */
#ifndef ALLIED_PROTOCOL_BASE_UTF8_H
#define ALLIED_PROTOCOL_BASE_UTF8_H

#include "protocol/base/buf.h"

bool utf8_valid(struct slice text); /* no overlong forms, no surrogates, nothing past U+10FFFF */
/* Where the first invalid byte stands; text.len if there is none. */
size_t utf8_fault(struct slice text);
/* Appends the NFC form. ERR_UTF8 on invalid input. */
err_t utf8_nfc(struct slice text, struct buf *out);
/*
 * Appends the text without what only drives a terminal or turns the direction of what stands behind it: controls (C0 but tab and line feed, DEL, C1) and
 * U+202A to U+202E; isolates (U+2066 to U+2069) stay, CR LF and CR become LF. Valid UTF-8.
 */
err_t utf8_plain(struct slice text, struct buf *out);
/* Appends a folded shadow: case, accents and ligatures dropped ("Cœur" → "coeur"), for comparing what people type. */
err_t utf8_fold(struct slice text, struct buf *out);
/*
 * The same for the one character at the beginning of a text that is not empty: how many bytes it takes (1 where it is none). A ligature is several
 * letters; what is drawn onto other letters, and what is not drawn at all, is UTF8_NOTHING.
 */
#define UTF8_FOLDED_BYTES 80
enum utf8_class { UTF8_BREAK, UTF8_WORD, UTF8_NOTHING }; /* between words; letter or digit; neither */
struct utf8_folded {
    uint8_t at[UTF8_FOLDED_BYTES];
    size_t len;
    enum utf8_class class;
};
size_t utf8_fold_one(struct slice text, struct utf8_folded *out);
/* How many columns a terminal needs. */
size_t utf8_width(struct slice text);

#endif
