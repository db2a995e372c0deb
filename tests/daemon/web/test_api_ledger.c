/* GET /api/v1/ledger: as the reading gives it, kept while nothing is committed. */
#include "tests/help/page_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define IN(...) ((const char *const[]){__VA_ARGS__, NULL})

static void the_ledger_is_served_and_follows_what_is_written(void **state)
{
    struct page_side s;
    char id[64];
    (void)state;
    page_side_open(&s, 811, 2, NULL);
    world_record(s.w, 0, "r1", "Un jardin", id);
    world_settle(s.w, 600000);
    page_side_expect(
        &s, "/api/v1/ledger",
        IN("200", "\"period\":\"2026\"", "\"open\":true", "\"record_partial\":{\"count\":1,\"points\":4,"));
    page_side_expect(&s, "/api/v1/ledger", IN("200", "\"record_partial\":{\"count\":1,\"points\":4,")); /* kept */
    page_side_expect(&s, "/api/v1/ledger?year=2026&explain=record_partial", IN("200", id, "\"title\":\"Un jardin\""));
    world_record(s.w, 0, "r2", "Un puits", id);
    world_settle(s.w, 600000);
    page_side_expect(&s, "/api/v1/ledger", IN("200", "\"record_partial\":{\"count\":2,\"points\":8,"));
    static const char *const refused[] = {"/api/v1/ledger?year=2031", "/api/v1/ledger?year=soon",
                                          "/api/v1/ledger?explain=songs"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(page_side_get(&s, refused[i], NULL), 400);
    page_side_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_ledger_is_served_and_follows_what_is_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
