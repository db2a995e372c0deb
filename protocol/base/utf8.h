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
/* The character that a text begins with: how many bytes it takes; 0, and nothing set: there is none. */
size_t utf8_one(struct slice text, uint32_t *out);
/* Takes out what is no UTF-8: of a short text that was cut by its length, at its end or by a precision in its midst. */
void utf8_drop_halves(char *text);
/* Appends the NFC form. ERR_UTF8 on invalid input. */
err_t utf8_nfc(struct slice text, struct buf *out);
/*
 * Appends a text as its author's site writes it, in NFC: line ends (CR LF, CR, VT, FF, U+0085, U+2028, U+2029) become LF; without controls but tab, embeddings and
 * overrides of the direction (U+202A to U+202E; isolates and marks stay), U+FEFF, noncharacters, and the marks beyond the thirtieth on one letter. ERR_UTF8.
 */
err_t utf8_plain(struct slice text, struct buf *out);
/*
 * Appends a piece of JSON, of whole characters, to the buf `out`; what drives a terminal or turns its direction (DEL, C1, U+2028 to U+202E, isolates, U+FFFE, U+FFFF) as \u escapes:
 * the same value. A json_dump_callback_t. 0, or -1 with the buf's err.
 */
int utf8_json_piece(const char *at, size_t n, void *out);
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
