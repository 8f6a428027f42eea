/* Where the game keeps its state. Every name and address is one of the
 * documented places an observer of this kind of game reads; private variables
 * are plain C statics, which the linker puts at C000-C2DF. */
#ifndef RAM_H
#define RAM_H

typedef unsigned char u8;
typedef signed char s8;
typedef unsigned int u16;
typedef signed int s16;

#ifdef RAM_DEFINE
#define R8(name, at) __at(at) u8 name
#define RN(name, at, n) __at(at) u8 name[n]
#define R16(name, at) __at(at) u16 name
#define RO(name, at) __at(at) obj_t name
#else
#define R8(name, at) extern u8 name
#define RN(name, at, n) extern u8 name[n]
#define R16(name, at) extern u16 name
#define RO(name, at) extern obj_t name
#endif

/* One object: 40h bytes, the same fields for every kind. */
typedef struct {
    u8 enabled, id, subid, var03;             /* 00 */
    u8 state, substate, counter1, counter2;   /* 04 */
    u8 direction, angle;                      /* 08 */
    union { u16 y; struct { u8 yf, yh; }; };  /* 0A */
    union { u16 x; struct { u8 xf, xh; }; };  /* 0C */
    union { s16 z; struct { u8 zf; s8 zh; }; };/* 0E */
    u8 speed, speed11, speed12, speed13;      /* 10 */
    s16 speedZ;                               /* 14 */
    u16 related1, related2;                   /* 16 */
    u8 visible, oamFlags1, oamFlags2, oamTile;/* 1A */
    u16 oamAddress;                           /* 1E */
    u8 animCounter, animParameter;            /* 20 */
    u16 animPointer;                          /* 22 */
    u8 collisionType, collisionMode;          /* 24 */
    u8 radiusY, radiusX;                      /* 26 */
    s8 damage, health;                        /* 28 */
    u8 lastCollision, invincibility;          /* 2A */
    u8 knockAngle, knockCounter, stun;        /* 2C */
    u8 v2f, v30, pressedA, textL;             /* 2F */
    union { u8 textH, walls; };               /* 33 */
    u8 v34, v35, v36, v37, v38, v39, v3a, v3b, v3c, v3d, v3e, v3f;
} obj_t;

/* game */
R8(wGameState, 0xC2EE);
R8(wCutsceneIndex, 0xC2EF);
R8(wKeysPressedLastFrame, 0xC480);
R8(wKeysPressed, 0xC481);
R8(wKeysJustPressed, 0xC482);
RN(wGfxRegsFinal, 0xC497, 6);
R8(wPaletteThread_mode, 0xC4AB);

/* the save block C5B0-CAFF */
R16(wFileChecksum, 0xC5B0);
RN(wSavefileString, 0xC5B2, 8);
RN(wUnappraisedRings, 0xC5C0, 64);
RN(wLinkName, 0xC602, 6);
R8(wAnimalCompanion, 0xC610);
R8(wWhichGame, 0xC611);
R8(wFileIsCompleted, 0xC614);
RN(wRingsObtained, 0xC616, 8);
R16(wDeathCounter, 0xC61E);
R16(wTotalEnemiesKilled, 0xC620);
RN(wPlaytimeCounter, 0xC622, 4);
R8(wTotalSignsDestroyed, 0xC626);
R16(wTotalRupeesCollected, 0xC627);
R8(wTextSpeed, 0xC629);
RN(wDeathRespawnBuffer, 0xC62B, 13);
R8(wMinimapGroup, 0xC63A);
R8(wMinimapRoom, 0xC63B);
R8(wMinimapDungeonMapPosition, 0xC63C);
R8(wMinimapDungeonFloor, 0xC63D);
R8(wMapleKillCounter, 0xC63E);
R8(wGashaSpotFlags, 0xC649);
RN(wGashaSpotsPlantedBitset, 0xC64A, 2);
RN(wGashaSpotKillCounters, 0xC64C, 16);
R16(wGashaMaturity, 0xC65C);
RN(wDungeonVisitedFloors, 0xC662, 12);
RN(wDungeonSmallKeys, 0xC66E, 12);
RN(wDungeonBossKeys, 0xC67A, 2);
RN(wDungeonCompasses, 0xC67C, 2);
RN(wDungeonMaps, 0xC67E, 2);
R8(wInventoryB, 0xC680);
R8(wInventoryA, 0xC681);
RN(wInventoryStorage, 0xC682, 16);
RN(wObtainedTreasureFlags, 0xC692, 16);
R8(wLinkHealth, 0xC6A2);
R8(wLinkMaxHealth, 0xC6A3);
R8(wNumHeartPieces, 0xC6A4);
R16(wNumRupees, 0xC6A5);
R16(wNumOreChunks, 0xC6A7);
R8(wShieldLevel, 0xC6A9);
R8(wNumBombs, 0xC6AA);
R8(wMaxBombs, 0xC6AB);
R8(wSwordLevel, 0xC6AC);
R8(wSeedSatchelLevel, 0xC6AE);
R8(wObtainedSeasons, 0xC6B0);
R8(wBoomerangLevel, 0xC6B1);
R8(wSlingshotLevel, 0xC6B3);
R8(wFeatherLevel, 0xC6B4);
R8(wNumEmberSeeds, 0xC6B5);
R8(wNumGashaSeeds, 0xC6BA);
R8(wNumScentSeeds, 0xC6B6);
R8(wEssencesObtained, 0xC6BB);
R8(wSatchelSelectedSeeds, 0xC6BE);
RN(wRingBoxContents, 0xC6C0, 5);
R8(wActiveRing, 0xC6C5);
R8(wKilledGoldenEnemies, 0xC6C9);
R8(wRingBoxLevel, 0xC6C6);
RN(wGlobalFlags, 0xC6CA, 16);
R8(wInsertedJewels, 0xC6E1);
RN(wGroup0RoomFlags, 0xC700, 256);

/* drawing, text, menus */
RN(wOam, 0xCB00, 160);
R8(wTextIsActive, 0xCBA0);
R8(wTextDisplayMode, 0xCBA1);
R8(wTextIndexL, 0xCBA2);
R8(wTextIndexH, 0xCBA3);
R8(wTextIndexH_backup, 0xCBA4);
R8(wSelectedTextOption, 0xCBA5);
R16(wTextNumberSubstitution, 0xCBA8);
R8(wTextboxPosition, 0xCBAC);
R8(wSaveQuitMenu_state, 0xCBB3);
R8(wSaveQuitMenu_gameOver, 0xCBB4);
R8(wSaveQuitMenu_cursorIndex, 0xCBB5);
R8(wDisableLinkCollisionsAndMenu, 0xCBCA);
R8(wOpenedMenuType, 0xCBCB);
R8(wMenuLoadState, 0xCBCC);
R8(wMenuActiveState, 0xCBCD);
R8(wInventorySubmenu, 0xCBCF);
R8(wInventorySubmenu0CursorPos, 0xCBD0);
R8(wInventorySubmenu1CursorPos, 0xCBD1);
R8(wDisplayedHearts, 0xCBE4);
R16(wDisplayedRupees, 0xCBE6);
R8(wStatusBarNeedsRefresh, 0xCBEA);
R8(wBItemTreasure, 0xCBEB);
R8(wAItemTreasure, 0xCBF0);

/* play */
R8(wFrameCounter, 0xCC00);
R8(wMenuDisabled, 0xCC02);
R8(wCutsceneState, 0xCC03);
R8(wCutsceneTrigger, 0xCC04);
RN(wEnemiesKilledList, 0xCC1F, 16);
R8(wEnemiesKilledListTail, 0xCC2F);
R8(wNumEnemies, 0xCC30);
R8(wToggleBlocksState, 0xCC31);
R8(wLinkDeathTrigger, 0xCC34);
R8(wGameOverScreenTrigger, 0xCC35);
R8(wIsMaplePresent, 0xCC3A);
R8(wLinkLocalRespawnY, 0xCC3D);
R8(wLinkLocalRespawnX, 0xCC3E);
R8(wLinkLocalRespawnDir, 0xCC3F);
R8(wGameKeysPressed, 0xCC45);
R8(wGameKeysJustPressed, 0xCC46);
R8(wLinkAngle, 0xCC47);
R8(wLinkObjectIndex, 0xCC48);
R8(wActiveGroup, 0xCC49);
R8(wRoomIsLarge, 0xCC4A);
R8(wLoadingRoom, 0xCC4B);
R8(wActiveRoom, 0xCC4C);
R8(wRoomPack, 0xCC4D);
R8(wRoomStateModifier, 0xCC4E);
R8(wActiveCollisions, 0xCC4F);
R8(wTilesetFlags, 0xCC50);
R8(wDungeonIndex, 0xCC55);
R8(wDungeonMapPosition, 0xCC56);
R8(wDungeonFloor, 0xCC57);
R8(wDungeonRoomProperties, 0xCC58);
R8(wDungeonFlagsAddressH, 0xCC59);
R8(wDungeonWallmasterDestRoom, 0xCC5A);
R8(wDungeonFirstLayout, 0xCC5B);
R8(wDungeonNumFloors, 0xCC5C);
R8(wLoadingRoomPack, 0xCC61);
R8(wWarpDestGroup, 0xCC63);
R8(wWarpDestRoom, 0xCC64);
R8(wWarpTransition, 0xCC65);
R8(wWarpDestPos, 0xCC66);
R8(wWarpTransition2, 0xCC67);
R8(wLinkForceState, 0xCC6A);
R8(wLinkGrabState, 0xCC75);
R8(wLinkInAir, 0xCC77);
R8(wLinkSwimmingState, 0xCC78);
R8(wLinkUsingItem1, 0xCC7A);
R8(wLinkTurningDisabled, 0xCC7B);
R8(wLinkImmobilized, 0xCC7C);
R8(wLinkPushingDirection, 0xCC80);
R8(wLinkClimbingVine, 0xCC83);
R8(wPushingAgainstTileCounter, 0xCC84);
R8(wUsingShield, 0xCC89);
R8(wRoomEdgeY, 0xCCA0);
R8(wRoomEdgeX, 0xCCA1);
R8(wDisabledObjects, 0xCCA4);
R8(wEnteredWarpPosition, 0xCCA8);
R8(wNumTorchesLit, 0xCCA9);
R8(wDisableWarpTiles, 0xCCAA);
R8(wDisableScreenTransitions, 0xCCAB);
R8(wActiveTilePos, 0xCCB3);
R8(wActiveTileIndex, 0xCCB4);
R8(wStandingOnTileCounter, 0xCCB5);
R8(wActiveTileType, 0xCCB6);
R8(wLastActiveTileType, 0xCCB7);
R8(wActiveTriggers, 0xCCBA);
R8(wLastChestPos, 0xCCBC);
R8(wBlockPushAngle, 0xCCC0);
RN(wAButtonSensitiveObjectList, 0xCCCA, 32);
R8(wInShop, 0xCCEA);
R8(wShopHaveEnoughRupees, 0xCCEC);
R8(wScentSeedActive, 0xCCF0);

/* the screen */
R8(wScrollMode, 0xCD00);
R8(wScreenTransitionDirection, 0xCD02);
R8(wScreenTransitionState, 0xCD04);
R8(wScreenTransitionState2, 0xCD05);
R8(wScreenTransitionState3, 0xCD06);
R8(wScreenOffsetY, 0xCD08);
R8(wScreenOffsetX, 0xCD09);
R8(wRoomWidth, 0xCD0A);
R8(wRoomHeight, 0xCD0B);
R8(wScreenTransitionBoundaryX, 0xCD0C);
R8(wScreenTransitionBoundaryY, 0xCD0D);
R8(wMaxCameraX, 0xCD0E);
R8(wMaxCameraY, 0xCD0F);
R8(wLastToggleBlocksState, 0xCD2C);
R8(wAnimationState, 0xCD30);
RN(wRoomCollisions, 0xCE00, 192);
RN(wRoomLayout, 0xCF00, 192);

/* WRAM bank 1 */
RO(w1Link, 0xD000);
RO(w1Companion, 0xD100);
RO(w1ParentItem2, 0xD200);
RO(w1WeaponItem, 0xD600);
RO(w1ReservedItemC, 0xDC00);

/* bank 2 of D000-DFFF */
RN(w2DungeonLayout, 0xDC00, 256);

/* high RAM */
R8(hRng1, 0xFF94);
R8(hRng2, 0xFF95);
R16(hCameraY, 0xFFA8);
R16(hCameraX, 0xFFAA);
R8(hBank, 0xFFF2);          /* private: the ROM bank at 4000-7FFF */

/* the n-th object of each kind */
#define SLOT(n, base) ((obj_t *)(0xD000 + ((u16)(n) << 8) + (base)))
#define INTERACTION(n) SLOT(n, 0x40)
#define ENEMY(n) SLOT(n, 0x80)
#define PART(n) SLOT(n, 0xC0)

#endif
