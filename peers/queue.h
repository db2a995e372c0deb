/*
 * queue: frames that wait, first in first out, up to a number of bytes.
 */
#ifndef ALLIED_PEERS_QUEUE_H
#define ALLIED_PEERS_QUEUE_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"

struct queue_item;
struct queue {
    struct queue_item *first, *last;
    size_t bytes, cap;
};

void queue_init(struct queue *q, size_t cap);
void queue_fini(struct queue *q);
err_t queue_put(struct queue *q, struct slice frame); /* copies. ERR_TOO_LARGE, ERR_MEMORY */
bool queue_empty(const struct queue *q);
struct slice queue_first(const struct queue *q); /* borrowed until queue_drop; not on an empty queue */
void queue_drop(struct queue *q);

#endif
