/*
 * queue: a singly linked list, each item with its bytes behind it.
 */
#include "peers/queue.h"
#include <stdlib.h>

struct queue_item {
    struct queue_item *next;
    size_t len;
    uint8_t bytes[];
};

void queue_init(struct queue *q, size_t cap)
{
    *q = (struct queue){.cap = cap};
}

void queue_fini(struct queue *q)
{
    while (q->first)
        queue_drop(q);
}

err_t queue_put(struct queue *q, struct slice frame)
{
    if (frame.len > q->cap - q->bytes)
        return ERR_TOO_LARGE;
    struct queue_item *item = malloc(sizeof *item + frame.len);
    if (!item)
        return ERR_MEMORY;
    item->next = NULL;
    item->len = frame.len;
    if (frame.len)
        memcpy(item->bytes, frame.at, frame.len);
    if (q->last)
        q->last->next = item;
    else
        q->first = item;
    q->last = item;
    q->bytes += frame.len;
    return ERR_OK;
}

bool queue_empty(const struct queue *q)
{
    return !q->first;
}

struct slice queue_first(const struct queue *q)
{
    return slice_of(q->first->bytes, q->first->len);
}

void queue_drop(struct queue *q)
{
    struct queue_item *item = q->first;
    q->first = item->next;
    if (!q->first)
        q->last = NULL;
    q->bytes -= item->len;
    free(item);
}
