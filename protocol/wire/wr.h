/*
 * wr: writes the protocol's subset of msgpack into a buf (msgpack-c packs; shortest forms). Map keys in ascending order are the caller's
 * duty. Errors stick in the buf.
 */
#ifndef ALLIED_PROTOCOL_WIRE_WR_H
#define ALLIED_PROTOCOL_WIRE_WR_H

#include "protocol/base/buf.h"

void wr_nil(struct buf *b);
void wr_bool(struct buf *b, bool v);
void wr_uint(struct buf *b, uint64_t v);
void wr_int(struct buf *b, int64_t v);
void wr_text(struct buf *b, struct slice text);
void wr_bin(struct buf *b, struct slice bytes);
void wr_array(struct buf *b, size_t items);
void wr_map(struct buf *b, size_t pairs);
void wr_raw(struct buf *b, struct slice value); /* a value already encoded */

#endif
