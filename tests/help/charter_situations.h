/*
 * charter_situations: small alliances in which something happened to charters and roster, for the vectors. Each makes a world of its own.
 */
#ifndef ALLIED_TESTS_HELP_CHARTER_SITUATIONS_H
#define ALLIED_TESTS_HELP_CHARTER_SITUATIONS_H

#include "tests/help/charter_world.h"

struct situation {
    const char *name;
    void (*make)(struct world *w);
};
#define ROSTER_SITUATIONS    7
#define AUTHORITY_SITUATIONS 15
extern const struct situation roster_situations[ROSTER_SITUATIONS], authority_situations[AUTHORITY_SITUATIONS];

#endif
