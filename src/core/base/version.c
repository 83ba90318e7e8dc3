// Version: of the package.
#include "version.h"

const char *fol_version(void)
{
    return FOL_VERSION;
}
