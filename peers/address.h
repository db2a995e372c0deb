/*
 * address: where to listen and whom to reach: HOST:PORT, [IPv6]:PORT, *:PORT (listening only), and web addresses. Text <-> value <-> ZeroMQ endpoint.
 * No I/O: names are looked up by whoever connects.
 */
#ifndef ALLIED_PEERS_ADDRESS_H
#define ALLIED_PEERS_ADDRESS_H

#include "protocol/base/err.h"
#include <stdbool.h>
#include <stdint.h>

#define ADDRESS_HOST_MAX 253 /* characters; RFC 1035 §2.3.4 as commonly read */
#define ADDRESS_TEXT_MAX 280 /* bytes, the final zero included; enough for the endpoint as well */

enum address_kind { ADDRESS_ANY, ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_NAME };
enum address_use { ADDRESS_LISTEN, ADDRESS_REACH };

struct address {
    enum address_kind kind;
    char host[ADDRESS_HOST_MAX + 1]; /* "" for ADDRESS_ANY; without brackets */
    uint16_t port;                   /* 0, any free one: listening only */
};

/* ERR_ADDRESS. Strict: no blanks, no scheme, no zone, the port in decimal without a leading zero. */
err_t address_parse(const char *text, enum address_use use, struct address *out);
void address_format(const struct address *a, char out[ADDRESS_TEXT_MAX]); /* what address_parse reads */
/* Where others are reached: HOST:PORT over ZeroMQ, or http://HOST[:PORT][PREFIX], https://… (PROTOCOL.md §8.5), without user, query and fragment. */
err_t address_check(const char *text);
bool address_is_url(const char *text);                                      /* by its beginning alone */
void address_endpoint(const struct address *a, char out[ADDRESS_TEXT_MAX]); /* "tcp://…" */

#endif
