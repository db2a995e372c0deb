/*
 * base32: RFC 4648 §6 in lower case, without padding: the text form of ids.
 */
#ifndef ALLIED_PROTOCOL_BASE_BASE32_H
#define ALLIED_PROTOCOL_BASE_BASE32_H

#include "protocol/base/buf.h"

#define BASE32_LEN(bytes) (((bytes)*8 + 4) / 5) /* characters, without the final zero */

/* Writes BASE32_LEN(in.len) characters and a zero into out. */
void base32_encode(struct slice in, char *out);
/* ERR_BASE32 on a foreign character, upper case, or non-zero left-over bits; ERR_RANGE unless the result is exactly out_len bytes. */
err_t base32_decode(struct slice text, uint8_t *out, size_t out_len);
/* Appends the decoded bytes, any length. */
err_t base32_decode_buf(struct slice text, struct buf *out);

#endif
