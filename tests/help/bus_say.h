/*
 * bus_say: what a test in the core's place says to a thread.
 */
#ifndef ALLIED_TESTS_HELP_BUS_SAY_H
#define ALLIED_TESTS_HELP_BUS_SAY_H

#include "daemon/bus/bus.h"

void bus_say(struct bus_end *to, struct buf *message); /* sends, and frees; fails the test where it cannot */
void bus_say_stop(struct bus_end *to);

#endif
