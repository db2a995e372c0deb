#include "peers/session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

/*
 * The edges once more, as PROTOCOL.md §8.2 lists them: one string a state, one letter a message, in the order of `order`; '.' refused, else the next
 * state: H C D S L, X closed.
 */
static const enum msg_type order[] = {MSG_HELLO, MSG_CHARTER, MSG_VECTOR,  MSG_WANT,  MSG_RUN,   MSG_ACK,
                                      MSG_NEW,   MSG_JOIN,    MSG_WELCOME, MSG_PING,  MSG_PONG,  MSG_BYE,
                                      MSG_ERASE, MSG_FORK,    MSG_PROMISE, MSG_VOUCH, MSG_BEACON};
#define TYPES (sizeof order / sizeof order[0])
static const char letters[SESSION_STATES + 1] = "XHCDSL";
static const char *const expected[2][SESSION_STATES] = {
    {".................", "C..........X.....", ".C.....C.CCX.....", ".................", ".................",
     "................."}, /* unknown key */
    {".................", "C..........X.....", ".C.....CCCCX.....", ".DDDDDDDDDDXDDDDD", ".SDSSSSSSSSXSSSSS",
     ".LDLLLLLLLLXLLLLL"}, /* member */
};

static void every_edge_is_as_listed_and_every_other_is_refused(void **state)
{
    (void)state;
    for (int member = 0; member < 2; member++)
        for (int s = 0; s < SESSION_STATES; s++)
            for (size_t t = 0; t < TYPES; t++) {
                enum session_state next = SESSION_STATES;
                err_t err = session_step((enum session_state)s, member, order[t], &next);
                char got = err ? '.' : letters[next];
                if (got != expected[member][s][t])
                    fail_msg("member %d, %s on %s: %c", member, session_state_name((enum session_state)s),
                             msg_name(order[t]), got);
                assert_int_equal(err, got == '.' ? ERR_PEER_PROTOCOL : ERR_OK);
                if (err)
                    assert_int_equal(next, SESSION_STATES);
            }
}

static void numbers_that_are_no_message_are_refused(void **state)
{
    (void)state;
    static const int none[] = {0, 18, 255, -1};
    for (int s = 0; s < SESSION_STATES; s++)
        for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
            enum session_state next;
            assert_int_equal(session_step((enum session_state)s, true, (enum msg_type)none[i], &next),
                             ERR_PEER_PROTOCOL);
        }
}

static void unknown_key_never_gets_an_edge_that_a_member_lacks(void **state)
{
    (void)state;
    for (int s = 0; s < SESSION_STATES; s++)
        for (size_t t = 0; t < TYPES; t++) {
            enum session_state a, b;
            if (!session_step((enum session_state)s, false, order[t], &a)) {
                assert_int_equal(session_step((enum session_state)s, true, order[t], &b), ERR_OK);
                assert_int_equal(a, b);
            }
        }
}

static void own_moves_lead_from_closed_to_live_and_back_to_diff(void **state)
{
    (void)state;
    static const enum session_state way[] = {SESSION_CHARTER, SESSION_DIFF, SESSION_STREAM,
                                             SESSION_LIVE,    SESSION_DIFF, SESSION_LIVE};
    assert_int_equal(session_move(SESSION_CLOSED, SESSION_HELLO), ERR_OK);
    for (size_t i = 1; i < sizeof way / sizeof way[0]; i++)
        assert_int_equal(session_move(way[i - 1], way[i]), ERR_OK);
    assert_int_equal(session_move(SESSION_HELLO, SESSION_CHARTER), ERR_INTERNAL);
    assert_int_equal(session_move(SESSION_CHARTER, SESSION_LIVE), ERR_INTERNAL);
    assert_int_equal(session_move(SESSION_CLOSED, SESSION_LIVE), ERR_INTERNAL);
    for (int s = 0; s < SESSION_STATES; s++) {
        assert_int_equal(session_move((enum session_state)s, SESSION_CLOSED), ERR_OK);
        assert_true(session_state_name((enum session_state)s)[0] != 0);
    }
}

static void backoff_doubles_from_one_second_to_five_minutes(void **state)
{
    (void)state;
    static const uint32_t randoms[] = {0, 1, 12345, 0x80000000, UINT32_MAX};
    int64_t floor = 0;
    for (unsigned attempt = 0; attempt < 40; attempt++) {
        assert_true(session_backoff_ms(attempt, 0) >= floor);
        floor = session_backoff_ms(attempt, 0);
        for (size_t i = 0; i < sizeof randoms / sizeof randoms[0]; i++) {
            int64_t ms = session_backoff_ms(attempt, randoms[i]);
            assert_in_range(ms, SESSION_BACKOFF_MIN_MS, SESSION_BACKOFF_MAX_MS);
            assert_true(ms <= 2 * floor);
        }
    }
    assert_int_equal(session_backoff_ms(1, 0), 1000);
    assert_int_equal(session_backoff_ms(2, 0), 2000);
    assert_int_equal(session_backoff_ms(UINT32_MAX, 150000), 300000);
    assert_int_not_equal(session_backoff_ms(3, 7), session_backoff_ms(3, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_is_as_listed_and_every_other_is_refused),
        cmocka_unit_test(numbers_that_are_no_message_are_refused),
        cmocka_unit_test(unknown_key_never_gets_an_edge_that_a_member_lacks),
        cmocka_unit_test(own_moves_lead_from_closed_to_live_and_back_to_diff),
        cmocka_unit_test(backoff_doubles_from_one_second_to_five_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
