/* The flippers: Link in the water, and under it. */
#pragma bank 1
#include "game.h"

#define BREATH 60

static u8 breath;

/* whether the ground under him is water that he swims in; link_active_tile asks */
void swim_look(void) {
    if (wActiveTileType != WATER || wLinkInAir || !owns(T_FLIPPERS)) {
        wLinkSwimmingState = 0;
        return;
    }
    if (wLinkSwimmingState) return;
    wLinkSwimmingState = SWIMMING;
    let_go();
    sword_end();
    wUsingShield = 0;
    effect_new(3, w1Link.yh + 2, w1Link.xh);
}

void swim_update(void) {
    if (!(wLinkSwimmingState & DIVING)) return;
    if (!--breath) wLinkSwimmingState = SWIMMING;
}

/* down, and up again before he must */
void dive(void) {
    wLinkSwimmingState ^= DIVING;
    breath = BREATH;
}

void swim_draw(s16 y, s16 x, u8 attr) {
    static const u8 look[4] = {S_HERO_SWIM_UP, S_HERO_SWIM_RIGHT, S_HERO_SWIM_DOWN, S_HERO_SWIM_RIGHT};
    u8 d = w1Link.direction & 3;
    if (wLinkSwimmingState & DIVING) {
        sprite16(y, x, S_SPLASH2, PAL_BLUE | SBANK1);
        return;
    }
    if (d == 3) attr |= FLIP_X;
    hero16((wFrameCounter & 16) ? y + 1 : y, x, look[d], attr);
}
