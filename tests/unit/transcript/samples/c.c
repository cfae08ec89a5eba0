/*
 * A ring buffer of bytes, for one reader and one writer.
 */
#include <stdint.h>
#include <stdio.h>
#include "ring.h"

#define RING_SIZE 256
#define RING_NEXT(i) \
    (((i) + 1) % RING_SIZE)

#ifdef RING_DEBUG
#include <assert.h>
#endif

typedef struct ring {
    uint8_t bytes[RING_SIZE]; /* the content */
    volatile size_t head, tail;
    const char *name;
} ring_t;

static unsigned long counter = 0xFFul;
static const double ratio = 1.5e-3, other = .25f;

/* Returns 0 when the ring is full. */
int ring_put(ring_t *ring, uint8_t byte)
{
    size_t next = RING_NEXT(ring->head);
    if (next == ring->tail) {
        fprintf(stderr, "ring \"%s\" is full at %zu\n", ring->name, next);
        return 0;
    }
    ring->bytes[ring->head] = byte;
    ring->head = next;
    counter += 1;
    return 1;
}

// One byte, or -1 when there is none.
int ring_get(ring_t *ring)
{
    int byte = -1;
    switch (ring->head - ring->tail) {
    case 0:
        break;
    default:
        byte = ring->bytes[ring->tail];
        ring->tail = RING_NEXT(ring->tail);
    }
    return byte;
}

int main(void)
{
    ring_t ring = {.name = "main", .head = 0, .tail = 0};
    for (char letter = 'a'; letter <= 'z' && letter != '\n'; letter++)
        ring_put(&ring, (uint8_t)letter);
    while (ring_get(&ring) >= 0)
        continue;
    printf("%lu bytes, ratio %f" "\t%s\n", counter, ratio * other, sizeof(ring) > 10u ? "big" : "small");
    return EXIT_SUCCESS;
}
