/*
 * Stands in for NVIDIA's Pyxis on the test cluster: a SPANK plugin that takes Pyxis' container options of srun, refuses what
 * Pyxis refuses, and starts tasks in a container of sorts.
 *
 * No image is fetched: in every container there are the node's own /usr, /etc and the like, /proc and /dev, and beyond that
 * only what is mounted. A task finds what it was asked to have in PYXIS_IMAGE, PYXIS_NAME, PYXIS_MOUNTS, PYXIS_WORKDIR and
 * PYXIS_FLAGS.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <slurm/spank.h>

SPANK_PLUGIN(pyxis, 1)

#define ROOT "/mnt" /* where the container's root is put together; in a mount namespace of its own */
#define LONGEST 65536

enum option { IMAGE, NAME, MOUNTS, WORKDIR, VALUES, HOME = VALUES, NO_HOME, WRITABLE, READONLY, REMAP, NO_REMAP, OPTIONS };

static int take(int option, const char *value, int remote);

static struct spank_option options[] = {
    {"container-image", "IMAGE", "the image", 1, IMAGE, take},
    {"container-name", "NAME", "a container that is kept under this name", 1, NAME, take},
    {"container-mounts", "SRC:DST[:FLAGS],...", "bind mounts", 1, MOUNTS, take},
    {"container-workdir", "PATH", "working directory in the container", 1, WORKDIR, take},
    {"container-mount-home", NULL, "mount the home directory", 0, HOME, take},
    {"no-container-mount-home", NULL, "do not mount the home directory", 0, NO_HOME, take},
    {"container-writable", NULL, "make the container's file system writable", 0, WRITABLE, take},
    {"container-readonly", NULL, "make the container's file system read-only", 0, READONLY, take},
    {"container-remap-root", NULL, "be root in the container", 0, REMAP, take},
    {"no-container-remap-root", NULL, "do not be root in the container", 0, NO_REMAP, take},
};
static const char *const variables[VALUES] = {"PYXIS_IMAGE", "PYXIS_NAME", "PYXIS_MOUNTS", "PYXIS_WORKDIR"};
static char *given[OPTIONS];

static int take(int option, const char *value, int remote)
{
    (void)remote;
    if (given[option]) {
        slurm_error("pyxis: --%s is given twice", options[option].name);
        return -1;
    }
    given[option] = strdup(value ? value : "");
    return given[option] ? 0 : -1;
}

static int refuse(enum option one, enum option other)
{
    if (!given[one] || !given[other])
        return 0;
    slurm_error("pyxis: --%s and --%s exclude each other", options[one].name, options[other].name);
    return -1;
}

static int is_container(void)
{
    return given[IMAGE] || given[NAME];
}

int slurm_spank_init(spank_t spank, int count, char **arguments)
{
    (void)count, (void)arguments;
    if (spank_context() == S_CTX_SLURMD || spank_context() == S_CTX_JOB_SCRIPT)
        return 0;
    for (int option = 0; option < OPTIONS; option++)
        if (spank_option_register(spank, &options[option]) != ESPANK_SUCCESS)
            return -1;
    return 0;
}

/* In srun, before anything is started. */
int slurm_spank_local_user_init(spank_t spank, int count, char **arguments)
{
    (void)spank, (void)count, (void)arguments;
    if (refuse(HOME, NO_HOME) || refuse(WRITABLE, READONLY) || refuse(REMAP, NO_REMAP))
        return -1;
    for (int option = 0; option < OPTIONS; option++)
        if (given[option] && !is_container()) {
            slurm_error("pyxis: --%s without --container-image or --container-name", options[option].name);
            return -1;
        }
    return 0;
}

/* In slurmstepd: the record of what was asked for, in the environment of the tasks. */
int slurm_spank_user_init(spank_t spank, int count, char **arguments)
{
    char flags[512] = "";

    (void)count, (void)arguments;
    if (!is_container())
        return 0;
    for (int option = 0; option < VALUES; option++)
        if (given[option] && spank_setenv(spank, variables[option], given[option], 1) != ESPANK_SUCCESS)
            return -1;
    for (int option = VALUES; option < OPTIONS; option++)
        if (given[option])
            snprintf(flags + strlen(flags), sizeof flags - strlen(flags), "%s--%s", *flags ? " " : "", options[option].name);
    return spank_setenv(spank, "PYXIS_FLAGS", flags, 1) == ESPANK_SUCCESS ? 0 : -1;
}

static int failed(const char *what, const char *path)
{
    slurm_error("pyxis: %s %s: %s", what, path, strerror(errno));
    return -1;
}

/* The directory `path`, and all above it. */
static int make_directory(const char *path)
{
    char copy[LONGEST];

    snprintf(copy, sizeof copy, "%s", path);
    for (char *end = copy + 1; *end; end++)
        if (*end == '/') {
            *end = 0;
            mkdir(copy, 0755);
            *end = '/';
        }
    return mkdir(copy, 0755) && errno != EEXIST ? failed("cannot make", copy) : 0;
}

/* What is at `source` on the node, at `target` in the container. */
static int bind(const char *source, const char *target, int read_only)
{
    char path[LONGEST], above[LONGEST];
    struct stat about;

    snprintf(path, sizeof path, ROOT "%s", target);
    if (stat(source, &about))
        return failed("cannot mount", source);
    if (S_ISDIR(about.st_mode)) {
        if (make_directory(path))
            return -1;
    } else {
        snprintf(above, sizeof above, "%s", path);
        *strrchr(above, '/') = 0;
        if (make_directory(above))
            return -1;
        FILE *file = fopen(path, "a");
        if (!file)
            return failed("cannot make", path);
        fclose(file);
    }
    if (mount(source, path, NULL, MS_BIND | MS_REC, NULL))
        return failed("cannot mount", source);
    if (read_only && mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL))
        return failed("cannot mount read-only", source);
    return 0;
}

/* The mounts that were asked for: SRC:DST[:FLAG+FLAG...], with commas between them. */
static int bind_all(char *list)
{
    char *rest = NULL;

    for (char *item = strtok_r(list, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
        char *target = strchr(item, ':'), *flags = NULL;
        if (target) {
            *target++ = 0;
            flags = strchr(target, ':');
        }
        if (flags)
            *flags++ = 0;
        if (!target || *target != '/') {
            slurm_error("pyxis: a mount's target must begin with /: %s", item);
            return -1;
        }
        if (bind(item, target, flags && !strncmp(flags, "ro", 2)))
            return -1;
    }
    return 0;
}

static int bind_system(void)
{
    static const char *const system[] = {"/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev", NULL};

    for (const char *const *path = system; *path; path++)
        if (!access(*path, F_OK) && bind(*path, *path, 0))
            return -1;
    return 0;
}

/* In a task's own process, still as root: puts the container together. */
int slurm_spank_task_init_privileged(spank_t spank, int count, char **arguments)
{
    char home[LONGEST];

    (void)count, (void)arguments;
    if (!is_container())
        return 0;
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("pyxis", ROOT, "tmpfs", 0, "mode=755"))
        return failed("cannot begin", ROOT);
    if (bind_system())
        return -1;
    if (given[HOME] && spank_getenv(spank, "HOME", home, sizeof home) == ESPANK_SUCCESS && bind(home, home, 0))
        return -1;
    if (given[MOUNTS] && bind_all(given[MOUNTS]))
        return -1;
    if (!given[WRITABLE] && mount(NULL, ROOT, NULL, MS_REMOUNT | MS_RDONLY, NULL))
        return failed("cannot close", ROOT);
    return 0;
}

/* In the same process, just before the task's program: enters. slurmstepd has been to the step's own directory by then. */
int slurm_spank_task_init(spank_t spank, int count, char **arguments)
{
    const char *directory = given[WORKDIR] ? given[WORKDIR] : "/";

    (void)spank, (void)count, (void)arguments;
    if (is_container() && (chroot(ROOT) || chdir(directory)))
        return failed("cannot enter", directory);
    return 0;
}
