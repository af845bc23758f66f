// Threads of an operation that wait for each other sleep. By default they spin, each on a core that
// other programs may need: with two busy programs on two cores, an audit took ten times as long.
//
// What the user says with OMP_WAIT_POLICY, GOMP_SPINCOUNT or KMP_BLOCKTIME stands.
//
// libgomp, which libtorch's Linux wheels carry, reads its environment in its constructor and offers no
// call to change its mind. Only functions in .preinit_array of the executable run before that, and
// there setenv is of no use: libc takes its environment afterwards, from the array that the kernel
// handed over. So one entry of that array stands in for the policy until all libraries are loaded, one
// that no library reads. An environment without any such entry is left alone, and threads spin.
//
// libomp, which other builds of libtorch carry, reads its environment when the first threads start.
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static char policy[] = "OMP_WAIT_POLICY=passive";

static const char *const choices[] = {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"};

/// The place of a variable in an environment; NULL if it is not there.
static char **find(char **environment, const char *name) {
  const size_t length = strlen(name);
  for (char **entry = environment; *entry; entry++)
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return entry;
  return NULL;
}

static bool user_has_chosen(char **environment) {
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
    if (find(environment, choices[i])) return true;
  return false;
}

#ifdef __linux__

static char *replaced;

/// Puts the policy in the place of a variable that no library reads.
static void lend_entry(int count, char **arguments, char **environment) {
  static const char *const unread[] = {
      "_", "OLDPWD", "SHLVL", "PWD", "LOGNAME", "HOSTNAME", "SHELL", "MAIL", "USER", "PATH"};
  (void)count, (void)arguments;
  if (user_has_chosen(environment)) return;
  for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
    char **entry = find(environment, unread[i]);
    if (!entry) continue;
    replaced = *entry;
    *entry = policy;
    return;
  }
}

__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(
    int, char **, char **) = lend_entry;

/// Puts the variable back in its place.
static void return_entry(void) {
  for (char **entry = environ; replaced && *entry; entry++)
    if (*entry == policy) *entry = replaced;
}

#else

static void return_entry(void) {}

#endif

/// Runs after the libraries' constructors, and before main.
__attribute__((constructor(101))) static void after_libraries(void) {
  return_entry();
  if (!user_has_chosen(environ) && dlsym(RTLD_DEFAULT, "kmp_set_blocktime"))
    setenv("KMP_BLOCKTIME", "0", 0);
}
