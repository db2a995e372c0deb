#include "daemon/web/oai_token.h"
#include "protocol/base/base32.h"
#include "protocol/sign/sign.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DOMAIN      "allied/oai-token/1"
#define CHECK_BYTES 10

static void add_check(struct slice witness, char text[OAI_TOKEN_MAX], size_t n)
{
    uint8_t hash[16];
    const struct slice parts[] = {slice_text(DOMAIN), slice_of(text, n), witness};
    hash128(hash, parts, 3);
    base32_encode(slice_of(hash, CHECK_BYTES), text + n);
}

void oai_token_write(const struct oai_token *t, struct slice witness, char out[OAI_TOKEN_MAX])
{
    int n = snprintf(out, OAI_TOKEN_MAX, "%c.%lld.%lld.%lld.%lld.%s.", t->records ? 'r' : 'i', (long long)t->after,
                     (long long)t->upto, (long long)t->given, (long long)t->total, t->set);
    add_check(witness, out, (size_t)n);
}

/* Digits up to the next dot; -1 stands for itself. */
static bool number(const char **at, int64_t least, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    bool begins = (**at >= '0' && **at <= '9') || (**at == '-' && least < 0);
    *out = strtoll(*at, &end, 10);
    bool good = begins && !errno && *out >= least && *end == '.';
    *at = good ? end + 1 : *at;
    return good;
}

err_t oai_token_read(const char *text, struct oai_token *out)
{
    struct oai_token t = {.records = *text == 'r'};
    if (strlen(text) >= OAI_TOKEN_MAX || (*text != 'r' && *text != 'i') || text[1] != '.')
        return ERR_CURSOR;
    const char *at = text + 2;
    if (!number(&at, 0, &t.after) || !number(&at, 1, &t.upto) || !number(&at, 0, &t.given) ||
        !number(&at, -1, &t.total))
        return ERR_CURSOR;
    size_t n = strcspn(at, ".");
    if (at[n] != '.' || n >= sizeof t.set)
        return ERR_CURSOR;
    memcpy(t.set, at, n);
    *out = t;
    return ERR_OK;
}

bool oai_token_holds(const char *text, const struct oai_token *t, struct slice witness)
{
    char same[OAI_TOKEN_MAX];
    oai_token_write(t, witness, same);
    return strcmp(text, same) == 0;
}
