/*
 * Any bytes as a message: what decodes is encoded to the same bytes.
 */
#include "protocol/base/limits.h"
#include "protocol/wire/msg.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {NULL};
    struct msg m;
    if (msg_decode(slice_of(data, size), &arena, &m) == ERR_OK) {
        struct buf again;
        buf_init(&again, LIMIT_MESSAGE_BYTES);
        if (msg_encode(&m, &again) != ERR_OK || !slice_equal(buf_slice(&again), slice_of(data, size)))
            abort();
        buf_fini(&again);
    }
    arena_fini(&arena);
    return 0;
}
