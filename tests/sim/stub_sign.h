/*
 * stub_sign: signatures that cost a hash. Stands before sign_make and sign_check by the linker's --wrap, in the simulator alone: the program has no such
 * switch. Whoever knows a key's public half can sign by it; nobody in the simulator does so by mistake, and a changed bit is noticed.
 */
#ifndef ALLIED_TESTS_SIM_STUB_SIGN_H
#define ALLIED_TESTS_SIM_STUB_SIGN_H

#include <stdbool.h>

/* From now on real signatures, or stubs. */
void stub_sign_real(bool real);

#endif
