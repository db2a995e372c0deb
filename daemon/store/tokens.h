/*
 * tokens: who may write over HTTP (table `tokens`, this machine's own). A token is "allied_" and base32 of 8 bytes that name it and 24 that are secret; here lies its
 * hash alone. It belongs to one site hosted here, by short name: it outlives a change of that site's key, a backup has it, and it goes when the site does.
 */
#ifndef ALLIED_DAEMON_STORE_TOKENS_H
#define ALLIED_DAEMON_STORE_TOKENS_H

#include "daemon/store/store.h"
#include "protocol/base/clock.h"

#define TOKEN_ID_BYTES 8
#define TOKEN_BYTES    32 /* with the secret half */
#define TOKEN_TEXT_MAX 64 /* of its text form, with the final zero */

enum token_scope { TOKEN_RECORDS = 1, TOKEN_CONCEPTS = 2, TOKEN_ADMIN = 4 }; /* bits */

struct token {
    uint8_t id[TOKEN_ID_BYTES], hash[HASH_BYTES];
    struct slice name, site; /* short name of the site it writes as */
    unsigned scopes;
    int64_t created_ms, expires_ms; /* Unix; expires 0: never */
    int64_t used_day;               /* days since 1970; 0: not yet */
};
/* The text form, and in `out` its id and hash. `random`: TOKEN_BYTES of it. */
void token_make(const uint8_t random[TOKEN_BYTES], char text[TOKEN_TEXT_MAX], struct token *out);

err_t tokens_put(struct store *s, const struct token *t); /* ERR_TOKEN_KNOWN where that site has one of that name */
err_t tokens_list(struct store *s, struct arena *arena, struct token **out, size_t *n); /* by site, then name */
err_t tokens_drop(struct store *s, struct slice site, struct slice name);               /* ERR_NOT_FOUND */
err_t tokens_drop_site(struct store *s, struct slice site);
err_t tokens_used(struct store *s, const uint8_t id[TOKEN_ID_BYTES], int64_t day); /* only grows; ERR_NOT_FOUND */

/* The token that has this text form and is good still; how long it takes tells nothing of the secret. ERR_TOKEN_WRONG. */
err_t tokens_check(struct store *s, const char *text, struct wall now, struct arena *arena, struct token *out);

#endif
