/*
 * Vectors of beacons: one that says everything, one that says as little as may be, and one thing changed at a time.
 */
#include "protocol/beacon/beacon.h"
#include "tests/help/op_notation.h"
#include "tests/help/op_vectors.h"

#include <stdio.h>

#define HEAD "[1, 'x:a1*16', '%s', "
#define REST "'x:1b*32', 4, 'x:5a*32', 20000, 2, "
#define DISK "30000000000, 40000000000, 1790000000000, 1789990000000, "

struct beacon_case {
    const char *name, *beacon;
    bool damaged, other; /* the signature; who signs */
};

/* clang-format off */
static const struct beacon_case cases[] = {
    {"a beacon", HEAD "1790000060000, 1790000060000, 'allied/0.1.0', " REST DISK "[1408, 1513], 40, 900, 320]", false, false},
    {"one that says as little as may be", HEAD "1, 0, '', 'x:00*32', 0, 'x:00*32', 0, 0, 0, 0, 0, 0, [], 0, 0, 0]", false, false},
    {"as many problems as may be", HEAD "7, 8, 'a', " REST DISK "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 65535], 0, 0, 0]", false, false},
    {"a damaged signature", HEAD "7, 8, 'a', " REST DISK "[], 0, 0, 0]", true, false},
    {"signed by another", HEAD "7, 8, 'a', " REST DISK "[], 0, 0, 0]", false, true},
    {"a form to come", "[2, 'x:a1*16', '%s', 'whatever']", false, false},
    {"number 0", HEAD "0, 8, 'a', " REST DISK "[], 0, 0, 0]", false, false},
    {"a version of 65 bytes", HEAD "7, 8, 't:a*65', " REST DISK "[], 0, 0, 0]", false, false},
    {"more disk free than there is", HEAD "7, 8, 'a', " REST "41, 40, 0, 0, [], 0, 0, 0]", false, false},
    {"p50 above p95", HEAD "7, 8, 'a', " REST DISK "[], 901, 900, 3]", false, false},
    {"a problem twice", HEAD "7, 8, 'a', " REST DISK "[1408, 1408], 0, 0, 0]", false, false},
    {"problems that fall", HEAD "7, 8, 'a', " REST DISK "[1513, 1408], 0, 0, 0]", false, false},
    {"a problem past the highest", HEAD "7, 8, 'a', " REST DISK "[65536], 0, 0, 0]", false, false},
    {"a problem too many", HEAD "7, 8, 'a', " REST DISK "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32], 0, 0, 0]", false, false},
    {"a number below 0", HEAD "7, 8, 'a', 'x:1b*32', 4, 'x:5a*32', -1, 2, " DISK "[], 0, 0, 0]", false, false},
    {"a site of 31 bytes", "[1, 'x:a1*16', 'x:11*31', 7, 8, 'a', " REST DISK "[], 0, 0, 0]", false, false},
    {"an item too few", HEAD "7, 8, 'a', " REST DISK "[], 0, 0]", false, false},
    {"an item too many", HEAD "7, 8, 'a', " REST DISK "[], 0, 0, 0, 0]", false, false},
};
/* clang-format on */

const char *beacon_verdict(struct slice bytes, const uint8_t signature[SIGNATURE_BYTES])
{
    struct beacon b;
    err_t e = beacon_decode(bytes, &b);
    return err_name(e ? e : beacon_check(&b, bytes, signature));
}

json_t *vectors_beacon(void)
{
    json_t *file = json_object(), *list = json_array();
    struct sign_key site, other;
    char id[2 + 2 * SITE_BYTES + 1] = "x:", text[1024];
    struct buf bytes;
    buf_init(&bytes, 2048);
    seeded_key(0x11, &site);
    seeded_key(0x22, &other);
    for (size_t i = 0; i < SITE_BYTES; i++)
        snprintf(id + 2 + 2 * i, 3, "%02x", site.pub[i]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t signature[SIGNATURE_BYTES];
        json_t *c = json_object();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, cases[i].beacon, id);
#pragma GCC diagnostic pop
        buf_clear(&bytes);
        notation(&bytes, text);
        (void)sign_make(cases[i].other ? &other : &site, DOMAIN_BEACON, buf_slice(&bytes), signature);
        signature[40] ^= cases[i].damaged;
        json_object_set_new(c, "name", json_string(cases[i].name));
        json_object_set_new(c, "result", json_string(beacon_verdict(buf_slice(&bytes), signature)));
        json_object_set_new(c, "beacon", hex_of(buf_slice(&bytes)));
        json_object_set_new(c, "signature", hex_of(slice_of(signature, sizeof signature)));
        json_array_append_new(list, c);
    }
    json_object_set_new(file, "version", json_integer(1));
    json_object_set_new(file, "beacons", list);
    buf_fini(&bytes);
    return file;
}
