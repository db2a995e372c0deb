/*
 * Sites of core_world: founding, joining, running; their disks.
 */
#include "tests/help/core_world.h"

#include "daemon/core/found.h"
#include "tests/help/store_fixture.h"
#include "tests/help/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- making one ---- */

struct world *world_new(uint64_t seed)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    assert_int_equal(sign_start(), ERR_OK);
    *w = (struct world){.seed = seed, .random = seed, .delay = 5, .seen = json_object()};
    /* Guards want a tmpfs, and an fsync costs nothing there. */
    snprintf(w->root, sizeof w->root, "/dev/shm/allied-world-XXXXXX");
    if (!scratch_try(w->root)) {
        snprintf(w->root, sizeof w->root, "/tmp/allied-world-XXXXXX");
        scratch_make(w->root);
    }
    return w;
}

void world_free(struct world *w)
{
    world_http_forget(w);
    for (size_t i = 0; i < w->sites_n; i++) {
        core_close(w->sites[i].core);
        json_decref(w->sites[i].answer);
        json_decref(w->sites[i].notes);
    }
    for (size_t i = 0; i < w->events_n; i++)
        buf_fini(&w->events[i].bytes);
    for (size_t i = 0; i < w->held_n; i++)
        buf_fini(&w->held[i].bytes);
    free(w->held);
    world_outsider_forget(w);
    free(w->events);
    json_decref(w->seen);
    scratch_remove(w->root);
    free(w);
}

size_t world_add(struct world *w, const char *name)
{
    assert_true(w->sites_n < WORLD_SITES);
    struct world_site *s = &w->sites[w->sites_n];
    *s = (struct world_site){.world = w, .at = w->sites_n, .notes = json_object()};
    s->random = w->seed * 1000003 + w->sites_n;
    snprintf(s->name, sizeof s->name, "%s", name);
    char root[sizeof w->root];
    memcpy(root, w->root, sizeof root);
    snprintf(s->dir, sizeof s->dir, "%s/%s", root, name);
    snprintf(s->machine, sizeof s->machine, "%s/run-%s", root, name);
    assert_int_equal(mkdir(s->machine, 0700), 0);
    return w->sites_n++;
}

static void addresses_of(const struct world_site *s, char *out, size_t size)
{
    out[0] = 0;
    if (!s->outgoing_only)
        (void)snprintf(out, size, s->http ? "%s.test:5670 http://%s.test" : "%s.test:5670", s->name, s->name);
}

void world_found(struct world *w, size_t at)
{
    struct world_site *s = &w->sites[at];
    struct env env = world_env(s);
    struct why why = {0};
    setenv("RUNTIME_DIRECTORY", s->machine, 1);
    if (found_alliance(s->dir, &env, "Commons", s->name, s->name, &why))
        fail_msg("%s: %s", err_name(why.code), why.text);
}

char *world_invite(struct world *w, const char *ally, int64_t expires_s)
{
    json_t *r = world_do(w, 0, "invite", json_pack("{s:s, s:I}", "ally", ally, "expires_s", (json_int_t)expires_s));
    char *code = strdup(json_string_value(json_object_get(r, "code")));
    json_decref(r);
    return code;
}

err_t world_join_code(struct world *w, size_t at, const char *code)
{
    struct world_site *s = &w->sites[at];
    struct env env = world_env(s);
    struct arena arena = {0};
    struct invite invite;
    struct why why = {0};
    char address[128];
    addresses_of(s, address, sizeof address);
    setenv("RUNTIME_DIRECTORY", s->machine, 1);
    assert_int_equal(invite_decode(slice_text(code), &arena, &invite), ERR_OK);
    err_t e = found_join(s->dir, &env, &invite, NULL, s->name, address, &why);
    arena_fini(&arena);
    return e;
}

void world_join(struct world *w, size_t at, char **code)
{
    char *text = world_invite(w, w->sites[at].name, 3600);
    assert_int_equal(world_join_code(w, at, text), ERR_OK);
    if (code)
        *code = text;
    else
        free(text);
}

struct world *world_alliance(uint64_t seed, size_t n)
{
    static const char *const names[] = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"};
    struct world *w = world_new(seed);
    assert_true(n <= sizeof names / sizeof *names);
    for (size_t i = 0; i < n; i++) {
        world_add(w, names[i]);
        if (i == 0)
            world_found(w, 0);
        else
            world_join(w, i, NULL);
        assert_int_equal(world_start(w, i), ERR_OK);
    }
    assert_true(world_settle(w, 30000));
    return w;
}

/* ---- running ---- */

static err_t open_site(struct world_site *s, bool serves)
{
    struct env env = world_env(s);
    struct why why = {0};
    char address[128];
    addresses_of(s, address, sizeof address);
    struct core_settings settings = {.language = "fr",
                                     .licence = "CC-BY-4.0",
                                     .endpoints = address,
                                     .url = "",
                                     .contact = "",
                                     .transport = s->transport,
                                     .beacons = s->world->beacons,
                                     .serves = serves};
    assert_null(s->core);
    s->starts++;
    s->tick_at = s->world->now;
    return core_open(s->dir, &env, &settings, &s->core, &why);
}

err_t world_start(struct world *w, size_t at)
{
    return open_site(&w->sites[at], true);
}

size_t world_newcomer(struct world *w, const char *name, const char *code)
{
    size_t at = world_add(w, name);
    assert_int_equal(world_join_code(w, at, code), ERR_OK);
    assert_int_equal(world_start(w, at), ERR_OK);
    return at;
}

void world_open(struct world *w, size_t at)
{
    assert_int_equal(open_site(&w->sites[at], false), ERR_OK);
}

void world_close(struct world *w, size_t at)
{
    core_close(w->sites[at].core);
    w->sites[at].core = NULL;
    w->sites[at].starts++;
    w->sites[at].stuck = w->sites[at].silent = false;
}

void world_stop(struct world *w, size_t at)
{
    core_stop(w->sites[at].core);
    world_close(w, at);
    world_lose_links(w, at);
}

void world_crash(struct world *w, size_t at)
{
    char image[160];
    world_copy(w, at, image);
    world_lose_links(w, at);
    world_close(w, at);
    world_restore(w, at, image);
}

static struct world_site *first_due(struct world *w)
{
    struct world_site *first = NULL;
    for (size_t i = 0; i < w->sites_n; i++)
        if (w->sites[i].core && !w->sites[i].stuck && (!first || w->sites[i].tick_at < first->tick_at))
            first = &w->sites[i];
    return first;
}

void world_run(struct world *w, int64_t ms)
{
    int64_t until = w->now + ms;
    for (;;) {
        struct world_site *s = first_due(w);
        int64_t tick = s ? s->tick_at : INT64_MAX, event = w->events_n ? w->events[0].at : INT64_MAX;
        int64_t next = event <= tick ? event : tick;
        if (next > until)
            break;
        w->now = next > w->now ? next : w->now;
        if (event <= tick) {
            world_net_step(w);
            continue;
        }
        int64_t due = core_tick(s->core).ms;
        s->tick_at = due > w->now ? due : w->now + 1;
        if (core_rekeyed(s->core)) { /* as the service does */
            world_stop(w, s->at);
            err_t e = world_start(w, s->at);
            assert_true(e == ERR_OK || w->after);
            if (e)
                s->core = NULL;
        }
        if (w->after)
            w->after(w->after_ctx, s->at);
    }
    w->now = until;
}

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
    const char *x = json_string_value(json_object_get(a, key)), *y = json_string_value(json_object_get(b, key));
    return x && y && strcmp(x, y) == 0;
}

bool world_agrees(struct world *w)
{
    json_t *first = NULL;
    bool same = true;
    for (size_t i = 0; i < w->sites_n && same; i++) {
        if (!w->sites[i].core)
            continue;
        json_t *status = world_do(w, i, "status", NULL);
        if (first)
            same = same_text(first, status, "inputs") && same_text(first, status, "digest");
        else
            first = json_incref(status);
        json_decref(status);
    }
    json_decref(first);
    return same;
}

static bool all_content(struct world *w)
{
    bool ok = true;
    for (size_t i = 0; i < w->sites_n && ok; i++) {
        if (!w->sites[i].core || !w->sites[i].core->serves)
            continue;
        json_t *status = world_do(w, i, "status", NULL), *peers = json_object_get(status, "peers"), *p;
        size_t k;
        json_array_foreach(peers, k, p) ok = ok && !json_is_false(json_object_get(p, "digest_equal"));
        json_decref(status);
    }
    return ok;
}

bool world_settle(struct world *w, int64_t limit_ms)
{
    for (int64_t until = w->now + limit_ms; w->now < until;) {
        world_run(w, 250);
        if (world_agrees(w) && all_content(w))
            return true;
    }
    return false;
}

/* ---- disks ---- */

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    ssize_t n;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(in >= 0 && out >= 0);
    while ((n = read(in, bytes, sizeof bytes)) > 0)
        assert_int_equal(write(out, bytes, (size_t)n), n);
    assert_int_equal(n, 0);
    close(in);
    close(out);
}

void world_copy_tree(const char *from, const char *to)
{
    DIR *d = opendir(from);
    const struct dirent *item;
    assert_non_null(d);
    assert_int_equal(mkdir(to, 0700), 0);
    while ((item = readdir(d))) {
        char a[512], b[512];
        struct stat st;
        /* SQLite makes its shared memory anew. */
        const char *tail = strrchr(item->d_name, '-');
        if (item->d_name[0] == '.' || (tail && strcmp(tail, "-shm") == 0))
            continue;
        snprintf(a, sizeof a, "%s/%s", from, item->d_name);
        snprintf(b, sizeof b, "%s/%s", to, item->d_name);
        assert_int_equal(stat(a, &st), 0);
        if (S_ISDIR(st.st_mode))
            world_copy_tree(a, b);
        else
            copy_file(a, b);
    }
    closedir(d);
}

void world_copy(struct world *w, size_t at, char path[160])
{
    snprintf(path, 160, "%s/copy-%u", w->root, ++w->copies);
    world_copy_tree(w->sites[at].dir, path);
}

void world_restore(struct world *w, size_t at, const char *path)
{
    assert_null(w->sites[at].core);
    store_fixture_remove_tree(w->sites[at].dir);
    world_copy_tree(path, w->sites[at].dir);
}

static void first_own_site(const struct world_site *s, const char *new_path, char path[256])
{
    char file[256];
    struct store *store = NULL;
    struct arena arena = {0};
    struct own_site *sites;
    size_t n = 0;
    struct why why = {0};
    snprintf(file, sizeof file, "%s/%s", s->dir, DATABASE_NAME);
    assert_int_equal(store_open(file, STORE_WRITE, &store, &why), ERR_OK);
    assert_int_equal(local_sites(store, &arena, &sites, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_true(sites[0].guard_path.len && sites[0].guard_path.len < 256);
    memcpy(path, sites[0].guard_path.at, sites[0].guard_path.len);
    path[sites[0].guard_path.len] = 0;
    if (new_path) {
        sites[0].guard_path = slice_text(new_path);
        assert_int_equal(store_begin(store), ERR_OK);
        assert_int_equal(local_put_site(store, &sites[0]), ERR_OK);
        assert_int_equal(store_commit(store), ERR_OK);
    }
    store_close(store);
    arena_fini(&arena);
}

void world_guard_path(const struct world *w, size_t at, char path[256])
{
    first_own_site(&w->sites[at], NULL, path);
}

void world_boot(struct world *w, size_t at)
{
    char path[512];
    DIR *dir = opendir(w->sites[at].machine);
    assert_null(w->sites[at].core);
    assert_non_null(dir);
    for (struct dirent *one; (one = readdir(dir));) {
        snprintf(path, sizeof path, "%s/%s", w->sites[at].machine, one->d_name);
        if (one->d_name[0] != '.')
            unlink(path);
    }
    closedir(dir);
}

size_t world_clone(struct world *w, size_t at, bool other_machine, bool with_memory)
{
    char image[160], name[24], before[256], after[256];
    snprintf(name, sizeof name, "clone%zu", w->sites_n);
    world_copy(w, at, image);
    size_t clone = world_add(w, name);
    world_restore(w, clone, image);
    if (!other_machine)
        return clone;
    world_guard_path(w, clone, before);
    snprintf(after, sizeof after, "%s/guard", w->sites[clone].machine);
    first_own_site(&w->sites[clone], after, before);
    if (with_memory)
        copy_file(before, after);
    return clone;
}
