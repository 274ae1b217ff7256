/* Boards whose draw is known exactly: what every stand-in library of a maker of accelerators shares.
 *
 * A library defines PREFIX (such as "FAKE_NVML") and its maker's codes SUCCESS, UNINITIALIZED,
 * NOT_SUPPORTED, GPU_IS_LOST and UNKNOWN, and then includes this. Its boards are told by the
 * environment, read once when it is loaded:
 *
 *   PREFIX_BOARDS   how many (1)
 *   PREFIX_WAVE     steps "watts:seconds,watts:seconds,..." that repeat for ever ("100:1");
 *                   board i is shifted by i * PREFIX_SHIFT seconds (0)
 *   PREFIX_REFRESH  the counter and the power change this often, in ms (20)
 *   PREFIX_PHASE    where in its period the refresh falls, in ms (0)
 *   PREFIX_GAIN     what the board reads of what it draws (1.0)
 *   PREFIX_LIMIT    power limit in W (700)
 *   PREFIX_LATENCY  µs that each call takes, or "call:µs,call:µs" for some (0)
 *   PREFIX_MISSING  comma-separated names of calls that answer "not supported"
 *   PREFIX_FAULTS   ";"-separated "kind@call#after[/board]": after so many calls of it (all
 *                   boards together, or of that board alone) a call behaves so:
 *                     hang   never returns
 *                     lost   answers that the board is lost, from then on
 *                     once   answers an unknown error, once
 *                     reset  the counter starts anew at 0, once
 *                     jump   the counter is 10 MJ ahead, from then on
 *                   With "t" before it, "after" is an instant of the clock in s instead
 *   PREFIX_PIDS     process ids on the boards "1,2/3": boards separated by "/"; "self" is
 *                   the process that loaded it; "@FILE": read from FILE at each call, for
 *                   every board
 *
 * Time is CLOCK_MONOTONIC, or what fake_set_clock(ns) last said.
 * fake_truth(board, from_ns, to_ns) is the exact energy drawn between two instants, in J.
 */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BOARDS = 16, MOST_STEPS = 64, MOST_FAULTS = 16, MOST_PIDS = 16 };

typedef int Result;
typedef struct board *Handle;

struct board {
    int index;
    double energy_at_reset; /* J that the counter does not show any more */
    double ahead;           /* J that it shows too much */
    unsigned pids[MOST_PIDS];
    unsigned pid_count;
};

struct fault {
    char kind[16];
    char call[64];
    long after;
    double at; /* s; 0: by the number of calls */
    int board; /* -1: any */
    long calls;
    int done;
};

static struct board boards[MOST_BOARDS];
static int board_count = 1;
static double step_watts[MOST_STEPS], step_seconds[MOST_STEPS];
static int step_count;
static double period, energy_of_period;
static double refresh = 0.02, phase, shift, gain = 1.0, limit = 700.0;
static const char *pid_file, *latency;
static char missing[512];
static struct fault faults[MOST_FAULTS];
static int fault_count;
static int64_t virtual_now = -1;
static int users;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static double number(const char *name, double otherwise)
{
    const char *text = getenv(name);
    return text && *text ? atof(text) : otherwise;
}

static void read_wave(const char *text)
{
    char copy[2048], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", text && *text ? text : "100:1");
    for (char *word = strtok_r(copy, ",", &rest); word && step_count < MOST_STEPS;
         word = strtok_r(NULL, ",", &rest)) {
        if (sscanf(word, "%lf:%lf", &step_watts[step_count], &step_seconds[step_count]) != 2)
            abort();
        period += step_seconds[step_count];
        energy_of_period += step_watts[step_count] * step_seconds[step_count];
        step_count++;
    }
}

static void read_faults(const char *text)
{
    char copy[2048], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", text ? text : "");
    for (char *word = strtok_r(copy, ";", &rest); word && fault_count < MOST_FAULTS;
         word = strtok_r(NULL, ";", &rest)) {
        struct fault *fault = &faults[fault_count++];
        char after[32];
        fault->board = -1;
        if (sscanf(word, "%15[^@]@%63[^#]#%31[^/]/%d", fault->kind, fault->call, after,
                   &fault->board) < 3)
            abort();
        fault->at = *after == 't' ? atof(after + 1) : 0;
        fault->after = atol(after);
    }
}

static void read_pid_file(Handle board, const char *path)
{
    FILE *file = fopen(path, "r");
    board->pid_count = 0;
    while (file && board->pid_count < MOST_PIDS &&
           fscanf(file, "%u", &board->pids[board->pid_count]) == 1)
        board->pid_count++;
    if (file)
        fclose(file);
}

static void read_pids(const char *text)
{
    char copy[2048], *rest = NULL;
    int index = 0;
    snprintf(copy, sizeof copy, "%s", text ? text : "");
    for (char *board = strtok_r(copy, "/", &rest); board && index < MOST_BOARDS;
         board = strtok_r(NULL, "/", &rest), index++) {
        char *more = NULL;
        for (char *word = strtok_r(board, ",", &more); word; word = strtok_r(NULL, ",", &more)) {
            int pid = strcmp(word, "self") ? atoi(word) : getpid();
            if (boards[index].pid_count < MOST_PIDS)
                boards[index].pids[boards[index].pid_count++] = (unsigned)pid;
        }
    }
}

static void read_boards(void)
{
    board_count = (int)number(PREFIX "_BOARDS", 1);
    refresh = number(PREFIX "_REFRESH", 20) / 1e3;
    phase = number(PREFIX "_PHASE", 0) / 1e3;
    shift = number(PREFIX "_SHIFT", 0);
    gain = number(PREFIX "_GAIN", 1);
    limit = number(PREFIX "_LIMIT", 700);
    latency = getenv(PREFIX "_LATENCY");
    const char *absent = getenv(PREFIX "_MISSING");
    snprintf(missing, sizeof missing, ",%s,", absent ? absent : "");
    read_wave(getenv(PREFIX "_WAVE"));
    read_faults(getenv(PREFIX "_FAULTS"));
    pid_file = getenv(PREFIX "_PIDS");
    if (pid_file && *pid_file == '@')
        pid_file++;
    else {
        read_pids(pid_file);
        pid_file = NULL;
    }
    for (int i = 0; i < MOST_BOARDS; i++)
        boards[i].index = i;
}

static double now(void)
{
    struct timespec t;
    if (virtual_now >= 0)
        return virtual_now / 1e9;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

/* Energy that board `index` has drawn since time 0, in J. */
static double drawn(int index, double t)
{
    t += index * shift;
    double whole = floor(t / period), rest = t - whole * period, sum = whole * energy_of_period;
    for (int i = 0; i < step_count && rest > 0; i++) {
        double part = rest < step_seconds[i] ? rest : step_seconds[i];
        sum += step_watts[i] * part;
        rest -= part;
    }
    return sum;
}

static double refreshed(void)
{
    return refresh > 0 ? floor((now() - phase) / refresh) * refresh + phase : now();
}

void fake_set_clock(int64_t nanoseconds) { virtual_now = nanoseconds; }

/* By these words the lab knows it, however it was loaded: submeter/lab/marks.py. */
const char fake_mark[] = "a stand-in, not hardware";

double fake_truth(int board, int64_t from, int64_t to)
{
    return drawn(board, to / 1e9) - drawn(board, from / 1e9);
}

static void take_time(const char *call)
{
    double microseconds = 0;
    const char *told = latency ? strstr(latency, call) : NULL;
    if (told)
        sscanf(told + strlen(call), ":%lf", &microseconds);
    else if (latency && !strchr(latency, ':'))
        microseconds = atof(latency);
    if (microseconds > 0)
        usleep((useconds_t)microseconds);
}

/* What happens to a call before it answers: SUCCESS to go on. */
static Result pass(const char *call, Handle board)
{
    char name[80];
    Result result = SUCCESS;
    take_time(call);
    snprintf(name, sizeof name, ",%s,", call);
    if (strstr(missing, name))
        return NOT_SUPPORTED;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < fault_count; i++) {
        struct fault *fault = &faults[i];
        if (strcmp(fault->call, call) || (board && fault->board >= 0 && fault->board != board->index))
            continue;
        if (fault->at > 0 ? now() < fault->at : ++fault->calls <= fault->after)
            continue;
        if (!strcmp(fault->kind, "hang")) {
            pthread_mutex_unlock(&lock);
            for (;;)
                pause();
        }
        if (!strcmp(fault->kind, "lost"))
            result = GPU_IS_LOST;
        if (!strcmp(fault->kind, "once") && !fault->done)
            result = UNKNOWN;
        if (!strcmp(fault->kind, "reset") && !fault->done && board)
            board->energy_at_reset = drawn(board->index, refreshed());
        if (!strcmp(fault->kind, "jump") && !fault->done && board)
            board->ahead += 10e6;
        fault->done = 1;
    }
    pthread_mutex_unlock(&lock);
    if (result == SUCCESS && !users)
        return UNINITIALIZED;
    return result;
}

#define PASS(board)                                 \
    do {                                            \
        Result passed = pass(__func__, (board));    \
        if (passed != SUCCESS)                      \
            return passed;                          \
    } while (0)

static void add_user(int change)
{
    pthread_mutex_lock(&lock);
    users += change;
    pthread_mutex_unlock(&lock);
}
