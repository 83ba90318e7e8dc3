// Summary: the table of multilevel Monte Carlo.
#include "summary.h"
