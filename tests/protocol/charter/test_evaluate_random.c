/* evaluate: random alliances say the same in whatever order their charters and acts come, however often. */
#include "protocol/charter/authority.h"

#include "tests/help/charter_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const uint8_t all[] = {0x11, 0x21, 0x31, 0x41, 0x51, 0x61};

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

static uint32_t draw(uint32_t *seed, size_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)((*seed >> 8) % n);
}

static void random_act(struct world *w, uint32_t *seed)
{
    unsigned k = 1 + draw(seed, 6);
    struct head heads[] = {world_head(w, world_seed(k), 1, 1 + draw(seed, 30)),
                           world_head(w, world_seed(1 + draw(seed, 6)), 2, 1 + draw(seed, 30))};
    switch (draw(seed, 6)) {
    case 0:
    case 1:
        world_admit(w, k, (uint8_t)(world_seed(k) + draw(seed, 3)));
        break;
    case 2:
        world_suspend(w, k, heads, draw(seed, 3));
        break;
    case 3:
        world_lift(w, k);
        break;
    case 4:
        world_replace(w, k, world_seed(k), (uint8_t)(world_seed(k) + 4 + draw(seed, 3)), heads, draw(seed, 2));
        break;
    default:
        world_checkpoint(w, heads, 1 + draw(seed, 2));
        break;
    }
}

static void random_charter(struct world *w, uint32_t *seed)
{
    static const char *const names[] = {"A", "B", "C"};
    struct head point = world_head(w, world_seed(1 + draw(seed, 6)), 1, 1 + draw(seed, 40));
    struct world_draft *d = world_draft(w, draw(seed, 2));
    d->charter.checkpoint = &point;
    d->charter.checkpoint_n = 1;
    if (d->charter.allies_n > 2 && draw(seed, 3) == 0) {
        struct charter_ally *last = &d->allies[d->charter.allies_n - 1];
        for (size_t i = 0; i < last->sites_n; i++) {
            struct head cut = {.log.incarnation = 1, .seq = 5, .id = {5}};
            memcpy(cut.log.site, last->sites[i].site, SITE_BYTES);
            draft_cut_at(d, cut);
        }
        last->sites_n = 0;
        last->heir = slice_of(d->allies[0].id, draw(seed, 2) ? ALLY_BYTES : 0);
    }
    d->charter.name = slice_text(names[draw(seed, 3)]);
    world_enact(w, &d->charter, all, 2 + draw(seed, 5));
}

/* Back to what stands, where the world's charter does not. */
static void stay_on_the_chain(struct world *w)
{
    struct authority a = world_build(w);
    bool on_it = false;
    for (size_t i = 0; i < a.charters_n; i++)
        on_it = on_it || memcmp(a.charters[i].id, w->charter, HASH_BYTES) == 0;
    if (!on_it) {
        memcpy(w->charter, a.charter_id, HASH_BYTES);
        memcpy(w->roster_id, a.roster_id, HASH_BYTES);
        w->roster_number = a.roster_number;
    }
    authority_fini(&a);
}

/* Some acts and charters, now and then from an earlier place, so that siblings and rivals come about. */
static void random_world(struct world *w, uint32_t *seed)
{
    struct world_place places[24];
    size_t n = 0, steps = 6 + draw(seed, 14);
    world_init(w, 2 + draw(seed, 3));
    for (size_t i = 0; i < steps; i++) {
        places[n++] = world_place(w);
        if (draw(seed, 5) == 0)
            world_return(w, places[draw(seed, n)]);
        stay_on_the_chain(w);
        if (draw(seed, 3) == 0)
            random_charter(w, seed);
        else
            random_act(w, seed);
    }
}

static void shuffled(const struct slice *in, size_t n, uint32_t *seed, struct slice *out)
{
    for (size_t i = 0; i < 2 * n; i++)
        out[i] = in[i % n];
    for (size_t i = 2 * n; i > 1; i--) {
        size_t k = draw(seed, i);
        struct slice t = out[i - 1];
        out[i - 1] = out[k];
        out[k] = t;
    }
}

static void order_and_number_of_arrivals_do_not_show(void **state)
{
    (void)state;
    uint32_t seed = 7;
    size_t newer = 0, voids = 0, rival = 0, cuts = 0;
    for (size_t round = 0; round < 40; round++) {
        struct world w;
        struct slice charters[2 * WORLD_MAX], acts[2 * WORLD_MAX + 1];
        random_world(&w, &seed);
        struct authority a = world_build(&w), b;
        struct slice expect = world_describe(&w, &a);
        newer += a.charter_number > 0;
        voids += a.voids_n > 0;
        rival += a.rivals_n > 0;
        cuts += a.cuts_n > 0;
        for (size_t again = 0; again < 3; again++) {
            shuffled(w.charters, w.charters_n, &seed, charters);
            if (w.acts_n)
                shuffled(w.acts, w.acts_n, &seed, acts);
            acts[2 * w.acts_n] = slice_text("rubbish");
            struct authority_input in = {
                .charters = charters, .charters_n = 2 * w.charters_n, .acts = acts, .acts_n = 2 * w.acts_n + 1};
            assert_int_equal(authority_build_all(&in, &b), ERR_OK);
            assert_true(slice_equal(world_describe(&w, &b), expect));
            authority_fini(&b);
        }
        authority_fini(&a);
        world_fini(&w);
    }
    assert_true(newer > 20 && voids > 10 && rival > 8 && cuts > 10); /* else it shows nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_number_of_arrivals_do_not_show),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
