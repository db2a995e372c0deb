/*
 * truth: what must hold of each honest site when all is calm, beyond that all agree: replicas that make the same mistake agree as well.
 */
#ifndef ALLIED_TESTS_SIM_TRUTH_H
#define ALLIED_TESTS_SIM_TRUTH_H

#include "tests/sim/sim.h"

/* Ends the process where something does not hold at this site. */
void truth_check(struct sim *s, size_t at);
/* What every site says is not copied yet is no less than what really is not. Nothing while a site is down. */
void truth_check_copies(struct sim *s);

#endif
