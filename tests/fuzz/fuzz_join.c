/* Any bytes as an invitation code, as a request, and as words. */
#include "protocol/charter/join.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_of(data, size);
    struct arena arena = {0};
    struct invite v;
    struct join_request q;
    struct buf again;
    uint8_t out[8];
    char words[WORD_TEXT_LEN(8)];
    buf_init(&again, LIMIT_MESSAGE_BYTES);
    if (invite_decode(bytes, &arena, &v) == ERR_OK && invite_encode(&v, &again) != ERR_OK)
        abort();
    buf_clear(&again);
    if (join_decode(bytes, &q) == ERR_OK) {
        join_encode(&q, &again);
        if (!slice_equal(buf_slice(&again), bytes))
            abort();
    }
    if (words_decode(bytes, out, sizeof out) == ERR_OK) {
        words_encode(slice_of(out, sizeof out), words);
        if (!slice_equal(slice_text(words), bytes))
            abort();
    }
    buf_fini(&again);
    arena_fini(&arena);
    return 0;
}
