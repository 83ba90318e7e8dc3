// The CPU quota of a process: how many cores' time its control groups allow it.
#include "cpu_quota.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096

typedef double quota_fn(const char *folder);

// A line of mountinfo, and what is made of it: too much for a thread's stack.
typedef struct {
    char text[PATH_SIZE], top[PATH_SIZE], mount[PATH_SIZE], options[PATH_SIZE], path[PATH_SIZE], full[2 * PATH_SIZE];
} mount_line;

static double quota_of(const char *root, mount_line *line);
static bool read_line(FILE *file, size_t size, char *line);
static bool has_word(const char *list, const char *word);
static bool find_group(const char *root, bool v2, char path[PATH_SIZE]);
static const char *below(const char *top, const char *path);
static double least_quota(quota_fn *quota, const char *mount, const char *path);
static double quota_v1(const char *folder);
static double quota_v2(const char *folder);

double fol_cpu_quota(const char *root)
{
    char name[PATH_SIZE];
    double least = INFINITY;
    snprintf(name, sizeof name, "%s/proc/self/mountinfo", root);
    FILE *file = fopen(name, "r");
    mount_line *line = malloc(sizeof *line);
    while (file && line && read_line(file, sizeof line->text, line->text))
        least = fmin(least, quota_of(root, line));
    free(line);
    if (file)
        fclose(file);
    return least;
}

// The least quota of this process's groups at a mount: id parent device top mount options [fields] - type source
// options.
static double quota_of(const char *root, mount_line *line)
{
    char type[64];
    const char *rest = strstr(line->text, " - ");
    if (!rest || sscanf(line->text, "%*s %*s %*s %4095s %4095s", line->top, line->mount) != 2 ||
        sscanf(rest, " - %63s %*s %4095s", type, line->options) != 2)
        return INFINITY;
    const bool v2 = strcmp(type, "cgroup2") == 0;
    if (!v2 && (strcmp(type, "cgroup") != 0 || !has_word(line->options, "cpu")))
        return INFINITY;
    if (!find_group(root, v2, line->path))
        return INFINITY;
    snprintf(line->full, sizeof line->full, "%s%s", root, line->mount);
    return least_quota(v2 ? quota_v2 : quota_v1, line->full, below(line->top, line->path));
}

// Cores of a quota in a period, both in microseconds.
static double cores_of(long long quota, long long period)
{
    return quota > 0 && period > 0 ? (double) quota / (double) period : INFINITY;
}

// The next line of a file, empty if it is longer than a buffer of `size`; false at the end.
static bool read_line(FILE *file, size_t size, char *line)
{
    if (!fgets(line, (int) size, file))
        return false;
    if (!strchr(line, '\n') && !feof(file)) {
        for (int c = getc(file); c != '\n' && c != EOF;)
            c = getc(file);
        *line = '\0';
    }
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static bool read_first_line(const char *folder, const char *name, size_t size, char *line)
{
    char path[PATH_SIZE + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    const bool read = read_line(file, size, line);
    fclose(file);
    return read;
}

static double quota_v1(const char *folder)
{
    char quota[64], period[64];
    if (!read_first_line(folder, "cpu.cfs_quota_us", sizeof quota, quota) ||
        !read_first_line(folder, "cpu.cfs_period_us", sizeof period, period))
        return INFINITY;
    return cores_of(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

static double quota_v2(const char *folder)
{
    char line[64];
    long long quota, period; // the quota may be "max"
    if (!read_first_line(folder, "cpu.max", sizeof line, line) || sscanf(line, "%lld %lld", &quota, &period) != 2)
        return INFINITY;
    return cores_of(quota, period);
}

// The least quota of the group at `path` and those above it, up to the mount.
static double least_quota(quota_fn *quota, const char *mount, const char *path)
{
    char folder[PATH_SIZE];
    const size_t top = strlen(mount);
    if (top + strlen(path) >= sizeof folder)
        return INFINITY;
    snprintf(folder, sizeof folder, "%s%s", mount, path);
    double least = quota(folder);
    while (strlen(folder) > top) {
        *strrchr(folder, '/') = '\0'; // of `path`, which begins with one
        least = fmin(least, quota(folder));
    }
    return least;
}

// Whether `word` stands in a list with commas.
static bool has_word(const char *list, const char *word)
{
    const size_t n = strlen(word);
    while (*list) {
        const size_t length = strcspn(list, ",");
        if (length == n && strncmp(list, word, n) == 0)
            return true;
        list += length + (list[length] == ',');
    }
    return false;
}

// The path of this process's group in the hierarchy of version 2, or in that of version 1 which has the CPU quota.
static bool find_group(const char *root, bool v2, char path[PATH_SIZE])
{
    char name[PATH_SIZE], line[PATH_SIZE];
    bool found = false;
    snprintf(name, sizeof name, "%s/proc/self/cgroup", root);
    FILE *file = fopen(name, "r");
    if (!file)
        return false;
    while (!found && read_line(file, sizeof line, line)) { // number:controllers:path
        char *controllers = strchr(line, ':');
        char *end = controllers ? strchr(++controllers, ':') : NULL;
        if (!end)
            continue;
        *end = '\0';
        found = end[1] == '/' && (v2 ? !*controllers : has_word(controllers, "cpu"));
        if (found)
            strcpy(path, end + 1);
    }
    fclose(file);
    return found;
}

// `path` as seen below a mount whose top is the group `top`; the mount itself where the path does not lead there, as
// in a container that sees its own group alone.
static const char *below(const char *top, const char *path)
{
    const size_t n = strcmp(top, "/") == 0 ? 0 : strlen(top);
    if (strncmp(path, top, n) != 0 || path[n] != '/' || path[n + 1] == '\0' || strstr(path, "/.."))
        return "";
    return path + n;
}
