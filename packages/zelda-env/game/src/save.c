/* The file in save RAM: C5B0-CAFF at A010, and again at B000. */
#pragma bank 5
#include "game.h"

#define FILE 0xC5B0
#define SIZE 0x550
#define MAIN 0xA010
#define BACKUP 0xB000
#define SRAM(on) (*(volatile u8 *)0x0000 = (on) ? 0x0A : 0x00)

/* the sum of all that follows the checksum itself */
static u16 sum(void) {
    const u8 *p = (const u8 *)(FILE + 2);
    u16 s = 0;
    do s += *p++; while (p != (const u8 *)(FILE + SIZE));
    return s;
}

static u8 good(void) {
    static const u8 mark[8] = {'Z', '1', '1', '2', '1', '6', '-', '0'};
    u8 i;
    for (i = 0; i != 8; i++)
        if (wSavefileString[i] != mark[i]) return 0;
    return sum() == wFileChecksum;
}

void save_file(void) BANKED {
    wFileChecksum = sum();
    SRAM(1);
    load(1, FILE, MAIN, SIZE);
    load(1, FILE, BACKUP, SIZE);
    SRAM(0);
}

/* 0: there is none that can be read */
u8 load_file(void) BANKED {
    SRAM(1);
    load(1, MAIN, FILE, SIZE);
    if (!good()) load(1, BACKUP, FILE, SIZE);
    SRAM(0);
    return good();
}
