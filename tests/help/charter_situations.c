/* Small alliances in which something happened to charters and roster; see charter_situations.h. */
#include "tests/help/charter_situations.h"

#include <stdlib.h>

static const uint8_t all[] = {0x11, 0x21, 0x31, 0x41, 0x51, 0x61};

static void enact(struct world *w, struct world_draft *d, const char *name, size_t signers)
{
    d->charter.name = slice_text(name);
    world_enact(w, &d->charter, all, signers);
}

static void founded(struct world *w)
{
    world_init(w, 2);
    world_admit(w, 3, 0x31);
    world_admit(w, 4, 0x41);
}

static void two_siblings(struct world *w, bool name_the_second)
{
    world_init(w, 3);
    struct world_place base = world_place(w);
    world_admit(w, 4, 0x41);
    struct world_place one = world_place(w);
    world_return(w, base);
    world_admit(w, 5, 0x51);
    struct world_place other = world_place(w);
    bool one_lower = memcmp(one.roster_id, other.roster_id, HASH_BYTES) < 0;
    world_return(w, one_lower ? other : one);
    world_lift(w, 2); /* after the higher */
    if (name_the_second)
        enact(w, world_draft(w, false), "Names the higher", 2);
}

static void siblings(struct world *w)
{
    two_siblings(w, false);
}

static void siblings_named(struct world *w)
{
    two_siblings(w, true);
}

static void another_registrar(struct world *w)
{
    world_init(w, 3);
    world_admit(w, 4, 0x41);
    struct world_place old = world_place(w);
    struct world_draft *d = world_draft(w, false);
    memcpy(d->charter.registrar, world_site(w, 0xef), SITE_BYTES);
    enact(w, d, "Another registrar", 2);
    struct world_place now = world_place(w);
    world_return(w, old);
    world_admit(w, 5, 0x51);
    world_return(w, now);
    w->registrar = 0xef;
    world_admit(w, 6, 0x61);
}

static void earlier_charter_named(struct world *w)
{
    world_init(w, 3);
    struct world_place old = world_place(w);
    enact(w, world_draft(w, false), "First", 2);
    memcpy(w->charter, old.charter, HASH_BYTES);
    world_admit(w, 4, 0x41);
}

static void without_effect(struct world *w)
{
    world_init(w, 3);
    world_lift(w, 2);
    world_replace(w, 2, 0x31, 0x22, NULL, 0);
    world_admit(w, 4, 0x11);
}

static void past_a_gap(struct world *w)
{
    world_init(w, 3);
    world_admit(w, 4, 0x41);
    world_admit(w, 5, 0x51);
    w->acts[0] = w->acts[1];
    w->acts_n = 1;
}

static void suspended(struct world *w)
{
    world_init(w, 3);
    world_admit(w, 2, 0x22);
    struct head heads[] = {world_head(w, 0x21, 1, 12), world_head(w, 0x31, 1, 3)};
    world_suspend(w, 2, heads, 2);
}

static void lifted(struct world *w)
{
    suspended(w);
    world_lift(w, 2);
}

static void key_replaced(struct world *w)
{
    world_init(w, 3);
    struct head head = world_head(w, 0x21, 1, 12);
    world_replace(w, 2, 0x21, 0x22, &head, 1);
}

static void key_replaced_and_named(struct world *w)
{
    key_replaced(w);
    struct world_draft *d = world_draft(w, false);
    d->charter.name = slice_text("Names the new key");
    world_enact(w, &d->charter, (const uint8_t[]){0x11, 0x31}, 2);
}

static void expelled(struct world *w)
{
    world_init(w, 4);
    struct head low = world_head(w, 0x41, 1, 8);
    world_suspend(w, 4, &low, 1);
    struct world_draft *d = world_draft(w, false);
    draft_drop(d, w, 4);
    draft_cut_at(d, world_head(w, 0x41, 1, 20));
    enact(w, d, "Without the fourth", 3);
}

static void expelled_and_lifted(struct world *w)
{
    expelled(w);
    world_lift(w, 4);
}

static void heirs(struct world *w)
{
    world_init(w, 4);
    for (unsigned k = 4; k >= 3; k--) {
        struct world_draft *d = world_draft(w, false);
        struct charter_ally *left = draft_ally(d, w, k);
        left->sites_n = 0;
        left->heir = slice_of(world_ally(w, k - 1), ALLY_BYTES);
        draft_cut_at(d, world_head(w, world_seed(k), 1, 10 * k));
        enact(w, d, "Smaller", 4);
    }
}

static void judged(struct world *w)
{
    world_init(w, 3);
    struct head *point = arena_alloc(&w->arena, 1, sizeof *point);
    if (!point)
        abort();
    *point = world_head(w, 0x11, 1, 10);
    struct world_draft *d = world_draft(w, false);
    d->charter.checkpoint = point;
    d->charter.checkpoint_n = 1;
    d->charter.roles_n = 0;
    enact(w, d, "Without a secretariat", 3);
    struct head late[] = {world_head(w, 0x11, 1, 10), world_head(w, 0x21, 1, 4)};
    late[0].id[0] = 0xff;
    world_checkpoint(w, late, 2);
}

static void rivals(struct world *w)
{
    world_init(w, 3);
    struct world_place base = world_place(w);
    enact(w, world_draft(w, false), "One", 2);
    world_return(w, base);
    enact(w, world_draft(w, false), "Other", 3);
}

static void rivals_and_a_chain(struct world *w)
{
    rivals(w);
    struct authority a = world_build(w);
    memcpy(w->chain[0], a.charters[0].id, HASH_BYTES);
    memcpy(w->chain[1], a.rivals[0].other, HASH_BYTES);
    w->chain_n = 2;
    authority_fini(&a);
}

static void not_complete(struct world *w)
{
    world_init(w, 3);
    enact(w, world_draft(w, false), "Draft", 1);
}

static void copies(struct world *w)
{
    world_init(w, 3);
    struct world_draft *d = world_draft(w, false);
    world_enact(w, &d->charter, (const uint8_t[]){0x11}, 1);
    world_enact(w, &d->charter, (const uint8_t[]){0x31}, 1);
}

static void nothing_founded(struct world *w)
{
    world_init(w, 3);
    w->charters[0] = slice_text("rubbish");
}

const struct situation roster_situations[ROSTER_SITUATIONS] = {
    {"acts one after the other",                     founded              },
    {"of siblings the lower id stands",              siblings             },
    {"of siblings the one the newest charter names", siblings_named       },
    {"a registrar that is no longer the registrar",  another_registrar    },
    {"an act that names an earlier charter",         earlier_charter_named},
    {"acts without sense keep their place",          without_effect       },
    {"an act past a gap waits",                      past_a_gap           },
};

const struct situation authority_situations[AUTHORITY_SITUATIONS] = {
    {"full until three are ratified, then provisional", founded               },
    {"suspended: every log of the ally is cut",         suspended             },
    {"lifted: everything counts again",                 lifted                },
    {"a replaced key",                                  key_replaced          },
    {"a charter names the new key",                     key_replaced_and_named},
    {"expelled while suspended: the lower cut",         expelled              },
    {"expelled, the suspension lifted",                 expelled_and_lifted   },
    {"an heir's heir",                                  heirs                 },
    {"by which charter an op is judged; checkpoints",   judged                },
    {"rivals: the lower id",                            rivals                },
    {"rivals: the replica's own chain",                 rivals_and_a_chain    },
    {"a charter that is not complete",                  not_complete          },
    {"two copies of a charter whose signatures add up", copies                },
    {"another registrar",                               another_registrar     },
    {"no charter 0",                                    nothing_founded       },
};
