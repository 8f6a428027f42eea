/* Start of the file, the main loop. */
#include "game.h"

u8 quit;

/* the save block as it stands when the story lets the player go */
static void start_file(void) {
    static const u8 mark[8] = {'Z', '1', '1', '2', '1', '6', '-', '0'};
    static const u8 name[5] = {'P', 'i', 'p', 0, 0};
    static const u8 start[6] = {0x00, 0xB6, 0x03, 0x02, 0x48, 0x78};
    u8 i;
    u8 *p;
    for (p = (u8 *)0xC5B0; p != (u8 *)0xCB00; p++) *p = 0;
    for (i = 0; i != 8; i++) wSavefileString[i] = mark[i];
    for (i = 0; i != 5; i++) wLinkName[i] = name[i];
    wAnimalCompanion = 0x0B;
    for (i = 0; i != 64; i++) wUnappraisedRings[i] = 0xFF;
    for (i = 0; i != 5; i++) wRingBoxContents[i] = 0xFF;
    wActiveRing = 0xFF;
    wTextSpeed = 2;
    wLinkHealth = wLinkMaxHealth = 0x0C;
    wMaxBombs = 0x10;
    wShieldLevel = 1;
    wObtainedTreasureFlags[0] = 0x04;
    wGlobalFlags[1] = 0x04;
    wGlobalFlags[4] = 0x02;
    wGroup0RoomFlags[0xB6] = 0x50;
    wGroup0RoomFlags[0xA7] = 0x10;
    wGroup0RoomFlags[0x98] = 0x10;
    for (i = 0; i != 6; i++) wDeathRespawnBuffer[i] = start[i];
}

/* who died goes on with half of all hearts, and three at least */
static void revive(void) {
    u8 half = (wLinkMaxHealth >> 1) & 0xFC;
    if (!wLinkHealth) wLinkHealth = half > 0x0C ? half : 0x0C;
}

/* into the game at the respawn place, LCD off */
static void enter_game(void) {
    revive();
    wActiveGroup = wDeathRespawnBuffer[0] & 7;
    wActiveRoom = wDeathRespawnBuffer[1];
    wRoomStateModifier = wDeathRespawnBuffer[2] & 3;
    wRoomPack = wLoadingRoomPack = 0x10;
    wDungeonIndex = 0xFF;
    wEnteredWarpPosition = 0xFF;
    arriving = 1;
    room_setup();
    load_tiles();
    set_fade(0);
    hCameraY = hCameraX = 0;
    wScreenOffsetY = wScreenOffsetX = 0;
    wScreenTransitionState = 2;
    wScrollMode = 1;
    wCutsceneIndex = 1;
    scroll_oy = scroll_ox = old_oy = old_ox = 0;
    objects_clear();
    room_load_tables();
    room_mark_visited();
    link_init(wDeathRespawnBuffer[4], wDeathRespawnBuffer[5], wDeathRespawnBuffer[3] & 3);
    room_spawn();
    link_set_down();
    if (wRoomIsLarge) camera_snap();
    wGfxRegsFinal[0] = 0xC7;
    if (!wRoomIsLarge) {
        wGfxRegsFinal[1] = 0xF0;
        wGfxRegsFinal[2] = 0;
    }
    room_draw_all();
    hud_init();
    wGameState = 2;
}

/* after a death, or from what was saved */
static void respawn(void) {
    u8 *p;
    lcd_off();
    for (p = (u8 *)0xCBA0; p != (u8 *)0xD000; p++) *p = 0;
    if (quit) {
        quit = 0;
        if (!load_file()) start_file();
    }
    season_phase = 0;
    wPaletteThread_mode = 0;
    v_mode = 0;
    wGfxRegsFinal[3] = wGfxRegsFinal[4] = 0xC7;
    v_lyc2 = 0xFF;
    enter_game();
    lcd_on();
}

static void count_frame(void) {
    u8 i;
    for (i = 0; i != 4; i++)
        if (++wPlaytimeCounter[i]) break;
    wFrameCounter = wPlaytimeCounter[0];
}

static u8 may_open_menu(void) {
    return !wMenuDisabled && w1Link.state == 1 && wLinkHealth && !wDisabledObjects && !wLinkInAir &&
           !w1WeaponItem.enabled && !w1Link.knockCounter && !wLinkGrabState && !(wLinkSwimmingState & DIVING);
}

static void play(void) {
    wScrollMode &= 0x7F;
    if (wScrollMode == 0 || wScrollMode == 2) {
        warp_step();
        return;
    }
    if (wScrollMode == 1 && wCutsceneIndex == 0) wCutsceneIndex = 1;
    if (wCutsceneTrigger) {
        scene_begin();
        return;
    }
    if (wCutsceneIndex == SCENE_CREDITS) {
        credits_update();
        return;
    }
    if (wCutsceneIndex == SCENE_GUARDIAN) {
        scene_update();
        return;
    }
    if (season_phase) {
        season_step();
        return;
    }
    if (wTextIsActive) {
        text_update();
        return;
    }
    if (w1Link.state == 3) {
        if (wGameOverScreenTrigger) {
            if (gameover_update()) wGameState = 0;
        } else {
            link_dying();
        }
        return;
    }
    switch (wScreenTransitionState) {
    case 3:
        scroll_begin();
        return;
    case 5:
        scroll_step();
        return;
    }
    if (wWarpTransition2 && w1Link.state == 1 && wScrollMode == 1) {
        warp_asked();
        return;
    }
    if ((wKeysJustPressed & (K_START | K_SELECT)) && may_open_menu()) {
        menu_open((wKeysJustPressed & K_START) ? 1 : 3);
        return;
    }
    link_update();
    if (w1Link.state != 3 && wScrollMode == 1) {
        objects_update();
        toggle_step();
    }
}

void main(void) {
    hRng1 = 0xAC;
    hRng2 = 0x0E;
    if (!load_file()) start_file();
    video_init();
    enter_game();
    lcd_on();
    __asm__("ei");
    for (;;) {
        vq_close();
        wait_vbl();
        wKeysPressedLastFrame = wKeysPressed;
        wKeysPressed = read_pad();
        wKeysJustPressed = wKeysPressed & ~wKeysPressedLastFrame;
        if (wGameState == 0) {
            respawn();
            count_frame();
            continue;
        }
        count_frame();
        if (wOpenedMenuType) {
            menu_update();
        } else {
            play();
            camera_update();
            if (!wOpenedMenuType && wGameState == 2 && wScrollMode && wScrollMode != 2 && v_mode == 0 && !season_phase) {
                room_animate();
                if (wScreenTransitionState != 5 && !wTextIsActive) hud_update();
            }
        }
        oam_reset();
        if (v_mode == 0) {
            objects_draw(1);
            link_draw();
            objects_draw(0);
        }
        oam_finish();
    }
}
