/*
 * bench_skos: what reading a thesaurus costs before anything is written of it. bench_skos FILE.rdf
 *
 * Times expat alone over the bytes, without a handler, and skos_read, which makes objects of them; the least of several tries each. One line of JSON on
 * stdout: {"expat_s", "read_s", "concepts", "bytes"}.
 */
#include "daemon/commons/skos.h"
#include <expat.h>
#include <stdlib.h>
#include <time.h>

#define TRIES 5

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_skos: %s\n", what);
    exit(1);
}

static char *load(const char *path, size_t *len)
{
    char *bytes = malloc(SKOS_FILE_BYTES_MAX);
    FILE *f = fopen(path, "rb");
    if (!bytes || !f)
        fail("the file cannot be opened");
    *len = fread(bytes, 1, SKOS_FILE_BYTES_MAX, f);
    fclose(f);
    return bytes;
}

static double parse(const char *bytes, size_t len)
{
    double start = now_s();
    XML_Parser parser = XML_ParserCreateNS(NULL, '\n');
    if (!parser || XML_Parse(parser, bytes, (int)len, 1) != XML_STATUS_OK)
        fail("expat cannot parse it");
    XML_ParserFree(parser);
    return now_s() - start;
}

static double read_it(const char *path, size_t *concepts)
{
    json_t *list = NULL, *lost = NULL;
    struct why why = {0};
    double start = now_s();
    if (skos_read(path, NULL, &list, &lost, &why))
        fail(why.text);
    double seconds = now_s() - start;
    *concepts = json_array_size(list);
    json_decref(list);
    json_decref(lost);
    return seconds;
}

int main(int argc, char **argv)
{
    size_t len, concepts = 0;
    double expat_s = 1e9, read_s = 1e9;
    if (argc != 2)
        fail("usage: bench_skos FILE.rdf");
    char *bytes = load(argv[1], &len);
    for (int i = 0; i < TRIES; i++) {
        double parsed = parse(bytes, len), whole = read_it(argv[1], &concepts);
        expat_s = parsed < expat_s ? parsed : expat_s;
        read_s = whole < read_s ? whole : read_s;
    }
    free(bytes);
    printf("{\"expat_s\": %.6f, \"read_s\": %.6f, \"concepts\": %zu, \"bytes\": %zu}\n", expat_s, read_s, concepts,
           len);
    return 0;
}
