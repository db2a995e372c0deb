/*
 * head: the first bytes of one msgpack value: its type and its number, length or count (PROTOCOL.md §2). Private to wire/: scan and rd look
 * at a value through the same eyes.
 */
#ifndef ALLIED_PROTOCOL_WIRE_HEAD_H
#define ALLIED_PROTOCOL_WIRE_HEAD_H

#include "protocol/wire/rd.h"

struct head_value {
    enum rd_type type;
    size_t bytes; /* of the head itself */
    uint64_t
        n; /* UINT: the value; NEGATIVE: its two's complement; BOOL: 0, 1; TEXT, BIN: bytes; ARRAY: items; MAP: pairs */
};

/* ERR_TRUNCATED (also where a length or a count is more than the bytes left), ERR_FORBIDDEN, ERR_NOT_SHORTEST. */
err_t head_read(const uint8_t *at, const uint8_t *end, struct head_value *out);

#endif
