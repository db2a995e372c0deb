/*
 * What core_world sees of every commit that travels, by its place.
 */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void see(struct world *w, struct slice carried)
{
    char key[2 * SITE_BYTES + 48], id[2 * HASH_BYTES + 1];
    struct commit *c = malloc(sizeof *c);
    assert_non_null(c);
    if (commit_decode(carried, c) == ERR_OK) {
        for (size_t i = 0; i < SITE_BYTES; i++)
            snprintf(key + 2 * i, 3, "%02x", c->log.site[i]);
        snprintf(key + (size_t)2 * SITE_BYTES, 48, "/%llu/%llu", (unsigned long long)c->log.incarnation,
                 (unsigned long long)c->seq);
        for (size_t i = 0; i < HASH_BYTES; i++)
            snprintf(id + 2 * i, 3, "%02x", c->id[i]);
        const char *known = json_string_value(json_object_get(w->seen, key));
        if (known)
            w->forks += strcmp(known, id) != 0;
        else
            json_object_set_new(w->seen, key, json_string(id));
    }
    free(c);
}

void world_look_into(struct world *w, struct slice message)
{
    struct arena arena = {0};
    struct msg m;
    assert_int_equal(msg_decode(message, &arena, &m), ERR_OK);
    for (size_t i = 0; m.type == MSG_RUN && i < m.run.commits_n; i++)
        see(w, m.run.commits[i]);
    if (m.type == MSG_NEW && m.fresh.commit.len)
        see(w, m.fresh.commit);
    if (m.type == MSG_BEACON) {
        w->beacons_n++;
        w->beacon_bytes += message.len;
    }
    arena_fini(&arena);
}
