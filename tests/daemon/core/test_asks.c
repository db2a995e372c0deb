/* Let in by people: words read aloud, stolen codes, sites that ask without an invitation. */
#include "tests/help/core_world.h"

#include "daemon/core/admit.h"
#include "daemon/core/asks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char *code_of(json_t *r, const char *key)
{
    char *code = strdup(json_string_value(json_object_get(r, key)));
    json_decref(r);
    return code;
}

static char *invite(struct world *w, size_t at, const char *ally)
{
    return code_of(world_do(w, at, "invite", json_pack("{s:s, s:b}", "ally", ally, "confirm", 1)), "code");
}

static size_t newcomer(struct world *w, const char *name, const char *code)
{
    size_t at = world_newcomer(w, name, code);
    world_run(w, 2000);
    return at;
}

static size_t asking(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "status", NULL);
    size_t n = json_array_size(json_object_get(r, "asking"));
    json_decref(r);
    return n;
}

static json_t *words(const char *text)
{
    return json_pack("{s:s}", "words", text);
}

/* What it shows to be read aloud. */
static void words_of(struct world *w, size_t at, char out[64])
{
    json_t *r = world_do(w, at, "status", NULL);
    const char *found = json_string_value(json_object_get(r, "join_words"));
    snprintf(out, 64, "%s", found ? found : "");
    json_decref(r);
    assert_true(strlen(out) == WORDS_SIZE - 1);
}

static void nobody_comes_in_before_the_words_were_read_aloud(void **state)
{
    (void)state;
    struct world *w = world_alliance(421, 1);
    char *code = invite(w, 0, "beta"), said[64];
    size_t at = newcomer(w, "beta", code);
    world_status_is(w, at, "state", "joining");
    world_status_is(w, at, "join_wait", "confirm");
    world_status_is(w, at, "join_who", "alpha");
    words_of(w, at, said);
    json_t *r = world_do(w, 0, "allies", NULL), *one = json_array_get(json_object_get(r, "asking"), 0);
    assert_string_equal(json_string_value(json_object_get(one, "words")), said);
    assert_string_equal(json_string_value(json_object_get(one, "ally")), "beta");
    json_decref(r);
    said[0] = said[0] == 'b' ? 'd' : 'b';
    world_refused(w, 0, "ally.admit", words(said), "ask_words");
    world_refused(w, 0, "ally.admit", words(""), "ask_words");
    world_run(w, 60000);
    assert_int_equal(world_allies(w, 0), 1);
    words_of(w, at, said);
    /* Through crashes of both. */
    world_crash(w, 0);
    world_crash(w, at);
    assert_int_equal(world_start(w, 0), ERR_OK);
    r = world_do(w, 0, "ally.admit", words(said));
    assert_true(json_is_true(json_object_get(r, "admitted")));
    json_decref(r);
    assert_int_equal(asking(w, 0), 0);
    assert_int_equal(world_start(w, at), ERR_OK);
    assert_true(world_settle(w, 60000));
    assert_int_equal(world_allies(w, at), 2);
    world_refused(w, 0, "ally.admit", words(said), "ask_words");
    free(code);
    world_free(w);
}

static void a_code_that_was_stolen_shows_and_lets_the_thief_in_nowhere(void **state)
{
    (void)state;
    struct world *w = world_alliance(422, 1);
    char *code = invite(w, 0, "beta"), said[64], other[64];
    size_t thief = newcomer(w, "voleur", code), at = newcomer(w, "beta", code);
    words_of(w, at, said);
    words_of(w, thief, other);
    assert_string_not_equal(said, other);
    json_t *r = world_do(w, 0, "allies", NULL), *one = json_array_get(json_object_get(r, "asking"), 0);
    assert_int_equal(json_integer_value(json_object_get(one, "rivals")), 1);
    json_decref(r);
    /* Both bear the name in the code: only the words tell them apart. */
    world_refused(w, 0, "ally.admit", words("beta"), "ambiguous");
    json_decref(world_do(w, 0, "ally.admit", words(said)));
    world_run(w, 60000);
    world_status_is(w, at, "state", "ok");
    world_status_is(w, thief, "join_error", "invite_used");
    assert_int_equal(world_allies(w, 0), 2);
    assert_int_equal(asking(w, 0), 0);
    free(code);
    world_free(w);
}

/* Without words the first one is in; who comes second is told who it was. */
static void a_stolen_code_without_words_is_told_with_the_thiefs_name(void **state)
{
    (void)state;
    struct world *w = world_alliance(423, 1);
    char *code = world_invite(w, "beta", 3600);
    size_t thief = newcomer(w, "voleur", code), at = newcomer(w, "beta", code);
    world_status_is(w, thief, "state", "ok");
    world_status_is(w, at, "join_error", "invite_used");
    json_t *r = world_do(w, at, "status", NULL), *problem = json_array_get(json_object_get(r, "problems"), 0);
    assert_non_null(strstr(json_string_value(json_object_get(problem, "detail")), "voleur"));
    assert_non_null(strstr(json_string_value(json_object_get(problem, "action")), "ally suspend"));
    json_decref(r);
    /* What they then do. */
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s}", "ally", "beta")));
    char *again = code_of(
        world_do(w, 0, "invite", json_pack("{s:s, s:b, s:b}", "ally", "beta", "confirm", 1, "again", 1)), "code");
    char said[64];
    world_stop(w, at);
    assert_int_equal(world_join_code(w, at, again), ERR_OK);
    assert_int_equal(world_start(w, at), ERR_OK);
    world_run(w, 2000);
    words_of(w, at, said);
    json_decref(world_do(w, 0, "ally.admit", words(said)));
    world_run(w, 5000);
    assert_int_equal(world_allies(w, at), 3);
    free(code);
    free(again);
    world_free(w);
}

static void a_member_hears_the_words_and_the_registrar_admits_once_it_is_back(void **state)
{
    (void)state;
    struct world *w = world_alliance(424, 2);
    char *code = invite(w, 1, "gamma"), said[64];
    world_stop(w, 0);
    size_t at = newcomer(w, "gamma", code);
    world_status_is(w, at, "join_who", "beta");
    words_of(w, at, said);
    json_t *r = world_do(w, 1, "ally.admit", words(said));
    assert_true(json_is_false(json_object_get(r, "admitted")));
    assert_string_equal(json_string_value(json_object_get(r, "waits_for")), "alpha");
    json_decref(r);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    world_run(w, 60000);
    world_status_is(w, at, "join_wait", "waiting");
    world_status_is(w, at, "join_who", "alpha");
    assert_int_equal(world_start(w, 0), ERR_OK);
    assert_true(world_settle(w, 120000));
    assert_int_equal(world_allies(w, at), 3);
    free(code);
    world_free(w);
}

static void a_confirmed_invitation_ends_like_any_other(void **state)
{
    (void)state;
    struct world *w = world_alliance(425, 1);
    json_t *asked = json_pack("{s:s, s:b, s:i}", "ally", "beta", "confirm", 1, "expires_s", 60);
    char *code = code_of(world_do(w, 0, "invite", asked), "code"), said[64];
    size_t at = newcomer(w, "beta", code);
    words_of(w, at, said);
    world_run(w, 90000);
    size_t late = world_add(w, "late");
    w->sites[late].skew_ms = -3600000;
    assert_int_equal(world_join_code(w, late, code), ERR_OK);
    assert_int_equal(world_start(w, late), ERR_OK);
    world_run(w, 3000);
    world_status_is(w, late, "join_error", "invite_expired");
    /* Who came in time may be let in late. */
    world_stop(w, late);
    assert_int_equal(asking(w, 0), 1);
    json_decref(world_do(w, 0, "ally.admit", words(said)));
    assert_true(world_settle(w, 60000));
    assert_int_equal(world_allies(w, at), 2);
    free(code);
    world_free(w);
}

static void a_hosted_sites_words_are_shown_by_its_host(void **state)
{
    (void)state;
    struct world *w = world_alliance(429, 2);
    char *code = invite(w, 0, "gamma");
    json_decref(
        world_do(w, 1, "site.add", json_pack("{s:s, s:s, s:s}", "ally", "gamma", "name", "gamma", "code", code)));
    world_run(w, 5000);
    json_t *r = world_do(w, 0, "allies", NULL);
    const char *said = json_string_value(json_object_get(json_array_get(json_object_get(r, "asking"), 0), "words"));
    assert_non_null(said);
    json_t *s = world_do(w, 1, "status", NULL), *problem = json_array_get(json_object_get(s, "problems"), 0);
    assert_string_equal(json_string_value(json_object_get(problem, "name")), "confirm");
    assert_non_null(strstr(json_string_value(json_object_get(problem, "detail")), said));
    json_decref(s);
    json_decref(world_do(w, 0, "ally.admit", words(said)));
    json_decref(r);
    assert_true(world_settle(w, 60000));
    assert_int_equal(world_allies(w, 1), 3);
    free(code);
    world_free(w);
}

/* ---- without an invitation ---- */

static char *card(struct world *w, size_t at)
{
    return code_of(world_do(w, at, "ally.card", NULL), "card");
}

static void who_has_a_public_line_alone_asks_and_is_let_in_or_not(void **state)
{
    (void)state;
    struct world *w = world_alliance(426, 2);
    char *line = card(w, 1), said[64];
    size_t good = newcomer(w, "gamma", line), bad = newcomer(w, "delta", line);
    words_of(w, good, said);
    assert_int_equal(asking(w, 1), 2);
    assert_int_equal(asking(w, 0), 0);
    json_decref(world_do(w, 1, "ally.admit", words(said)));
    words_of(w, bad, said);
    json_decref(world_do(w, 1, "ally.refuse", words(said)));
    world_run(w, 60000);
    world_status_is(w, good, "state", "ok");
    world_status_is(w, bad, "join_error", "ask_refused");
    assert_int_equal(asking(w, 1), 0);
    world_stop(w, bad);
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(world_allies(w, i), 3);
    free(line);
    world_free(w);
}

struct crowd {
    struct core *core;
    struct buf request;
    struct msg_join m;
    uint8_t site[SITE_BYTES];
};

static err_t ask_as(struct crowd *f, uint8_t number)
{
    struct join_request r = {.ally_name = slice_text("Foule"), .site_name = slice_text("foule")};
    struct sign_key key;
    struct why why = {0};
    uint8_t seed[SEED_BYTES];
    memset(seed, number, sizeof seed);
    sign_key_from_seed(seed, &key);
    memcpy(r.alliance, f->core->authority.alliance, ALLIANCE_BYTES);
    memcpy(r.secret_key, key.pub, SITE_BYTES);
    memcpy(r.site, key.pub, SITE_BYTES);
    memcpy(f->site, key.pub, SITE_BYTES);
    buf_clear(&f->request);
    join_encode(&r, &f->request);
    f->m = (struct msg_join){.request = buf_slice(&f->request)};
    assert_int_equal(admit_sign(f->m.request, seed, &key, &f->m), ERR_OK);
    return admit_join(f->core, &f->m, f->site, &why);
}

static void a_crowd_finds_little_room_and_takes_none_from_the_invited(void **state)
{
    (void)state;
    struct world *w = world_alliance(427, 1);
    struct crowd f = {.core = w->sites[0].core};
    char said[WORDS_SIZE];
    buf_init(&f.request, LIMIT_ENVELOPE_BYTES);
    for (uint8_t n = 0; n < LIMIT_ASKS; n++)
        assert_int_equal(ask_as(&f, (uint8_t)(50 + n)), ERR_CONFIRM);
    for (uint8_t n = 0; n < 50; n++)
        assert_int_equal(ask_as(&f, (uint8_t)(150 + n)), ERR_ASK_FULL);
    assert_int_equal(ask_as(&f, 50), ERR_CONFIRM); /* it is among them */
    assert_int_equal(asking(w, 0), LIMIT_ASKS);
    char *code = world_invite(w, "beta", 3600), *confirmed = invite(w, 0, "gamma");
    size_t at = newcomer(w, "beta", code), other = newcomer(w, "gamma", confirmed);
    world_status_is(w, at, "state", "ok");
    world_status_is(w, other, "join_wait", "confirm");
    /* Who was refused makes room, and stays refused. */
    asks_words(f.site, said);
    json_decref(world_do(w, 0, "ally.refuse", words(said)));
    assert_int_equal(ask_as(&f, 50), ERR_ASK_REFUSED);
    assert_int_equal(ask_as(&f, 150), ERR_CONFIRM);
    assert_int_equal(ask_as(&f, 151), ERR_ASK_FULL);
    /* And those whom nobody let in are forgotten. */
    w->sites[0].skew_ms = (ASK_DAYS + 1) * INT64_C(86400000);
    assert_int_equal(ask_as(&f, 151), ERR_CONFIRM);
    assert_int_equal(asking(w, 0), 1);
    buf_fini(&f.request);
    free(code);
    free(confirmed);
    world_free(w);
}

static void many_with_one_code_find_no_room(void **state)
{
    (void)state;
    struct world *w = world_alliance(428, 1);
    char *code = invite(w, 0, "beta");
    char names[LIMIT_ASKS_CODE + 1][16];
    size_t last = 0;
    for (size_t i = 0; i <= LIMIT_ASKS_CODE; i++) {
        snprintf(names[i], sizeof names[i], "voleur%zu", i);
        last = newcomer(w, names[i], code);
        world_status_is(w, last, "join_wait", i < LIMIT_ASKS_CODE ? "confirm" : "");
    }
    world_status_is(w, last, "join_error", "invite_used");
    free(code);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_comes_in_before_the_words_were_read_aloud),
        cmocka_unit_test(a_code_that_was_stolen_shows_and_lets_the_thief_in_nowhere),
        cmocka_unit_test(a_stolen_code_without_words_is_told_with_the_thiefs_name),
        cmocka_unit_test(a_member_hears_the_words_and_the_registrar_admits_once_it_is_back),
        cmocka_unit_test(a_confirmed_invitation_ends_like_any_other),
        cmocka_unit_test(a_hosted_sites_words_are_shown_by_its_host),
        cmocka_unit_test(who_has_a_public_line_alone_asks_and_is_let_in_or_not),
        cmocka_unit_test(a_crowd_finds_little_room_and_takes_none_from_the_invited),
        cmocka_unit_test(many_with_one_code_find_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
