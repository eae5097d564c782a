/* Processes that begin late: a child sleeps LATE microseconds before fork returns in it, and so does a process before it becomes
   another program. What once in a thousand times happens in between happens every time. For LD_PRELOAD. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static void late(void) {
  const char *text = getenv("LATE");
  long microseconds = text ? atol(text) : 0;
  struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
  if (microseconds) nanosleep(&time, NULL);
}

__attribute__((constructor)) static void begin(void) { pthread_atfork(NULL, NULL, late); }

int execve(const char *file, char *const arguments[], char *const environment[]) {
  int (*real)(const char *, char *const[], char *const[]) = dlsym(RTLD_NEXT, "execve");
  late();
  return real(file, arguments, environment);
}
