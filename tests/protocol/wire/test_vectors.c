#include "protocol/base/limits.h"
#include "protocol/wire/msg.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"
#include "tests/help/wire_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

static void rewrite(struct rd *r, struct buf *out);

static void rewrite_items(struct rd *r, struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        rewrite(r, out);
}

/* Reads one value and writes it again. */
static void rewrite(struct rd *r, struct buf *out)
{
    size_t n;
    switch (rd_peek(r)) {
    case RD_NIL:
        rd_nil(r);
        wr_nil(out);
        break;
    case RD_BOOL:
        wr_bool(out, rd_bool(r));
        break;
    case RD_UINT:
        wr_uint(out, rd_uint(r, UINT64_MAX));
        break;
    case RD_NEGATIVE:
        wr_int(out, rd_int(r, INT64_MIN, INT64_MAX));
        break;
    case RD_TEXT:
        wr_text(out, rd_text(r, SIZE_MAX));
        break;
    case RD_BIN:
        wr_bin(out, rd_bin(r, 0, SIZE_MAX));
        break;
    case RD_ARRAY:
        n = rd_array(r, 0, SIZE_MAX);
        wr_array(out, n);
        rewrite_items(r, out, n);
        break;
    case RD_MAP:
        n = rd_map(r, SIZE_MAX);
        wr_map(out, n);
        rewrite_items(r, out, 2 * n);
        break;
    case RD_END:
    case RD_OTHER:
    default:
        fail_msg("scan let something else pass");
    }
}

static err_t value(struct slice bytes)
{
    struct rd r;
    struct buf again;
    err_t e = scan(bytes, LIMIT_MESSAGE_BYTES, NULL);
    if (e)
        return e;
    buf_init(&again, LIMIT_MESSAGE_BYTES);
    rd_init(&r, bytes);
    rewrite(&r, &again);
    assert_int_equal(rd_end(&r), ERR_OK);
    assert_true(slice_equal(buf_slice(&again), bytes)); /* one form for each value, and wr writes it */
    buf_fini(&again);
    return ERR_OK;
}

static err_t message(struct slice bytes)
{
    struct arena arena = {NULL};
    struct msg m;
    err_t e = msg_decode(bytes, &arena, &m);
    if (e == ERR_OK) {
        struct buf again;
        buf_init(&again, LIMIT_MESSAGE_BYTES);
        assert_int_equal(msg_encode(&m, &again), ERR_OK);
        assert_true(slice_equal(buf_slice(&again), bytes));
        buf_fini(&again);
    }
    arena_fini(&arena);
    return e;
}

static err_t replay(const json_t *vector)
{
    struct buf b = wire_member_hex(vector, "hex");
    uint8_t *exact = wire_exact(b.at, b.len);
    bool as_message = strcmp(wire_member(vector, "as"), "message") == 0;
    err_t e = (as_message ? message : value)(slice_of(exact, b.len));
    free(exact);
    buf_fini(&b);
    return e;
}

static void the_golden_vectors_hold(void **state)
{
    (void)state;
    assert_in_range(wire_replay("tests/vectors/wire.json", replay), 100, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_vectors_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
