/* Who is where, and what stops him: for heroes, foes and things alike. */
#include "game.h"

/* for 10-1F: which 2-px columns (10-17) or rows (18-1F) are solid */
static const u8 strips[16] = {
    0x00, 0xC3, 0x03, 0xC0, 0x00, 0xC3, 0xC3, 0x00,
    0x00, 0xC3, 0x03, 0xC0, 0xC0, 0xC1, 0xFF, 0x00};

u8 near8(u8 a, u8 b, u8 r) {
    u8 d = a > b ? a - b : b - a;
    return d < r;
}

/* which way lies (y2,x2) from (y1,x1), of the four */
u8 way(u8 y1, u8 x1, u8 y2, u8 x2) {
    u8 dy = y1 > y2 ? y1 - y2 : y2 - y1;
    u8 dx = x1 > x2 ? x1 - x2 : x2 - x1;
    if (dy > dx) return y2 < y1 ? 0x00 : 0x10;
    return x2 < x1 ? 0x18 : 0x08;
}

u8 solid_at(u8 y, u8 x) {
    u8 v = wRoomCollisions[(y & 0xF0) | (x >> 4)];
    if (v == 0) return 0;
    if (v < 0x10) {
        u8 m;
        if (v == 0x0F) return 1;
        if (y & 8) m = (x & 8) ? 1 : 2;
        else m = (x & 8) ? 4 : 8;
        return v & m;
    }
    if (v == 0xFF) return 0;
    if (v < 0x20) {
        u8 at = (((v & 8) ? y : x) & 15) >> 1;
        return (strips[v & 15] >> at) & 1;
    }
    return 1;
}

/* would a step this way press Link into the block that is being pushed? It is a full cell */
static u8 block_stops(u8 angle) {
    obj_t *o = INTERACTION(1);
    u8 y = w1Link.yh, x = w1Link.xh;
    if (!o->enabled) return 0;
    switch (angle) {
    case 0x00: return o->yh < y && near8(o->yh, y, 13) && near8(o->xh, x, 11);
    case 0x10: return o->yh > y && near8(o->yh, y, 17) && near8(o->xh, x, 11);
    case 0x08: return o->xh > x && near8(o->xh, x, 14) && near8(o->yh, y, 13);
    default: return o->xh < x && near8(o->xh, x, 14) && near8(o->yh, y, 13);
    }
}

/* would a step this way press Link into somebody? */
u8 npc_blocks(u8 angle) {
    u8 i, hi;
    u8 y = w1Link.yh, x = w1Link.xh;
    for (i = 0; i != 32; i += 2) {
        obj_t *o;
        hi = wAButtonSensitiveObjectList[i];
        if (!hi) break;
        o = (obj_t *)(((u16)hi << 8) + 0x40);
        if (!near8(o->yh, y, 13) || !near8(o->xh, x, 12)) continue;
        switch (angle) {
        case 0x00: if (o->yh < y && near8(o->xh, x, 11)) return 1; break;
        case 0x10: if (o->yh > y && near8(o->xh, x, 11)) return 1; break;
        case 0x08: if (o->xh > x && near8(o->yh, y, 12)) return 1; break;
        default: if (o->xh < x && near8(o->yh, y, 12)) return 1; break;
        }
    }
    return block_stops(angle);
}

void wipe(obj_t *o) {
    u8 *p = (u8 *)o;
    u8 i;
    for (i = 0; i != 64; i++) p[i] = 0;
}

u8 owns(u8 treasure) {
    return wObtainedTreasureFlags[treasure >> 3] & (u8)(1 << (treasure & 7));
}
