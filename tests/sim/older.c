/*
 * Sites whose program is older: three kinds of ops are unknown to it, and its folds have an older number. Calls into a core are wrapped by the linker, so that it
 * is known whose code runs; what an older program would not know is taken from it there. An upgrade is a restart.
 */
#include "tests/sim/sim.h"

#include "daemon/commons/fold.h"
#include "daemon/core/found.h"
#include "daemon/core/refold.h"
#include "daemon/store/local.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct sim *sim; /* of the run under way: nothing that is wrapped has a context */
static bool runs_older;

static bool is_newer_kind(uint64_t kind)
{
    return kind == OP_RECORD_RETIRE || kind == OP_CONCEPT_ADOPT || kind == OP_MEANS_DECLARE;
}

/* ---- whose code runs ---- */

static bool is_older(const struct core *c)
{
    for (size_t i = 0; sim && i < sim->w->sites_n; i++)
        if (sim->w->sites[i].core == c)
            return sim->sites[i].older;
    return false;
}

#define WRAP(result, name, parameters)                                                                                 \
    result __real_##name parameters;                                                                                   \
    result __wrap_##name parameters;                                                                                   \
    result __wrap_##name parameters
#define INSIDE(call)                                                                                                   \
    runs_older = is_older(c);                                                                                          \
    call;                                                                                                              \
    runs_older = false

WRAP(void, core_link_up, (struct core * c, uint64_t link, const uint8_t *site, const uint8_t curve[32]))
{
    INSIDE(__real_core_link_up(c, link, site, curve));
}

WRAP(void, core_link_down, (struct core * c, uint64_t link, err_t why))
{
    INSIDE(__real_core_link_down(c, link, why));
}

WRAP(void, core_frame, (struct core * c, uint64_t link, struct slice message))
{
    if (is_older(c) && message.len > 1 && message.at[1] == MSG_BEACON)
        fail_msg("a beacon for a program that does not know them");
    INSIDE(__real_core_frame(c, link, message));
}

WRAP(void, core_request, (struct core * c, struct slice client, struct slice json))
{
    INSIDE(__real_core_request(c, client, json));
}

WRAP(struct mono, core_tick, (struct core * c))
{
    struct mono due;
    INSIDE(due = __real_core_tick(c));
    return due;
}

WRAP(err_t, core_open,
     (const char *dir, const struct env *env, const struct core_settings *settings, struct core **out, struct why *why))
{
    const struct world_site *site = env->ctx;
    struct core_settings known = *settings;
    runs_older = sim && sim->sites[site->at].older;
    known.beacons &= !runs_older;
    err_t e = __real_core_open(dir, env, &known, out, why);
    runs_older = false;
    return e;
}

/* ---- what it does not know ---- */

WRAP(const struct kind_info *, kind_info, (uint64_t kind))
{
    return runs_older && is_newer_kind(kind) ? NULL : __real_kind_info(kind);
}

WRAP(err_t, op_peek, (struct slice header, uint64_t *kind, struct slice *entity))
{
    err_t e = __real_op_peek(header, kind, entity);
    return !e && runs_older && is_newer_kind(*kind) ? ERR_UNKNOWN_KIND : e;
}

WRAP(err_t, op_decode, (struct slice header, const uint8_t *self, struct arena *arena, struct op *out))
{
    uint64_t kind = 0;
    struct slice entity;
    if (runs_older && __real_op_peek(header, &kind, &entity) == ERR_OK && is_newer_kind(kind))
        return ERR_UNKNOWN_KIND;
    return __real_op_decode(header, self, arena, out);
}

/* It says so of its folds, on the wire and on its disk. */
WRAP(err_t, msg_encode, (const struct msg *m, struct buf *out))
{
    struct msg older = *m;
    if (runs_older && m->type == MSG_HELLO) {
        older.hello.fold--;
        older.hello.software = slice_text("allied/0.0");
    }
    if (runs_older && (m->type == MSG_PING || m->type == MSG_PONG))
        older.ping.fold--;
    return __real_msg_encode(&older, out);
}

WRAP(err_t, local_set, (struct store * s, const char *key, struct slice value))
{
    uint8_t older[8];
    if (!runs_older || strcmp(key, SETTING_FOLD) != 0 || value.len == 0 || value.len > sizeof older)
        return __real_local_set(s, key, value);
    memcpy(older, value.at, value.len);
    older[0]--;
    return __real_local_set(s, key, slice_of(older, value.len));
}

WRAP(err_t, local_get, (struct store * s, const char *key, struct arena *arena, struct slice *value))
{
    err_t e = __real_local_get(s, key, arena, value);
    if (e || !runs_older || strcmp(key, SETTING_FOLD) != 0 || value->len == 0)
        return e;
    uint8_t *own = arena_alloc(arena, value->len, 1);
    if (!own)
        return ERR_MEMORY;
    memcpy(own, value->at, value->len);
    own[0]++;
    *value = slice_of(own, value->len);
    return ERR_OK;
}

/* ---- being one ---- */

/* As if its program had made the directory: nothing in it is of a newer one yet. */
void older_become(struct sim *s, size_t at)
{
    char path[256];
    struct store *store = NULL;
    struct why why = {0};
    struct arena arena = {0};
    struct slice fold;
    uint8_t bytes[8];
    sim = s;
    assert_null(s->w->sites[at].core);
    snprintf(path, sizeof path, "%s/" DATABASE_NAME, s->w->sites[at].dir);
    assert_int_equal(store_open(path, STORE_WRITE, &store, &why), ERR_OK);
    if (local_get(store, SETTING_FOLD, &arena, &fold) == ERR_OK) { /* else it was never said: its first start will */
        assert_true(fold.len && fold.len <= sizeof bytes);
        memcpy(bytes, fold.at, fold.len);
        bytes[0]--;
        assert_int_equal(local_set(store, SETTING_FOLD, slice_of(bytes, fold.len)), ERR_OK);
    }
    store_close(store);
    arena_fini(&arena);
    s->sites[at].older = true;
}

void older_end(void)
{
    sim = NULL;
}

void older_upgrade(struct sim *s, size_t at)
{
    if (!s->sites[at].older)
        return;
    if (s->w->sites[at].core)
        faults_stop(s, at);
    s->sites[at].older = false;
    s->counts->upgrades++;
}

bool older_can(const struct sim *s, size_t at, const char *what, const json_t *args)
{
    return !s->sites[at].older || (strcmp(what, "record.retire") != 0 && strcmp(what, "concept.adopt") != 0 &&
                                   strcmp(what, "means.declare") != 0 && !json_is_true(json_object_get(args, "adopt")));
}
