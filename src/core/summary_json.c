// Summary as JSON.
#include "summary.h"
