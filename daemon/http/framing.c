#include "daemon/http/framing.h"
#include <string.h>
#include <strings.h>

static bool is_token(const char *name)
{
    static const char marks[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *name && name[strspn(name, marks)] == 0;
}

static bool is_digits(const char *value)
{
    return *value && value[strspn(value, "0123456789")] == 0;
}

void framing_take(struct framing *f, const char *name, const char *value)
{
    value = value ? value : "";
    f->odd = f->odd || !is_token(name);
    if (strcasecmp(name, "Content-Length") == 0) {
        f->lengths++;
        f->odd = f->odd || !is_digits(value);
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        f->codings++;
        f->odd = f->odd || strcasecmp(value, "chunked") != 0;
    }
}

bool framing_is_clear(const struct framing *f)
{
    return !f->odd && f->lengths + f->codings <= 1;
}
