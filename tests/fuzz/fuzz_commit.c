/* Any bytes as a carried commit; what decodes must be carried again as the same bytes. */
#include "protocol/op/commit.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct commit c;
    struct buf again;
    if (commit_decode(slice_of(data, size), &c) != ERR_OK)
        return 0;
    buf_init(&again, LIMIT_COMMIT_BYTES);
    commit_write_start(&again, c.envelope, c.signature, c.ops_n);
    for (size_t i = 0; i < c.ops_n; i++) {
        commit_write_body(&again, c.ops[i].state, c.ops[i].salt, c.ops[i].body);
        (void)commit_check_body(&c.ops[i]);
    }
    if (!slice_equal(buf_slice(&again), slice_of(data, size)))
        abort();
    buf_fini(&again);
    (void)commit_verify(&c, c.alliance);
    return 0;
}
