/*
 * zap: the handler of ZeroMQ's authentication (RFC 27/ZAP) on inproc://zeromq.zap.01. It lets every CURVE key in and gives it back in hex as User-Id,
 * so that each message names the key of its sender; who may say what is the core's affair, which also bounds the links of unknown keys. What is not
 * a well-formed CURVE request is refused.
 */
#ifndef ALLIED_PEERS_ZAP_H
#define ALLIED_PEERS_ZAP_H

#include "protocol/base/err.h"

#define ZAP_USER_ID_LEN 64 /* characters */

err_t zap_open(void *context, void **out); /* before any server socket is bound */
void zap_close(void *socket);
void zap_step(void *socket); /* answers what waits */

#endif
