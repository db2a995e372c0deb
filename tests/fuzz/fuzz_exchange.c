/* Any bytes as a body of POST /peer/v1/exchange and as its answer. */
#include "protocol/exchange/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct exchange_request r;
    struct exchange_response a;
    uint8_t hash[HASH_BYTES] = {0}, site[SITE_BYTES] = {0};
    (void)exchange_request_decode(slice_of(data, size), &arena, &r, hash);
    (void)exchange_response_decode(slice_of(data, size), site, hash, &arena, &a);
    arena_fini(&arena);
    return 0;
}
