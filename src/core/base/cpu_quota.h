// The CPU quota of a process: how many cores' time its control groups allow it.
#ifndef FOL_CPU_QUOTA_H
#define FOL_CPU_QUOTA_H

// The least quota, in cores, of this process's control group and every group above it (version 1: cpu.cfs_quota_us /
// cpu.cfs_period_us, version 2: cpu.max), INFINITY where there is none. The groups are read from /proc/self/cgroup,
// /proc/self/mountinfo and below the mounts that these name, all under the folder `root` ("" for the real ones). What
// is malformed is as if it were not there.
double fol_cpu_quota(const char *root);

#endif
