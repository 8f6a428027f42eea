/* What Link sends flying: the boomerang, and seeds from the slingshot; both lie in D700-DB00. */
#pragma bank 3
#include "game.h"

#define OUTWARD 1
#define HOMEWARD 2
#define REACH 36        /* frames that the boomerang flies before it turns by itself */
#define BOOMERANG_PACE 2
#define SEED_PACE 3
#define SEED_FLIGHT 120 /* longer than any room is */

static obj_t *launch(u8 id, u8 state, u8 time) {
    obj_t *o = laid_new(id, w1Link.yh, w1Link.xh, time);
    if (!o) return 0;
    o->state = state;
    o->direction = w1Link.direction;
    o->angle = w1Link.direction << 3;
    o->collisionType = 0x86;
    o->radiusY = o->radiusX = 4;
    return o;
}

static void fly(obj_t *o, u8 pace) {
    switch (o->direction) {
    case 0: o->yh -= pace; break;
    case 1: o->xh += pace; break;
    case 2: o->yh += pace; break;
    default: o->xh -= pace; break;
    }
}

static u8 outside(obj_t *o) {
    return o->yh >= wRoomEdgeY || o->xh >= wRoomEdgeX;
}

/* ---- the boomerang: one at a time ---- */

void boomerang_throw(void) BANKED {
    u8 i;
    for (i = FIRST_ITEM; i <= LAST_ITEM; i++) {
        obj_t *o = SLOT(i, 0);
        if (o->enabled && o->id == T_BOOMERANG) return;
    }
    launch(T_BOOMERANG, OUTWARD, REACH);
}

/* what lies on its way comes along, and Link takes it when it is back */
static void fetch(obj_t *o) {
    u8 i;
    for (i = 0; i != top_part; i++) {
        obj_t *p = PART(i);
        if (p->enabled != 1 || p->id != PART_DROP || p->counter2) continue;
        if (!near8(p->yh, o->yh, 10) || !near8(p->xh, o->xh, 10)) continue;
        p->yh = o->yh;
        p->xh = o->xh;
    }
}

static void approach(u8 *at, u8 to) {
    if (near8(*at, to, BOOMERANG_PACE)) *at = to;
    else if (*at < to) *at += BOOMERANG_PACE;
    else *at -= BOOMERANG_PACE;
}

void boomerang_update(obj_t *o) {
    o->animCounter++;
    fetch(o);
    if (o->state == HOMEWARD) {
        approach(&o->yh, w1Link.yh);
        approach(&o->xh, w1Link.xh);
        stun_hits(o);
        if (near8(o->yh, w1Link.yh, 6) && near8(o->xh, w1Link.xh, 6)) laid_end(o);
        return;
    }
    fly(o, BOOMERANG_PACE);
    if (outside(o)) {
        fly(o, (u8)-BOOMERANG_PACE);
        o->state = HOMEWARD;
    } else if (!--o->counter1 || solid_at(o->yh, o->xh) || stun_hits(o) || orbs_hit(o->yh, o->xh)) {
        o->state = HOMEWARD;
    }
}

/* ---- the slingshot: a seed flies until it meets something, and burns there ---- */

void seed_shoot(void) BANKED {
    if (wNumEmberSeeds && launch(T_EMBER, SEED_FLIES, SEED_FLIGHT)) wNumEmberSeeds = one_less(wNumEmberSeeds);
}

void seed_fly(obj_t *o) {
    fly(o, SEED_PACE);
    if (outside(o) || !--o->counter1) {
        laid_end(o);
        return;
    }
    if (!solid_at(o->yh, o->xh) && !burst_hits(o, 8, 2) && !orbs_hit(o->yh, o->xh)) return;
    ember_burn(o);
}
