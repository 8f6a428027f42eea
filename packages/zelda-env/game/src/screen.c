/* Whole screens of text: map 9C00, rows 0-17, put together one row at a time. */
#pragma bank 5
#include "screen.h"

#define MAP 0x9C00
#define ATTR (0x88 | BGP_TEXT)

u8 line[20], pals[20];

void frame_row(u8 r) {
    u8 i, left = (u8)(UI_BOX + 3), mid = (u8)(UI_BOX + 4), right = (u8)(UI_BOX + 5);
    if (r == 0) { left = UI_BOX; mid = (u8)(UI_BOX + 1); right = (u8)(UI_BOX + 2); }
    if (r == 17) { left = (u8)(UI_BOX + 6); mid = (u8)(UI_BOX + 7); right = (u8)(UI_BOX + 8); }
    line[0] = left;
    for (i = 1; i != 19; i++) line[i] = mid;
    line[19] = right;
    for (i = 0; i != 20; i++) pals[i] = ATTR;
}

void say(u8 c, const char *s) {
    while (*s) line[c++] = (u8)*s++ - 0x20;
}

void send_row(u8 r) {
    u16 a = MAP + ((u16)r << 5);
    vq_send(0, a, line, 20);
    vq_send(0x40, a, pals, 20);
}

void number(u8 c, u16 v, u8 n) {
    while (n--) {
        line[c + n] = (u8)0x10 + ((u8)v & 15);
        v >>= 4;
    }
}

void icon(u8 c, u8 item, u8 low) {
    u8 t;
    if (!item) return;
    t = icon_of[item & 31] + low + low;
    line[c] = t;
    line[c + 1] = t + 1;
    pals[c] = pals[c + 1] = 0x88 | BGP_UI;
}

void mark(u8 c, u8 tile) {
    line[c] = tile;
    pals[c] = 0x88 | BGP_UI;
}

void rule(void) {
    u8 i;
    for (i = 1; i != 19; i++) line[i] = UI_RULE;
}
