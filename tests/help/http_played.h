/*
 * http_played: a site of the tests' own on the HTTP thread, whose handlers do one each of all that a handler may do.
 *
 *   GET  /echo/{id}[.json|.jsonld]?q&limit   what it was given, as JSON; a Link to the next page
 *   GET  /tagged      "whole", with the ETag "v.b"
 *   PUT  /changed     (records) its If-Match and its JSON body
 *   POST /asks        (records, 100 bytes) asks the core "one", then "two" with its answer
 *   GET  /searches    asks the index
 *   GET  /streams?limit=0 3 pieces, waiting once · 1 breaks · 2 one piece, then it waits for ever · 3 64 MB
 *   GET  /nothing     (open) a handler that says nothing
 * Tokens: good (records), other (concepts), all (admin).
 */
#ifndef ALLIED_TESTS_HELP_HTTP_PLAYED_H
#define ALLIED_TESTS_HELP_HTTP_PLAYED_H

#include "tests/help/http_side.h"

#define GOOD               "Authorization: Bearer good\r\n"
#define GET(path, headers) "GET " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" headers "\r\n"

extern int http_played_ended; /* streams that ended; read once the thread has */

/* Called fiches.example as well. */
void http_played_start(struct http_side *s, struct http_options options);
/* Asks on a connection of its own; `in` (NULL: whatever) has to stand in the answer. */
void http_played_expect(const struct http_side *s, const char *request, unsigned status, const char *in);

#endif
