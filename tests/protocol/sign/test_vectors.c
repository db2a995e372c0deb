#include "protocol/sign/sign.h"
#include "tests/help/wire_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

static err_t replay(const json_t *vector)
{
    struct buf pub = wire_member_hex(vector, "public"), sig = wire_member_hex(vector, "signature");
    struct buf message = wire_member_hex(vector, "message");
    assert_int_equal(pub.len, SITE_BYTES);
    assert_int_equal(sig.len, SIGNATURE_BYTES);
    err_t e = sign_check(pub.at, wire_member(vector, "domain"), buf_slice(&message), sig.at);
    buf_fini(&pub);
    buf_fini(&sig);
    buf_fini(&message);
    return e;
}

static void the_edges_of_what_is_a_signature_hold(void **state)
{
    (void)state;
    assert_in_range(wire_replay("tests/vectors/sign.json", replay), 20, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_edges_of_what_is_a_signature_hold),
    };
    return sign_start() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
