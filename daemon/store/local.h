/*
 * local: what this machine notes for itself (tables `own_sites`, `settings`, `invitations`, `joins`, `asks`, `imports`, `peer_heads`, `addresses`):
 * neither derived nor replicated.
 */
#ifndef ALLIED_DAEMON_STORE_LOCAL_H
#define ALLIED_DAEMON_STORE_LOCAL_H

#include "daemon/store/oplog.h"

/* A site hosted here. The seed itself stands in a file (DATA/keys/NAME.key, mode 0600), never in the database. */
struct own_site {
    uint8_t site[SITE_BYTES];
    struct slice name;       /* short name: what --site takes */
    struct slice guard_path; /* chosen when the site was made; "" where no tmpfs was found */
    uint64_t incarnation;    /* current; 0: none yet */
    uint64_t before_seq;     /* the log's head before the last own transaction; 0: none */
    uint8_t before_id[HASH_BYTES];
};
err_t local_put_site(struct store *s, const struct own_site *site); /* by site key: inserts or replaces */
err_t local_drop_site(struct store *s, const uint8_t site[SITE_BYTES]);
/* The daemon's own first: the one that SETTING_FIRST names, else the first by name. */
#define SETTING_FIRST "site.first" /* its short name; set once there is a second one */
err_t local_sites(struct store *s, struct arena *arena, struct own_site **out, size_t *n);

/* Named byte values: "alliance", "charter", "inviter", … An empty value takes the name away. ERR_NOT_FOUND. */
err_t local_set(struct store *s, const char *key, struct slice value);
err_t local_get(struct store *s, const char *key, struct arena *arena, struct slice *value);
/* Those whose key begins with `prefix`; each name is what follows it. */
struct setting_row {
    struct slice name, value;
};
err_t local_settings(struct store *s, const char *prefix, struct arena *arena, struct setting_row **out, size_t *n);

struct invitation {
    uint8_t secret_key[SITE_BYTES]; /* public half of the one-use secret */
    struct slice ally_name;
    int64_t expires_ms;
    uint8_t used_by[SITE_BYTES]; /* zeros: unused */
    bool confirm;                /* somebody here must let in who used it */
    struct slice answer;         /* what the registrar said against it: error's name, a blank, its detail; "" nothing */
};
err_t local_put_invitation(struct store *s, const struct invitation *in);
err_t local_invitation(struct store *s, const uint8_t secret_key[SITE_BYTES], struct arena *arena,
                       struct invitation *out);

/* What the last import of a source wrote: a 16-byte hash of each (field, lang), so that the next one writes only what changed. */
err_t local_import_get(struct store *s, struct slice entity, uint64_t field, struct slice lang,
                       uint8_t hash[16]); /* ERR_NOT_FOUND */
err_t local_import_set(struct store *s, struct slice entity, uint64_t field, struct slice lang, const uint8_t hash[16]);
err_t local_import_drop(struct store *s, struct slice entity, uint64_t field, struct slice lang); /* it was erased */

/* Up to where a peer has told us that it holds a log durably; only grows. */
err_t local_held_set(struct store *s, const uint8_t peer[SITE_BYTES], const struct log_id *log, uint64_t seq);
/* How many commits of `site`'s logs no peer holds yet. */
err_t local_unheld(struct store *s, const uint8_t site[SITE_BYTES], uint64_t *out);
/* How many of them this peer does not hold yet. */
err_t local_unheld_by(struct store *s, const uint8_t site[SITE_BYTES], const uint8_t peer[SITE_BYTES], uint64_t *out);

/* Requests on their way to the registrar: whole JOIN and VOUCH messages, by the hash of the request. Ascending; in the arena. */
struct kept_join {
    uint8_t request[HASH_BYTES],
        old_site[SITE_BYTES]; /* old_site: the key it replaces, or that of its invitation's secret */
    struct slice message;
};
err_t local_put_join(struct store *s, const struct kept_join *join); /* a known one is left alone */
err_t local_drop_join(struct store *s, const uint8_t request[HASH_BYTES]);
err_t local_joins(struct store *s, struct arena *arena, struct kept_join **out, size_t *n);

/* Sites that wait until somebody here lets them in: their JOINs. Oldest first; in the arena. */
struct ask {
    uint8_t secret_key[SITE_BYTES], site[SITE_BYTES]; /* equal: it has no invitation */
    int64_t since_ms;
    bool refused; /* somebody here did */
    struct slice message;
};
err_t local_put_ask(struct store *s, const struct ask *ask); /* in place of the site's last one of that secret */
err_t local_drop_ask(struct store *s, const struct ask *ask);
err_t local_asks(struct store *s, struct arena *arena, struct ask **out, size_t *n);

/* Where peers can be reached: learnt from invitations, announcements, the operator. */
err_t local_address_add(struct store *s, const uint8_t site[SITE_BYTES], struct slice address);
struct peer_address {
    uint8_t site[SITE_BYTES];
    struct slice address;
};
err_t local_addresses(struct store *s, struct arena *arena, struct peer_address **out, size_t *n);

#endif
