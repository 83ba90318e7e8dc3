// Help: what --help and the manual say, from the tables of keys.
#include "help.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "io/kind.h"

#define WIDTH 80
#define KEY_COLUMN 28 // where the text of a key begins
#define NAME_COLUMN 12

static const char synopsis[] = "Usage: follmer COMMAND [JOB.json] [--key value]...";

// What is the same for every command, a paragraph each.
typedef struct {
    const char *title, *text;
} topic;

static const topic topics[] = {
    {"Keys and job files",
     "A key is given as --key value or --key=value, spelled out. A key of type BOOL may stand alone, which means true; "
     "a list is written with commas, 128,128. A job file is a JSON object of the same keys, {\"data\": \"x.csv\", "
     "\"hidden\": [64, 64]}, and may name its command under the key \"command\"; - reads it from standard input. The "
     "command line goes before the job file, and this before the defaults. Paths, in job files too, are relative to "
     "the working directory. Intervals are written as in mathematics: [0,1) holds 0 but not 1."},
    {"Tables, models and results",
     "Tables are read from .npy files and from CSV with or without a header; every entry must be a finite number. A "
     "file that is written appears under its name when it is whole, not before. Models are safetensors files with "
     "their configuration in the metadata: R's read_model() and Python's safetensors read them. Results are JSON on "
     "standard output; messages and progress go to standard error."},
    {"Random numbers",
     "Results depend on the keys, the data and the seed, never on the number of threads. The same seed gives the same "
     "model and the same draws, to the bit, here and in R."},
    {"Exit status",
     "0: done. 1: failed. 2: the command line or the job file is wrong. 130: interrupted by SIGINT or SIGTERM; a fit "
     "with `checkpoint` can go on from there. Errors are one sentence on standard error."},
};

static const topic environment[] = {
    {"OMP_NUM_THREADS", "threads when `threads` is not given; without it, the least of the cores that the process may "
                        "run on, the CPU quota of its control group (rounded up) and the variables here"},
    {"SLURM_CPUS_PER_TASK", "largest number of threads when `threads` is not given, in a job of Slurm"},
    {"NSLOTS", "the same, in a job of Grid Engine"},
    {"_R_CHECK_LIMIT_CORES_", "not empty and not `false`: the same, 2"},
    {"OMP_THREAD_LIMIT", "largest number of threads, whatever `threads` says"},
    {"BLIS_ARCH_TYPE", "number of the kernel that BLIS is to use, instead of follmer's choice"},
};

static const topic examples[] = {
    {"follmer fit --data faithful.csv --output faithful.safetensors --seed 1", "Learn from a table."},
    {"follmer sample --model faithful.safetensors --n 10000 --output draws.csv", "Draw from the model."},
    {"follmer expect --drift sin --g second_moment --n 1000000 --seed 1", "Estimate E X^2 for dX = sin(X) dt + dW."},
    {"follmer combine part-*.json --output whole.json", "Join the parts of a run, or runs of different seeds."},
    {"follmer run job.json --threads 2", "Run the jobs of a file on two threads."},
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const char *type_word(const fol_option *option)
{
    switch (option->type) {
    case FOL_OPTION_INT:
        return "INT";
    case FOL_OPTION_REAL:
        return "REAL";
    case FOL_OPTION_FLAG:
        return "BOOL";
    case FOL_OPTION_CHOICE:
    case FOL_OPTION_KIND:
        return "WORD";
    case FOL_OPTION_INTS:
        return "INT,...";
    case FOL_OPTION_TEXT:
        break;
    }
    return "TEXT";
}

static const fol_job_section *sections_of(const cli_command *command)
{
    static const fol_job_section none[] = {{0}};
    return command->job ? command->job->sections : none;
}

static bool is_required(const cli_command *command, const fol_option *option)
{
    for (const char *const *key = command->job->required; *key; key++)
        if (!strcmp(*key, option->key))
            return true;
    return false;
}

// Text that grows, cut at its end.
typedef struct {
    char *text;
    size_t n, size;
} phrase;

__attribute__((format(printf, 2, 3))) static void add(phrase *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (to->n < to->size)
        to->n += (size_t) vsnprintf(to->text + to->n, to->size - to->n, format, args);
    va_end(args);
}

// "; one of vp, pbm".
static void add_words(phrase *to, const fol_option *option)
{
    char word[FOL_TEXT_SIZE];
    for (int i = 0; *fol_option_word(option, i, word); i++)
        add(to, "%s%s", i == 0 ? "; one of " : ", ", word);
}

// The range that all kinds with a key give it, or NULL where they differ.
static const char *common_range(const fol_option *family, const char *key)
{
    const char *range = NULL;
    for (const fol_kind *const *kind = family->family; *kind; kind++) {
        const int place = fol_kind_key(*kind, key);
        if (place >= 0 && range && strcmp(range, (*kind)->keys[place].range))
            return NULL;
        if (place >= 0)
            range = (*kind)->keys[place].range;
    }
    return range;
}

// "; in (0,inf); default 0.1 (vp), 1 (pbm)", or "; default 0.5 in [0.01,100] (gamma), 1 in [0.1,10] (weibull)".
static void add_kinds(phrase *to, const fol_option *family, const char *key)
{
    const char *range = common_range(family, key), *before = "; default ";
    if (range)
        add(to, "; in %s", range);
    for (const fol_kind *const *kind = family->family; *kind; kind++) {
        const int place = fol_kind_key(*kind, key);
        if (place < 0)
            continue;
        const fol_option *own = &(*kind)->keys[place];
        add(to, "%s%s%s%s (%s)", before, own->initial, range ? "" : " in ", range ? "" : own->range, (*kind)->name);
        before = ", ";
    }
}

// "optimiser steps; in [1,1e9]; default 10000".
static void describe(const cli_command *command, const fol_option_walk *at, char *text, size_t size)
{
    const fol_option *option = at->option;
    phrase to = {text, 0, size};
    add(&to, "%s", option->help);
    if (option->type == FOL_OPTION_CHOICE || option->type == FOL_OPTION_KIND)
        add_words(&to, option);
    else if (at->family)
        add_kinds(&to, at->family, option->key);
    else if (option->range)
        add(&to, "; %sin %s", option->type == FOL_OPTION_INTS ? "each " : "", option->range);
    if (at->family)
        return;
    if (*option->initial)
        add(&to, "; default %s", option->initial);
    else if (is_required(command, option))
        add(&to, "; required");
    for (const fol_kind *const *kind = option->family; kind && *kind; kind++)
        add(&to, "; %s: %s", (*kind)->name, (*kind)->help);
}

// -- Plain text ----------------------------------------------------------------------------------------------------

// Prints words from column `at` (where the cursor is) with later lines indented by `indent`.
static void print_wrapped(const char *text, int at, int indent)
{
    bool first = true;
    while (*text) {
        const int n = (int) strcspn(text, " ");
        if (!first && at + 1 + n > WIDTH) {
            printf("\n%*s", indent, "");
            at = indent;
            first = true;
        }
        printf("%s%.*s", first ? "" : " ", n, text);
        at += n + !first;
        first = false;
        text += n + (text[n] == ' ');
    }
    putchar('\n');
}

// A word in the left column, text in the right one.
static void print_entry(const char *word, const char *text, int column)
{
    int at = printf("  %s", word);
    if (at + 2 > column) {
        putchar('\n');
        at = 0;
    }
    printf("%*s", column - at, "");
    print_wrapped(text, column, column);
}

static void print_topic(const topic *t)
{
    printf("\n%s\n  ", t->title);
    print_wrapped(t->text, 2, 2);
}

void cli_help(void)
{
    puts("follmer learns and samples denoising diffusions, and estimates expectations of\ndiffusions without bias.\n");
    puts(synopsis);
    puts("\nCommands");
    for (const cli_command *const *c = cli_commands; *c; c++)
        print_entry((*c)->name, (*c)->summary, NAME_COLUMN);
    print_entry("help", "show this, or with a command's name all its keys", NAME_COLUMN);
    print_entry("manual", "write the man page to standard output (| man -l -)", NAME_COLUMN);
    puts("\n`follmer COMMAND --help` lists the keys of a command, `follmer --version` the\nversion.");
    print_topic(&topics[LENGTH(topics) - 1]);
    puts("\nExamples");
    for (size_t i = 0; i < LENGTH(examples); i++)
        printf("  %s\n", examples[i].title);
}

void cli_help_command(const cli_command *command)
{
    char word[FOL_TEXT_SIZE], text[FOL_TEXT_SIZE];
    printf("Usage: follmer %s %s [--key value]...\n\n", command->name, cli_command_words(command));
    print_wrapped(command->description, 0, 0);
    for (const fol_job_section *s = sections_of(command); s->table; s++) {
        printf("\n%s\n", s->title);
        for (fol_option_walk at = fol_options_walk(s->table); at.option; fol_options_next(&at)) {
            snprintf(word, sizeof word, "--%s %s", at.option->key, type_word(at.option));
            describe(command, &at, text, sizeof text);
            print_entry(word, text, KEY_COLUMN);
        }
    }
    print_topic(&topics[0]);
}

// -- The man page --------------------------------------------------------------------------------------------------

// Text with what troff would read as its own made plain, and what stands between backquotes in bold.
static void print_troff(const char *text)
{
    bool bold = false;
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '`')
            fputs((bold = !bold) ? "\\fB" : "\\fR", stdout);
        else if (*text == '\'')
            fputs("\\(aq", stdout);
        else
            putchar(*text);
    }
}

static void print_troff_line(const char *before, const char *text, const char *after)
{
    fputs(before, stdout);
    print_troff(text);
    puts(after);
}

static void print_heading(const char *title)
{
    printf(".SH \"");
    for (; *title; title++)
        putchar(*title >= 'a' && *title <= 'z' ? *title - 'a' + 'A' : *title);
    puts("\"");
}

static void manual_command(const cli_command *command)
{
    char text[FOL_TEXT_SIZE];
    printf(".SS follmer %s %s [\\-\\-key value]...\n", command->name, cli_command_words(command));
    print_troff_line("", command->description, "");
    for (const fol_job_section *s = sections_of(command); s->table; s++) {
        printf(".PP\n.B %s\n", s->title);
        for (fol_option_walk at = fol_options_walk(s->table); at.option; fol_options_next(&at)) {
            describe(command, &at, text, sizeof text);
            print_troff_line(".TP\n\\fB\\-\\-", at.option->key, "\\fR \\c");
            printf("\\fI%s\\fR\n", type_word(at.option));
            print_troff_line("", text, "");
        }
    }
}

void cli_manual(void)
{
    printf(".\\\" Made by `follmer manual` from the tables of keys.\n.TH FOLLMER 1 \"\" \"follmer %s\"\n",
           fol_version());
    puts(".nh\n.ad l\n.SH NAME\nfollmer \\- diffusions: learn and sample them, estimate their expectations");
    puts(".SH SYNOPSIS");
    for (const cli_command *const *c = cli_commands; *c; c++)
        printf(".B follmer %s\n%s [\\-\\-key value]...\n.br\n", (*c)->name, cli_command_words(*c));
    puts(".B follmer help\n[COMMAND]\n.br\n.B follmer manual\n.br\n.B follmer \\-\\-version");
    puts(".SH DESCRIPTION\nfollmer learns a denoising diffusion from a table of numbers, draws from it, and estimates\n"
         "expectations of diffusions without bias, on all cores of a machine. It is the command of the R\n"
         "package of the same name.");
    print_heading("Commands");
    for (const cli_command *const *c = cli_commands; *c; c++)
        manual_command(*c);
    for (size_t i = 0; i < LENGTH(topics); i++) {
        print_heading(topics[i].title);
        print_troff_line("", topics[i].text, "");
    }
    print_heading("Environment");
    for (size_t i = 0; i < LENGTH(environment); i++)
        printf(".TP\n.B %s\n%s\n", environment[i].title, environment[i].text);
    print_heading("Examples");
    for (size_t i = 0; i < LENGTH(examples); i++) {
        print_troff_line(".PP\n", examples[i].text, "");
        print_troff_line(".PP\n.nf\n.RS\n", examples[i].title, "\n.RE\n.fi");
    }
}
