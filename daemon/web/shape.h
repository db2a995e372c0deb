/*
 * shape: a record or a concept as it is shown, brought to the form in which it is written: who reads one, changes it and puts it back sends the whole of it.
 */
#ifndef ALLIED_DAEMON_WEB_SHAPE_H
#define ALLIED_DAEMON_WEB_SHAPE_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Takes away what only says how things stand (who owns it, when it changed, what links here, …), and gives index terms, links and relations the form that fields_from_json
 * takes. What is written already is left. False: no memory.
 */
bool shape_record(json_t *record);
bool shape_concept(json_t *concept);

#endif
