/* The first two bytes give the header's length; the rest is header and body. What decodes must be written again as the same bytes. */
#include "protocol/op/op.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_body(const struct op *op, struct slice body, struct arena *arena)
{
    struct slice *values;
    struct buf again;
    size_t n;
    if (op_decode_body(op, body, arena, &values, &n) != ERR_OK)
        return;
    buf_init(&again, LIMIT_BODY_BYTES);
    op_encode_body(&again, values, n);
    if (!slice_equal(buf_slice(&again), body))
        abort();
    buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t self[16] = {0xff};
    struct arena arena = {0};
    struct op op, named;
    struct buf again;
    uint64_t kind;
    struct slice entity;
    size_t header_len = size < 2 ? 0 : (size_t)data[0] << 8 | data[1];
    if (size < 2 || header_len > size - 2)
        return 0;
    struct slice header = slice_of(data + 2, header_len), body = slice_of(data + 2 + header_len, size - 2 - header_len);
    (void)op_peek(header, &kind, &entity);
    if (op_decode(header, NULL, &arena, &op) == ERR_OK) {
        buf_init(&again, LIMIT_ENVELOPE_BYTES);
        op_encode_header(&again, &op);
        if (!slice_equal(buf_slice(&again), header) || op_decode(header, self, &arena, &named) != ERR_OK)
            abort();
        buf_fini(&again);
        look_at_body(&op, body, &arena);
    }
    arena_fini(&arena);
    return 0;
}
