/* The sockets of the four jewels. */
#pragma bank 5
#include "game.h"

/* A before a socket: its jewel goes in for good, or the socket says what it wants */
void jewel_fit(const u8 *socket) BANKED {
    u8 n = socket[2], pos = socket[1];
    if (!owns(T_JEWEL + n)) {
        text_open(socket[3]);
        return;
    }
    wInsertedJewels |= (u8)(1 << n);
    room_set_tile(pos, SOCKET_SET);
    effect_new(5, (pos & 0xF0) + 8, (u8)(pos << 4) + 8);
    text_open(socket[4]);
}
