/* The magpie who crosses a room outside once thirty foes have fallen, in the slot of companions, D100. */
#pragma bank 4
#include "game.h"

#define MAGPIE 0x0E
#define COMES_AT 30
#define REACH 14

enum { WAITS = 1, CROSSES, FLEES };

/* how far off her line she is, up and down and up again */
static const s8 wave[16] = {0, 4, 8, 10, 11, 10, 8, 4, 0, -4, -8, -10, -11, -10, -8, -4};

void visitor_gone(void) BANKED {
    w1Companion.enabled = 0;
    wIsMaplePresent = 0;
}

/* one number out of the generator is her side and her line */
void visitor_come(void) BANKED {
    obj_t *o = &w1Companion;
    u8 r;
    if (wActiveGroup || wMapleKillCounter < COMES_AT) return;
    r = rnd();
    wipe(o);
    o->enabled = 1;
    o->id = MAGPIE;
    o->state = WAITS;
    o->counter1 = 40;
    o->angle = (r & 1) ? 0x18 : 0x08;
    o->direction = o->angle >> 3;
    o->yh = o->v34 = 28 + (r >> 2);
    o->xh = (r & 1) ? 0xB0 : 0xF0;      /* beyond the edge */
    o->zh = -8;
    wIsMaplePresent = 1;
}

/* what she carried falls around her */
static void scatter(obj_t *o) {
    part_new(PART_DROP, DROP_GASHA, o->yh, o->xh < 12 ? 0 : o->xh - 12);
    part_new(PART_DROP, 3, o->yh, o->xh + 12);
    part_new(PART_DROP, 1, o->yh + 10, o->xh);
    part_new(PART_DROP, 2, o->yh < 10 ? 0 : o->yh - 10, o->xh);
}

static void bump(obj_t *o) {
    scatter(o);
    wMapleKillCounter = 0;
    o->state = FLEES;
    link_stop();
    text_open(TEXT_VISITOR);
}

static u8 is_touched(obj_t *o) {
    return w1Link.state == 1 && !w1Link.knockCounter && !wLinkInAir && wLinkHealth && !wTextIsActive &&
           near8(o->yh, w1Link.yh, REACH) && near8(o->xh, w1Link.xh, REACH);
}

void visitor_update(void) BANKED {
    obj_t *o = &w1Companion;
    if (o->state == WAITS) {
        if (!--o->counter1) o->state = CROSSES;
        return;
    }
    o->animCounter++;
    o->xh += o->angle == 0x08 ? 1 : 0xFF;
    if (o->state == FLEES) {
        o->yh -= 3;
        if (o->yh >= 0xE0) visitor_gone();
        return;
    }
    o->yh = o->v34 + wave[(o->animCounter >> 2) & 15];
    if (is_touched(o)) bump(o);
    else if (o->animCounter == 192) visitor_gone();
}

void visitor_draw(void) BANKED {
    obj_t *o = &w1Companion;
    s16 x = o->xh > 200 ? (s16)o->xh - 256 : o->xh;
    s16 y = (o->yh > 200 ? (s16)o->yh - 256 : o->yh) + scroll_oy + 16;
    if (o->state == WAITS) return;
    x += scroll_ox;
    sprite16(y + o->zh - ((o->animCounter & 8) >> 2), x, S_MAGPIE, o->angle == 0x08 ? PAL_STEEL : PAL_STEEL | FLIP_X);
    sprite8(y + 5, x, S_SHADOW, PAL_STEEL);
}
