/* Any bytes as a carried charter, a carried roster act, a promise, and a roster beside charters. */
#include "protocol/charter/promise.h"

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
    struct promise p;
    buf_clear(&again);
    if (promise_decode(bytes, &p) == ERR_OK) {
        promise_encode(&again, p.bytes, p.signature);
        expect(&again, bytes);
    }
    struct slice twice[] = {bytes, bytes};
    struct authority_input in = {.charters = twice, .charters_n = 2, .acts = twice, .acts_n = 2};
    if (authority_build_all(&in, &a) == ERR_OK)
        authority_fini(&a);
    if (authority_build(bytes, &bytes, 1, NULL, &a) == ERR_OK)
        authority_fini(&a);
    buf_fini(&again);
    arena_fini(&arena);
    return 0;
}
