/* The one unit that gives the documented names their addresses. */
#define RAM_DEFINE
#include "ram.h"
