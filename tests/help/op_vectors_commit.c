/*
 * Vectors of commits. Each case starts from one good commit (struct parts) and changes one thing about it, so that the refusal has one cause.
 */
#include "tests/help/op_vectors.h"

#include "protocol/wire/wr.h"
#include "tests/help/op_notation.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define SITE_SEED 0x11

void seeded_key(uint8_t byte, struct sign_key *out)
{
    uint8_t seed[SEED_BYTES];
    memset(seed, byte, sizeof seed);
    sign_key_from_seed(seed, out);
}

void sign_again(const uint8_t seed[SEED_BYTES], const char *domain, struct slice bytes, uint8_t out[SIGNATURE_BYTES])
{
    uint8_t wide[64] = {0}, a[32], r[32], k[32], pub[32], secret[64], digest[64];
    crypto_sign_seed_keypair(pub, secret, seed);
    crypto_hash_sha512(digest, seed, SEED_BYTES);
    memcpy(wide, digest, 32);
    wide[0] &= 248;
    wide[31] = (uint8_t)((wide[31] & 127) | 64);
    crypto_core_ed25519_scalar_reduce(a, wide);
    memset(wide, 0x5a, sizeof wide); /* any nonce that is not RFC 8032's */
    crypto_core_ed25519_scalar_reduce(r, wide);
    if (crypto_scalarmult_ed25519_base_noclamp(out, r) != 0)
        abort();
    crypto_hash_sha512_state h;
    crypto_hash_sha512_init(&h);
    crypto_hash_sha512_update(&h, out, 32);
    crypto_hash_sha512_update(&h, pub, 32);
    crypto_hash_sha512_update(&h, (const uint8_t *)domain, strlen(domain));
    crypto_hash_sha512_update(&h, bytes.at, bytes.len);
    crypto_hash_sha512_final(&h, digest);
    crypto_core_ed25519_scalar_reduce(k, digest);
    crypto_core_ed25519_scalar_mul(k, k, a);
    crypto_core_ed25519_scalar_add(out + 32, k, r);
}

/* A commit as notation, all of which a case may change. NULL: as in the good one. */
struct parts {
    const char *version, *alliance, *site, *incarnation, *seq, *prev, *clock;
    const char *headers[3], *bodies[3]; /* bodies: notation of the value inside; "nil", "false", "true": that instead */
    const char *ops;                    /* instead of headers: the envelope's last item */
    const char *carried_bodies;         /* instead of bodies */
    const char *tail;                   /* hex after the carried form */
    enum { SIGN_WELL, SIGN_AGAIN, SIGN_FLIPPED, SIGN_ZERO } signing;
    bool wrong_commitment;
};

#define ALLIANCE_TEXT "x:a1*16"
#define OPEN_HEADER   "[1, 'x:d04ab232742bb4ab3a1368bd4615e4e6d0224ab71a016baf8520a332c9778737']"
#define ZEROS         "x:00*32"

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static void put_string(struct buf *out, const char *text)
{
    char quoted[600];
    snprintf(quoted, sizeof quoted, "'%s'", text);
    notation(out, quoted);
}

/* Notation, or "raw:" and hex: what the notation cannot say, because it is wrong. */
static void put_value(struct buf *out, const char *text)
{
    if (strncmp(text, "raw:", 4) == 0)
        hex_append(text + 4, out);
    else
        notation(out, text);
}

static void salt_of(size_t index, uint8_t salt[SALT_BYTES])
{
    memset(salt, (int)(0x50 + index), SALT_BYTES);
}

static void body_bytes(const struct parts *p, size_t i, struct buf *out)
{
    const char *text = or_else(p->bodies[i], "[0]");
    buf_clear(out);
    notation(out, text[0] == '[' ? text : "[0]");
}

static void put_ops(struct buf *out, const struct parts *p, size_t n)
{
    struct buf body;
    buf_init(&body, 1u << 20);
    if (p->ops) {
        notation(out, p->ops);
    } else {
        wr_array(out, n);
        for (size_t i = 0; i < n; i++) {
            uint8_t salt[SALT_BYTES], commitment[HASH_BYTES];
            salt_of(i, salt);
            body_bytes(p, i, &body);
            hash_commitment(commitment, salt, buf_slice(&body));
            commitment[0] ^= p->wrong_commitment;
            wr_array(out, 2);
            put_value(out, or_else(p->headers[i], OPEN_HEADER));
            wr_bin(out, slice_of(commitment, HASH_BYTES));
        }
    }
    buf_fini(&body);
}

static void put_envelope(struct buf *out, const struct parts *p, size_t n)
{
    struct sign_key key;
    seeded_key(SITE_SEED, &key);
    wr_array(out, 8);
    put_value(out, or_else(p->version, "1"));
    put_string(out, or_else(p->alliance, ALLIANCE_TEXT));
    if (p->site)
        put_string(out, p->site);
    else
        wr_bin(out, slice_of(key.pub, SITE_BYTES));
    put_value(out, or_else(p->incarnation, "7"));
    notation(out, or_else(p->seq, "1"));
    put_string(out, or_else(p->prev, ZEROS));
    notation(out, or_else(p->clock, "117651599360000000"));
    put_ops(out, p, n);
}

static void put_bodies(struct buf *out, const struct parts *p, size_t n)
{
    struct buf body;
    if (p->carried_bodies) {
        notation(out, p->carried_bodies);
        return;
    }
    buf_init(&body, 1u << 20);
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        const char *text = or_else(p->bodies[i], "[0]");
        uint8_t salt[SALT_BYTES];
        salt_of(i, salt);
        body_bytes(p, i, &body);
        if (strcmp(text, "nil") == 0)
            wr_nil(out);
        else if (text[0] != '[')
            wr_bool(out, strcmp(text, "true") == 0);
        else
            commit_write_body(out, BODY_PRESENT, salt, buf_slice(&body));
    }
    buf_fini(&body);
}

static void make_commit(const struct parts *p, struct buf *out)
{
    struct buf envelope;
    struct sign_key key;
    uint8_t seed[SEED_BYTES], sig[SIGNATURE_BYTES] = {0};
    size_t n = 1;
    while (n < 3 && p->headers[n])
        n++;
    memset(seed, SITE_SEED, sizeof seed);
    seeded_key(SITE_SEED, &key);
    buf_init(&envelope, 1u << 20);
    put_envelope(&envelope, p, n);
    if (p->signing == SIGN_AGAIN)
        sign_again(seed, DOMAIN_COMMIT, buf_slice(&envelope), sig);
    else if (p->signing != SIGN_ZERO && sign_make(&key, DOMAIN_COMMIT, buf_slice(&envelope), sig) != ERR_OK)
        abort();
    sig[5] ^= p->signing == SIGN_FLIPPED;
    if (p->signing == SIGN_ZERO)
        sig[0] = 1; /* R the neutral point, S zero: what a key of small order would let through */
    buf_clear(out);
    wr_array(out, 3);
    wr_bin(out, buf_slice(&envelope));
    wr_bin(out, slice_of(sig, sizeof sig));
    put_bodies(out, p, n);
    if (p->tail)
        hex_append(p->tail, out);
    buf_fini(&envelope);
}

static const struct commit_case {
    const char *name;
    struct parts parts;
} cases[] = {
    {"first commit of a log",                      {0}                                                            },
    {"the same envelope signed twice: another id", {.signing = SIGN_AGAIN}                                        },
    {"three ops: present, erased, not held",
     {.headers = {OPEN_HEADER, "[999, 'x:01*4', {'1': 2}]", "[999, 'x:01*4']"}, .bodies = {"[0]", "nil", "false"}}},
    {"largest incarnation, seq and clock",
     {.incarnation = "9223372036854775807",
      .seq = "9223372036854775807",
      .prev = "x:01*32",
      .clock = "475668047462399999"}                                                                              },
    {"bad signature",                              {.signing = SIGN_FLIPPED}                                      },
    {"a key of small order as site",
     {.site = "x:0100000000000000000000000000000000000000000000000000000000000000", .signing = SIGN_ZERO}         },
    {"another alliance",                           {.alliance = "x:a2*16"}                                        },
    {"a body that does not match its commitment",  {.wrong_commitment = true}                                     },
    {"duplicate map key in a header",              {.headers = {"raw:9301c401018201020103"}}                      },
    {"map keys in falling order",                  {.headers = {"raw:9301c401018202020103"}}                      },
    {"version not in its shortest form",           {.version = "raw:cc01"}                                        },
    {"a count larger than the bytes left",         {.headers = {"raw:ddffffffff"}}                                },
    {"a text longer than the bytes left",          {.headers = {"raw:dbffffffff"}}                                },
    {"a float in a header",                        {.headers = {"raw:9201ca3f800000"}}                            },
    {"an ext in a header",                         {.headers = {"raw:9201d40000"}}                                },
    {"a text that is not UTF-8",                   {.headers = {"raw:9201a2c328"}}                                },
    {"seventeen arrays in each other",             {.headers = {"raw:9191919191919191919191919191919190"}}        },
    {"unknown version",                            {.version = "2"}                                               },
    {"incarnation zero",                           {.incarnation = "0"}                                           },
    {"incarnation past 63 bits",                   {.incarnation = "raw:cf8000000000000000"}                      },
    {"seq zero",                                   {.seq = "0"}                                                   },
    {"seq 1 with a predecessor",                   {.prev = "x:01*32"}                                            },
    {"seq 2 without a predecessor",                {.seq = "2"}                                                   },
    {"clock zero",                                 {.clock = "0"}                                                 },
    {"clock in 2200",                              {.clock = "475668047462400000"}                                },
    {"no ops",                                     {.ops = "[]", .carried_bodies = "[]"}                          },
    {"a short site",                               {.site = "x:01*31"}                                            },
    {"an op without commitment",                   {.ops = "[[[1]]]"}                                             },
    {"a commitment of 31 bytes",                   {.ops = "[[[1], 'x:00*31']]"}                                  },
    {"more bodies than ops",                       {.carried_bodies = "[null, null]"}                             },
    {"fewer bodies than ops",                      {.carried_bodies = "[]"}                                       },
    {"a body that is true",                        {.bodies = {"true"}}                                           },
    {"a salt of 15 bytes",                         {.carried_bodies = "[['x:00*15', 'x:90']]"}                    },
    {"a byte after the end",                       {.tail = "c0"}                                                 },
};

const char *commit_verdict(struct slice carried, const uint8_t alliance[ALLIANCE_BYTES])
{
    static struct commit c; /* large for a stack with a sanitizer's guards */
    err_t e = commit_decode(carried, &c);
    if (!e)
        e = commit_verify(&c, alliance);
    for (size_t i = 0; !e && i < c.ops_n; i++)
        e = commit_check_body(&c.ops[i]);
    return err_name(e);
}

static json_t *number_text(uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    return json_string(text);
}

/* What a reader must find in a commit that is ok. */
static void add_values(json_t *out, struct slice carried)
{
    static const char *const states[] = {"", "present", "erased", "missing"};
    static struct commit c;
    if (commit_decode(carried, &c) != ERR_OK)
        return;
    json_object_set_new(out, "id", hex_of(slice_of(c.id, HASH_BYTES)));
    json_object_set_new(out, "site", hex_of(slice_of(c.log.site, SITE_BYTES)));
    json_object_set_new(out, "incarnation", number_text(c.log.incarnation));
    json_object_set_new(out, "seq", number_text(c.seq));
    json_object_set_new(out, "prev", hex_of(slice_of(c.prev, HASH_BYTES)));
    json_object_set_new(out, "clock", number_text(c.clock));
    json_t *ops = json_array();
    for (size_t i = 0; i < c.ops_n; i++) {
        json_t *op = json_object();
        json_object_set_new(op, "header", hex_of(c.ops[i].header));
        json_object_set_new(op, "commitment", hex_of(slice_of(c.ops[i].commitment, HASH_BYTES)));
        json_object_set_new(op, "state", json_string(states[c.ops[i].state]));
        if (c.ops[i].state == BODY_PRESENT) {
            json_object_set_new(op, "salt", hex_of(slice_of(c.ops[i].salt, SALT_BYTES)));
            json_object_set_new(op, "body", hex_of(c.ops[i].body));
        }
        json_array_append_new(ops, op);
    }
    json_object_set_new(out, "ops", ops);
}

static json_t *commit_json(const char *name, struct slice carried)
{
    uint8_t alliance[ALLIANCE_BYTES];
    memset(alliance, 0xa1, sizeof alliance);
    json_t *out = json_object();
    if (name)
        json_object_set_new(out, "name", json_string(name));
    json_object_set_new(out, "result", json_string(commit_verdict(carried, alliance)));
    json_object_set_new(out, "carried", hex_of(carried));
    add_values(out, carried);
    return out;
}

/* Three commits, the second's signature flipped: each follows the one before it, but the log ends at the first. */
static json_t *log_with_bad_middle(void)
{
    static struct commit c;
    struct buf b;
    char prev[80] = ZEROS;
    json_t *commits = json_array(), *out = json_object();
    static const char *const seqs[] = {"1", "2", "3"};
    static const char *const clocks[] = {"117651599360000000", "117651599360000001", "117651599425536000"};
    buf_init(&b, 1u << 20);
    for (size_t i = 0; i < 3; i++) {
        make_commit(
            &(struct parts){
                .seq = seqs[i], .prev = prev, .clock = clocks[i], .signing = i == 1 ? SIGN_FLIPPED : SIGN_WELL},
            &b);
        json_array_append_new(commits, commit_json(NULL, buf_slice(&b)));
        if (commit_decode(buf_slice(&b), &c) != ERR_OK)
            abort();
        json_t *id = hex_of(slice_of(c.id, HASH_BYTES));
        snprintf(prev, sizeof prev, "x:%s", json_string_value(id));
        json_decref(id);
    }
    buf_fini(&b);
    json_object_set_new(out, "name", json_string("bad middle signature"));
    json_object_set_new(out, "commits", commits);
    json_object_set_new(out, "counts", json_integer(1));
    return out;
}

json_t *vectors_commit(void)
{
    struct buf b;
    json_t *file = json_object(), *list = json_array(), *logs = json_array();
    buf_init(&b, 1u << 21);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_commit(&cases[i].parts, &b);
        json_array_append_new(list, commit_json(cases[i].name, buf_slice(&b)));
    }
    buf_fini(&b);
    json_array_append_new(logs, log_with_bad_middle());
    json_object_set_new(file, "version", json_integer(1));
    json_object_set_new(file, "alliance", json_string("a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"));
    json_object_set_new(file, "site_seed",
                        json_string("1111111111111111111111111111111111111111111111111111111111111111"));
    json_object_set_new(file, "cases", list);
    json_object_set_new(file, "logs", logs);
    return file;
}
