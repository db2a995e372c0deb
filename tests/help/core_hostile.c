#include "tests/help/core_hostile.h"

#include "daemon/commons/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void hostile_hello(const struct hostile *s, struct msg *m)
{
    const struct authority *a = &s->w->sites[0].core->authority;
    *m = (struct msg){
        .type = MSG_HELLO, .hello = {.version = PROTOCOL_VERSION, .fold = FOLD_VERSION}
    };
    memcpy(m->hello.alliance, a->alliance, ALLIANCE_BYTES);
    memcpy(m->hello.site, s->beta.key.pub, SITE_BYTES);
    memcpy(m->hello.charter_id, a->charter_id, HASH_BYTES);
    memcpy(m->hello.roster_id, a->roster_id, HASH_BYTES);
    m->hello.roster_number = a->roster_number;
    m->hello.software = slice_text("hostile/1");
}

void hostile_say(struct hostile *s, const struct msg *m)
{
    world_outsider_send(s->w, 0, s->link, m);
}

void hostile_greet(struct hostile *s)
{
    struct msg m;
    s->link = world_outsider_link(s->w, 0, s->curve);
    hostile_hello(s, &m);
    hostile_say(s, &m);
}

void hostile_enter(struct hostile *s)
{
    struct msg charter = {.type = MSG_CHARTER};
    hostile_greet(s);
    hostile_say(s, &charter);
}

void hostile_enter_live(struct hostile *s)
{
    hostile_enter(s);
    struct msg m = {.type = MSG_VECTOR};
    memcpy(m.vector.inputs, s->w->sites[0].core->inputs, HASH_BYTES);
    hostile_say(s, &m);
}

void hostile_open(struct hostile *s)
{
    s->w = world_alliance(41, 3);
    core_author_init(&s->beta, s->w, 1, 500);
    memcpy(s->curve, s->w->sites[1].core->own[0].curve, 32);
    world_run(s->w, 3000);
    world_stop(s->w, 1);
    world_add(s->w, "hostile");
    s->w->outsider = s->w->sites_n;
    world_run(s->w, 100);
}

const struct peer *hostile_peer(const struct hostile *s)
{
    const struct core *c = s->w->sites[0].core;
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].link == s->link)
            return &c->peers[i];
    return NULL;
}

bool hostile_is_there(const struct hostile *s)
{
    return hostile_peer(s) != NULL;
}

void hostile_end(struct hostile *s)
{
    char id[64], title[64];
    world_record(s->w, 0, "apres", "Après", id);
    world_run(s->w, 1000);
    world_title(s->w, 2, id, title);
    assert_string_equal(title, "Après");
    world_verify(s->w, 0);
    world_free(s->w);
}

void hostile_dismissed(struct hostile *s, const char *code)
{
    struct arena arena = {0};
    struct msg bye;
    assert_false(hostile_is_there(s));
    assert_true(world_outsider_got(s->w, MSG_BYE, &arena, &bye));
    if (code)
        assert_true(slice_equal(bye.bye.code, slice_text(code)));
    arena_fini(&arena);
    world_outsider_forget(s->w);
}
