/* The second page of the satchel: the ring box, the kinds of seeds, and what is carried besides. */
#pragma bank 5
#include "screen.h"

#define IN_ROW 5         /* places of the ring box, kinds of seeds */
#define COLUMN(i) (4 + (i) + (i) + (i))

/* CBD1: 0-4 the ring box, 5-9 the seeds */
static u8 in_seeds(void) {
    return wInventorySubmenu1CursorPos >= IN_ROW;
}

static u8 column_of_mark(void) {
    return in_seeds() ? wInventorySubmenu1CursorPos - IN_ROW : wInventorySubmenu1CursorPos;
}

static void cursor(u8 seeds) {
    if (in_seeds() == seeds) line[COLUMN(column_of_mark()) - 1] = UI_CURSOR;
}

static void rings_row(void) {
    u8 i, n = ring_places();
    if (!n) return;
    for (i = 0; i != n; i++) {
        if (wRingBoxContents[i] == RING_NONE) say(COLUMN(i), ".");
        else mark(COLUMN(i), UI_RING);
    }
    cursor(0);
}

static void worn_row(void) {
    u8 i;
    for (i = 0; i != IN_ROW; i++)
        if (wActiveRing != RING_NONE && wRingBoxContents[i] == wActiveRing) say(COLUMN(i), "on");
}

static void seeds_row(void) {
    u8 i;
    if (!owns(T_SATCHEL)) return;
    for (i = 0; i != SEED_KINDS; i++) {
        if (owns(T_EMBER + i)) mark(COLUMN(i), UI_SEEDS + i);
        else say(COLUMN(i), ".");
    }
    cursor(1);
}

static void counts_row(void) {
    u8 i;
    for (i = 0; i != SEED_KINDS; i++)
        if (owns(T_EMBER + i)) number(COLUMN(i), SEEDS[i], 2);
}

static void chosen_row(void) {
    if (owns(T_SATCHEL)) say(COLUMN(wSatchelSelectedSeeds), "on");
}

static void stones_row(void) {
    u8 i;
    if (owns(T_ORE)) {
        mark(2, UI_ORE);
        number(3, wNumOreChunks, 3);
    }
    for (i = 0; i != 4; i++) {
        if (wInsertedJewels & (u8)(1 << i)) say(10 + i + i, "+");
        else if (owns(T_JEWEL + i)) mark(10 + i + i, UI_JEWELS + i);
        else say(10 + i + i, ".");
    }
}

static void things_row(void) {
    u8 i, n = 0;
    for (i = 0; i != 64 && wUnappraisedRings[i] != RING_NONE; i++) n++;
    if (n) {
        mark(2, UI_RING);
        say(3, "?");
        line[4] = 0x10 + (n > 9 ? 9 : n);
    }
    if (owns(T_GNARLED_KEY)) say(10, "KEY");
    if (wEssencesObtained) say(14, "SEED");
}

/* what lies under the mark, in two lines */
static void name_row(u8 second) {
    u8 at = column_of_mark();
    if (in_seeds()) {
        if (!owns(T_EMBER + at)) return;
        if (at == 0) say(2, second ? "Burn, and light" : "Ember seed");
        if (at == 1) say(2, second ? "Foes gather round" : "Clover seed");
        return;
    }
    switch (wRingBoxContents[at]) {
    case RING_THORN: say(2, second ? "Blade bites twice" : "Thorn ring"); break;
    case RING_BARK: say(2, second ? "Half the hurt" : "Bark ring"); break;
    }
}

void pouch_row(u8 r) {
    switch (r) {
    case 1: if (wRingBoxLevel) say(2, "RINGS"); break;
    case 2: rings_row(); break;
    case 3: worn_row(); break;
    case 5: if (owns(T_SATCHEL)) say(2, "SEEDS"); break;
    case 6: seeds_row(); break;
    case 7: counts_row(); break;
    case 8: chosen_row(); break;
    case 10: say(2, "CARRIED"); break;
    case 11: stones_row(); break;
    case 12: things_row(); break;
    case 14: rule(); break;
    case 15:
    case 16: name_row(r - 15); break;
    }
}

/* a ring is put on, or taken off; a kind of seeds is chosen */
static u8 choose(void) {
    u8 at = column_of_mark(), ring;
    if (in_seeds()) {
        if (!owns(T_SATCHEL) || !owns(T_EMBER + at)) return 0;
        wSatchelSelectedSeeds = at;
        return 1;
    }
    ring = wRingBoxContents[at];
    if (at >= ring_places() || ring == RING_NONE) return 0;
    wActiveRing = wActiveRing == ring ? RING_NONE : ring;
    return 1;
}

u8 pouch_keys(void) {
    u8 at = column_of_mark(), row = wInventorySubmenu1CursorPos - at;
    if (wKeysJustPressed & K_LEFT) at = at ? at - 1 : IN_ROW - 1;
    else if (wKeysJustPressed & K_RIGHT) at = at == IN_ROW - 1 ? 0 : at + 1;
    else if (wKeysJustPressed & (K_UP | K_DOWN)) row = IN_ROW - row;
    else return (wKeysJustPressed & K_A) ? choose() : 0;
    wInventorySubmenu1CursorPos = row + at;
    return 1;
}
