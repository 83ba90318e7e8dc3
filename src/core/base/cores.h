// Cores: how many of them this process may use by itself.
#ifndef FOL_CORES_H
#define FOL_CORES_H

typedef struct {
    int n;           // at least 1
    const char *why; // what says so, a text that lasts
} fol_cores;

// OMP_NUM_THREADS (of a list, the first) where it is set, or else the least of:
//   processors              those that the caller may run on, at least 1
//   fol_cpu_quota(root)     rounded up: threads that wait for one another sleep, so 1.5 cores' time is best used by 2
//   SLURM_CPUS_PER_TASK     of a Slurm job
//   NSLOTS                  of a Grid Engine job
//   2                       where _R_CHECK_LIMIT_CORES_ is neither empty nor "false", as in R's package parallel
// The first of these is named among equals. A variable that holds no whole number of at least 1 is as if it were not
// set.
fol_cores fol_cores_count(int processors, const char *root);

#endif
