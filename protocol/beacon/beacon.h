/*
 * beacon: what a site says of its own health (PROTOCOL.md §8.7), bytes <-> values. Signed by the site, passed on by others, in no log and in no digest.
 *
 *   beacon   [1, alliance 16B, site 32B, number, at_ms, version text, inputs 32B, fold, state 32B, commits, unheld, disk_free, disk_total,
 *             last_backup_ms, up_since_ms, [problem …], p50_ms, p95_ms, samples]
 *   carried  in message 10 [10, beacon bin, signature 64B by the site over "allied/beacon/1" ‖ beacon]
 */
#ifndef ALLIED_PROTOCOL_BEACON_BEACON_H
#define ALLIED_PROTOCOL_BEACON_BEACON_H

#include "protocol/base/buf.h"
#include "protocol/op/commit.h"
#include "protocol/sign/sign.h"

#define DOMAIN_BEACON        "allied/beacon/1"
#define BEACON_FORM          1
#define BEACON_MAX_BYTES     1024 /* the longest of this form has 397 */
#define BEACON_VERSION_BYTES 64
#define BEACON_PROBLEMS_MAX  32
#define BEACON_PROBLEM_MAX   65535

struct beacon {
    uint8_t alliance[ALLIANCE_BYTES], site[SITE_BYTES];
    uint64_t number; /* of two of one site the higher one is newer, whatever their clocks say; from 1 on */
    uint64_t at_ms;  /* its own wall clock, Unix milliseconds */
    struct slice version;
    uint8_t inputs[HASH_BYTES], state[HASH_BYTES]; /* of its replica, as in HELLO */
    uint64_t fold;
    uint64_t commits;                           /* in its replica */
    uint64_t unheld;                            /* of its own, those no other site holds yet */
    uint64_t disk_free_bytes, disk_total_bytes; /* where its data stands; total 0: not known */
    uint64_t last_backup_ms;                    /* Unix milliseconds; 0: none that it knows of */
    uint64_t up_since_ms;                       /* its daemon, Unix milliseconds */
    uint16_t problems[BEACON_PROBLEMS_MAX];     /* numbers of errors (PROTOCOL.md §11), ascending */
    size_t problems_n;
    uint64_t p50_ms, p95_ms, samples; /* how long others' fresh commits took to get there, in the last 24 h */
};

/*
 * Form only; `version` points into `bytes`. What scan and rd say; ERR_VERSION for another form; ERR_RANGE: a number 0, more disk free than there is, p50 above
 * p95; ERR_KEY_ORDER where problems do not ascend.
 */
err_t beacon_decode(struct slice bytes, struct beacon *out);
/* ERR_SIGNATURE. Whether the site stands is not looked at. */
err_t beacon_check(const struct beacon *b, struct slice bytes, const uint8_t signature[SIGNATURE_BYTES]);
/* Appends. ERR_RANGE for what does not decode again. */
err_t beacon_encode(const struct beacon *b, struct buf *out);

#endif
