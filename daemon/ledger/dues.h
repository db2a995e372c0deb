/*
 * dues: the least that a territory owes a year (DOMAIN §5): its inhabitants by 1000, in euros, times its country's factor, to the nearest euro. Once for each territory, whoever
 * of its members pays; associates, and regions or larger, owe nothing. Pure, in integers.
 */
#ifndef ALLIED_DAEMON_LEDGER_DUES_H
#define ALLIED_DAEMON_LEDGER_DUES_H

#include "protocol/base/arena.h"

#define DUES_POPULATION_MAX UINT64_C(10000000000)
#define DUES_FACTOR_MAX     1000000 /* in thousandths */

/* Euros, half a euro up; population at most DUES_POPULATION_MAX, factor in thousandths at most DUES_FACTOR_MAX. */
uint64_t dues_minimum(uint64_t population, unsigned factor);

struct dues_factor {
    struct slice country;
    unsigned factor; /* thousandths */
};
struct dues_row { /* a line of the list of members; texts as they were written */
    struct slice country, territory, college,
        scale;    /* college: "effectif+droit", "associe"; scale: "" or "local", else larger */
    bool counted; /* its inhabitants are known */
    uint64_t population;
};
enum dues_state {
    DUES_OWED,
    DUES_ASSOCIATE,     /* free: an associate */
    DUES_LARGER,        /* free: a region or larger */
    DUES_AGAIN,         /* the same territory owes in another row */
    DUES_NO_POPULATION, /* to be asked for */
    DUES_NO_FACTOR,     /* no factor for that country */
    DUES_UNEQUAL,       /* two rows of one territory tell different inhabitants: both are to be asked for */
    DUES_STATES_N
};
struct dues_line {
    enum dues_state state;
    size_t same;     /* AGAIN, UNEQUAL: the other row */
    unsigned factor; /* thousandths; 0: none was looked for */
    uint64_t euros;  /* 0 where nothing is owed, or nothing known */
};
/*
 * One line a row, in the arena. Countries and territories are compared without case, accents and what stands around and between words; a country's French name finds the
 * English one of the factors where dues.c knows both. ERR_MEMORY.
 */
err_t dues_make(const struct dues_row *rows, size_t n, const struct dues_factor *factors, size_t factors_n,
                struct arena *arena, struct dues_line **out);

const char *dues_state_name(enum dues_state state); /* "owed", "associate", … */
const char *dues_state_text(enum dues_state state); /* msgid */

#endif
