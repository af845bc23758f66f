// Threads of an operation that wait for each other spin while nobody else wants the cores, and sleep
// while somebody does.
//
// libgomp, which libtorch's Linux wheels carry, lets a thread spin for about 3 ms before it sleeps. On an
// idle machine that is right: sleeping makes audits of small towers twice as slow. On cores that others
// use it is ruinous: the thread that is waited for is not running, and the same audit took ten times as
// long. libgomp has a way out of its own: while there are more OpenMP threads than processors it spins
// 100 times only (GOMP_SPINCOUNT in its manual). So a watcher looks ten times a second at how long this
// process's threads were ready and had to wait for a core, and while that is long it keeps a team of
// threads asleep that makes OpenMP's threads outnumber the processors.
//
// What the user says with OMP_WAIT_POLICY, GOMP_SPINCOUNT or KMP_BLOCKTIME stands, and nothing is watched.
// libomp, which other builds of libtorch carry, cannot be told later for all threads; its threads sleep.
#include "ctorch.h"

#include <dlfcn.h>
#include <stdlib.h>

#ifdef __linux__

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/// The entry of libgomp behind `#pragma omp parallel`: a team runs `body` once.
typedef void (*Parallel)(void (*body)(void *), void *data, unsigned threads, unsigned flags);

static Parallel parallel;

/// Looks in a second, and how many of them are judged together.
enum { looks_per_second = 10, looks_together = 3 };

/// The share of time that threads wait for a core, above which others are taken to want the cores, and
/// below which they are not. Idle machines show 1 to 9 %, one busy program on two cores 50 %.
static const double many = 0.25, few = 0.12;

static atomic_bool sleeping;

// The team that outnumbers the processors lives as long as the thread that began it.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool keeps_team;
static pthread_t team;

static void nothing(void *data) { (void)data; }

static void *keep_team(void *unused) {
  parallel(nothing, NULL, (unsigned)sysconf(_SC_NPROCESSORS_ONLN) + 1, 0);
  pthread_mutex_lock(&lock);
  while (keeps_team) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
  return unused;
}

static void let_threads_sleep(void) {
  keeps_team = true;
  if (pthread_create(&team, NULL, keep_team, NULL) == 0) atomic_store(&sleeping, true);
}

static void let_threads_spin(void) {
  pthread_mutex_lock(&lock);
  keeps_team = false;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&lock);
  pthread_join(team, NULL);
  atomic_store(&sleeping, false);
}

/// How long the threads of this process have been ready without a core, in seconds; below 0 if the
/// system does not say.
static double seconds_without_core(void) {
  DIR *threads = opendir("/proc/self/task");
  if (!threads) return -1;
  double sum = 0;
  int known = 0;
  for (struct dirent *entry; (entry = readdir(threads));) {
    char path[320];
    snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", entry->d_name);
    FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "re");
    if (!file) continue;
    unsigned long long ran, waited;
    if (fscanf(file, "%llu %llu", &ran, &waited) == 2) {
      sum += 1e-9 * (double)waited;
      known++;
    }
    fclose(file);
  }
  closedir(threads);
  return known ? sum : -1;
}

static void *watch(void *unused) {
  double looks[looks_together] = {0};
  double before = seconds_without_core();
  if (before < 0) {  // Not known: sleeping is never far from the best, spinning can be.
    let_threads_sleep();
    return unused;
  }
  for (int look = 0;; look = (look + 1) % looks_together) {
    const struct timespec pause = {0, 1000000000 / looks_per_second};
    nanosleep(&pause, NULL);
    const double now = seconds_without_core();
    // Threads that end take their time with them.
    looks[look] = now > before ? now - before : 0;
    before = now;
    double share = 0;
    for (int i = 0; i < looks_together; i++) share += looks[i];
    share *= (double)looks_per_second / looks_together;
    if (!atomic_load(&sleeping) && share > many) let_threads_sleep();
    if (atomic_load(&sleeping) && share < few) let_threads_spin();
  }
}

#endif

bool hf_threads_sleep(void) {
#ifdef __linux__
  return atomic_load(&sleeping);
#else
  return false;
#endif
}

/// Runs after the libraries' constructors, and before main.
__attribute__((constructor(101))) static void begin(void) {
  static const char *const choices[] = {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"};
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
    if (getenv(choices[i])) return;
  if (dlsym(RTLD_DEFAULT, "kmp_set_blocktime")) {
    setenv("KMP_BLOCKTIME", "0", 0);
    return;
  }
#ifdef __linux__
  parallel = (Parallel)dlsym(RTLD_DEFAULT, "GOMP_parallel");
  pthread_t watcher;
  if (parallel && pthread_create(&watcher, NULL, watch, NULL) == 0) pthread_detach(watcher);
#endif
}
