// Tallies as JSON.
#include "tally.h"
