/* The end: C2EF = 0A while it is told, page by page; then play goes on. */
#pragma bank 5
#include "screen.h"

#define PAGE_TIME 200

static u8 step, page;

static const char *const pages[][4] = {
    {"The seed of spring", "wakes in the deep", "and the snow", "remembers water."},
    {"", "A C O R N", "", "one small quest"},
    {"Pip, Elder Hazel", "the village", "and every burr", "that was cut."},
    {"", "Thank you", "for playing.", "The end"},
};
#define PAGES 4

void credits_begin(void) BANKED {
    wCutsceneIndex = SCENE_CREDITS;
    wCutsceneState = 0;
    wPaletteThread_mode = 1;
    wGlobalFlags[5] |= 0x01;
    wFileIsCompleted = 1;
    step = page = 0;
}

static u8 length(const char *s) {
    u8 n = 0;
    while (*s++) n++;
    return n;
}

static void page_row(u8 r) {
    const char *s;
    frame_row(r);
    if (r >= 5 && r < 13 && (r & 1)) {
        s = pages[page][(r - 5) >> 1];
        say((20 - length(s)) >> 1, s);
    }
    send_row(r);
}

void credits_update(void) BANKED {
    step++;
    if (step <= 16 && (step & 3) == 0) set_fade(step >> 2);
    if (step > 18 && step <= 36) page_row(step - 19);
    if (step == 37) v_mode = 1;
    if (step >= 40 && step <= 56 && (step & 3) == 0) set_fade((56 - step) >> 2);
    if (step == 57) wPaletteThread_mode = 0;
    if (step < 90) return;
    if (step != PAGE_TIME && !(wKeysJustPressed & (K_A | K_B | K_START))) return;
    step = 0;
    wPaletteThread_mode = 1;
    wCutsceneState = ++page;
    if (page != PAGES) return;
    wLinkHealth = wLinkMaxHealth;
    save_file();
    wGameState = 0;
}
