// The batch command: finds the subcommand, fills its jobs, runs them, and turns failures into exit codes.
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "follmer.h"
#include "help.h"
#include "job.h"
#include "sentence.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

static int fail(int code, const char *message)
{
    fprintf(stderr, "follmer: %s\n", message);
    return code;
}

static int fail_command(const char *name)
{
    const char *nearest = cli_command_nearest(name);
    fprintf(stderr, "follmer: There is no command `%s`; ", name);
    if (nearest)
        fprintf(stderr, "did you mean `%s`?\n", nearest);
    else
        fprintf(stderr, "`follmer --help` lists them.\n");
    return EXIT_USAGE;
}

// Runs the jobs in order until one fails.
static int run_jobs(fol_context *ctx, const cli_job_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const cli_job *job = &list->jobs[i];
        const fol_status status = job->command->run(ctx, job->command, job->fields);
        if (status == FOL_OK)
            continue;
        cli_say_failure(ctx, job->command);
        if (list->n > 1)
            fprintf(stderr, "follmer: job %zu (%s): %s\n", i + 1, job->command->name, ctx->message);
        else
            fail(0, ctx->message);
        return status == FOL_E_INTERRUPT ? EXIT_INTERRUPTED : EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int run_command(const cli_command *command, int argc, char **argv)
{
    fol_context ctx;
    cli_line line;
    cli_job_list list;
    fol_context_init(&ctx);
    if (cli_line_parse(&ctx, command, argc, argv, &line) != FOL_OK)
        return fail(EXIT_USAGE, ctx.message);
    int code = EXIT_DONE;
    const bool help = line.help;
    const fol_status status = help ? FOL_OK : cli_jobs_fill(&ctx, command, &line, &list);
    cli_line_clear(&line);
    if (help) {
        cli_help_command(command);
    } else if (status != FOL_OK) {
        code = fail(status == FOL_E_INPUT ? EXIT_USAGE : EXIT_FAILED, ctx.message);
    } else {
        code = run_jobs(&ctx, &list);
        cli_jobs_clear(&list);
    }
    return code;
}

static int show_help(int argc, char **argv)
{
    if (argc < 2) {
        cli_help();
        return EXIT_DONE;
    }
    const cli_command *command = cli_command_find(argv[1]);
    if (!command)
        return fail_command(argv[1]);
    cli_help_command(command);
    return EXIT_DONE;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2)
        return fail(EXIT_USAGE, "A command is wanted; `follmer --help` lists them.");
    const char *name = argv[1];
    const cli_command *command = cli_command_find(name);
    if (command)
        return run_command(command, argc - 1, argv + 1);
    if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h"))
        return show_help(argc - 1, argv + 1);
    if (!strcmp(name, "manual")) {
        cli_manual();
        return EXIT_DONE;
    }
    if (!strcmp(name, "--version")) {
        printf("follmer %s\n", fol_version());
        return EXIT_DONE;
    }
    return fail_command(name);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); // a closed pipe and a full quota are errors of the write that meets them
    signal(SIGXFSZ, SIG_IGN);
    const int code = dispatch(argc, argv);
    if ((fflush(stdout) || ferror(stdout)) && code == EXIT_DONE)
        return fail(EXIT_FAILED, "Standard output cannot be written to.");
    return code;
}
