// Version: of the package.
#ifndef FOL_VERSION_H
#define FOL_VERSION_H

// "0.1.0", as DESCRIPTION has it.
const char *fol_version(void);

#endif
