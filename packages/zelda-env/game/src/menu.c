/* The inventory screen and the short game-over screen: map 9C00, rows 0-17. */
#include "game.h"

#define MAP 0x9C00
#define ATTR (0x88 | BGP_TEXT)

#define SLOTS 4      /* places of the satchel that can be seen */

static u8 step, redraw, line[20], pals[20];

static void frame_row(u8 r) {
    u8 i, left = (u8)(UI_BOX + 3), mid = (u8)(UI_BOX + 4), right = (u8)(UI_BOX + 5);
    if (r == 0) { left = UI_BOX; mid = (u8)(UI_BOX + 1); right = (u8)(UI_BOX + 2); }
    if (r == 17) { left = (u8)(UI_BOX + 6); mid = (u8)(UI_BOX + 7); right = (u8)(UI_BOX + 8); }
    line[0] = left;
    for (i = 1; i != 19; i++) line[i] = mid;
    line[19] = right;
    for (i = 0; i != 20; i++) pals[i] = ATTR;
}

static void say(u8 c, const char *s) {
    while (*s) line[c++] = (u8)*s++ - 0x20;
}

static void send_row(u8 r) {
    u8 i;
    u16 a = MAP + ((u16)r << 5);
    vq_begin(0, a);
    for (i = 0; i != 20; i++) vq_put(line[i]);
    vq_end();
    vq_begin(0x40, a);
    for (i = 0; i != 20; i++) vq_put(pals[i]);
    vq_end();
}

static void digits(u8 c, u16 v) {
    line[c] = (u8)0x10 + ((u8)(v >> 8) & 15);
    line[c + 1] = (u8)0x10 + ((u8)v >> 4);
    line[c + 2] = (u8)0x10 + ((u8)v & 15);
}

static void icon(u8 c, u8 item, u8 low) {
    u8 t;
    if (!item) return;
    t = icon_of[item & 31] + low + low;
    line[c] = t;
    line[c + 1] = t + 1;
    pals[c] = pals[c + 1] = 0x88 | BGP_UI;
}

/* is there anything to choose from? */
static u8 carries(void) {
    return wInventoryB || wInventoryStorage[0];
}

static const u8 map_x[3] = {0x05, 0x06, 0x07};

static void menu_row(u8 r) {
    u8 i, h, t, full;
    frame_row(r);
    switch (r) {
    case 1: say(7, "SATCHEL"); break;
    case 2:
        for (i = 1; i != 19; i++) line[i] = UI_RULE;
        break;
    case 4:
        say(2, "LIFE");
        h = wLinkHealth;
        full = wLinkMaxHealth >> 2;
        for (i = 0; i != 8 && i != full; i++) {
            t = h > 4 ? 4 : h;
            line[8 + i] = UI_HEARTS + t;
            pals[8 + i] = 0x88 | BGP_UI;
            h -= t;
        }
        break;
    case 6:
        say(2, "RUPEES");
        line[10] = UI_RUPEE;
        pals[10] = 0x88 | BGP_TREE;
        digits(12, wNumRupees);
        break;
    case 7:
        if (carries()) line[10 + (wInventorySubmenu0CursorPos << 1)] = UI_MORE;
        break;
    case 8:
    case 9:
        if (r == 8) { say(2, "B"); say(6, "A"); }
        icon(3, wInventoryB, r & 1);
        icon(7, wInventoryA, r & 1);
        for (i = 0; i != SLOTS; i++) icon(10 + i + i, wInventoryStorage[i], r & 1);
        break;
    case 10:
        for (i = 1; i != 19; i++) line[i] = UI_RULE;
        break;
    case 11: say(2, "THE VALE"); break;
    case 12: case 13: case 14: case 15: case 16:
        /* nine rooms, three rows of three; each is two tiles wide */
        if (r >= 13 && r <= 15) {
            u8 y = 0xA0 + ((r - 13) << 4);
            for (i = 0; i != 3; i++) {
                u8 room = y + map_x[i];
                u8 c = 7 + i + i;
                t = UI_MAP;
                if (wGroup0RoomFlags[room] & 0x10) t = (u8)(UI_MAP + 2);
                if (room == wActiveRoom) t = (u8)(UI_MAP + 4);
                line[c] = t;
                line[c + 1] = t + 1;
                pals[c] = pals[c + 1] = 0x88 | BGP_TEXT;
            }
        }
        if (r == 16) say(5, "B=A  START");
        break;
    }
    if (r == 16) frame_row(r);
    send_row(r);
}

void menu_open(void) {
    wOpenedMenuType = 1;
    wMenuLoadState = 0;
    wMenuActiveState = 0;
    wTextIsActive = 1;
    wTextDisplayMode = 2;
    wPaletteThread_mode = 1;
    step = redraw = 0;
}

/* CBCC: 0 darkens and draws, then lights up; 1 open; 2 darkens; 3 lights up */
void menu_update(void) {
    step++;
    switch (wMenuLoadState) {
    case 0:
        if (step <= 18) menu_row(step - 1);
        if (step <= 16 && (step & 3) == 0) set_fade(step >> 2);
        if (step == 19) { v_mode = 1; }
        if (step >= 20 && (step & 1) == 0) set_fade((28 - step) >> 1);
        if (step == 28) {
            wMenuLoadState = 1;
            wPaletteThread_mode = 0;
        }
        break;
    case 1:
        if (redraw) {
            menu_row(6 + redraw);
            redraw = redraw == 3 ? 0 : redraw + 1;
            break;
        }
        if (carries()) {
            /* what lies under the mark changes places with what is on the button */
            u8 *slot = wInventoryStorage + wInventorySubmenu0CursorPos;
            u8 held = *slot;
            if (wKeysJustPressed & K_LEFT) { wInventorySubmenu0CursorPos = (wInventorySubmenu0CursorPos - 1) & (SLOTS - 1); redraw = 1; }
            else if (wKeysJustPressed & K_RIGHT) { wInventorySubmenu0CursorPos = (wInventorySubmenu0CursorPos + 1) & (SLOTS - 1); redraw = 1; }
            else if (wKeysJustPressed & K_A) { *slot = wInventoryA; wInventoryA = held; redraw = 1; }
            else if (wKeysJustPressed & K_B) { *slot = wInventoryB; wInventoryB = held; redraw = 1; }
        }
        if ((wKeysJustPressed & K_START) || ((wKeysJustPressed & K_B) && !redraw)) {
            wMenuLoadState = 2;
            wPaletteThread_mode = 1;
            step = 0;
        }
        break;
    case 2:
        if (step <= 8 && (step & 1) == 0) set_fade(step >> 1);
        if (step == 11) {
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
            wTextIsActive = 0;
            wTextDisplayMode = 0;
            wPaletteThread_mode = 0;
        }
        break;
    }
}

/* ---- game over ---- */

void gameover_begin(void) {
    u16 d = wDeathCounter + 1;
    if ((d & 0x000F) == 0x000A) d += 6;
    if ((d & 0x00F0) == 0x00A0) d += 0x60;
    if (d > 0x0999) d = 0x0999;
    wDeathCounter = d;
    wGameOverScreenTrigger = 0xFF;
    wSaveQuitMenu_gameOver = 1;
    wPaletteThread_mode = 1;
    step = 0;
}

static void gameover_row(u8 r) {
    frame_row(r);
    if (r == 6) say(3, "THE WOODS GROW");
    if (r == 8) say(6, "QUIET...");
    if (r == 11) say(3, "TAKE HEART, PIP");
    send_row(r);
}

/* 1 when it is over */
u8 gameover_update(void) {
    step++;
    if (step <= 18) gameover_row(step - 1);
    if (step <= 16 && (step & 3) == 0) set_fade(step >> 2);
    if (step == 19) v_mode = 1;
    if (step >= 20 && step <= 36 && (step & 3) == 0) set_fade((36 - step) >> 2);
    if (step == 36) wPaletteThread_mode = 0;
    if (step == 150) return 1;
    if (step > 44 && (wKeysJustPressed & (K_A | K_B | K_START))) return 1;
    return 0;
}
