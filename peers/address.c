/*
 * address: the last colon parts host and port; what stands before it decides the kind. Strict, since libzmq reads more into an endpoint than we mean
 * (interface names, source addresses after ';').
 */
#include "peers/address.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static err_t parse_port(const char *text, enum address_use use, uint16_t *out)
{
    unsigned port = 0;
    size_t n = strlen(text);
    if (n < 1 || n > 5 || (n > 1 && text[0] == '0'))
        return ERR_ADDRESS;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return ERR_ADDRESS;
        port = port * 10 + (unsigned)(*text - '0');
    }
    if (port > UINT16_MAX || (port == 0 && use != ADDRESS_LISTEN))
        return ERR_ADDRESS;
    *out = (uint16_t)port;
    return ERR_OK;
}

static bool letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 952 and 1123: labels of letters, digits and inner hyphens. A last label of digits alone is a mistyped IPv4 address. */
static bool name_valid(const char *host)
{
    size_t label = 0;
    bool digits = true;
    for (const char *c = host;; c++) {
        if (*c == '.' || *c == 0) {
            if (label == 0 || label > 63 || c[-1] == '-')
                return false;
            if (*c == 0)
                return !digits;
            label = 0;
            digits = true;
            continue;
        }
        if (!letter_or_digit(*c) && !(*c == '-' && label > 0))
            return false;
        digits = digits && *c >= '0' && *c <= '9';
        label++;
    }
}

static err_t parse_host(const char *host, enum address_use use, enum address_kind *kind)
{
    struct in_addr v4;
    if (strcmp(host, "*") == 0) {
        *kind = ADDRESS_ANY;
        return use == ADDRESS_LISTEN ? ERR_OK : ERR_ADDRESS;
    }
    if (inet_pton(AF_INET, host, &v4) == 1) {
        *kind = ADDRESS_IPV4;
        return ERR_OK;
    }
    *kind = ADDRESS_NAME;
    return name_valid(host) ? ERR_OK : ERR_ADDRESS;
}

err_t address_parse(const char *text, enum address_use use, struct address *out)
{
    struct address a = {0};
    struct in6_addr v6;
    const char *colon = strrchr(text, ':');
    if (!colon)
        return ERR_ADDRESS;
    size_t len = (size_t)(colon - text);
    bool brackets = len > 2 && text[0] == '[' && colon[-1] == ']';
    if (brackets) {
        text++;
        len -= 2;
    }
    if (len == 0 || len > ADDRESS_HOST_MAX)
        return ERR_ADDRESS;
    memcpy(a.host, text, len);
    err_t err = parse_port(colon + 1, use, &a.port);
    if (!err && brackets) {
        a.kind = ADDRESS_IPV6;
        err = inet_pton(AF_INET6, a.host, &v6) == 1 ? ERR_OK : ERR_ADDRESS;
    } else if (!err) {
        err = parse_host(a.host, use, &a.kind);
    }
    if (err)
        return err;
    if (a.kind == ADDRESS_ANY)
        a.host[0] = 0;
    *out = a;
    return ERR_OK;
}

/* ---- web addresses ---- */

static const char *after_scheme(const char *text)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
            return text + strlen(schemes[i]);
    return NULL;
}

bool address_is_url(const char *text)
{
    return after_scheme(text) != NULL;
}

static bool prefix_valid(const char *prefix)
{
    for (; *prefix; prefix++)
        if (!letter_or_digit(*prefix) && !strchr("-._~/", *prefix))
            return false;
    return true;
}

err_t address_check(const char *text)
{
    struct address a;
    char copy[ADDRESS_TEXT_MAX];
    const char *host = after_scheme(text);
    if (!host)
        return address_parse(text, ADDRESS_REACH, &a);
    size_t n = strcspn(host, "/");
    if (!prefix_valid(host + n) || n > ADDRESS_HOST_MAX)
        return ERR_ADDRESS;
    memcpy(copy, host, n);
    copy[n] = 0;
    const char *colon = strrchr(copy, ':');
    /* The port of the scheme is meant where none is written. */
    if (!colon || strchr(colon, ']'))
        memcpy(copy + n, ":80", sizeof ":80");
    return address_parse(copy, ADDRESS_REACH, &a);
}

static void put(const struct address *a, const char *scheme, char out[ADDRESS_TEXT_MAX])
{
    const char *open = a->kind == ADDRESS_IPV6 ? "[" : "", *close = a->kind == ADDRESS_IPV6 ? "]" : "";
    snprintf(out, ADDRESS_TEXT_MAX, "%s%s%s%s:%u", scheme, open, a->kind == ADDRESS_ANY ? "*" : a->host, close,
             (unsigned)a->port);
}

void address_format(const struct address *a, char out[ADDRESS_TEXT_MAX])
{
    put(a, "", out);
}

void address_endpoint(const struct address *a, char out[ADDRESS_TEXT_MAX])
{
    put(a, "tcp://", out);
}
