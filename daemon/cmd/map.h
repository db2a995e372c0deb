/*
 * map: names of a foreign source to ours. One `ours=theirs` a line, `#` begins a comment line. `ours` is a field, with a language
 * (`abstract@fr`) or a part (`place.lat`); `theirs` a key of their object, or a path into it (`geo.lat`).
 */
#ifndef ALLIED_DAEMON_CMD_MAP_H
#define ALLIED_DAEMON_CMD_MAP_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"
#include <jansson.h>
#include <stdio.h>

struct map;

/* ERR_MAP with "line N: text" in why: no `=`, an unknown field, a language tag that is none, UTF-8 that is not; ERR_FILE. */
err_t map_read(FILE *in, struct map **out, struct why *why);
void map_free(struct map *m);
/* The fields of ours that it fills, into `list` as set_place_name puts them; m NULL: none. ERR_MEMORY. */
err_t map_places(const struct map *m, json_t *list);
/*
 * One foreign object, in place: what the map names moves to our names; the rest stays; what is left of an object
 * that a path reached into goes by its own path ("geo.alt"). Of two lines for one place the first that finds a value
 * wins. Empty texts and nulls count as no value. Numbers become text where our field is text; numeric text becomes a number for lat and lon.
 * A country that is no two-letter code stays where it was. `cells`: the texts are cells of a table (set_cell). ERR_MEMORY.
 */
err_t map_apply(const struct map *m, json_t *object, bool cells);

#endif
