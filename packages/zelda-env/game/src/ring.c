/* Rings: those that are known, those that nobody has looked at yet, and the box. */
#pragma bank 5
#include "game.h"

#define MOST_RAW 64

u8 ring_places(void) BANKED {
    return wRingBoxLevel ? wRingBoxLevel + wRingBoxLevel - 1 : 0;
}

/* a place for a ring; without one it stays at home */
static void into_box(u8 id) {
    u8 i, free = 0xFF;
    for (i = ring_places(); i--; ) {
        if (wRingBoxContents[i] == id) return;
        if (wRingBoxContents[i] == RING_NONE) free = i;
    }
    if (free != 0xFF) wRingBoxContents[free] = id;
}

void ring_found(u8 id) BANKED {
    u8 i;
    for (i = 0; i != MOST_RAW; i++) {
        if (wUnappraisedRings[i] != RING_NONE) continue;
        wUnappraisedRings[i] = id;
        return;
    }
}

/* the list has no gaps */
static void no_longer_raw(u8 id) {
    u8 i;
    for (i = 0; wUnappraisedRings[i] != id; i++)
        if (i == MOST_RAW - 1) return;
    for (; i != MOST_RAW - 1; i++) wUnappraisedRings[i] = wUnappraisedRings[i + 1];
    wUnappraisedRings[MOST_RAW - 1] = RING_NONE;
}

void ring_known(u8 id) BANKED {
    no_longer_raw(id);
    wRingsObtained[id >> 3] |= (u8)(1 << (id & 7));
    into_box(id);
}

/* what was known before there was a box, or had no place in it, comes in now */
void ring_box(u8 level) BANKED {
    u8 id;
    wRingBoxLevel = level;
    for (id = 0; id != 64; id++)
        if (wRingsObtained[id >> 3] & (u8)(1 << (id & 7))) into_box(id);
}

u8 ring_item(u8 id) BANKED {
    u8 i;
    for (i = 0; i != ITEM_COUNT; i++)
        if (item_id[i] == T_RING && item_param[i] == id) return i;
    return 0xFF;
}
