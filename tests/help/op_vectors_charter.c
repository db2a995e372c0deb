/*
 * Vectors of charters, rosters and invitations. Founding charter of two allies (sites of seeds 11…, 22…; registrar ee…); the roster admits
 * a third and a fourth, suspends, lifts, replaces a key, and forks.
 */
#include "tests/help/op_vectors.h"
#include "tests/help/op_vectors_charter.h"

#include "protocol/wire/wr.h"
#include "tests/help/charter_vectors.h"
#include "tests/help/op_notation.h"

#include <stdio.h>
#include <stdlib.h>

#define REGISTRAR_SEED 0xee

static void site_of(uint8_t seed, const char *name, bool votes, struct charter_site *out)
{
    struct sign_key key;
    seeded_key(seed, &key);
    memcpy(out->site, key.pub, SITE_BYTES);
    out->name = slice_text(name);
    out->votes = votes;
}

void example_charter(struct example_charter *x)
{
    static const struct charter_rule rules[] = {
        {RULE_SET,               1},
        {RULE_ADOPT_SECRETARIAT, 1},
        {RULE_ADOPT_ALLIES,      2},
        {99,                     5}
    };
    static const struct charter_score scores[] = {
        {{(const uint8_t *)"record_full", 11}, 10, 20}
    };
    struct sign_key key;
    *x = (struct example_charter){0};
    site_of(0x11, "Citego", true, &x->sites[0]);
    site_of(0x12, "Citego mirror", false, &x->sites[1]);
    site_of(0x22, "Cohérence", true, &x->sites[2]);
    for (size_t i = 0; i < 2; i++) {
        memset(x->allies[i].id, i ? 0xb2 : 0xb1, ALLY_BYTES);
        x->allies[i].name = slice_text(i ? "Réseau Cohérence" : "Citego");
        x->allies[i].sites = &x->sites[i ? 2 : 0];
        x->allies[i].sites_n = i ? 1 : 2;
    }
    x->allies[1].heir = slice_of(x->allies[0].id, ALLY_BYTES);
    x->role.role = slice_text(ROLE_SECRETARIAT);
    memcpy(x->role.ally, x->allies[0].id, ALLY_BYTES);
    seeded_key(REGISTRAR_SEED, &key);
    memcpy(x->charter.registrar, key.pub, SITE_BYTES);
    x->charter.name = slice_text("CORETET");
    x->charter.allies = x->allies;
    x->charter.allies_n = 2;
    x->charter.roles = &x->role;
    x->charter.roles_n = 1;
    x->charter.rules = rules;
    x->charter.rules_n = 4;
    x->charter.scores = scores;
    x->charter.scores_n = 1;
}

static int by_site(const void *a, const void *b)
{
    return memcmp(a, b, SITE_BYTES);
}

void example_sign_charter(struct slice body, const uint8_t *seeds, size_t n, struct buf *out)
{
    struct charter_signature sigs[8] = {0};
    for (size_t i = 0; i < n; i++) {
        struct sign_key key;
        seeded_key(seeds[i], &key);
        memcpy(sigs[i].site, key.pub, SITE_BYTES);
        if (sign_make(&key, DOMAIN_CHARTER, body, sigs[i].signature) != ERR_OK)
            abort();
    }
    qsort(sigs, n, sizeof *sigs, by_site);
    buf_clear(out);
    charter_encode(out, body, sigs, n, slice_of(NULL, 0));
}

void example_charter_carried(const struct charter *c, struct buf *out)
{
    struct buf body;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    charter_encode_body(&body, c);
    example_sign_charter(buf_slice(&body), (const uint8_t[]){0x11, 0x22}, 2, out);
    buf_fini(&body);
}

void example_act(struct roster_act *act, uint8_t registrar_seed, struct buf *out)
{
    struct buf body;
    struct sign_key key;
    uint8_t sig[SIGNATURE_BYTES];
    buf_init(&body, LIMIT_CHARTER_BYTES);
    roster_encode_body(&body, act);
    seeded_key(registrar_seed, &key);
    if (sign_make(&key, DOMAIN_ROSTER, buf_slice(&body), sig) != ERR_OK)
        abort();
    roster_id(buf_slice(&body), act->id);
    buf_clear(out);
    roster_encode(out, buf_slice(&body), sig);
    buf_fini(&body);
}

void example_admit(struct roster_act *act, uint8_t ally, uint8_t site_seed, const char *name)
{
    struct sign_key key;
    act->kind = ACT_ADMIT;
    memset(act->ally, ally, ALLY_BYTES);
    seeded_key(site_seed, &key);
    memcpy(act->site, key.pub, SITE_BYTES);
    act->ally_name = act->site_name = slice_text(name);
}

const char *charter_verdict(struct slice carried)
{
    struct arena arena = {0};
    struct charter c;
    err_t e = charter_decode(carried, &arena, &c);
    if (!e)
        e = charter_check_founding(&c);
    arena_fini(&arena);
    return err_name(e);
}

const char *roster_verdict(struct slice carried)
{
    struct arena arena = {0};
    struct roster_act a;
    struct sign_key key;
    seeded_key(REGISTRAR_SEED, &key);
    err_t e = roster_decode(carried, &arena, &a);
    if (!e)
        e = roster_check_signature(&a, key.pub);
    arena_fini(&arena);
    return err_name(e);
}

const char *invite_verdict(struct slice code)
{
    struct arena arena = {0};
    struct invite v;
    err_t e = invite_decode(code, &arena, &v);
    arena_fini(&arena);
    return err_name(e);
}

const char *join_verdict(struct slice request)
{
    struct join_request q;
    return err_name(join_decode(request, &q));
}

const char *vouch_verdict(struct slice word)
{
    struct vouch v;
    return err_name(vouch_decode(word, &v));
}

static void add_case(json_t *list, const char *name, const char *verdict, struct slice carried)
{
    json_t *c = json_object();
    json_object_set_new(c, "name", json_string(name));
    json_object_set_new(c, "result", json_string(verdict));
    json_object_set_new(c, "carried", hex_of(carried));
    json_array_append_new(list, c);
}

/* ---- charter ---- */

struct charter_change {
    const char *name;
    void (*change)(struct example_charter *x);
};

static void nothing(struct example_charter *x)
{
    (void)x;
}
static void number_one(struct example_charter *x)
{
    x->charter.number = 1;
}
static void with_prev(struct example_charter *x)
{
    x->charter.prev[0] = 1;
}
static void unnamed(struct example_charter *x)
{
    x->charter.name = slice_of(NULL, 0);
}
static void ally_twice(struct example_charter *x)
{
    memcpy(x->allies[1].id, x->allies[0].id, ALLY_BYTES);
}
static void site_twice(struct example_charter *x)
{
    memcpy(x->sites[1].site, x->sites[0].site, SITE_BYTES);
}
static void registrar_is_site(struct example_charter *x)
{
    memcpy(x->charter.registrar, x->sites[1].site, SITE_BYTES);
}
static void college_three(struct example_charter *x)
{
    x->allies[0].college = 3;
}
static void short_heir(struct example_charter *x)
{
    x->allies[1].heir.len = 7;
}
static void long_name(struct example_charter *x)
{
    static const char name[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    x->allies[0].name = slice_text(name);
}
static void no_allies(struct example_charter *x)
{
    x->charter.allies_n = 0;
}
static void signer_without_vote(struct example_charter *x)
{
    x->sites[2].votes = false;
}
static void rules_falling(struct example_charter *x)
{
    static const struct charter_rule rules[] = {
        {2, 1},
        {1, 1}
    };
    x->charter.rules = rules;
    x->charter.rules_n = 2;
}
static void rule_twice(struct example_charter *x)
{
    static const struct charter_rule rules[] = {
        {2, 1},
        {2, 1}
    };
    x->charter.rules = rules;
    x->charter.rules_n = 2;
}
static void heads_twice(struct example_charter *x)
{
    static const struct head heads[] = {
        {.log = {.incarnation = 1}, .seq = 1},
        {.log = {.incarnation = 1}, .seq = 2}
    };
    x->charter.cuts = heads;
    x->charter.cuts_n = 2;
}
static void with_heads(struct example_charter *x)
{
    static const struct head heads[] = {
        {.log = {.incarnation = 1}, .seq = 1},
        {.log = {.incarnation = 2}, .seq = 2}
    };
    x->charter.checkpoint = heads;
    x->charter.checkpoint_n = 2;
}

static void cuts_of_a_site(struct example_charter *x)
{
    static const struct head heads[] = {
        {.log = {.site = {1}}},
        { .log = {.site = {2}, .incarnation = 1},            .seq = 2}
    };
    x->charter.cuts = heads;
    x->charter.cuts_n = 2;
}
static void cuts_of_a_site_and_its_log(struct example_charter *x)
{
    static const struct head heads[] = {
        {.log = {.site = {1}}},
        { .log = {.site = {1}, .incarnation = 1},            .seq = 2}
    };
    x->charter.cuts = heads;
    x->charter.cuts_n = 2;
}
static void checkpoint_of_a_site(struct example_charter *x)
{
    static const struct head heads[] = {{.log = {.site = {1}}}};
    x->charter.checkpoint = heads;
    x->charter.checkpoint_n = 1;
}

static const struct charter_change charter_changes[] = {
    {"founding charter of two allies",              nothing                   },
    {"with a checkpoint",                           with_heads                },
    {"number 1",                                    number_one                },
    {"a predecessor",                               with_prev                 },
    {"alliance without a name",                     unnamed                   },
    {"an ally twice",                               ally_twice                },
    {"a site twice",                                site_twice                },
    {"the registrar's key as a site",               registrar_is_site         },
    {"unknown college",                             college_three             },
    {"an heir of 7 bytes",                          short_heir                },
    {"a name of 201 bytes",                         long_name                 },
    {"no allies",                                   no_allies                 },
    {"signed by a site without a vote",             signer_without_vote       },
    {"rules in falling order",                      rules_falling             },
    {"a rule twice",                                rule_twice                },
    {"a log twice among the heads",                 heads_twice               },
    {"a site alone among the cuts",                 cuts_of_a_site            },
    {"a site alone and a log of it among the cuts", cuts_of_a_site_and_its_log},
    {"a site alone in the checkpoint",              checkpoint_of_a_site      },
};

static void add_signature_cases(json_t *list, struct buf *out)
{
    static const uint8_t one[] = {0x11}, stranger[] = {0x11, 0x22, 0x77}, mirror[] = {0x12, 0x22};
    struct example_charter x;
    struct buf body;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    example_charter(&x);
    charter_encode_body(&body, &x.charter);
    example_sign_charter(buf_slice(&body), one, 1, out);
    add_case(list, "one ally has not signed", charter_verdict(buf_slice(out)), buf_slice(out));
    example_sign_charter(buf_slice(&body), stranger, 3, out);
    add_case(list, "a stranger's signature is passed over", charter_verdict(buf_slice(out)), buf_slice(out));
    example_sign_charter(buf_slice(&body), mirror, 2, out);
    add_case(list, "signed by an ally's site that does not vote", charter_verdict(buf_slice(out)), buf_slice(out));
    example_sign_charter(buf_slice(&body), stranger, 2, out);
    out->at[out->len - 2] ^= 1;
    add_case(list, "a signature that does not match", charter_verdict(buf_slice(out)), buf_slice(out));
    example_sign_charter(buf_slice(&body), stranger, 2, out);
    out->at[5] = 2; /* 93, bin's head of 3, 9d, version */
    add_case(list, "unknown version of the body", charter_verdict(buf_slice(out)), buf_slice(out));
    buf_fini(&body);
}

json_t *vectors_charter(void)
{
    struct buf out;
    struct example_charter x;
    uint8_t id[HASH_BYTES];
    json_t *file = json_object(), *list = json_array();
    buf_init(&out, LIMIT_CHARTER_BYTES);
    for (size_t i = 0; i < sizeof charter_changes / sizeof *charter_changes; i++) {
        example_charter(&x);
        charter_changes[i].change(&x);
        example_charter_carried(&x.charter, &out);
        add_case(list, charter_changes[i].name, charter_verdict(buf_slice(&out)), buf_slice(&out));
    }
    add_signature_cases(list, &out);
    example_charter(&x);
    buf_clear(&out);
    charter_encode_body(&out, &x.charter);
    charter_id(buf_slice(&out), id);
    json_object_set_new(file, "version", json_integer(2));
    json_object_set_new(file, "id_of_first", hex_of(slice_of(id, sizeof id)));
    json_object_set_new(file, "cases", list);
    json_object_set_new(file, "next", charter_next_cases());
    json_object_set_new(file, "promises", promise_cases());
    buf_fini(&out);
    return file;
}

/* ---- roster ---- */

void example_roster(struct example_roster *r)
{
    static const struct head heads[] = {
        {.log = {.incarnation = 1}, .seq = 9}
    };
    struct example_charter x;
    struct buf body;
    struct sign_key key;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    example_charter(&x);
    charter_encode_body(&body, &x.charter);
    uint8_t charter[HASH_BYTES], prev[HASH_BYTES] = {0};
    charter_id(buf_slice(&body), charter);
    buf_fini(&body);
    for (size_t i = 0; i < EXAMPLE_ACTS; i++) {
        struct roster_act act = {.number = i + 1, .heads = heads, .heads_n = 1};
        memcpy(act.charter, charter, HASH_BYTES);
        memcpy(act.prev, prev, HASH_BYTES);
        memset(act.ally, 0xb3, ALLY_BYTES);
        switch (i) {
        case 0:
            example_admit(&act, 0xb3, 0x33, "Third");
            act.mentor = slice_of(x.allies[0].id, ALLY_BYTES);
            break;
        case 1:
            example_admit(&act, 0xb4, 0x44, "Fourth");
            break;
        case 2:
            act.kind = ACT_SUSPEND;
            break;
        case 3:
            act.kind = ACT_LIFT;
            break;
        case 4:
            act.kind = ACT_REPLACE_KEY;
            seeded_key(0x33, &key);
            memcpy(act.old_site, key.pub, SITE_BYTES);
            seeded_key(0x34, &key);
            memcpy(act.site, key.pub, SITE_BYTES);
            break;
        default:
            act.kind = ACT_CHECKPOINT;
            break;
        }
        buf_init(&r->acts[i], LIMIT_CHARTER_BYTES);
        example_act(&act, REGISTRAR_SEED, &r->acts[i]);
        memcpy(r->ids[i], act.id, HASH_BYTES);
        memcpy(prev, act.id, HASH_BYTES);
    }
    memcpy(r->charter, charter, HASH_BYTES);
}

void example_roster_fini(struct example_roster *r)
{
    for (size_t i = 0; i < EXAMPLE_ACTS; i++)
        buf_fini(&r->acts[i]);
}

static const struct {
    const char *name, *act; /* the act as notation, under a good frame */
    const char *number, *prev;
} refused_acts[] = {
    {"unknown act",                      "[6, 'x:b3*8']",                                                     "1", "x:00*32"},
    {"act zero",                         "[0]",                                                               "1", "x:00*32"},
    {"lift with a part too many",        "[3, 'x:b3*8', []]",                                                 "1", "x:00*32"},
    {"lift of a short ally",             "[3, 'x:b3*7']",                                                     "1", "x:00*32"},
    {"number zero",                      "[3, 'x:b3*8']",                                                     "0", "x:00*32"},
    {"first act with a predecessor",     "[3, 'x:b3*8']",                                                     "1", "x:01*32"},
    {"second act without a predecessor", "[3, 'x:b3*8']",                                                     "2", "x:00*32"},
    {"admission without a name",         "[1, 'x:b3*8', '', 0, 'x:01*32', 'a', 'x:', 'x:00*32']",             "1", "x:00*32"},
    {"admission into college 3",         "[1, 'x:b3*8', 'a', 3, 'x:01*32', 'a', 'x:', 'x:00*32']",            "1", "x:00*32"},
    {"mentor of 7 bytes",                "[1, 'x:b3*8', 'a', 0, 'x:01*32', 'a', 'x:01*7', 'x:00*32']",        "1", "x:00*32"},
    {"heads of seq zero",                "[5, [['x:01*32', 1, 0, 'x:01*32']]]",                               "1", "x:00*32"},
    {"heads in falling order",           "[5, [['x:01*32', 2, 1, 'x:01*32'], ['x:01*32', 1, 1, 'x:01*32']]]", "1", "x:00*32"},
};

static void sign_raw_act(const char *charter_hex, size_t i, struct buf *out)
{
    struct buf body;
    struct sign_key key;
    uint8_t sig[SIGNATURE_BYTES];
    char frame[512];
    buf_init(&body, 1u << 16);
    snprintf(frame, sizeof frame, "['x:%s', %s, '%s', %s]", charter_hex, refused_acts[i].number, refused_acts[i].prev,
             refused_acts[i].act);
    notation(&body, frame);
    seeded_key(REGISTRAR_SEED, &key);
    if (sign_make(&key, DOMAIN_ROSTER, buf_slice(&body), sig) != ERR_OK)
        abort();
    buf_clear(out);
    roster_encode(out, buf_slice(&body), sig);
    buf_fini(&body);
}

json_t *vectors_roster(void)
{
    static const char *const names[] = {"admit a third ally", "admit a fourth", "suspend", "lift",
                                        "replace a key",      "checkpoint"};
    struct example_roster r;
    struct buf out;
    json_t *file = json_object(), *list = json_array();
    buf_init(&out, LIMIT_CHARTER_BYTES);
    example_roster(&r);
    for (size_t i = 0; i < EXAMPLE_ACTS; i++) {
        add_case(list, names[i], roster_verdict(buf_slice(&r.acts[i])), buf_slice(&r.acts[i]));
        json_object_set_new(json_array_get(list, i), "id", hex_of(slice_of(r.ids[i], HASH_BYTES)));
    }
    buf_add(&out, buf_slice(&r.acts[3]));
    out.at[out.len - 2] ^= 1;
    add_case(list, "a signature that does not match", roster_verdict(buf_slice(&out)), buf_slice(&out));
    json_t *charter = hex_of(slice_of(r.charter, HASH_BYTES));
    for (size_t i = 0; i < sizeof refused_acts / sizeof *refused_acts; i++) {
        sign_raw_act(json_string_value(charter), i, &out);
        add_case(list, refused_acts[i].name, roster_verdict(buf_slice(&out)), buf_slice(&out));
    }
    json_object_set_new(file, "version", json_integer(2));
    json_object_set_new(file, "registrar_seed",
                        json_string("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"));
    json_object_set_new(file, "charter", charter);
    json_object_set_new(file, "cases", list);
    json_object_set_new(file, "walks", roster_walks());
    example_roster_fini(&r);
    buf_fini(&out);
    return file;
}
