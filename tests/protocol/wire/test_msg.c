#include "protocol/wire/msg.h"
#include "protocol/base/limits.h"
#include "protocol/wire/wr.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* What stands in the braces of parts that are in several samples. */
#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1
#define COMMIT   BYTES("commit")
#define BIN_0    BYTES("\x01\x02")
#define BIN_1    BYTES("\xff")
#define HEAD_0   .site = {1}, .incarnation = 7, .seq = 300, .id = {9}
#define HEAD_1   .site = {2}, .incarnation = INT64_MAX, .seq = 1, .id = {7}

static const struct slice two_bins[] = {{BIN_0}, {BIN_1}};
static const struct msg_head two_heads[] = {{HEAD_0}, {HEAD_1}};
static const struct msg_site two_sites[] = {
    {.site = {1}, .digest = {5}},
    {.site = {2}, .digest = {6}},
};

/* One of each, and each of the forms of those that have several. */
static const struct msg samples[] = {
    {MSG_HELLO,   .hello = {.version = PROTOCOL_VERSION,
                          .alliance = {1},
                          .site = {2},
                          .session = {3},
                          .fold = 1,
                          .charter_number = 4,
                          .roster_number = 500,
                          .state = {[31] = 9},
                          .software = {BYTES("allied 0.1.0")}}           },
    {MSG_CHARTER, .charter = {two_bins, two_bins, 1, 2, true}                           },
    {MSG_CHARTER, .charter = {NULL, NULL, 0, 0, false}                                  },
    {MSG_VECTOR,  .vector = {.level = 0, .inputs = {8}}                                 },
    {MSG_VECTOR,  .vector = {.level = 1, .sites = two_sites, .sites_n = 2, .more = true}},
    {MSG_VECTOR,  .vector = {.level = 2, .heads = two_heads, .heads_n = 2}              },
    {MSG_WANT,    .want = {.site = {1}, .incarnation = 5, .first = 3, .last = 3}        },
    {MSG_RUN,     .run = {{1}, 5, 3, two_bins, 2, true}                                 },
    {MSG_ACK,     .ack = {70000, two_heads, 2}                                          },
    {MSG_NEW,     .fresh = {{HEAD_0}, {COMMIT}}                                         },
    {MSG_NEW,     .fresh = {{HEAD_1}, {NULL, 0}}                                        },
    {MSG_BEACON,  .beacon = {{COMMIT}, {5}}                                             },
    {MSG_JOIN,    .join = {{COMMIT}, {1}, {2}}                                          },
    {MSG_WELCOME, .welcome = {{BYTES("waiting")}, {BYTES("le secrétariat")}}           },
    {MSG_PING,    .ping = {1, {2}, 3, {4}}                                              },
    {MSG_PONG,    .ping = {1, {2}, 3, {4}}                                              },
    {MSG_BYE,     .bye = {{BYTES("range")}, {NULL, 0}, 86400}                           },
    {MSG_ERASE,   .bins = {two_bins, 2}                                                 },
    {MSG_PROMISE, .bins = {two_bins, 1}                                                 },
    {MSG_VOUCH,   .join = {{COMMIT}, {1}, {2}, {BIN_0}, {3}}                            },
    {MSG_FORK,    .fork = {{BIN_0}, {BIN_1}}                                            },
};
#define SAMPLES (sizeof samples / sizeof *samples)

static struct buf encoded(const struct msg *m)
{
    struct buf b;
    buf_init(&b, 1u << 20);
    assert_int_equal(msg_encode(m, &b), ERR_OK);
    return b;
}

static err_t decode_exact(const void *at, size_t len, enum msg_type *type)
{
    struct arena arena = {NULL};
    struct msg m = {.type = MSG_BYE};
    uint8_t *exact = wire_exact(at, len);
    err_t e = msg_decode(slice_of(exact, len), &arena, &m);
    if (type)
        *type = m.type;
    if (e == ERR_OK) { /* what decodes is what an encoder writes: one form for each message */
        struct buf again = encoded(&m);
        assert_true(slice_equal(buf_slice(&again), slice_of(exact, len)));
        buf_fini(&again);
    }
    free(exact);
    arena_fini(&arena);
    return e;
}

static void every_message_comes_back_as_it_was(void **state)
{
    (void)state;
    unsigned seen = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        struct buf b = encoded(&samples[i]);
        enum msg_type type;
        assert_int_equal(decode_exact(b.at, b.len, &type), ERR_OK);
        assert_int_equal(type, samples[i].type);
        seen |= 1u << type;
        buf_fini(&b);
    }
#define X(id, number, name) assert_true(seen & 1u << number);
    MESSAGES(X)
#undef X
}

static void values_stand_in_their_fields(void **state)
{
    (void)state;
    struct msg out;
    struct arena arena = {NULL};
    struct buf b = encoded(&samples[0]);
    assert_int_equal(msg_decode(buf_slice(&b), &arena, &out), ERR_OK);
    assert_int_equal(out.hello.charter_number, 4);
    assert_int_equal(out.hello.roster_number, 500);
    assert_int_equal(out.hello.session[0], 3);
    assert_int_equal(out.hello.state[31], 9);
    assert_true(slice_equal(out.hello.software, slice_text("allied 0.1.0")));
    buf_fini(&b);
    b = encoded(&samples[5]);
    assert_int_equal(msg_decode(buf_slice(&b), &arena, &out), ERR_OK);
    assert_int_equal(out.vector.heads_n, 2);
    assert_memory_equal(out.vector.heads, two_heads, sizeof two_heads);
    buf_fini(&b);
    b = encoded(&samples[7]);
    assert_int_equal(msg_decode(buf_slice(&b), &arena, &out), ERR_OK);
    assert_int_equal(out.run.commits_n, 2);
    assert_true(slice_equal(out.run.commits[1], two_bins[1]));
    assert_true(out.run.done);
    assert_in_range((uintptr_t)out.run.commits[0].at, (uintptr_t)b.at, (uintptr_t)(b.at + b.len)); /* borrowed */
    buf_fini(&b);
    arena_fini(&arena);
}

static void no_prefix_of_a_message_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        struct buf b = encoded(&samples[i]);
        for (size_t len = 0; len < b.len; len++)
            assert_int_equal(decode_exact(b.at, len, NULL), ERR_TRUNCATED);
        buf_fini(&b);
    }
}

static void no_bit_flip_reads_outside_or_gives_a_second_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        struct buf b = encoded(&samples[i]);
        for (size_t bit = 0; bit < b.len * 8; bit++) {
            b.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
            decode_exact(b.at, b.len, NULL);
            b.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        buf_fini(&b);
    }
}

static void hostile_messages_are_refused_with_their_reason(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        err_t err;
    } bad[] = {
        {"",                         ERR_TRUNCATED    },
        {"90",                       ERR_RANGE        },
        {"80",                       ERR_TYPE         },
        {"01",                       ERR_TYPE         },
        {"91a0",                     ERR_TYPE         },
        {"91ff",                     ERR_RANGE        },
        {"9100",                     ERR_PEER_PROTOCOL},
        {"9112",                     ERR_PEER_PROTOCOL},
        {"91cd0100",                 ERR_PEER_PROTOCOL},
        {"9101",                     ERR_TRUNCATED    }, /* items missing */
        {"9402909000",               ERR_TYPE         },
        {"95029090c2c2",             ERR_TRAILING     }, /* an item too many */
        {"940291c40090c2",           ERR_RANGE        }, /* an empty charter */
        {"930503c0",                 ERR_RANGE        },
        {"9402dd0000ffff90c2",       ERR_NOT_SHORTEST },
        {"9402ddffffffff90c2",       ERR_TRUNCATED    },
        {"940fa0a0ce00015181",       ERR_RANGE        }, /* a day and a second */
        {"940fa1ffa000",             ERR_UTF8         },
        {"930ba0a0",                 ERR_TYPE         },
        {"930c81a0c0a0",             ERR_TYPE         },
        {"9308cf800000000000000090", ERR_RANGE        }, /* u63 */
        {"930800cb3ff0000000000000", ERR_FORBIDDEN    },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf b = wire_hex(bad[i].hex);
        err_t e = decode_exact(b.at, b.len, NULL);
        if (e != bad[i].err)
            fail_msg("%s: %s, not %s", bad[i].hex, err_name(e), err_name(bad[i].err));
        buf_fini(&b);
    }
}

static err_t recode(struct msg *m)
{
    struct buf b;
    struct arena arena = {NULL};
    struct msg out;
    buf_init(&b, 2u << 20);
    assert_int_equal(msg_encode(m, &b), ERR_OK);
    err_t e = msg_decode(buf_slice(&b), &arena, &out);
    arena_fini(&arena);
    buf_fini(&b);
    return e;
}

static void zero_places_and_empty_ranges_are_refused(void **state)
{
    (void)state;
    struct msg m = {
        MSG_WANT, .want = {{1}, 1, 1, 1}
    };
    assert_int_equal(recode(&m), ERR_OK);
    m.want.first = 2;
    assert_int_equal(recode(&m), ERR_RANGE);
    m.want.first = 0;
    assert_int_equal(recode(&m), ERR_RANGE);
    m.want.first = 1;
    m.want.incarnation = 0;
    assert_int_equal(recode(&m), ERR_RANGE);
    m = (struct msg){
        MSG_RUN, .run = {{1}, 1, 0, NULL, 0, true}
    };
    assert_int_equal(recode(&m), ERR_RANGE);
    m.run.first = INT64_MAX;
    assert_int_equal(recode(&m), ERR_OK);
    m.run.commits = two_bins;
    m.run.commits_n = 1;
    assert_int_equal(recode(&m), ERR_RANGE);
    struct msg_head head = {.incarnation = 1, .seq = 0};
    m = (struct msg){
        MSG_ACK, .ack = {0, &head, 1}
    };
    assert_int_equal(recode(&m), ERR_RANGE);
}

static void a_message_past_its_limit_is_not_written(void **state)
{
    (void)state;
    uint8_t *big = calloc(1, LIMIT_MESSAGE_BYTES);
    struct slice charters[2] = {slice_of(big, LIMIT_CHARTER_BYTES), slice_of(big, LIMIT_CHARTER_BYTES)};
    struct msg m = {
        MSG_CHARTER, .charter = {charters, NULL, 1, 0, false}
    };
    assert_int_equal(recode(&m), ERR_OK);
    m.charter.charters_n = 2;
    struct buf b;
    buf_init(&b, 4u << 20);
    assert_int_equal(msg_encode(&m, &b), ERR_TOO_LARGE);
    buf_fini(&b);
    charters[0].len++;
    m.charter.charters_n = 1;
    assert_int_equal(recode(&m), ERR_RANGE);
    free(big);
}

static void too_many_items_are_refused_before_anything_is_reserved(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1u << 20);
    wr_array(&b, 3);
    wr_uint(&b, MSG_ACK);
    wr_uint(&b, 0);
    wr_array(&b, LIMIT_ITEMS + 1);
    for (size_t i = 0; i <= LIMIT_ITEMS; i++)
        wr_nil(&b);
    struct arena arena = {NULL};
    struct msg m;
    assert_int_equal(msg_decode(buf_slice(&b), &arena, &m), ERR_ITEMS);
    assert_null(arena.first);
    arena_fini(&arena);
    buf_fini(&b);
}

static void names_are_those_of_the_table(void **state)
{
    (void)state;
    assert_string_equal(msg_name(MSG_HELLO), "HELLO");
    assert_string_equal(msg_name(MSG_NEW), "NEW");
    assert_string_equal(msg_name((enum msg_type)18), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_comes_back_as_it_was),
        cmocka_unit_test(values_stand_in_their_fields),
        cmocka_unit_test(no_prefix_of_a_message_is_one),
        cmocka_unit_test(no_bit_flip_reads_outside_or_gives_a_second_form),
        cmocka_unit_test(hostile_messages_are_refused_with_their_reason),
        cmocka_unit_test(zero_places_and_empty_ranges_are_refused),
        cmocka_unit_test(a_message_past_its_limit_is_not_written),
        cmocka_unit_test(too_many_items_are_refused_before_anything_is_reserved),
        cmocka_unit_test(names_are_those_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
