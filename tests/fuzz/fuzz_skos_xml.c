/* Any bytes as RDF/XML: whatever is read of them must be whole, and stay what it is when it is written and read again. */
#include "daemon/commons/skos.h"
#include "daemon/commons/skos_xml_read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *concepts_of(struct slice bytes)
{
    struct draft d;
    json_t *concepts = json_array();
    draft_open(&d);
    d.line = 1;
    if (!concepts || d.err)
        abort();
    skos_xml_read(bytes, &d);
    if (d.err == ERR_OK)
        draft_finish(&d, concepts);
    bool good = d.err == ERR_OK;
    draft_close(&d);
    if (!good)
        json_decref(concepts);
    return good ? concepts : NULL;
}

static char *written(const json_t *concepts, size_t *len)
{
    char *text = NULL;
    size_t replaced = 0;
    struct skos_out *out = NULL;
    struct why why;
    FILE *to = open_memstream(&text, len);
    if (!to || skos_open("rdfxml", to, &out, &why) || skos_put(out, concepts, &why) || skos_end(out, &replaced, &why))
        abort();
    skos_close(out);
    fclose(to);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *concepts = concepts_of(slice_of(data, size));
    if (!concepts)
        return 0;
    size_t len = 0, again_len = 0;
    char *text = written(concepts, &len);
    json_t *again = concepts_of(slice_of(text, len));
    if (!again)
        abort();
    char *twice = written(again, &again_len);
    if (len != again_len || memcmp(text, twice, len) != 0)
        abort();
    free(text);
    free(twice);
    json_decref(again);
    json_decref(concepts);
    return 0;
}
