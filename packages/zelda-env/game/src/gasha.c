/* Soft soil: what is planted there ripens with every foe that falls, and what it holds depends on how far one got. */
#pragma bank 4
#include "game.h"

#define SOIL 0xE1
#define SPROUT 0x39
#define NUT 0x3A
#define RIPE 40             /* foes that fall after the planting */
#define PRICE 200           /* of maturity, for each nut */
#define HARVESTED 1         /* bits of wGashaSpotFlags */
#define VESSEL_TAKEN 2

static u8 asked_at, asked_spot;     /* where the question is about */

static u8 bit_of(u8 spot) {
    return (u8)(1 << (spot & 7));
}

u8 gasha_tile(u8 spot) BANKED {
    if (!(wGashaSpotsPlantedBitset[spot >> 3] & bit_of(spot))) return SOIL;
    return wGashaSpotKillCounters[spot] < RIPE ? SPROUT : NUT;
}

void gasha_mature(u8 by) BANKED {
    u16 sum = wGashaMaturity + by;
    wGashaMaturity = sum < wGashaMaturity ? 0xFFFF : sum;
}

/* a foe fell: every planted spot, the nuts to come and the visitor count it */
void kill_count(void) {
    u8 spot;
    if (wTotalEnemiesKilled < 1000) wTotalEnemiesKilled++;
    if (wMapleKillCounter != 0xFF) wMapleKillCounter++;
    gasha_mature(1);
    if (!(wGashaSpotsPlantedBitset[0] | wGashaSpotsPlantedBitset[1])) return;
    for (spot = 0; spot != 16; spot++)
        if (gasha_tile(spot) != SOIL && wGashaSpotKillCounters[spot] != 0xFF) wGashaSpotKillCounters[spot]++;
}

/* after the question about a spot was answered with yes */
void gasha_plant(void) BANKED {
    if (!wNumGashaSeeds || gasha_tile(asked_spot) != SOIL) return;
    wNumGashaSeeds = one_less(wNumGashaSeeds);
    wGashaSpotsPlantedBitset[asked_spot >> 3] |= bit_of(asked_spot);
    wGashaSpotKillCounters[asked_spot] = 0;
    room_set_tile(asked_at, SPROUT);
}

/* the first nut of a file is a heart, the others are worth what was done since */
static u8 content(void) {
    if (!(wGashaSpotFlags & VESSEL_TAKEN)) return I_HEART_CONTAINER;
    if (wGashaMaturity >= 160) return I_RUPEES100;
    return wGashaMaturity >= 60 ? I_RUPEES50 : I_RUPEES20;
}

static void harvest(u8 spot, u8 pos) {
    u8 item = content();
    wGashaSpotFlags |= item == I_HEART_CONTAINER ? HARVESTED | VESSEL_TAKEN : HARVESTED;
    wGashaMaturity = wGashaMaturity > PRICE ? wGashaMaturity - PRICE : 0;
    wGashaSpotsPlantedBitset[spot >> 3] &= ~bit_of(spot);
    wGashaSpotKillCounters[spot] = 0;
    room_set_tile(pos, SOIL);
    hand_over(item, 0);
}

u8 gasha_touch(u8 pos) BANKED {
    const u8 *o = room_thing(THING_SOIL, pos);
    if (!o) return 0;
    asked_at = pos;
    asked_spot = o[2];
    switch (wRoomLayout[pos]) {
    case NUT: harvest(asked_spot, pos); break;
    case SPROUT: text_open(TEXT_SOIL_YOUNG); break;
    default: text_open(wNumGashaSeeds ? TEXT_SOIL_ASK : TEXT_SOIL_BARE); break;
    }
    return 1;
}
