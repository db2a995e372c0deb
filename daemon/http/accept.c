#include "daemon/http/accept.h"
#include "conf/tr.h"
#include <string.h>
#include <strings.h>

#define RANGES_MAX 32
#define RANGE_MAX  64

struct range {
    char name[RANGE_MAX];
    int weight; /* thousandths */
};

/* "0.8" → 800. What does not read weighs nothing. */
static int weight_of(const char *text)
{
    int value = (*text == '1') * 1000;
    if (*text != '0' && *text != '1')
        return 0;
    if (value || text[1] != '.')
        return text[1] == '.' || strchr(" ,;", text[1]) ? value : 0; /* the end as well */
    for (int i = 0, unit = 100; i < 3 && text[2 + i] >= '0' && text[2 + i] <= '9'; i++, unit /= 10)
        value += (text[2 + i] - '0') * unit;
    return value;
}

/* The next of the list; false: there is none. One too long to be any of ours has an empty name. */
static bool next_range(const char **at, struct range *out)
{
    *at += strspn(*at, " \t,");
    if (!**at)
        return false;
    size_t len = strcspn(*at, ","), n = strcspn(*at, " \t,;");
    *out = (struct range){.weight = 1000};
    if (n < sizeof out->name)
        memcpy(out->name, *at, n);
    for (const char *p = *at + n; p < *at + len; p++)
        if ((*p == 'q' || *p == 'Q') && p[1] == '=' && strchr("; \t", p[-1]))
            out->weight = weight_of(p + 2);
    *at += len;
    return true;
}

/* 3: the type itself, 2: its family, 1: all; 0: another one. */
static int fits(const char *range, const char *type)
{
    size_t family = strcspn(type, "/") + 1, whole = strcspn(type, ";");
    if (strlen(range) == whole && strncasecmp(range, type, whole) == 0)
        return 3;
    if (strlen(range) == family + 1 && range[family] == '*' && strncasecmp(range, type, family) == 0)
        return 2;
    return strcmp(range, "*/*") == 0;
}

static int wish_for(const char *header, const char *type)
{
    struct range r;
    int best = 0, weight = 0;
    for (int i = 0; i < RANGES_MAX && next_range(&header, &r); i++)
        if (fits(r.name, type) > best) {
            best = fits(r.name, type);
            weight = r.weight;
        }
    return weight;
}

int accept_type(const char *header, const char *const *types)
{
    int found = -1, most = 0;
    if (!header || !*header)
        return 0;
    for (int i = 0; types[i]; i++) {
        int weight = wish_for(header, types[i]);
        if (weight > most) {
            most = weight;
            found = i;
        }
    }
    return found;
}

const char *accept_language(const char *header)
{
    struct range r;
    const char *found = NULL;
    int most = 0;
    for (int i = 0; header && i < RANGES_MAX && next_range(&header, &r); i++)
        if (r.weight > most && tr_name(r.name)) {
            most = r.weight;
            found = tr_name(r.name);
        }
    return found;
}

bool accept_matches(const char *header, const char *etag)
{
    size_t n = strlen(etag);
    for (const char *at = header; at && *at;) {
        at += strspn(at, " \t,");
        if (*at == '*')
            return true;
        at += strncmp(at, "W/", 2) == 0 ? 2 : 0;
        if (strncmp(at, etag, n) == 0 && strchr(" \t,", at[n]))
            return true;
        at += strcspn(at, ",");
    }
    return false;
}
