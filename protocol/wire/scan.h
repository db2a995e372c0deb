/*
 * scan: the first look at foreign bytes. It allocates nothing and says whether they are exactly one value of the subset of msgpack that the
 * protocol uses (PROTOCOL.md §2): nil, booleans, integers, str, bin, array, map; shortest forms; no floats, no ext; map keys (unsigned
 * integers or str) ascending in the byte order of their encodings and unique; UTF-8; depth ≤ LIMIT_DEPTH; ≤ LIMIT_ITEMS values;
 * every count ≤ the bytes left; no trailing bytes.
 */
#ifndef ALLIED_PROTOCOL_WIRE_SCAN_H
#define ALLIED_PROTOCOL_WIRE_SCAN_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"

/* `at`, where not NULL, gets the offset of the fault. A bin is opaque: its content is not scanned. */
err_t scan(struct slice bytes, size_t max_bytes, size_t *at);

#endif
