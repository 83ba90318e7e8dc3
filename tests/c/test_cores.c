// Cores: the rule that chooses among variables and quotas, on control groups of every layout in a folder of the test's.
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cores.h"
#include "base/cpu_quota.h"
#include "base/threads.h"

#define PROCESSORS 16
#define V2_MOUNT "40 31 0:37 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_MOUNT "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
#define V1_CPUSET_MOUNT "33 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n"
#define DISK_MOUNT "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"

static const char *const variables[] = {"OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK", "NSLOTS", "_R_CHECK_LIMIT_CORES_"};
enum { N_VARIABLES = sizeof variables / sizeof *variables };

typedef struct {
    char root[64];
    char *kept[N_VARIABLES]; // the caller's environment
} fixture;

static int set_up(void **state)
{
    static fixture f;
    for (size_t i = 0; i < N_VARIABLES; i++) {
        const char *value = getenv(variables[i]);
        f.kept[i] = value ? strdup(value) : NULL;
        unsetenv(variables[i]);
    }
    strcpy(f.root, "/tmp/follmer-cores-XXXXXX");
    *state = &f;
    return mkdtemp(f.root) ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", f->root);
    for (size_t i = 0; i < N_VARIABLES; i++) {
        unsetenv(variables[i]);
        if (f->kept[i])
            setenv(variables[i], f->kept[i], 1);
        free(f->kept[i]);
    }
    return system(command);
}

// Writes a file below the root, and the folders that lead there.
static void put(const fixture *f, const char *name, const char *text)
{
    char path[512];
    assert_true(snprintf(path, sizeof path, "%s%s", f->root, name) < (int) sizeof path);
    for (char *slash = strchr(path + strlen(f->root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void put_groups(const fixture *f, const char *mounts, const char *groups)
{
    put(f, "/proc/self/mountinfo", mounts);
    put(f, "/proc/self/cgroup", groups);
}

static void assert_cores(const fixture *f, int n, const char *why)
{
    const fol_cores cores = fol_cores_count(PROCESSORS, f->root);
    assert_int_equal(cores.n, n);
    assert_non_null(strstr(cores.why, why));
}

static void test_processors_alone(void **state)
{
    assert_true(isinf(fol_cpu_quota(((fixture *) *state)->root)));
    assert_cores(*state, PROCESSORS, "may run on");
}

static void test_quota_v2(void **state)
{
    const fixture *f = *state;
    put_groups(f, DISK_MOUNT V2_MOUNT, "0::/job.slice/run.scope\n");
    assert_cores(f, PROCESSORS, "may run on");
    put(f, "/sys/fs/cgroup/job.slice/run.scope/cpu.max", "400000 100000\n");
    assert_cores(f, 4, "quota");
    put(f, "/sys/fs/cgroup/job.slice/cpu.max", "300000 100000\n"); // that of a group above is less
    assert_cores(f, 3, "quota");
    put(f, "/sys/fs/cgroup/cpu.max", "40000 20000\n");
    assert_cores(f, 2, "quota");
    put(f, "/sys/fs/cgroup/job.slice/run.scope/cpu.max", "max 100000\n");
    put(f, "/sys/fs/cgroup/job.slice/cpu.max", "max 100000\n");
    assert_cores(f, 2, "quota");
    put(f, "/sys/fs/cgroup/other.slice/cpu.max", "10000 100000\n"); // not ours
    assert_cores(f, 2, "quota");
}

static void test_quota_v1(void **state)
{
    const fixture *f = *state;
    put_groups(f, V1_CPUSET_MOUNT V1_MOUNT, "9:name=systemd:/x\n5:cpuset:/set\n4:cpu,cpuacct:/a/b\n0::/\n");
    put(f, "/sys/fs/cgroup/cpuset/set/cpu.cfs_quota_us", "100000\n"); // of a hierarchy without quotas
    put(f, "/sys/fs/cgroup/cpuset/set/cpu.cfs_period_us", "100000\n");
    put(f, "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
    put(f, "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
    assert_cores(f, PROCESSORS, "may run on");
    put(f, "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "50000\n");
    put(f, "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "250000\n");
    assert_cores(f, 5, "quota");
    put(f, "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "100000\n");
    assert_cores(f, 1, "quota");
}

// Both versions at once, with the quotas in version 1.
static void test_quota_of_a_hybrid(void **state)
{
    const fixture *f = *state;
    put_groups(f, V1_MOUNT "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
               "4:cpu,cpuacct:/a\n0::/b\n");
    put(f, "/sys/fs/cgroup/unified/b/cgroup.procs", "1\n");
    put(f, "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
    put(f, "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "600000\n");
    assert_cores(f, 6, "quota");
}

// A container whose mount is its own group, whatever path the kernel names.
static void test_quota_of_a_container(void **state)
{
    const fixture *f = *state;
    static const char *const groups[] = {"0::/\n", "0::/docker/abc\n", "0::/../other\n", "0::/docker/abcdef\n"};
    static const char *const mounts[] = {V2_MOUNT,
                                         "40 31 0:37 /docker/abc /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n",
                                         "40 31 0:37 /.. /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n"};
    put(f, "/sys/fs/cgroup/cpu.max", "700000 100000\n");
    for (size_t m = 0; m < sizeof mounts / sizeof *mounts; m++)
        for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
            put_groups(f, mounts[m], groups[g]);
            assert_cores(f, 7, "quota");
        }
    put_groups(f, mounts[1], "0::/docker/abc/inner\n");
    put(f, "/sys/fs/cgroup/inner/cpu.max", "200000 100000\n");
    assert_cores(f, 2, "quota");
}

static void test_part_of_a_core_counts_as_one(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *text;
        int cores;
    } cases[] = {{"1000 100000", 1}, {"100000 100000", 1}, {"100001 100000", 2}, {"150000 100000", 2}, {"33 10", 4}};
    put_groups(f, V2_MOUNT, "0::/\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put(f, "/sys/fs/cgroup/cpu.max", cases[i].text);
        assert_cores(f, cases[i].cores, "quota");
    }
}

static void test_malformed_files_are_no_quota(void **state)
{
    const fixture *f = *state;
    static const char *const quotas[] = {"",
                                         "\n",
                                         "max\n",
                                         "100000\n",
                                         "-1 100000\n",
                                         "0 100000\n",
                                         "100000 0\n",
                                         "x y\n",
                                         "nan 100000\n",
                                         "100000 -100000\n",
                                         "9223372036854775807 1\n"};
    static const char *const groups[] = {"", "\n", "0\n", "0:\n", "0::\n", "0::relative\n", ":::::\n", "0:cpu\n"};
    static const char *const mounts[] = {"",
                                         "\n",
                                         " - \n",
                                         "40 31 - cgroup2\n",
                                         " - cgroup2 cgroup2 rw\n",
                                         "40 31 0:37 / /sys/fs/cgroup rw cgroup2 cgroup2 rw\n"};
    put_groups(f, V2_MOUNT, "0::/\n");
    for (size_t i = 0; i < sizeof quotas / sizeof *quotas; i++) {
        put(f, "/sys/fs/cgroup/cpu.max", quotas[i]);
        assert_cores(f, PROCESSORS, "may run on");
    }
    put(f, "/sys/fs/cgroup/cpu.max", "100000 100000");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        put_groups(f, V2_MOUNT, groups[i]);
        assert_cores(f, PROCESSORS, "may run on");
    }
    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++) {
        put_groups(f, mounts[i], "0::/\n");
        assert_cores(f, PROCESSORS, "may run on");
    }
}

// The mounts of a container may have lines of more than a page; what follows them is still seen.
static void test_long_lines_are_passed_over(void **state)
{
    const fixture *f = *state;
    enum { LONG = 10000 };
    static char mounts[2 * LONG], groups[2 * LONG];
    memset(mounts, 'a', LONG);
    strcpy(mounts + LONG, " 1 0:1 / /wrong rw - cgroup2 cgroup2 rw\n" V2_MOUNT);
    memset(groups, '/', LONG);
    memcpy(groups, "0::", 3);
    strcpy(groups + LONG, "\n0::/deep\n");
    put_groups(f, mounts, groups);
    put(f, "/wrong/cpu.max", "100000 100000\n");
    put(f, "/sys/fs/cgroup/deep/cpu.max", "900000 100000\n");
    assert_cores(f, 9, "quota");
}

static void test_variables(void **state)
{
    const fixture *f = *state;
    put_groups(f, V2_MOUNT, "0::/\n");
    put(f, "/sys/fs/cgroup/cpu.max", "1200000 100000\n");
    setenv("SLURM_CPUS_PER_TASK", "14", 1);
    assert_cores(f, 12, "quota");
    setenv("SLURM_CPUS_PER_TASK", "10", 1);
    assert_cores(f, 10, "SLURM_CPUS_PER_TASK");
    setenv("NSLOTS", "8", 1);
    assert_cores(f, 8, "NSLOTS");
    setenv("_R_CHECK_LIMIT_CORES_", "TRUE", 1);
    assert_cores(f, 2, "_R_CHECK_LIMIT_CORES_");
    setenv("NSLOTS", "1", 1);
    assert_cores(f, 1, "NSLOTS");
    setenv("OMP_NUM_THREADS", "32", 1); // is obeyed, be it more
    assert_cores(f, 32, "OMP_NUM_THREADS");
    setenv("OMP_NUM_THREADS", " 3 , 2", 1);
    assert_cores(f, 3, "OMP_NUM_THREADS");
}

static void test_values_of_variables(void **state)
{
    static const char *const none[] = {"", " ", "0", "-2", "2x", "x", "1.5", "2147483648", "99999999999999999999", ","};
    static const char *const limits[] = {"true", "warn", "error", "yes", "1", "FALSE ", "0"};
    static const char *const frees[] = {"", "false", "FALSE", "False"};
    for (size_t v = 0; v < 3; v++) {
        for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
            setenv(variables[v], none[i], 1);
            assert_cores(*state, PROCESSORS, "may run on");
        }
        unsetenv(variables[v]);
    }
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        setenv("_R_CHECK_LIMIT_CORES_", limits[i], 1);
        assert_cores(*state, 2, "_R_CHECK_LIMIT_CORES_");
        assert_int_equal(fol_cores_count(1, "").n, 1);
    }
    for (size_t i = 0; i < sizeof frees / sizeof *frees; i++) {
        setenv("_R_CHECK_LIMIT_CORES_", frees[i], 1);
        assert_cores(*state, PROCESSORS, "may run on");
    }
}

// A request goes before what was set, and that before the environment, which is looked at again when asked.
static void test_precedence_of_requests(void **state)
{
    (void) state;
    if (!fol_threads_available()) {
        assert_int_equal(fol_threads_for(5), 1);
        return;
    }
    setenv("OMP_NUM_THREADS", "2", 1);
    fol_set_threads(0);
    assert_int_equal(fol_threads(), 2);
    assert_string_equal(fol_threads_reason(0), "OMP_NUM_THREADS");
    setenv("OMP_NUM_THREADS", "1", 1);
    assert_int_equal(fol_threads(), 2);
    fol_set_threads(1);
    assert_int_equal(fol_threads(), 1);
    assert_string_equal(fol_threads_reason(0), "as set");
    assert_int_equal(fol_threads_for(2), 2);
    assert_string_equal(fol_threads_reason(2), "as requested");
    fol_set_threads(2);
    assert_int_equal(fol_threads(), 2);
    fol_set_threads(0);
    assert_int_equal(fol_threads(), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_processors_alone),
        TEST(test_quota_v2),
        TEST(test_quota_v1),
        TEST(test_quota_of_a_hybrid),
        TEST(test_quota_of_a_container),
        TEST(test_part_of_a_core_counts_as_one),
        TEST(test_malformed_files_are_no_quota),
        TEST(test_long_lines_are_passed_over),
        TEST(test_variables),
        TEST(test_values_of_variables),
        TEST(test_precedence_of_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
