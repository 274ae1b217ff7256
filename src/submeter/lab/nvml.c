/* A stand-in libnvidia-ml.so.1 whose boards draw a power that is known exactly.
 *
 * Build: cc -O2 -shared -fPIC -pthread -o libnvidia-ml.so.1 nvml.c -lm
 *
 * Its boards are told by the environment, read once when it is loaded:
 *
 *   FAKE_NVML_BOARDS   how many (1)
 *   FAKE_NVML_WAVE     steps "watts:seconds,watts:seconds,..." that repeat for ever ("100:1");
 *                      board i is shifted by i * FAKE_NVML_SHIFT seconds (0)
 *   FAKE_NVML_REFRESH  the counter and the power change this often, in ms (20)
 *   FAKE_NVML_PHASE    where in its period the refresh falls, in ms (0)
 *   FAKE_NVML_GAIN     what the board reads of what it draws (1.0)
 *   FAKE_NVML_LIMIT    power limit in W (700)
 *   FAKE_NVML_MISSING  comma-separated names of calls that answer "not supported"
 *   FAKE_NVML_FAULTS   ";"-separated "kind@call#after[/board]": after so many calls of it (all
 *                      boards together, or of that board alone) a call behaves so:
 *                        hang   never returns
 *                        lost   answers GPU_IS_LOST, from then on
 *                        once   answers UNKNOWN, once
 *                        reset  the counter starts anew at 0, once
 *                        jump   the counter is 10 MJ ahead, from then on
 *   FAKE_NVML_PIDS     process ids on the boards "1,2/3": boards separated by "/"; "self" is
 *                      the process that loaded it; "@FILE": read from FILE at each call, for
 *                      every board
 *
 * Built with -DOLD_DRIVER it has no energy counter and no list of processes.
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

enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    INSUFFICIENT_SIZE = 7,
    GPU_IS_LOST = 15,
    UNKNOWN = 999,
};

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
static const char *pid_file;
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
        fault->board = -1;
        if (sscanf(word, "%15[^@]@%63[^#]#%ld/%d", fault->kind, fault->call, &fault->after,
                   &fault->board) < 3)
            abort();
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

__attribute__((constructor)) static void begin(void)
{
    board_count = (int)number("FAKE_NVML_BOARDS", 1);
    refresh = number("FAKE_NVML_REFRESH", 20) / 1e3;
    phase = number("FAKE_NVML_PHASE", 0) / 1e3;
    shift = number("FAKE_NVML_SHIFT", 0);
    gain = number("FAKE_NVML_GAIN", 1);
    limit = number("FAKE_NVML_LIMIT", 700);
    const char *absent = getenv("FAKE_NVML_MISSING");
    snprintf(missing, sizeof missing, ",%s,", absent ? absent : "");
    read_wave(getenv("FAKE_NVML_WAVE"));
    read_faults(getenv("FAKE_NVML_FAULTS"));
    pid_file = getenv("FAKE_NVML_PIDS");
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

double fake_truth(int board, int64_t from, int64_t to)
{
    return drawn(board, to / 1e9) - drawn(board, from / 1e9);
}

/* What happens to a call before it answers: SUCCESS to go on. */
static Result pass(const char *call, Handle board)
{
    char name[80];
    Result result = SUCCESS;
    snprintf(name, sizeof name, ",%s,", call);
    if (strstr(missing, name))
        return NOT_SUPPORTED;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < fault_count; i++) {
        struct fault *fault = &faults[i];
        if (strcmp(fault->call, call) || (board && fault->board >= 0 && fault->board != board->index))
            continue;
        if (++fault->calls <= fault->after)
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

Result nvmlInitWithFlags(unsigned flags)
{
    (void)flags;
    add_user(1);
    Result passed = pass(__func__, NULL);
    if (passed != SUCCESS)
        add_user(-1);
    return passed;
}

Result nvmlInit_v2(void) { return nvmlInitWithFlags(0); }

Result nvmlShutdown(void)
{
    PASS(NULL);
    add_user(-1);
    return SUCCESS;
}

const char *nvmlErrorString(Result result)
{
    switch (result) {
    case SUCCESS: return "Success";
    case UNINITIALIZED: return "Uninitialized";
    case INVALID_ARGUMENT: return "Invalid Argument";
    case NOT_SUPPORTED: return "Not Supported";
    case INSUFFICIENT_SIZE: return "Insufficient Size";
    case GPU_IS_LOST: return "GPU is lost";
    default: return "Unknown Error";
    }
}

static Result answer(char *buffer, unsigned length, const char *text)
{
    if (strlen(text) >= length)
        return INSUFFICIENT_SIZE;
    strcpy(buffer, text);
    return SUCCESS;
}

Result nvmlSystemGetDriverVersion(char *buffer, unsigned length)
{
    PASS(NULL);
    return answer(buffer, length, "999.1");
}

Result nvmlDeviceGetCount_v2(unsigned *count)
{
    PASS(NULL);
    *count = (unsigned)board_count;
    return SUCCESS;
}

Result nvmlDeviceGetHandleByIndex_v2(unsigned index, Handle *handle)
{
    if (index >= (unsigned)board_count)
        return INVALID_ARGUMENT;
    *handle = &boards[index];
    PASS(*handle);
    return SUCCESS;
}

Result nvmlDeviceGetUUID(Handle board, char *buffer, unsigned length)
{
    char text[64];
    PASS(board);
    snprintf(text, sizeof text, "GPU-f00d0000-0000-0000-0000-%012d", board->index);
    return answer(buffer, length, text);
}

Result nvmlDeviceGetName(Handle board, char *buffer, unsigned length)
{
    PASS(board);
    return answer(buffer, length, "NVIDIA H100 80GB HBM3");
}

Result nvmlDeviceGetPowerManagementLimit(Handle board, unsigned *milliwatts)
{
    PASS(board);
    *milliwatts = (unsigned)(limit * 1e3);
    return SUCCESS;
}

#ifndef OLD_DRIVER
Result nvmlDeviceGetTotalEnergyConsumption(Handle board, unsigned long long *millijoules)
{
    PASS(board);
    double joules = drawn(board->index, refreshed()) - board->energy_at_reset;
    *millijoules = (unsigned long long)((joules * gain + board->ahead) * 1e3);
    return SUCCESS;
}

#endif

Result nvmlDeviceGetPowerUsage(Handle board, unsigned *milliwatts)
{
    PASS(board);
    double end = refreshed(), start = end - (refresh > 0 ? refresh : 1e-3);
    double watts = (drawn(board->index, end) - drawn(board->index, start)) / (end - start);
    *milliwatts = (unsigned)(watts * gain * 1e3 + 0.5);
    return SUCCESS;
}

#ifndef OLD_DRIVER
struct process {
    unsigned pid;
    unsigned long long memory;
    unsigned gpu_instance, compute_instance;
};

Result nvmlDeviceGetComputeRunningProcesses_v3(Handle board, unsigned *count, struct process *found)
{
    PASS(board);
    if (pid_file)
        read_pid_file(board, pid_file);
    unsigned room = *count;
    *count = board->pid_count;
    if (!board->pid_count)
        return SUCCESS;
    if (!found || room < board->pid_count)
        return INSUFFICIENT_SIZE;
    for (unsigned i = 0; i < board->pid_count; i++)
        found[i] = (struct process){board->pids[i], 1 << 30, 0xffffffffu, 0xffffffffu};
    return SUCCESS;
}
#endif
