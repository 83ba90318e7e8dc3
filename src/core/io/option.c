// An option: one key, what it takes and what it says of itself.
#include "option.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "real_text.h"

// An interval of numbers: "[1,1e9]" or "(0,inf)".
typedef struct {
    double low, high;
    bool low_open, high_open;
} interval;

const char *fol_choice_word(const char *choices, int index, char *buffer)
{
    for (; index > 0; index--) {
        choices += strcspn(choices, "|");
        choices += *choices == '|';
    }
    snprintf(buffer, FOL_TEXT_SIZE, "%.*s", (int) strcspn(choices, "|"), choices);
    return buffer;
}

void fol_choice_add(char *choices, const char *word)
{
    const size_t n = strlen(choices);
    const int space = FOL_TEXT_SIZE - 2 - (int) n;
    if (space > 0)
        snprintf(choices + n, FOL_TEXT_SIZE - n, "%s%.*s", n > 0 ? "|" : "", space, word);
}

void fol_phrase_choices(char *phrase, const char *choices)
{
    const char *joint = "";
    for (size_t n = strlen(phrase); *choices && n < FOL_PHRASE_SIZE;) {
        const size_t length = strcspn(choices, "|");
        n += (size_t) snprintf(phrase + n, FOL_PHRASE_SIZE - n, "%s%.*s", joint, (int) length, choices);
        choices += length + (choices[length] == '|');
        joint = strchr(choices, '|') ? ", " : " or ";
    }
}

const char *fol_option_word(const fol_option *option, int index, char *buffer)
{
    if (option->type == FOL_OPTION_CHOICE)
        return fol_choice_word(option->range, index, buffer);
    int n = 0;
    while (n < index && option->family[n])
        n++;
    snprintf(buffer, FOL_TEXT_SIZE, "%s", option->family[n] ? option->family[n]->name : "");
    return buffer;
}

static interval parse_interval(const char *range)
{
    interval wanted = {-INFINITY, INFINITY, true, true};
    if (range) {
        const char *comma = strchr(range, ','), *last = range + strlen(range) - 1;
        fol_parse_real(range + 1, (size_t) (comma - range - 1), &wanted.low);
        fol_parse_real(comma + 1, (size_t) (last - comma - 1), &wanted.high);
        wanted.low_open = *range == '(';
        wanted.high_open = *last == ')';
    }
    return wanted;
}

static bool is_below(interval wanted, double value)
{
    return value < wanted.low || (value == wanted.low && wanted.low_open);
}

static bool is_above(interval wanted, double value)
{
    return value > wanted.high || (value == wanted.high && wanted.high_open);
}

// "a whole number of at least 1": the bound that `value` breaks, or both if it breaks none.
static void describe_number(const fol_option *option, double value, char *phrase)
{
    interval wanted = parse_interval(option->range);
    if (option->type != FOL_OPTION_REAL && isfinite(value) && value > FOL_MAX_EXACT && wanted.high > FOL_MAX_EXACT)
        wanted.high = FOL_MAX_EXACT, wanted.high_open = false;
    const bool low = isfinite(wanted.low) && !(isfinite(value) && is_above(wanted, value));
    const bool high = isfinite(wanted.high) && !is_below(wanted, value);
    const char *noun = option->type != FOL_OPTION_REAL ? "a whole number"
                       : value == INFINITY             ? "a finite number"
                                                       : "a number";
    char low_text[FOL_REAL_SIZE], high_text[FOL_REAL_SIZE];
    fol_print_real(wanted.low, low_text);
    fol_print_real(wanted.high, high_text);
    if (low && high && !wanted.low_open && !wanted.high_open)
        snprintf(phrase, FOL_PHRASE_SIZE, "%s from %s to %s", noun, low_text, high_text);
    else
        snprintf(phrase, FOL_PHRASE_SIZE, "%s%s%s%s%s%s", noun,
                 !low              ? ""
                 : wanted.low_open ? " greater than "
                                   : " of at least ",
                 low ? low_text : "", low && high ? " and" : "",
                 !high              ? ""
                 : wanted.high_open ? " less than "
                                    : " of at most ",
                 high ? high_text : "");
}

// "one of vp, pbm or localization"
static void describe_choices(const fol_option *option, char *phrase)
{
    char choices[FOL_TEXT_SIZE] = "", word[FOL_TEXT_SIZE];
    for (int i = 0; *fol_option_word(option, i, word); i++)
        fol_choice_add(choices, word);
    strcpy(phrase, "one of ");
    fol_phrase_choices(phrase, choices);
}

const char *fol_option_describe(const fol_option *option, double value, char *phrase)
{
    switch (option->type) {
    case FOL_OPTION_INT:
    case FOL_OPTION_REAL:
        describe_number(option, value, phrase);
        break;
    case FOL_OPTION_FLAG:
        snprintf(phrase, FOL_PHRASE_SIZE, "true or false");
        break;
    case FOL_OPTION_CHOICE:
    case FOL_OPTION_KIND:
        describe_choices(option, phrase);
        break;
    case FOL_OPTION_INTS:
        snprintf(phrase, FOL_PHRASE_SIZE, "1 to %d whole numbers", FOL_MAX_INTS);
        break;
    case FOL_OPTION_TEXT:
        snprintf(phrase, FOL_PHRASE_SIZE, "a text of at most %d bytes", FOL_TEXT_SIZE - 1);
        break;
    }
    return phrase;
}

bool fol_option_fits(const fol_option *option, double value)
{
    const interval wanted = parse_interval(option->range);
    if (isnan(value) || is_below(wanted, value) || is_above(wanted, value))
        return false;
    return option->type == FOL_OPTION_REAL || (value == floor(value) && fabs(value) <= FOL_MAX_EXACT);
}
