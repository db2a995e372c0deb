/*
 * asks: sites that wait until somebody here lets them in: by an invitation whose words are to be read aloud first (invite --confirm), or without any (allied apply). Their requests are
 * few and wait here alone; who is let in is admitted by the registrar, where that is us, or gets our word on its way to it (vouch.h).
 */
#ifndef ALLIED_DAEMON_CORE_ASKS_H
#define ALLIED_DAEMON_CORE_ASKS_H

#include "daemon/core/state.h"

#define ASK_DAYS    30 /* one that nobody let in is forgotten after that */
#define WORDS_BYTES 8  /* of the hash that words stand for */
#define WORDS_SIZE  WORD_TEXT_LEN(WORDS_BYTES)

/* Words to read aloud: they hash the site's key, and nothing that is told with it. */
void asks_words(const uint8_t site[SITE_BYTES], char out[WORDS_SIZE]);
/* Keeps a JOIN whose signatures hold. ERR_CONFIRM: it waits; ERR_ASK_REFUSED; ERR_ASK_FULL; ERR_INVITE_USED: too many have that code. In no batch. */
err_t asks_take(struct core *c, const struct msg_join *m, const struct join_request *r, struct why *why);

struct waiting_site {
    struct ask ask;
    struct msg m;
    struct join_request r;
    char words[WORDS_SIZE];
    size_t rivals; /* others that have the same code: it went to more than one */
};
/* Those that wait, oldest first, without the refused ones; in the arena. */
err_t asks_list(struct core *c, struct arena *arena, struct waiting_site **out, size_t *n);
/* The one that has these words, or alone has this name. ERR_ASK_WORDS, ERR_AMBIGUOUS. */
err_t asks_find(struct core *c, const char *text, struct arena *arena, struct waiting_site *out, struct why *why);
/* ERR_WAITING: our word is on its way to the registrar. Others that have the same code are out. In no batch. */
err_t asks_admit(struct core *c, const struct waiting_site *w, struct why *why);
err_t asks_refuse(struct core *c, const struct waiting_site *w);

#endif
