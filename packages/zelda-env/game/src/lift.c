/* The bracelet: what Link grabs, lifts over his head, carries and throws. It is the object in DC00. */
#pragma bank 1
#include "game.h"

#define GRAB_STEPS 10
#define LIFT_STEPS 12
#define HEIGHT 15
#define DAMAGE 2
#define AUTUMN 2

enum { CARRIED = 1, THROWN };

static u8 cell, steps;      /* what was grabbed, and for how long it has been pulled at */

void grab_start(void) {
    cell = cell_ahead(w1Link.direction);
    if (cell == NO_CELL || w1ReservedItemC.enabled || !lift_to(wRoomLayout[cell])) return;
    wLinkGrabState = GRABBING;
    steps = 0;
}

/* it breaks where it is, or sinks */
static void shatter(obj_t *o) {
    u8 kind = type_of(wRoomLayout[(o->yh & 0xF0) | o->xh >> 4]);
    o->enabled = 0;
    o->visible = 0;
    o->collisionType = 0;
    if (kind == WATER) effect_new(3, o->yh, o->xh);
    else if (kind != HOLE) effect_new(is_bush(o->subid) ? 0 : 5, o->yh, o->xh);
}

void let_go(void) BANKED {
    if (!wLinkGrabState) return;
    wLinkGrabState = 0;
    if (w1ReservedItemC.state == CARRIED) w1ReservedItemC.enabled = 0;
}

void drop_carried(void) {
    if (wLinkGrabState && w1ReservedItemC.enabled) shatter(&w1ReservedItemC);
    let_go();
}

static void lift(void) {
    obj_t *o = &w1ReservedItemC;
    u8 t = wRoomLayout[cell], y = (cell & 0xF0) + 8, x = (u8)(cell << 4) + 8;
    if (!lift_to(t)) {
        wLinkGrabState = 0;
        return;
    }
    wipe(o);
    o->enabled = 1;
    o->id = T_BRACELET;
    o->subid = t;
    o->state = CARRIED;
    o->yh = y;
    o->xh = x;
    o->radiusY = o->radiusX = 6;
    o->visible = 0x80;
    room_set_tile(cell, lift_to(t));
    drop(y, x, 6);
    wLinkGrabState = LIFTING;
}

/* 1 while it holds Link in his place */
u8 grab_update(void) {
    if (!(wLinkGrabState & 0x40)) return 0;
    steps++;
    if (wLinkGrabState == GRABBING) {
        if (steps < GRAB_STEPS) return 1;
        lift();
        steps = 0;
    } else if (steps == LIFT_STEPS) {
        wLinkGrabState = HOLDING;
    }
    return 1;
}

void throw_carried(void) {
    obj_t *o = &w1ReservedItemC;
    wLinkGrabState = 0;
    o->state = THROWN;
    o->direction = w1Link.direction;
    o->angle = w1Link.direction << 3;
    o->speedZ = -0x60;
    o->collisionType = 0x80 | T_BRACELET;
    o->damage = -DAMAGE;
}

static void fly(obj_t *o) {
    switch (o->direction) {
    case 0: o->y -= 0x200; break;
    case 1: o->x += 0x200; break;
    case 2: o->y += 0x200; break;
    default: o->x -= 0x200; break;
    }
    if (o->yh >= wRoomEdgeY || o->xh >= wRoomEdgeX) {
        o->enabled = 0;
        o->visible = 0;
        o->collisionType = 0;
        return;
    }
    o->z += o->speedZ;
    o->speedZ += 0x18;
    orbs_hit(o->yh, o->xh);
    if (o->zh >= 0 || wRoomCollisions[(o->yh & 0xF0) | o->xh >> 4] == 0x0F || burst_hits(o, 12, DAMAGE)) shatter(o);
}

void carried_update(void) BANKED {
    obj_t *o = &w1ReservedItemC;
    if (o->state == THROWN) {
        fly(o);
        return;
    }
    o->y = w1Link.y;
    o->x = w1Link.x;
    o->zh = -HEIGHT;
    if (wLinkGrabState != LIFTING || steps > LIFT_STEPS / 2) return;
    /* half of the way up */
    o->yh = ((u16)w1Link.yh + (cell & 0xF0) + 8) >> 1;
    o->xh = ((u16)w1Link.xh + (u8)(cell << 4) + 8) >> 1;
    o->zh = -HEIGHT / 2;
}

void carried_draw(u8 front) BANKED {
    obj_t *o = &w1ReservedItemC;
    s16 y = scroll_oy + 16 + o->yh, x = scroll_ox + o->xh;
    u8 tile = S_HELD_POT, attr = PAL_HERO;
    if ((o->state == CARRIED || o->yh > w1Link.yh) != front) return;
    if (is_bush(o->subid)) {
        tile = S_HELD_BUSH;
        attr = wRoomStateModifier == AUTUMN ? PAL_HERO : PAL_GREEN;
    } else if (!inside) {
        tile = S_HELD_ROCK;
        attr = PAL_STEEL;
    }
    if (o->state == THROWN) sprite8(y + 5, x, S_SHADOW, PAL_STEEL);
    y += o->zh;
    sprite8(y, x - 4, tile, attr);
    sprite8(y, x + 4, tile, attr | FLIP_X);
}
