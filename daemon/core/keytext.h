/*
 * keytext: a key as a person keeps it: 17 words, or a text file that holds all that is needed to get everything back.
 *
 *   words   the 32-byte seed ‖ the first 2 bytes of BLAKE2b-256("allied/words/1" ‖ seed), as words of PROTOCOL.md §9
 *   file    lines, "#" begins a comment:
 *             allied-key/1
 *             alliance ID
 *             site PUBLIC-KEY NAME
 *             words WORDS
 *             registrar WORDS          where the secretariat's was asked for
 *             peer PUBLIC-KEY ADDRESS  any number up to KEYTEXT_PEERS_MAX
 */
#ifndef ALLIED_DAEMON_CORE_KEYTEXT_H
#define ALLIED_DAEMON_CORE_KEYTEXT_H

#include "protocol/base/buf.h"
#include "protocol/charter/join.h"

#define KEYTEXT_WORDS      17
#define KEYTEXT_WORDS_LEN  WORD_TEXT_LEN(2 * KEYTEXT_WORDS) /* with the final zero */
#define KEYTEXT_FILE_BYTES (64u * 1024)
#define KEYTEXT_PEERS_MAX  64

struct keytext_peer {
    uint8_t site[SITE_BYTES];
    char address[ADDRESS_MAX_BYTES + 1];
};
struct keytext {
    bool has_alliance, has_seed, has_registrar;
    uint8_t alliance[ALLIANCE_BYTES];
    uint8_t seed[SEED_BYTES], registrar[SEED_BYTES];
    char name[NAME_MAX_BYTES + 1]; /* of the site; "" unknown */
    struct keytext_peer peers[KEYTEXT_PEERS_MAX];
    size_t peers_n;
};
void keytext_wipe(struct keytext *k);

void keytext_words(const uint8_t seed[SEED_BYTES], char out[KEYTEXT_WORDS_LEN]);
/* Takes words however they are written: blanks, dashes, line breaks, capitals. ERR_KEY_WORDS with the number of the word that is none. */
err_t keytext_seed(struct slice text, uint8_t seed[SEED_BYTES], struct why *why);

void keytext_encode(const struct keytext *k, struct buf *out);
/* ERR_KEY_FILE, ERR_KEY_WORDS with the line. */
err_t keytext_decode(struct slice text, struct keytext *out, struct why *why);

#endif
