/*
 * skos_given: what skos_read makes of a text, for the tests of skos.
 */
#ifndef ALLIED_TESTS_HELP_SKOS_GIVEN_H
#define ALLIED_TESTS_HELP_SKOS_GIVEN_H

#include "daemon/commons/skos.h"

#define PREFIXES                                                                                                       \
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"                                                         \
    "@prefix allied: <urn:allied:vocab:> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"                           \
    "@prefix ex: <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
#define ATLAS "tests/demo/data/atlas.ttl"

struct skos_given {
    json_t *concepts, *lost;
    struct why why;
    err_t err;
};

/* Group set-up and tear-down: a directory of one's own. */
int skos_make_dir(void **state);
int skos_remove_dir(void **state);
/* Reads a file with these bytes, whose name says the format; drop it. */
struct skos_given skos_given_bytes(const char *name, const void *bytes, size_t len);
struct skos_given skos_given(const char *name, const char *text);
void skos_drop(struct skos_given *g);
json_t *skos_concept(const struct skos_given *g, const char *uri); /* borrowed; NULL: none */
int skos_lost(const struct skos_given *g, const char *what);
void skos_assert_json(const json_t *value, const char *expected);
/* A whole document of one piece (skos.h: skos_open, skos_put, skos_end). */
err_t skos_write(const json_t *concepts, const char *format, FILE *to, size_t *replaced, struct why *why);
/* What that makes of them; free it. */
char *skos_written(const json_t *concepts, const char *format);

/* Turtle with everything that the table of terms keeps and writes, once. */
extern const char skos_everything[];

#endif
