/* Scenes: whoever wants one writes its number to CC04; the next step begins it, and CC04 is 0 again. */
#pragma bank 4
#include "game.h"

#define FALL 0x180          /* of the guardian, a step */
#define ROAR 30

static u8 step;

/* from now on nobody moves and no menu opens */
void scene_ask(u8 scene) BANKED {
    wCutsceneTrigger = scene;
    wDisabledObjects = 0x81;
    wMenuDisabled = 1;
}

static obj_t *guardian(void) {
    u8 i;
    for (i = 0; i != top_enemy; i++)
        if (ENEMY(i)->enabled && ENEMY(i)->id == E_BOSS) return ENEMY(i);
    return 0;
}

static void guardian_end(void) {
    wCutsceneIndex = 1;
    wCutsceneState = 0;
    wDisabledObjects = 0;
    wMenuDisabled = 0;
}

static void guardian_begin(void) {
    wCutsceneIndex = SCENE_GUARDIAN;
    wCutsceneState = 0;
    step = 0;
    if (!guardian()) return;
    /* he who is in with it stays in */
    wDisableScreenTransitions = 1;
    wDisableWarpTiles = 1;
}

void scene_begin(void) BANKED {
    u8 scene = wCutsceneTrigger;
    wCutsceneTrigger = 0;
    if (scene == SCENE_CREDITS) credits_begin();
    else guardian_begin();
}

/* it comes down from the roots above, opens its jaws, and the fight is on */
void scene_update(void) BANKED {
    obj_t *o = guardian();
    if (!o) {
        guardian_end();     /* asked for where there is none */
        return;
    }
    if (wCutsceneState == 0) {
        o->z += FALL;
        if (o->zh < 0) return;
        o->z = 0;
        effect_new(5, o->yh + 12, o->xh - 16);
        effect_new(5, o->yh + 12, o->xh + 16);
        wCutsceneState = 1;
        return;
    }
    if (++step != ROAR) return;
    boss_wakes(o);
    guardian_end();
}
