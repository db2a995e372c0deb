/*
 * core_hostile: site 1 of an alliance of three, its key in the hands of the test, which says to site 0 what it likes.
 */
#ifndef ALLIED_TESTS_HELP_CORE_HOSTILE_H
#define ALLIED_TESTS_HELP_CORE_HOSTILE_H

#include "tests/help/core_author.h"

struct hostile {
    struct world *w;
    struct core_author beta; /* played by the test: its core is down */
    uint8_t curve[32];
    uint64_t link; /* the session of now */
};

void hostile_open(struct hostile *s);
void hostile_end(struct hostile *s); /* the others went on: a record arrives, everything verifies. Frees the world */

void hostile_hello(const struct hostile *s, struct msg *m); /* a right one */
void hostile_say(struct hostile *s, const struct msg *m);
/* A new link: through HELLO; up to VECTOR, in DIFF on its side; through VECTOR with the same digest, LIVE. */
void hostile_greet(struct hostile *s);
void hostile_enter(struct hostile *s);
void hostile_enter_live(struct hostile *s);

bool hostile_is_there(const struct hostile *s);
const struct peer *hostile_peer(const struct hostile *s);    /* as site 0 has it; NULL: it has gone */
void hostile_dismissed(struct hostile *s, const char *code); /* by a BYE; NULL: whatever it says */

#endif
