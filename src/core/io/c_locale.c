// The C locale: numbers as text with a point, whatever LC_NUMERIC the host has set.
#include "c_locale.h"

fol_c_locale fol_c_locale_enter(void)
{
    const locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t) 0);
    return (fol_c_locale){plain, uselocale(plain)};
}

void fol_c_locale_leave(fol_c_locale entered)
{
    uselocale(entered.host);
    if (entered.plain)
        freelocale(entered.plain);
}
