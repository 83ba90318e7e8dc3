// The C locale: numbers as text with a point, whatever LC_NUMERIC the host has set.
#ifndef FOL_C_LOCALE_H
#define FOL_C_LOCALE_H

#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

// What fol_c_locale_leave puts back.
typedef struct {
    locale_t plain, host;
} fol_c_locale;

// From enter to leave, strtod and printf of the calling thread read and write a decimal point.
fol_c_locale fol_c_locale_enter(void);
void fol_c_locale_leave(fol_c_locale entered);

#endif
