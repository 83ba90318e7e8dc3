// CSV: tables of numbers as text.
#include "csv.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "c_locale.h"
#include "utf8.h"

#define NUMBER_SIZE 32
#define FIRST_CAPACITY 4096 // numbers
#define LEAST_BELOW 5       // rows below a first one of numbers, at least, for it to be names

// A reader at one of its lines.
typedef struct {
    fol_context *ctx;
    const char *source;
    fol_table *table;
    size_t line;                           // number of the line, from 1
    size_t capacity;                       // rows that table->data can hold
    size_t comment_size, comment_capacity; // bytes of table->comment
    char separator;                        // '\t', ';', ',' or ' '
    fol_header header;
    char *first;       // the first line, of numbers, where names may come of it
    size_t first_line; // its number
    bool quoted[2];    // whether all cells of that line are in quotes, and of the next one
} reader;

// A cell of a line, without its quotes.
typedef struct {
    const char *text;
    size_t length;
    bool quoted;
} cell;

static fol_status read_lines(reader *in, FILE *file);
static fol_status fail_line(const reader *in, size_t line, const char *wanted, const char *given);
static fol_status keep_comment(reader *in, const char *text);
static fol_status read_first(reader *in, const char *text);
static fol_status read_names(reader *in, const char *text);
static fol_status check_apart(const reader *in);
static fol_status read_row(reader *in, const char *text);
static fol_status decide(reader *in);
static void trim(fol_table *table);
static void write_name(fol_file_writer *out, const char *name);
static int print_number(double x, char *text);

fol_status fol_csv_read(fol_context *ctx, FILE *in, const char *source, fol_header header, fol_table *table)
{
    *table = (fol_table){0};
    reader state = {.ctx = ctx, .source = source, .table = table, .header = header};
    const fol_c_locale entered = fol_c_locale_enter();
    fol_status status = read_lines(&state, in);
    fol_c_locale_leave(entered);
    if (status == FOL_OK && state.first)
        status = decide(&state);
    free(state.first);
    if (status == FOL_OK && table->n == 0)
        status = fol_fail_content(ctx, source, &(fol_place){0}, "at least one row of numbers", "none");
    if (status != FOL_OK)
        fol_table_clear(table);
    else
        trim(table);
    return status;
}

void fol_csv_write_head(fol_file_writer *out, const fol_table_layout *layout)
{
    char name[NUMBER_SIZE];
    for (const char *line = layout->comment; line && *line;) {
        const size_t length = strcspn(line, "\n");
        fol_file_writer_put_text(out, "#");
        fol_file_writer_put(out, line, length);
        fol_file_writer_put_text(out, "\n");
        line += length + (line[length] == '\n');
    }
    if (layout->points > 0)
        fol_file_writer_put_text(out, "path,point,");
    for (size_t j = 0; j < layout->d; j++) {
        if (j > 0)
            fol_file_writer_put_text(out, ",");
        snprintf(name, sizeof name, "x%zu", j + 1);
        write_name(out, layout->names ? layout->names[j] : name);
    }
    fol_file_writer_put_text(out, "\n");
}

void fol_csv_write_rows(fol_file_writer *out, const fol_table_layout *layout, size_t first, size_t n_rows,
                        const double *data)
{
    const fol_c_locale entered = fol_c_locale_enter();
    const size_t points = layout->points > 0 ? layout->points : 1;
    char text[2 * NUMBER_SIZE];
    for (size_t i = 0; i < n_rows; i++)
        for (size_t k = 0; k < points; k++) {
            if (layout->points > 0) {
                snprintf(text, sizeof text, "%zu,%zu,", first + i + 1, k);
                fol_file_writer_put_text(out, text);
            }
            for (size_t j = 0; j < layout->d; j++) {
                const int length = print_number(*data++, text);
                text[length] = j + 1 < layout->d ? ',' : '\n';
                fol_file_writer_put(out, text, (size_t) length + 1);
            }
        }
    fol_c_locale_leave(entered);
}

// Lines ---------------------------------------------------------------------------------------------------------------

static fol_status read_lines(reader *in, FILE *file)
{
    fol_status status = FOL_OK;
    char *text = NULL;
    size_t size = 0, blank_line = 0;
    ssize_t length;
    double last_poll = 0;
    while (status == FOL_OK && (length = getline(&text, &size, file)) >= 0) {
        const char *start = text;
        in->line++;
        status = fol_table_poll(in->ctx, in->source, &last_poll);
        if (status != FOL_OK)
            break;
        if (memchr(text, '\0', (size_t) length)) {
            status = fail_line(in, in->line, "text", "a zero byte");
            break;
        }
        while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
            text[--length] = '\0';
        if (in->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
            start += 3;
        const char *content = start + strspn(start, " \t");
        if (*content == '\0') {
            blank_line = blank_line ? blank_line : in->line;
        } else if (*content == '#') {
            status = in->table->n == 0 ? keep_comment(in, content + 1) : FOL_OK;
        } else if (in->table->d == 0) {
            blank_line = 0;
            status = read_first(in, start);
        } else if (blank_line) {
            status = fail_line(in, blank_line, "a row", "a blank line");
        } else {
            status = read_row(in, start);
        }
    }
    if (status == FOL_OK && !feof(file))
        status = fol_fail_read(in->ctx, in->source, errno);
    free(text);
    return status;
}

// Adds a line in front of the first row to the table's comment; one that is not in UTF-8 is left out.
static fol_status keep_comment(reader *in, const char *text)
{
    text += *text == ' ';
    const bool another = in->table->comment != NULL;
    const size_t length = strlen(text), size = in->comment_size + another + length + 1;
    if (!fol_utf8_valid(text, length))
        return FOL_OK;
    if (size > in->comment_capacity) {
        char *larger = realloc(in->table->comment, 2 * size);
        if (!larger)
            return fol_fail_memory(in->ctx, "the comment of a table");
        in->table->comment = larger;
        in->comment_capacity = 2 * size;
    }
    if (another)
        in->table->comment[in->comment_size] = '\n';
    memcpy(in->table->comment + in->comment_size + another, text, length + 1);
    in->comment_size = size - 1;
    return FOL_OK;
}

static fol_status fail_line(const reader *in, size_t line, const char *wanted, const char *given)
{
    return fol_fail_content(in->ctx, in->source, &(fol_place){.line = line}, wanted, "%s", given);
}

static fol_status fail_cell(const reader *in, size_t column, const char *wanted, const cell *part)
{
    char shown[FOL_SHOWN + 4];
    const char *quote = part->length > 0 ? "'" : "";
    return fol_fail_content(in->ctx, in->source, &(fol_place){.line = in->line, .column = column + 1}, wanted, "%s%s%s",
                            quote, part->length > 0 ? fol_utf8_show(part->text, part->length, shown) : "an empty cell",
                            quote);
}

// Blanks that may stand around a cell.
static const char *skip_blanks(const reader *in, const char *text)
{
    return text + strspn(text, in->separator == '\t' ? " " : " \t");
}

// Splits the cell off that *text begins with and moves *text past its separator, or to NULL after the last one.
static fol_status next_cell(const reader *in, const char **text, size_t column, cell *part)
{
    const char *start = skip_blanks(in, *text), *end;
    part->quoted = *start == '"';
    if (part->quoted) {
        for (end = ++start; *end && (*end != '"' || end[1] == '"'); end++)
            end += *end == '"';
        *part = (cell){start, (size_t) (end - start), true};
        if (*end == '\0')
            return fail_cell(in, column, "a closing quote", &(cell){start - 1, part->length + 1, false});
        end++;
    } else {
        const char stops[] = {in->separator, in->separator == ' ' ? '\t' : '\0', '\0'};
        end = start + strcspn(start, stops);
        part->text = start;
        for (part->length = (size_t) (end - start); part->length > 0; part->length--)
            if (start[part->length - 1] != ' ' && start[part->length - 1] != '\t')
                break;
    }
    const char *rest = skip_blanks(in, end);
    const bool another = in->separator == ' ' ? rest > end && *rest : *rest == in->separator;
    if (!another && *rest)
        return fail_cell(in, column, "a separator after the quote", &(cell){rest, strlen(rest), false});
    *text = !another ? NULL : in->separator == ' ' ? rest : rest + 1;
    return FOL_OK;
}

// The first line ------------------------------------------------------------------------------------------------------

// Whether the text is a number, decimal as 1.5 or 1e-3, as a whole.
static bool parse_number(const char *text, size_t length, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *at = text, *const end = text + length;
    uint64_t digits = 0;
    int n_digits = 0, n_decimals = 0;
    const bool negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    for (; at < end && *at >= '0' && *at <= '9' && n_digits < 19; at++, n_digits++)
        digits = 10 * digits + (uint64_t) (*at - '0');
    if (at < end && *at == '.')
        for (at++; at < end && *at >= '0' && *at <= '9' && n_digits < 19; at++, n_digits++, n_decimals++)
            digits = 10 * digits + (uint64_t) (*at - '0');
    if (at == end && n_digits > 0 && digits <= (uint64_t) 1 << 53) { // exact, and so is the power: one rounding
        *value = (double) digits / power[n_decimals];
        *value = negative ? -*value : *value;
        return true;
    }
    if (length == 0 || strspn(text, "+-.0123456789eE") < length)
        return false;
    char *stop;
    *value = strtod(text, &stop); // a cell is followed by a byte that no number has
    return stop == end;
}

// Words that stand for a number that is none, and so are no names unless they are quoted.
static bool is_missing_word(const char *text, size_t length)
{
    static const char *const words[] = {"", "na", "nan", "null", "inf", "-inf"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && strncasecmp(text, words[i], length) == 0)
            return true;
    return false;
}

static fol_status read_first(reader *in, const char *text)
{
    bool quoted = false, names = true, numbers = true, found[4] = {false};
    static const char separators[] = "\t;, ";
    cell part;
    double value;
    size_t d = 0;
    const char *last = text + strlen(text);
    while (last > text && (last[-1] == ' ' || last[-1] == '\t'))
        last--;
    for (const char *at = text + strspn(text, " "); at < last; at++) {
        quoted ^= *at == '"';
        const char *separator = quoted ? NULL : strchr(separators, *at);
        if (separator)
            found[separator - separators] = true;
    }
    in->separator = found[0] ? '\t' : found[1] ? ';' : found[2] ? ',' : ' ';
    for (const char *rest = text; rest; d++) {
        const fol_status status = next_cell(in, &rest, d, &part);
        if (status != FOL_OK)
            return status;
        const bool number = parse_number(part.text, part.length, &value);
        numbers = numbers && number;
        if (!part.quoted && (number || is_missing_word(part.text, part.length)))
            names = false;
    }
    in->table->d = d;
    in->quoted[0] = names;
    if (in->header == FOL_HEADER_YES || (in->header == FOL_HEADER_AUTO && names && !numbers))
        return read_names(in, text);
    if (in->header == FOL_HEADER_AUTO && numbers) {
        in->first = strdup(text);
        in->first_line = in->line;
        if (!in->first)
            return fol_fail_memory(in->ctx, "the names of a table");
    }
    return read_row(in, text);
}

static fol_status read_names(reader *in, const char *text)
{
    fol_table *const table = in->table;
    cell part;
    table->names = calloc(table->d, sizeof *table->names);
    if (!table->names)
        return fol_fail_memory(in->ctx, "the names of a table");
    for (size_t j = 0; j < table->d; j++) {
        const fol_place at = {.line = in->first ? in->first_line : in->line, .column = j + 1};
        next_cell(in, &text, j, &part);
        char *name = malloc(part.length + 1), *to = name;
        table->names[j] = name;
        if (!name)
            return fol_fail_memory(in->ctx, "the names of a table");
        for (size_t i = 0; i < part.length; i++) {
            *to++ = part.text[i];
            i += part.quoted && part.text[i] == '"'; // a quote stands twice
        }
        *to = '\0';
        if (*name == '\0')
            return fol_fail_content(in->ctx, in->source, &at, "a name", "an empty cell (row names are not read)");
        if (!fol_utf8_valid(name, (size_t) (to - name)))
            return fol_fail_content(in->ctx, in->source, &at, "a name in UTF-8", "%s", "");
    }
    return check_apart(in);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

// Refuses two columns of one name.
static fol_status check_apart(const reader *in)
{
    const size_t d = in->table->d;
    char **sorted = malloc(d * sizeof *sorted), shown[FOL_SHOWN + 4];
    if (!sorted)
        return fol_fail_memory(in->ctx, "the names of a table");
    memcpy(sorted, in->table->names, d * sizeof *sorted);
    qsort(sorted, d, sizeof *sorted, by_name);
    const char *twice = NULL;
    for (size_t j = 1; j < d && !twice; j++)
        if (strcmp(sorted[j - 1], sorted[j]) == 0)
            twice = sorted[j];
    free(sorted);
    if (!twice)
        return FOL_OK;
    const fol_place at = {.line = in->first ? in->first_line : in->line};
    return fol_fail_content(in->ctx, in->source, &at, "a name of its own for each column", "'%s' twice",
                            fol_utf8_show(twice, strlen(twice), shown));
}

// Names or a row ------------------------------------------------------------------------------------------------------

// Whether the first row counts in whole numbers, as names of columns do, above rows enough to matter.
static bool is_sequence(const fol_table *table)
{
    const double *first = table->data;
    bool is = table->d > 1 && table->n > LEAST_BELOW && first[0] == floor(first[0]);
    for (size_t j = 1; j < table->d && is; j++)
        is = first[j] == first[j - 1] + 1;
    return is;
}

// Whether the first row is of whole numbers, each far from all below it: by more than their range.
static bool is_far(const fol_table *table)
{
    bool is = table->d > 1 && table->n > LEAST_BELOW;
    for (size_t j = 0; j < table->d && is; j++) {
        const double *at = table->data + j, first = *at;
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 1; i < table->n; i++) {
            low = fmin(low, at[i * table->d]);
            high = fmax(high, at[i * table->d]);
        }
        is = first == floor(first) && (first < low - (high - low) || first > high + (high - low));
    }
    return is;
}

// Takes a first row of numbers for names where they are.
static fol_status decide(reader *in)
{
    fol_table *const table = in->table;
    const bool marked = in->quoted[0] && !in->quoted[1], names = marked || is_far(table);
    table->guessed = !marked && (names || in->quoted[0] || is_sequence(table));
    if (!names)
        return FOL_OK;
    table->n--;
    memmove(table->data, table->data + table->d, table->n * table->d * sizeof *table->data);
    return read_names(in, in->first);
}

// Rows ----------------------------------------------------------------------------------------------------------------

static bool grow(reader *in)
{
    fol_table *const table = in->table;
    const size_t capacity = in->capacity > 0 ? 2 * in->capacity : FIRST_CAPACITY / table->d + 1;
    size_t size;
    if (__builtin_mul_overflow(capacity, table->d, &size) || __builtin_mul_overflow(size, sizeof(double), &size))
        return false;
    double *data = realloc(table->data, size);
    if (!data)
        return false;
    table->data = data;
    in->capacity = capacity;
    return true;
}

// Gives back the space after the last row.
static void trim(fol_table *table)
{
    double *data = realloc(table->data, table->n * table->d * sizeof *data);
    table->data = data ? data : table->data;
}

// Whether a first row below names has one cell more than they are, the first in quotes or no number, as write.table()
// of R has it.
static bool has_row_names(reader *in, const char *text)
{
    cell part;
    size_t n = 0;
    double number;
    bool named = false;
    for (const char *rest = text; rest; n++) {
        if (next_cell(in, &rest, n, &part) != FOL_OK)
            return false;
        named = named || (n == 0 && (part.quoted || !parse_number(part.text, part.length, &number)));
    }
    return named && in->table->names && in->table->n == 0 && n == in->table->d + 1;
}

static fol_status fail_row_names(reader *in)
{
    return fol_fail_content(in->ctx, in->source, &(fol_place){.line = in->line}, "a row without a name",
                            "one that begins with a row name; write.table(row.names = FALSE) leaves them out");
}

static fol_status read_row(reader *in, const char *text)
{
    fol_table *const table = in->table;
    cell part;
    size_t j = 0;
    bool quoted = true;
    if (table->n == in->capacity && !grow(in))
        return fol_fail_memory(in->ctx, "a table");
    double *const row = table->data + table->n * table->d;
    for (const char *rest = text; rest; j++) {
        const fol_status status = next_cell(in, &rest, j, &part);
        if (status != FOL_OK)
            return status;
        quoted = quoted && part.quoted;
        if (j >= table->d)
            continue;
        if (!parse_number(part.text, part.length, &row[j]))
            return has_row_names(in, text) ? fail_row_names(in) : fail_cell(in, j, "a number", &part);
        if (!isfinite(row[j]))
            return fail_cell(in, j, "a finite number", &part);
    }
    if (j != table->d && has_row_names(in, text))
        return fail_row_names(in);
    if (j != table->d) {
        char wanted[FOL_PHRASE_SIZE];
        snprintf(wanted, sizeof wanted, "a row of %zu columns", table->d);
        return fol_fail_content(in->ctx, in->source, &(fol_place){.line = in->line}, wanted, "of %zu", j);
    }
    if (table->n == 1)
        in->quoted[1] = quoted;
    table->n++;
    return FOL_OK;
}

// Writing -------------------------------------------------------------------------------------------------------------

// A plain word as it is, anything else in quotes.
static void write_name(fol_file_writer *out, const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.0123456789";
    const bool plain = *name && strspn(name, letters) == strlen(name) && !strchr(".0123456789", *name) &&
                       !is_missing_word(name, strlen(name));
    if (plain) {
        fol_file_writer_put_text(out, name);
        return;
    }
    fol_file_writer_put_text(out, "\"");
    for (; *name; name++)
        fol_file_writer_put(out, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    fol_file_writer_put_text(out, "\"");
}

// 15 digits where they give the number back, 17 elsewhere.
static int print_number(double x, char *text)
{
    const int length = snprintf(text, NUMBER_SIZE, "%.15g", x);
    return strtod(text, NULL) == x ? length : snprintf(text, NUMBER_SIZE, "%.17g", x);
}
