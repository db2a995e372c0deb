/*
 * plural: which form of a sentence a number takes: the Plural-Forms line of a .po file ("nplurals=2; plural=(n > 1);"), GNU gettext manual §11.2.6.
 */
#ifndef ALLIED_CONF_PLURAL_H
#define ALLIED_CONF_PLURAL_H

#include "protocol/base/slice.h"

/* The index of the form; 0 where the rule cannot be read. `header` is the text of the empty msgid. */
unsigned long plural_form(struct slice header, unsigned long n);

#endif
