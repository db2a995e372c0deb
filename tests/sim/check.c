#include "tests/sim/truth.h"

#include "daemon/core/beacons.h"
#include "daemon/core/found.h"
#include "daemon/core/standing.h"
#include "daemon/core/sync.h"
#include "daemon/store/aside.h"
#include "daemon/store/oplog.h"
#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SETTLE_MS      (20 * 60 * 1000) /* the longest back-off is 5 min */
#define BEACONS_MS     (5 * 60 * 1000)  /* links that were lost come back in their time */
#define WAL_MAX_BYTES  (64 * 1024 * 1024)
#define FILE_MAX_BYTES (128 * 1024 * 1024)

static bool is_honest(const struct sim *s, size_t at)
{
    return !s->sites[at].played;
}

static struct core *core_of(const struct sim *s, size_t at)
{
    return s->w->sites[at].core;
}

/* Who was expelled, or runs with a key that was replaced, hears nothing any more; what it is told by site 0 decides. */
static bool is_member(const struct sim *s, size_t at)
{
    const struct core *c = core_of(s, at), *first = core_of(s, 0);
    return is_honest(s, at) && (!c || !first || !first->founded || core_admits(first, c->own[0].key.pub));
}

/* ---- agreement ---- */

static bool agree(struct sim *s)
{
    const struct core *first = NULL;
    for (size_t i = 0; i < s->w->sites_n; i++) {
        if (!is_member(s, i))
            continue;
        struct core *c = core_of(s, i);
        if (!c || digests_update(c))
            return false;
        if (!first)
            first = c;
        else if (memcmp(first->inputs, c->inputs, HASH_BYTES) != 0 || memcmp(first->state, c->state, HASH_BYTES) != 0)
            return false;
    }
    return true;
}

static void tell_state(struct sim *s)
{
    for (size_t i = 0; i < s->w->sites_n; i++) {
        struct core *c = core_of(s, i);
        struct arena arena = {0};
        struct msg_head *heads = NULL;
        size_t n = 0;
        if (!is_honest(s, i) || !c)
            continue;
        const struct authority *a = &c->authority;
        print_message(
            "%s%s: inputs %02x%02x state %02x%02x holes %llu charter %llu %02x%02x act %llu %02x%02x rivals %zu\n",
            s->w->sites[i].name, is_member(s, i) ? "" : " (ended)", c->inputs[0], c->inputs[1], c->state[0],
            c->state[1], (unsigned long long)c->holes, (unsigned long long)a->charter_number, a->charter_id[0],
            a->charter_id[1], (unsigned long long)a->roster_number, a->roster_id[0], a->roster_id[1], a->rivals_n);
        assert_int_equal(digests_heads(c, &arena, &heads, &n), ERR_OK);
        for (size_t k = 0; k < n; k++)
            print_message("    %02x%02x incarnation %llu seq %llu %02x%02x\n", heads[k].site[0], heads[k].site[1],
                          (unsigned long long)heads[k].incarnation, (unsigned long long)heads[k].seq, heads[k].id[0],
                          heads[k].id[1]);
        arena_fini(&arena);
    }
}

static void settle(struct sim *s)
{
    int64_t began = s->w->now;
    while (s->w->now < began + SETTLE_MS) {
        world_run(s->w, 500);
        faults_start_due(s);
        if (agree(s))
            return;
        if (s->plan.rivals && (s->w->now - began) % 60000 == 0)
            standing_follow_first(s);
    }
    tell_state(s);
    fail_msg("sites do not agree");
}

/* ---- what was acknowledged ---- */

static bool holds(struct core *c, const uint8_t commit16[16])
{
    int64_t row;
    return c && oplog_by_dot(c->store, commit16, &row) == ERR_OK;
}

static bool holds_aside(struct core *c, const uint8_t commit16[16])
{
    struct arena arena = {0};
    struct slice carried;
    bool found = c && aside_get(c->store, commit16, &arena, &carried) == ERR_OK;
    arena_fini(&arena);
    return found;
}

/* In this copy, or at an honest site but that one. */
static bool is_elsewhere(const struct sim *s, size_t at, struct store *copy, const uint8_t commit16[16])
{
    int64_t row;
    bool there = copy && oplog_by_dot(copy, commit16, &row) == ERR_OK;
    for (size_t i = 0; i < s->w->sites_n && !there; i++)
        there = i != at && is_honest(s, i) && (holds(core_of(s, i), commit16) || holds_aside(core_of(s, i), commit16));
    return there;
}

static void note_lost(struct sim *s, size_t at, struct store *copy, const uint8_t commit16[16])
{
    if (is_elsewhere(s, at, copy, commit16))
        return;
    void *array = s->lost;
    assert_int_equal(core_grow(&array, s->lost_n, &s->lost_room, sizeof *s->lost), ERR_OK);
    s->lost = array;
    memcpy(s->lost[s->lost_n++], commit16, sizeof *s->lost);
}

/* A disk with flipped bits may not tell all: then it ends where it does. */
static void note_all_lost(struct sim *s, size_t at, struct store *copy)
{
    struct core *c = core_of(s, at);
    struct arena arena = {0};
    struct aside_row *rows = NULL;
    size_t n = 0;
    struct commit *commit = malloc(sizeof *commit);
    assert_non_null(commit);
    for (int64_t row = 0; c && oplog_next_row(c->store, row, &row) == ERR_OK; arena_clear(&arena))
        if (oplog_get_row(c->store, row, &arena, commit) == ERR_OK)
            note_lost(s, at, copy, commit->id);
    if (c && aside_list(c->store, &arena, &rows, &n) == ERR_OK)
        for (size_t i = 0; i < n; i++)
            note_lost(s, at, copy, rows[i].dot);
    free(commit);
    arena_fini(&arena);
}

bool check_is_lost(const struct sim *s, const uint8_t commit16[16])
{
    bool lost = false;
    for (size_t i = 0; i < s->lost_n && !lost; i++)
        lost = memcmp(s->lost[i], commit16, sizeof *s->lost) == 0;
    return lost && !is_elsewhere(s, WORLD_SITES, NULL, commit16);
}

void check_before_restore(struct sim *s, size_t at, const char *image)
{
    char path[200];
    struct store *copy = NULL;
    struct why why = {0};
    size_t kept = 0;
    snprintf(path, sizeof path, "%s/look", s->w->root);
    char file[256];
    snprintf(file, sizeof file, "%s/" DATABASE_NAME, path);
    if (image) {
        world_copy_tree(image, path);
        assert_int_equal(store_open(file, STORE_WRITE, &copy, &why), ERR_OK);
    }
    for (size_t i = 0; i < s->acks_n; i++) {
        if (is_elsewhere(s, at, copy, s->acks[i].dot.commit))
            s->acks[kept++] = s->acks[i];
        else
            s->counts->lost_with_disk++;
    }
    s->acks_n = kept;
    note_all_lost(s, at, copy);
    store_close(copy);
    if (image)
        store_fixture_remove_tree(path);
}

static void check_acks(struct sim *s, size_t at)
{
    for (size_t i = 0; i < s->acks_n; i++) {
        const struct dot *dot = &s->acks[i].dot;
        if (holds(core_of(s, at), dot->commit))
            continue;
        /* What an expelled site wrote beyond its cut nobody takes in: it is shown there, or counts there and nowhere else. */
        size_t author = s->acks[i].site;
        bool shown = holds_aside(core_of(s, at), dot->commit) ||
                     (is_honest(s, author) && !is_member(s, author) && holds(core_of(s, author), dot->commit));
        for (size_t k = 0; k < s->w->sites_n && !shown; k++)
            shown = is_honest(s, k) && holds_aside(core_of(s, k), dot->commit);
        if (!shown) {
            char text[DOT_TEXT_LEN + 1];
            dot_format(dot, text);
            fail_msg("%s, acknowledged by %s, is not at %s", text, s->w->sites[s->acks[i].site].name,
                     s->w->sites[at].name);
        }
        s->counts->aside++;
    }
}

/* ---- each site ---- */

static void check_standing(struct core *c, const char *name)
{
    struct arena arena = {0};
    struct log_head *heads = NULL;
    size_t n = 0;
    assert_int_equal(oplog_heads(c->store, &arena, &heads, &n), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        uint64_t limit = 0;
        err_t why = ERR_OK;
        if (!heads[i].seq)
            continue;
        assert_int_equal(standing_limit(c, &heads[i].log, &limit, &why), ERR_OK);
        if (!authority_site(&c->authority, heads[i].log.site) || heads[i].seq > limit)
            fail_msg("%s counts a commit that has no standing", name);
    }
    arena_fini(&arena);
}

static void check_rebuild(struct sim *s, size_t at)
{
    json_t *r = world_do(s->w, at, "rebuild", NULL);
    if (!json_is_true(json_object_get(r, "same")))
        fail_msg("rebuild at %s changes the digest", s->w->sites[at].name);
    json_decref(r);
}

static void check_files(const struct sim *s, size_t at)
{
    char path[256];
    struct stat st;
    snprintf(path, sizeof path, "%s/" DATABASE_NAME, s->w->sites[at].dir);
    assert_true(stat(path, &st) == 0 && st.st_size < FILE_MAX_BYTES);
    snprintf(path, sizeof path, "%s/" DATABASE_NAME "-wal", s->w->sites[at].dir);
    assert_true(stat(path, &st) != 0 || st.st_size < WAL_MAX_BYTES);
}

static void check_links(const struct sim *s)
{
    for (size_t i = 0; i < s->w->links_n; i++)
        for (unsigned end = 0; end < 2; end++)
            if (s->w->links[i].most[end] > 8u * 1024 * 1024)
                fail_msg("%zu bytes waited for one peer", s->w->links[i].most[end]);
}

/* Once all is well again everybody is heard of everywhere, whatever became of clocks and disks; twins and who was expelled aside. */
static void check_beacons(struct sim *s)
{
    if (!(s->plan.faults & SIM_BEACONS) ||
        s->plan.faults & (SIM_CLONES | SIM_HOSTILE | SIM_STANDING | SIM_OLDER | SIM_FLIPS))
        return;
    world_run(s->w, BEACONS_MS);
    for (size_t i = 0; i < s->w->sites_n; i++)
        for (size_t k = 0; k < s->w->sites_n; k++) {
            struct core *c = core_of(s, i), *other = core_of(s, k);
            enum health h = c && other ? beacons_health(c, beacons_of(c, other->own[0].key.pub)) : HEALTH_OK;
            if (h != HEALTH_OK && h != HEALTH_DEGRADED)
                fail_msg("%s has not heard of %s", s->w->sites[i].name, s->w->sites[k].name);
        }
}

void check_all(struct sim *s)
{
    settle(s);
    check_beacons(s);
    for (size_t i = 0; i < s->w->sites_n; i++) {
        if (!is_honest(s, i))
            continue;
        if (is_member(s, i)) {
            check_acks(s, i);
            truth_check(s, i);
        }
        check_standing(core_of(s, i), s->w->sites[i].name);
        world_verify(s->w, i);
        check_rebuild(s, i);
        check_files(s, i);
    }
    s->counts->charters += core_of(s, 0) ? core_of(s, 0)->authority.charter_number : 0;
    check_links(s);
    if (!agree(s))
        fail_msg("a rebuild parts the sites");
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (is_honest(s, i) && !digests_update(core_of(s, i))) {
            world_trace_add(s->w, slice_of(core_of(s, i)->inputs, HASH_BYTES));
            world_trace_add(s->w, slice_of(core_of(s, i)->state, HASH_BYTES));
        }
}
