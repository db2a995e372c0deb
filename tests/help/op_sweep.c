/* See op_sweep.h. */
#include "tests/help/op_sweep.h"

#include "tests/help/wire_bytes.h"

#include <stdio.h>
#include <stdlib.h>

static int passes(struct slice bytes, verdict_fn verdict)
{
    uint8_t *exact = wire_exact(bytes.at, bytes.len);
    int ok = strcmp(verdict(slice_of(exact, bytes.len)), "ok") == 0;
    free(exact);
    return ok;
}

size_t sweep_prefixes(struct slice bytes, verdict_fn verdict)
{
    size_t n = 0;
    for (size_t len = 0; len < bytes.len; len++)
        n += (size_t)passes(slice_of(bytes.at, len), verdict);
    return n;
}

size_t sweep_flips(struct slice bytes, verdict_fn verdict)
{
    uint8_t *flipped = wire_exact(bytes.at, bytes.len);
    size_t n = 0;
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (passes(slice_of(flipped, bytes.len), verdict))
            n++;
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(flipped);
    return n;
}

int vectors_equal(json_t *stored, json_t *made)
{
    int equal = json_equal(stored, made);
    if (!equal)
        fprintf(stderr, "the stored vectors are not the ones made anew: run make_vectors and look at the difference\n");
    json_decref(stored);
    json_decref(made);
    return equal;
}
