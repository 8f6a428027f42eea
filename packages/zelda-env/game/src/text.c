/* The text box: rows 0-4 of map 9C00, shown through the window. */
#include "game.h"

#define MAP 0x9C00
#define BOX_ROWS 5

static const u8 *at;
static u8 phase, row, col, wait, blink;

enum { OPENING, WRITING, PAGE_END, CLEARING, ASK, ALL_END };
static u8 which, option;

void text_open(u8 index) {
    u16 id = text_id[index];
    which = index;
    at = text_of[index];
    wTextIsActive = 1;
    wTextDisplayMode = 0;
    wTextIndexL = (u8)id;
    wTextIndexH = (u8)(id >> 8) + 4;
    wTextIndexH_backup = wTextIndexH;
    wSelectedTextOption = 0xFF;
    wTextboxPosition = (s16)w1Link.yh + scroll_oy > 72 ? 0 : 2;   /* never over Link: top or bottom */
    phase = OPENING;
    row = 0;
}

static void blank_row(u8 r) {
    u8 i;
    u16 a = MAP + ((u16)r << 5);
    u8 left = (u8)(UI_BOX + 3), mid = (u8)(UI_BOX + 4), right = (u8)(UI_BOX + 5);
    if (r == 0) { left = UI_BOX; mid = (u8)(UI_BOX + 1); right = (u8)(UI_BOX + 2); }
    if (r == BOX_ROWS - 1) { left = (u8)(UI_BOX + 6); mid = (u8)(UI_BOX + 7); right = (u8)(UI_BOX + 8); }
    vq_begin(0, a);
    vq_put(left);
    for (i = 0; i != 18; i++) vq_put(mid);
    vq_put(right);
    vq_end();
    vq_begin(0x40, a);
    for (i = 0; i != 20; i++) vq_put(0x88 | BGP_TEXT);
    vq_end();
}

static void show(void) {
    wGfxRegsFinal[4] = 7;
    wGfxRegsFinal[0] = 0xE7;
    if (wTextboxPosition == 0) {
        wGfxRegsFinal[3] = 20;
        v_lyc2 = (u8)(19 + BOX_ROWS * 8);
        v_lcdc2 = (u8)0xC7;
    } else {
        wGfxRegsFinal[3] = 100;
        v_lyc2 = (u8)(99 + BOX_ROWS * 8);
        v_lcdc2 = (u8)0xC7;
    }
}

static void hide(void) {
    wGfxRegsFinal[0] = 0xC7;
    wGfxRegsFinal[3] = 0xC7;
    wGfxRegsFinal[4] = 0xC7;
    v_lyc2 = 0xFF;
}

static void put(u8 r, u8 c, u8 tile) {
    vq_begin(0, MAP + ((u16)r << 5) + c);
    vq_put(tile);
    vq_end();
}

void text_update(void) {
    u8 pressed = wKeysJustPressed & (K_A | K_B);
    if (wTextIsActive == 0xFF) phase = ALL_END, pressed = 1;
    switch (phase) {
    case OPENING:
        blank_row(row);
        if (++row == BOX_ROWS) {
            show();
            phase = WRITING;
            row = 1;
            col = 1;
            wait = 4;
        }
        break;
    case WRITING:
        if (pressed) wait = 0;
        if (wait) { wait--; break; }
        wait = (wKeysPressed & (K_A | K_B)) ? 0 : 1;
        if (*at == '\n') { at++; row = 3; col = 1; }
        if (*at == 0x0C) { at++; phase = PAGE_END; blink = 0; break; }
        if (*at == 0) {
            blink = 0;
            phase = ALL_END;
            if (text_then[which << 1] != 0xFF) {
                phase = ASK;
                option = 0;
                wTextDisplayMode = 1;
            }
            break;
        }
        put(row, col, *at - 0x20);
        at++;
        col++;
        break;
    case PAGE_END:
        if ((blink & 15) == 0) put(4, 18, (blink & 16) ? (u8)(UI_BOX + 7) : UI_MORE);
        blink++;
        if (pressed) {
            phase = CLEARING;
            row = 1;
        }
        break;
    case CLEARING:
        blank_row(row);
        if (row == 1) row = 3;
        else if (row == 3) row = 4;
        else { phase = WRITING; row = 1; col = 1; wait = 2; }
        break;
    case ASK:
        /* the mark before the answer; A takes it, B the second */
        if (wKeysJustPressed & (K_LEFT | K_RIGHT | K_UP | K_DOWN)) {
            option ^= 1;
            blink = 0;
        }
        if (blink == 0) {
            put(3, 2, option ? 0 : UI_CURSOR);
            put(3, 10, option ? UI_CURSOR : 0);
            blink = 1;
        }
        if (pressed) {
            u8 next;
            if (wKeysJustPressed & K_B) option = 1;
            next = text_then[(which << 1) + option];
            wTextDisplayMode = 0;
            wSelectedTextOption = option;
            which = next;
            at = text_of[next];
            wTextIndexL = (u8)text_id[next];
            wTextIndexH = (u8)(text_id[next] >> 8) + 4;
            wTextIndexH_backup = wTextIndexH;
            phase = CLEARING;
            row = 1;
        }
        break;
    default:
        if ((blink & 15) == 0) put(4, 18, (blink & 16) ? (u8)(UI_BOX + 7) : UI_END);
        blink++;
        if (pressed) {
            hide();
            wTextIsActive = 0;
            if (text_do[which] == 1) add_health(wLinkMaxHealth);
            *room_flags() |= text_flag[which];
        }
        break;
    }
}
