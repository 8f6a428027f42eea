/* The satchel, the save menu and the end of a game. */
#pragma bank 5
#include "screen.h"

#define SVBK (*(volatile u8 *)0xFF70)
#define SLOTS 4      /* places of the satchel that can be seen */
#define SATCHEL 1

static u8 step, redraw;

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
    for (i = 0; i != SLOTS; i++)
        if (wInventoryStorage[i]) return 1;
    return wInventoryB;
}

static void hearts_row(u8 first) {
    u8 i, t, h = wLinkHealth, full = wLinkMaxHealth >> 2;
    for (i = 0; i != full; i++) {
        t = h > 4 ? 4 : h;
        h -= t;
        if (i < first || i >= first + 8) continue;
        line[8 + i - first] = UI_HEARTS + t;
        pals[8 + i - first] = 0x88 | BGP_UI;
    }
}

static void purse_row(void) {
    line[2] = UI_RUPEE;
    pals[2] = 0x88 | BGP_UI;
    number(3, wNumRupees, 3);
    if (owns(T_BOMBS)) { say(8, "B"); number(9, wNumBombs, 2); }
    if (owns(T_SATCHEL)) { say(13, "E"); number(14, wNumEmberSeeds, 2); }
}

static void items_row(u8 low) {
    u8 i;
    if (!low) { say(2, "B"); say(6, "A"); }
    icon(3, wInventoryB, low);
    icon(7, wInventoryA, low);
    for (i = 0; i != SLOTS; i++) icon(10 + i + i, wInventoryStorage[i], low);
}

static void chart_row(u8 r) {
    u8 i, cell;
    for (i = 0; i != CHART_COLUMNS; i++) {
        cell = chart_cell(r, i);
        if (cell == NO_ROOM) continue;
        line[1 + i] = UI_MAP + cell;
        pals[1 + i] = 0x88 | BGP_UI;
    }
    if (r == 0) {
        say(14, "H");
        line[15] = 0x10 + wNumHeartPieces;
        say(16, "/4");
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
    frame_row(r);
    switch (r) {
    case 1: say(2, "LIFE"); hearts_row(0); break;
    case 2: hearts_row(8); break;
    case 3: purse_row(); break;
    case 4:
        if (carries()) line[10 + (wInventorySubmenu0CursorPos << 1)] = UI_MORE;
        break;
    case 5: items_row(0); break;
    case 6: items_row(1); break;
    case 7: rule(); break;
    default:
        if (r >= 9 && r < 17) chart_row(r - 9);
        break;
    }
    send_row(r);
}

static void satchel_keys(void) {
    u8 *slot = wInventoryStorage + (wInventorySubmenu0CursorPos & (SLOTS - 1));
    u8 held = *slot;
    if (!carries()) return;
    /* what lies under the mark changes places with what is on the button */
    if (wKeysJustPressed & K_LEFT) wInventorySubmenu0CursorPos = (wInventorySubmenu0CursorPos - 1) & (SLOTS - 1);
    else if (wKeysJustPressed & K_RIGHT) wInventorySubmenu0CursorPos = (wInventorySubmenu0CursorPos + 1) & (SLOTS - 1);
    else if (wKeysJustPressed & K_A) { *slot = wInventoryA; wInventoryA = held; }
    else if (wKeysJustPressed & K_B) { *slot = wInventoryB; wInventoryB = held; }
    else return;
    redraw = 1;
}

/* ---- save and quit; the same choice after a death ---- */

static void choice_row(u8 r) {
    frame_row(r);
    if (wSaveQuitMenu_gameOver) {
        if (r == 4) say(3, "THE WOODS GROW");
        if (r == 6) say(6, "QUIET...");
    } else if (r == 5) {
        say(5, "A BREAK?");
    }
    if (r == 10) say(4, "Continue");
    if (r == 12) say(4, "Save and quit");
    if ((r == 10 && !wSaveQuitMenu_cursorIndex) || (r == 12 && wSaveQuitMenu_cursorIndex)) line[2] = UI_CURSOR;
    send_row(r);
}

static void choice_keys(void) {
    if (wKeysJustPressed & (K_UP | K_DOWN | K_SELECT)) {
        wSaveQuitMenu_cursorIndex ^= 1;
        redraw = 1;
    }
}

/* ---- any menu: CBCC 0 darkens and draws, then lights up; 1 open; 2 darkens; 3 lights up ---- */

static void menu_row(u8 r) {
    if (wOpenedMenuType == SATCHEL) satchel_row(r);
    else choice_row(r);
}

void menu_open(u8 type) BANKED {
    wOpenedMenuType = type;
    wMenuLoadState = 0;
    wMenuActiveState = 0;
    wPaletteThread_mode = 1;
    if (type == SATCHEL) {
        wTextIsActive = 1;
        wTextDisplayMode = 2;
        chart_begin();
    } else {
        wSaveQuitMenu_state = wSaveQuitMenu_gameOver = wSaveQuitMenu_cursorIndex = 0;
    }
    step = redraw = 0;
}

static void leave(void) {
    wMenuLoadState = 2;
    wPaletteThread_mode = 1;
    step = 0;
}

static void menu_runs(void) {
    if (redraw) {
        menu_row((wOpenedMenuType == SATCHEL ? 3 : 9) + redraw);
        redraw = redraw == 3 ? 0 : redraw + 1;
        return;
    }
    if (wOpenedMenuType == SATCHEL) {
        satchel_keys();
        if ((wKeysJustPressed & K_START) || ((wKeysJustPressed & K_B) && !redraw)) leave();
        return;
    }
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
    step = redraw = 0;
}

/* 1 when it is over */
u8 gameover_update(void) BANKED {
    step++;
    if (step <= 18) choice_row(step - 1);
    if (step <= 16 && (step & 3) == 0) set_fade(step >> 2);
    if (step == 19) v_mode = 1;
    if (step >= 20 && step <= 36 && (step & 3) == 0) set_fade((36 - step) >> 2);
    if (step == 36) wPaletteThread_mode = 0;
    if (step < 44) return 0;
    if (redraw) {
        choice_row(9 + redraw);
        redraw = redraw == 3 ? 0 : redraw + 1;
        return 0;
    }
    choice_keys();
    if (redraw) step = 44;
    if (step != PATIENCE && !(wKeysJustPressed & (K_A | K_B | K_START))) return 0;
    if (step != PATIENCE && wSaveQuitMenu_cursorIndex && !(wKeysJustPressed & K_B)) {
        quit = 1;
        save_file();
    }
    return 1;
}
