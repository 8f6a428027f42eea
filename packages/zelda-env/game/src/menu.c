/* The satchel, the save menu and the end of a game. */
#pragma bank 5
#include "screen.h"

#define SVBK (*(volatile u8 *)0xFF70)
#define PLACES 16    /* of the satchel, in two rows */
#define IN_ROW 8
#define MARK_ROW 6   /* between them */
#define SATCHEL 1

static u8 step;
static u8 dirty, dirty_end;     /* the rows to draw again, one a frame; 0: none */

static void redraw(u8 first, u8 last) {
    if (!dirty || first < dirty) dirty = first;
    if (last > dirty_end) dirty_end = last;
}

/* ---- the map: a tile for each room ---- */

enum { UNSEEN, SEEN, HERE, NO_ROOM };
#define CHART_COLUMNS 12

static const u8 *flags;
static u8 in_dungeon, with_map;

static void chart_begin(void) {
    in_dungeon = wDungeonIndex < 12;
    flags = in_dungeon ? (const u8 *)((u16)wDungeonFlagsAddressH << 8) : wGroup0RoomFlags;
    with_map = in_dungeon && (wDungeonMaps[wDungeonIndex >> 3] & (u8)(1 << (wDungeonIndex & 7)));
}

/* of a dungeon what was seen, or what its map shows; outside everything there is */
static u8 chart_cell(u8 y, u8 x) {
    u8 room;
    if (in_dungeon) {
        if (x >= 8) return NO_ROOM;
        SVBK = 2;
        room = w2DungeonLayout[((u16)wDungeonFloor << 6) + (u8)(y << 3 | x)];
        SVBK = 1;
        if (!room) return NO_ROOM;
        if ((u8)(y << 3 | x) == wDungeonMapPosition) return HERE;
        if (flags[room] & 0x10) return SEEN;
        return with_map ? UNSEEN : NO_ROOM;
    }
    y += CHART_TOP;
    x += CHART_LEFT;
    if (y > 15 || x > 15 || !(chart_rows[y] & (u16)1 << x)) return NO_ROOM;
    room = y << 4 | x;
    return room == wMinimapRoom ? HERE : (flags[room] & 0x10) ? SEEN : UNSEEN;
}

/* ---- the satchel ---- */

/* is there anything to choose from? */
static u8 carries(void) {
    u8 i;
    for (i = 0; i != PLACES; i++)
        if (wInventoryStorage[i]) return 1;
    return wInventoryB;
}

static void hearts_row(u8 first) {
    u8 i, t, h = wLinkHealth, full = wLinkMaxHealth >> 2;
    for (i = 0; i != full; i++) {
        t = h > 4 ? 4 : h;
        h -= t;
        if (i < first || i >= first + 8) continue;
        mark(11 + i - first, UI_HEARTS + t);
    }
}

static void purse_row(void) {
    mark(2, UI_RUPEE);
    number(3, wNumRupees, 3);
    if (owns(T_BOMBS)) { say(8, "B"); number(9, wNumBombs, 2); }
    if (!owns(T_SATCHEL)) return;
    mark(13, UI_SEEDS + wSatchelSelectedSeeds);
    number(14, SEEDS[wSatchelSelectedSeeds], 2);
}

static void worn_row(u8 low) {
    if (!low) { say(2, "B"); say(6, "A"); }
    icon(3, wInventoryB, low);
    icon(7, wInventoryA, low);
    hearts_row(low << 3);
}

static void places_row(u8 first, u8 low) {
    u8 i, c = 2;
    for (i = first; i != first + IN_ROW; i++, c += 2) {
        if (wInventoryStorage[i]) icon(c, wInventoryStorage[i], low);
        else if (low) say(c, ".");
    }
}

/* between the two rows of places, towards the one it is about */
static void mark_row(void) {
    u8 at = wInventorySubmenu0CursorPos & (PLACES - 1), c = 2 + ((at & (IN_ROW - 1)) << 1);
    if (!carries()) return;
    line[c] = UI_MORE;
    if (at < IN_ROW) pals[c] |= FLIP_ROWS;
}

static void chart_row(u8 r) {
    u8 i, cell;
    for (i = 0; i != CHART_COLUMNS; i++) {
        cell = chart_cell(r, i);
        if (cell == NO_ROOM) continue;
        mark(1 + i, UI_MAP + cell);
    }
    if (r == 0) {
        say(14, "H");
        line[15] = 0x10 + wNumHeartPieces;
        say(16, "/4");
    } else if (r == 1) {
        if (owns(T_GASHA)) { say(14, "N"); number(15, wNumGashaSeeds, 2); }
    } else if (in_dungeon) {
        u8 byte = wDungeonIndex >> 3, bit = (u8)(1 << (wDungeonIndex & 7));
        if (r == 2) {
            line[14] = UI_KEY;
            line[15] = 0x10 + (wDungeonSmallKeys[wDungeonIndex] & 15);
        }
        if (r == 3 && (wDungeonBossKeys[byte] & bit)) say(14, "BOSS");
        if (r == 5 && with_map) say(14, "MAP");
        if (r == 6 && (wDungeonCompasses[byte] & bit)) say(14, "COMP");
    } else {
        if (r == 3 && owns(T_GNARLED_KEY)) say(14, "KEY");
        if (r == 4 && owns(T_FLIPPERS)) say(14, "FINS");
        if (r == 5 && wEssencesObtained) say(14, "SEED");
    }
}

static void satchel_row(u8 r) {
    switch (r) {
    case 1:
    case 2: worn_row(r - 1); break;
    case 3: purse_row(); break;
    case 4:
    case 5: places_row(0, r - 4); break;
    case MARK_ROW: mark_row(); break;
    case 7:
    case 8: places_row(IN_ROW, r - 7); break;
    default:
        if (r >= 9 && r < 17) chart_row(r - 9);
        break;
    }
}

static void leave(void) {
    wMenuLoadState = 2;
    wPaletteThread_mode = 1;
    step = 0;
}

static void move_mark(u8 by) {
    wInventorySubmenu0CursorPos = (wInventorySubmenu0CursorPos + by) & (PLACES - 1);
    redraw(MARK_ROW, MARK_ROW);
}

/* what lies under the mark changes places with what is on the button */
static void exchange(u8 *button) {
    u8 *place = wInventoryStorage + (wInventorySubmenu0CursorPos & (PLACES - 1));
    u8 held = *place;
    *place = *button;
    *button = held;
    redraw(1, 8);
}

/* 1: a key was of use */
static u8 satchel_keys(void) {
    u8 keys = wKeysJustPressed;
    if (!carries()) return 0;
    if (keys & K_LEFT) move_mark(PLACES - 1);
    else if (keys & K_RIGHT) move_mark(1);
    else if (keys & (K_UP | K_DOWN)) move_mark(IN_ROW);
    else if (keys & K_A) exchange(&wInventoryA);
    else if (keys & K_B) exchange(&wInventoryB);
    else return 0;
    return 1;
}

/* Select turns the page */
static void page_keys(void) {
    u8 used = 1;
    if (wKeysJustPressed & K_SELECT) {
        wInventorySubmenu ^= 1;
        redraw(1, 16);
    } else if (!wInventorySubmenu) {
        used = satchel_keys();
    } else if (pouch_keys()) {
        redraw(1, 16);
    } else {
        used = 0;
    }
    if (!used && (wKeysJustPressed & (K_START | K_B))) leave();
}

/* ---- save and quit; the same choice after a death ---- */

static void choice_row(u8 r) {
    if (wSaveQuitMenu_gameOver) {
        if (r == 4) say(3, "THE WOODS GROW");
        if (r == 6) say(6, "QUIET...");
    } else if (r == 5) {
        say(5, "A BREAK?");
    }
    if (r == 10) say(4, "Continue");
    if (r == 12) say(4, "Save and quit");
    if ((r == 10 && !wSaveQuitMenu_cursorIndex) || (r == 12 && wSaveQuitMenu_cursorIndex)) line[2] = UI_CURSOR;
}

static void choice_keys(void) {
    if (wKeysJustPressed & (K_UP | K_DOWN | K_SELECT)) {
        wSaveQuitMenu_cursorIndex ^= 1;
        redraw(10, 12);
    }
}

/* ---- any menu: CBCC 0 darkens and draws, then lights up; 1 open; 2 darkens; 3 lights up ---- */

static void menu_row(u8 r) {
    frame_row(r);
    if (wOpenedMenuType != SATCHEL) choice_row(r);
    else if (wInventorySubmenu) pouch_row(r);
    else satchel_row(r);
    send_row(r);
}

/* 1: a row was drawn again */
static u8 redraw_step(void) {
    if (!dirty) return 0;
    menu_row(dirty);
    if (dirty == dirty_end) dirty = dirty_end = 0;
    else dirty++;
    return 1;
}

void menu_open(u8 type) BANKED {
    wOpenedMenuType = type;
    wMenuLoadState = 0;
    wMenuActiveState = 0;
    wPaletteThread_mode = 1;
    if (type == SATCHEL) {
        wTextIsActive = 1;
        wTextDisplayMode = 2;
        wInventorySubmenu = 0;
        chart_begin();
    } else {
        wSaveQuitMenu_state = wSaveQuitMenu_gameOver = wSaveQuitMenu_cursorIndex = 0;
    }
    step = dirty = dirty_end = 0;
}

static void menu_runs(void) {
    u8 drawn = redraw_step();
    if (wOpenedMenuType == SATCHEL) {
        page_keys();
        return;
    }
    if (drawn) return;
    choice_keys();
    if (wKeysJustPressed & (K_START | K_A | K_B)) {
        quit = wSaveQuitMenu_cursorIndex && !(wKeysJustPressed & K_B);
        if (quit) save_file();
        leave();
    }
}

void menu_update(void) BANKED {
    step++;
    switch (wMenuLoadState) {
    case 0:
        if (step <= 18) menu_row(step - 1);
        if (step <= 16 && (step & 3) == 0) set_fade(step >> 2);
        if (step == 19) v_mode = 1;
        if (step >= 20 && (step & 1) == 0) set_fade((28 - step) >> 1);
        if (step == 28) {
            wMenuLoadState = 1;
            wMenuActiveState = 1;
            wPaletteThread_mode = 0;
        }
        break;
    case 1:
        menu_runs();
        break;
    case 2:
        if (step <= 8 && (step & 1) == 0) set_fade(step >> 1);
        if (step == 11) {
            if (quit) {
                wGameState = 0;
                break;
            }
            v_mode = 0;
            wMenuLoadState = 3;
            step = 0;
        }
        break;
    default:
        if ((step & 1) == 0) set_fade((8 - step) >> 1);
        if (step == 8) {
            wOpenedMenuType = 0;
            wMenuLoadState = 0;
            wMenuActiveState = 0;
            wTextIsActive = 0;
            wTextDisplayMode = 0;
            wPaletteThread_mode = 0;
        }
        break;
    }
}

/* ---- game over ---- */

#define PATIENCE 150    /* then the game continues by itself */

void gameover_begin(void) BANKED {
    u16 d = wDeathCounter + 1;
    if ((d & 0x000F) == 0x000A) d += 6;
    if ((d & 0x00F0) == 0x00A0) d += 0x60;
    if (d > 0x0999) d = 0x0999;
    wDeathCounter = d;
    wGameOverScreenTrigger = 0xFF;
    wSaveQuitMenu_state = wSaveQuitMenu_cursorIndex = 0;
    wSaveQuitMenu_gameOver = 1;
    wPaletteThread_mode = 1;
    step = dirty = dirty_end = 0;
}

/* 1 when it is over */
u8 gameover_update(void) BANKED {
    step++;
    if (step <= 18) menu_row(step - 1);
    if (step <= 16 && (step & 3) == 0) set_fade(step >> 2);
    if (step == 19) v_mode = 1;
    if (step >= 20 && step <= 36 && (step & 3) == 0) set_fade((36 - step) >> 2);
    if (step == 36) wPaletteThread_mode = 0;
    if (step < 44) return 0;
    if (redraw_step()) return 0;
    choice_keys();
    if (dirty) step = 44;
    if (step != PATIENCE && !(wKeysJustPressed & (K_A | K_B | K_START))) return 0;
    if (step != PATIENCE && wSaveQuitMenu_cursorIndex && !(wKeysJustPressed & K_B)) {
        quit = 1;
        save_file();
    }
    return 1;
}
