// Cores: how many of them this process may use by itself.
#include "cores.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cpu_quota.h"

#define R_CHECK_CORES 2 // what R allows where _R_CHECK_LIMIT_CORES_ is set

static int variable_count(const char *name);
static bool variable_limits_r(void);

static void take_less(fol_cores *least, int n, const char *why)
{
    if (n > 0 && n < least->n)
        *least = (fol_cores){n, why};
}

fol_cores fol_cores_count(int processors, const char *root)
{
    const int wanted = variable_count("OMP_NUM_THREADS");
    if (wanted)
        return (fol_cores){wanted, "OMP_NUM_THREADS"};
    fol_cores least = {processors, "the cores that the process may run on"};
    const double quota = fol_cpu_quota(root);
    take_less(&least, quota < INT_MAX ? (int) ceil(quota) : 0, "the CPU quota of the cgroup");
    take_less(&least, variable_count("SLURM_CPUS_PER_TASK"), "SLURM_CPUS_PER_TASK");
    take_less(&least, variable_count("NSLOTS"), "NSLOTS");
    take_less(&least, variable_limits_r() ? R_CHECK_CORES : 0, "_R_CHECK_LIMIT_CORES_");
    return least;
}

// The whole number of at least 1 that a variable holds, or the first of a list with commas; 0 where there is none.
static int variable_count(const char *name)
{
    const char *text = getenv(name);
    char *end;
    if (!text)
        return 0;
    const long n = strtol(text, &end, 10);
    end += strspn(end, " \t");
    return (*end == '\0' || *end == ',') && n >= 1 && n <= INT_MAX ? (int) n : 0;
}

static bool variable_limits_r(void)
{
    const char *text = getenv("_R_CHECK_LIMIT_CORES_");
    return text && *text && strcasecmp(text, "false") != 0;
}
