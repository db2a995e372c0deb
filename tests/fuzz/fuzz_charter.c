/* Any bytes as a carried charter, a carried roster act, and a roster beside a charter. */
#include "protocol/charter/authority.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(const struct buf *got, struct slice wanted)
{
    if (!slice_equal(buf_slice(got), wanted))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_of(data, size);
    struct arena arena = {0};
    struct charter c;
    struct roster_act act;
    struct authority a;
    struct buf again;
    buf_init(&again, LIMIT_CHARTER_BYTES);
    if (charter_decode(bytes, &arena, &c) == ERR_OK) {
        charter_encode_body(&again, &c);
        expect(&again, c.body);
        buf_clear(&again);
        charter_encode(&again, c.body, c.signatures, c.signatures_n, c.motion);
        expect(&again, bytes);
        (void)charter_check_founding(&c);
    }
    buf_clear(&again);
    if (roster_decode(bytes, &arena, &act) == ERR_OK) {
        roster_encode_body(&again, &act);
        expect(&again, act.bytes);
    }
    if (authority_build(bytes, &bytes, 1, NULL, &a) == ERR_OK)
        authority_fini(&a);
    buf_fini(&again);
    arena_fini(&arena);
    return 0;
}
