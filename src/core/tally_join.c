// Tallies: joining the parts of a run and pooling runs.
#include "tally.h"
