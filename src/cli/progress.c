// Progress: a bar or lines on standard error, and the signals that interrupt a job.
#include "progress.h"

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_SECONDS 0.1
#define LINE_SECONDS 10.0
#define BAR_CELLS 24

static const int signals[] = {SIGINT, SIGTERM};
static struct sigaction usual[2]; // of `signals`, before cli_progress_begin
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void) number;
    interrupted = 1;
}

// "12 s", "3:05", "2:03:05".
static void format_seconds(double seconds, char *text, size_t size)
{
    const long s = lround(seconds);
    if (s < 60)
        snprintf(text, size, "%ld s", s);
    else if (s < 3600)
        snprintf(text, size, "%ld:%02ld", s / 60, s % 60);
    else
        snprintf(text, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}

// ", loss 0.3152, 12 s left", each part where it is known.
static void format_rest(double loss, double left, char *text, size_t size)
{
    char time[32];
    int n = 0;
    text[0] = '\0';
    if (!isnan(loss))
        n = snprintf(text, size, ", loss %.4g", loss);
    if (isfinite(left)) {
        format_seconds(left, time, sizeof time);
        snprintf(text + n, size - (size_t) n, ", %s left", time);
    }
}

static void wipe(cli_progress *progress)
{
    if (progress->width)
        fprintf(stderr, "\r%*s\r", progress->width, "");
    progress->width = 0;
}

static void draw_bar(cli_progress *progress, const char *task, double share, const char *rest)
{
    char cells[BAR_CELLS + 1], text[128];
    const int full = (int) (share * BAR_CELLS);
    memset(cells, '-', BAR_CELLS);
    memset(cells, '#', (size_t) full);
    cells[BAR_CELLS] = '\0';
    int width = snprintf(text, sizeof text, "%s [%s] %3d%%%s", task, cells, (int) (100 * share), rest);
    if (width > 79)
        width = 79;
    const int pad = progress->width > width ? progress->width - width : 0;
    fprintf(stderr, "\r%.*s%*s", width, text, pad, "");
    progress->width = width;
}

static bool is_unwanted(const cli_progress *progress)
{
    for (int i = 0; i < 2; i++)
        if (progress->out[i] && fol_table_writer_broken(progress->out[i]))
            return true;
    return interrupted;
}

static int poll_progress(const fol_progress *told, void *data)
{
    cli_progress *progress = data;
    if (progress->show == CLI_SHOW_NOTHING || told->total == 0)
        return is_unwanted(progress);
    const double now = fol_seconds();
    const size_t whole = progress->total ? progress->total : told->total;
    const size_t units = progress->before + told->done;
    const double done = (double) (units < whole ? units : whole), total = (double) whole;
    if (progress->start == 0) {
        progress->start = now;
        progress->first_done = done;
    } else if (done < total && now - progress->last < (progress->show == CLI_SHOW_BAR ? BAR_SECONDS : LINE_SECONDS)) {
        return is_unwanted(progress);
    }
    progress->last = now;
    char rest[80];
    const double left = (now - progress->start) * (total - done) / (done - progress->first_done);
    format_rest(told->loss, left, rest, sizeof rest);
    if (progress->show == CLI_SHOW_BAR)
        draw_bar(progress, told->task, done / total, rest);
    else
        fprintf(stderr, "follmer: %s %3.0f%%%s\n", told->task, floor(100 * done / total), rest);
    return is_unwanted(progress);
}

void cli_progress_begin(fol_context *ctx, cli_progress *progress, fol_progress_mode mode)
{
    *progress = (cli_progress){.show = CLI_SHOW_NOTHING};
    if (mode != FOL_PROGRESS_FALSE && isatty(STDERR_FILENO))
        progress->show = CLI_SHOW_BAR;
    else if (mode == FOL_PROGRESS_TRUE)
        progress->show = CLI_SHOW_LINES;
    ctx->poll = poll_progress;
    ctx->data = progress;
    interrupted = 0;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int) SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < 2; i++) {
        sigaction(signals[i], NULL, &usual[i]);
        if (usual[i].sa_handler != SIG_IGN) // as under nohup
            sigaction(signals[i], &action, NULL);
    }
}

void cli_progress_part(fol_context *ctx, size_t before, size_t total)
{
    cli_progress *progress = ctx->data;
    progress->before = before;
    progress->total = total;
}

void cli_progress_watch(fol_context *ctx, const fol_table_writer *one, const fol_table_writer *other)
{
    cli_progress *progress = ctx->data;
    progress->out[0] = one;
    progress->out[1] = other;
}

void cli_progress_end(fol_context *ctx)
{
    cli_progress *progress = ctx->data;
    wipe(progress);
    ctx->poll = NULL;
    ctx->data = NULL;
    for (int i = 0; i < 2; i++)
        sigaction(signals[i], &usual[i], NULL);
}
