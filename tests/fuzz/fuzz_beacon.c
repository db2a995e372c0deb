/* Any bytes as a beacon: what decodes is encoded to the same bytes. */
#include "protocol/beacon/beacon.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct beacon b;
    struct buf again;
    buf_init(&again, BEACON_MAX_BYTES);
    if (beacon_decode(slice_of(data, size), &b) == ERR_OK &&
        (beacon_encode(&b, &again) != ERR_OK || !slice_equal(buf_slice(&again), slice_of(data, size))))
        abort();
    buf_fini(&again);
    return 0;
}
