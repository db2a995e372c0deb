/*
 * host: sites of other allies that this daemon holds beside its own, the first. Each has a key, a guard and logs of its own. With other daemons the
 * first one alone speaks, and carries the logs of all; in the announcement of each other one stands whose daemon writes it. One that waits for its
 * admission asks by itself, over the first one's session with its inviter, until it is in or refused.
 */
#ifndef ALLIED_DAEMON_CORE_HOST_H
#define ALLIED_DAEMON_CORE_HOST_H

#include "daemon/core/state.h"

/* Keys of the table `settings`: each with the site's short name behind it, until it is admitted but for the code. */
#define SETTING_SITE_REQUEST "site.request/" /* what JOIN carries */
#define SETTING_SITE_SECRET  "site.secret/"  /* seed of the one-use secret */
#define SETTING_SITE_INVITER "site.inviter/" /* 32 bytes */
#define SETTING_SITE_REFUSED "site.refused/" /* error's name, a blank, its detail */
#define SETTING_SITE_CODE    "site.code/"    /* 32 bytes: the secret's public key, kept: the same code goes on */

struct host_site {
    struct slice ally;           /* its name */
    const char *name;            /* the site's short name */
    const struct invite *invite; /* NULL: the registrar, which is here, admits it at once */
};
/*
 * Makes key and guard of a site and asks for its admission; done at once where the registrar is here. An attempt that was stopped goes on, and one that was
 * refused takes a new code. In no batch. It moves the sites in memory: no pointer to one stays good. ERR_STANDING where the first is no member yet,
 * ERR_NAME, ERR_SITE_NAME, ERR_SITE_EXISTS, ERR_SITE_CODE without code elsewhere than here, ERR_ALLIANCE, ERR_INVITE_EXPIRED, and what the registrar says.
 */
err_t host_add(struct core *c, const struct host_site *in, struct why *why);

/*
 * Gives up a site that waits or was refused; its key is set aside as NAME.old. The sites move in memory. ERR_SITE_OWN, ERR_MEMBER where it was admitted. In no
 * batch.
 */
err_t host_remove(struct core *c, struct own *own, struct why *why);

/* When the core opens: which of the sites here wait. */
err_t host_open(struct core *c);
/* Who was admitted meanwhile no longer waits; who waits asks. */
void host_tick(struct core *c, struct mono now);
/* What a peer said to the JOIN that is out on its link. */
err_t host_answered(struct core *c, struct peer *p, const struct msg_welcome *m);

/*
 * Whose daemon writes that site, as it announced; false where it has one of its own. A site whose daemon is this one is hosted by the first.
 */
bool host_of(struct core *c, const uint8_t site[SITE_BYTES], uint8_t host[SITE_BYTES]);

#endif
