/*
 * Any bytes: scan and the reader stay inside them; what scan lets pass, the reader walks through whole.
 */
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_of(data, size);
    struct rd r;
    size_t at = 0;
    err_t e = scan(bytes, LIMIT_MESSAGE_BYTES, &at);
    if (e && at > size)
        abort();
    rd_init(&r, bytes);
    struct slice value = rd_raw(&r);
    if (e == ERR_OK && (rd_end(&r) != ERR_OK || value.len != size))
        abort();
    rd_init(&r, bytes);
    rd_array(&r, 0, LIMIT_ITEMS);
    while (rd_peek(&r) != RD_END)
        rd_raw(&r);
    return 0;
}
