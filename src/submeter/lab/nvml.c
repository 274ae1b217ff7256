/* A stand-in libnvidia-ml.so.1 whose boards draw a power that is known exactly.
 *
 * Build: cc -O2 -shared -fPIC -pthread -o libnvidia-ml.so.1 nvml.c -lm
 *
 * Its boards are told by the environment, FAKE_NVML_BOARDS and others: see boards.h; and
 *
 *   FAKE_NVML_NAME       the product's name ("NVIDIA H100 80GB HBM3")
 *   FAKE_NVML_ARCHITECTURE  the chip's family as NVML numbers it (9: Hopper; 4: Pascal)
 *   FAKE_NVML_CAPABILITY  its CUDA compute capability, such as 8.0; without it the driver doesn't tell
 *   FAKE_NVML_SEES       the meter behind the power looks only at so many ms, the last ones, of each
 *                        refresh (0: at all of it); A100 and H100: 25 of 100
 *   FAKE_NVML_COUNTER_SEES  the same of the meter behind the counter (0)
 *   FAKE_NVML_COUNTER_GAIN  what the counter reads besides the gain (1.0)
 *   FAKE_NVML_AVERAGE    ms before its refresh over which the power is averaged (0: one refresh);
 *                        the field POWER_INSTANT never is, POWER_AVERAGE over a second at least
 *   FAKE_NVML_NOISE      standard deviation of a power reading, in W (0); the same at each run
 *   FAKE_NVML_FIELDS     field values that it tells, of "instant,average,module,memory" ("");
 *                        "module" and "memory" add their scope to the first two, in scope GPU
 *   FAKE_NVML_MODULE     W that the rest of a superchip's module draws (0); the counter covers it
 *   FAKE_NVML_MEMORY     part of the board's power that its memory draws (0.2)
 *   FAKE_NVML_MIG        instances into which each board is split (0: MIG is off); the processes
 *                        of a board run in them in turn
 *   FAKE_NVML_MIG_HIDES  1: a split board does not list the processes of its instances (0)
 *   FAKE_NVML_SM         "pid:percent[:from[:to]]", comma-separated, boards by "/": the share of its
 *                        SMs that a process uses, between two instants in s; "self" and "@FILE" as
 *                        for FAKE_NVML_PIDS; without it the driver doesn't tell
 *   FAKE_NVML_SM_PERIOD  ms between two samples of that use (200)
 *   FAKE_NVML_ROOT       0: a power limit may not be set (1); what a board draws does not heed it
 *   FAKE_NVML_LIMITS     FILE: each limit that is set is added to it, as "board milliwatts"
 *
 *   FAKE_NVML_TEMPERATURE  of the chip, in °C (40)
 *   FAKE_NVML_CLOCK      of the SMs, in MHz (1980)
 *   FAKE_NVML_EVENTS     why the clocks are as they are, as NVML's bits (0)
 *   FAKE_NVML_HELD       "power:heat", the parts of the time for which clocks are held back for
 *                        either; without it the driver doesn't tell
 *
 * The time of day is CLOCK_REALTIME, or so much ahead of now() as fake_set_utc(ns) last said.
 * Built with -DOLD_DRIVER it has no energy counter, no fields, no list of processes, and
 * calls clock events throttle reasons.
 */
#define _GNU_SOURCE
#define PREFIX "FAKE_NVML"

enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    NO_PERMISSION = 4,
    NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7,
    GPU_IS_LOST = 15,
    UNKNOWN = 999,
};

#include "boards.h"

enum { MOST_INSTANCES = 7, LEAST_LIMIT = 100000 /* mW */ };

struct use {
    unsigned pid;
    double percent, from, to;
};

static struct board slices[MOST_BOARDS][MOST_INSTANCES];
static struct use uses[MOST_BOARDS][MOST_PIDS];
static unsigned use_counts[MOST_BOARDS];
static double counter_gain = 1.0, sees, counter_sees, average, noise, module, memory_part = 0.2;
static double sm_period = 0.2, capability;
static int slice_count, slices_hide, tells_use, is_root = 1;
static unsigned set_limits[MOST_BOARDS]; /* mW; 0: as FAKE_NVML_LIMIT says */
static const char *product, *sm_file;
static char fields[128];
static int64_t utc_ahead = -1;

static void add_use(int index, const char *word)
{
    const char *rest = strchr(word, ':');
    if (use_counts[index] == MOST_PIDS || !rest)
        return;
    struct use *use = &uses[index][use_counts[index]++];
    unsigned pid = (unsigned)(strncmp(word, "self", 4) ? atoi(word) : getpid());
    *use = (struct use){pid, 0, -HUGE_VAL, HUGE_VAL};
    sscanf(rest, ":%lf:%lf:%lf", &use->percent, &use->from, &use->to);
}

static void read_uses(const char *text)
{
    char copy[2048], *rest = copy;
    snprintf(copy, sizeof copy, "%s", text ? text : "");
    for (int index = 0; rest && index < MOST_BOARDS; index++) {
        char *board = strsep(&rest, "/"), *more = NULL;
        for (char *word = strtok_r(board, ",", &more); word; word = strtok_r(NULL, ",", &more))
            add_use(index, word);
    }
}

__attribute__((constructor)) static void begin(void)
{
    read_boards();
    capability = number(PREFIX "_CAPABILITY", 0);
    counter_gain = number(PREFIX "_COUNTER_GAIN", 1);
    sees = number(PREFIX "_SEES", 0) / 1e3;
    counter_sees = number(PREFIX "_COUNTER_SEES", 0) / 1e3;
    average = number(PREFIX "_AVERAGE", 0) / 1e3;
    noise = number(PREFIX "_NOISE", 0);
    module = number(PREFIX "_MODULE", 0);
    memory_part = number(PREFIX "_MEMORY", 0.2);
    sm_period = number(PREFIX "_SM_PERIOD", 200) / 1e3;
    slice_count = (int)number(PREFIX "_MIG", 0);
    slices_hide = (int)number(PREFIX "_MIG_HIDES", 0);
    is_root = (int)number(PREFIX "_ROOT", 1);
    product = getenv(PREFIX "_NAME");
    const char *told = getenv(PREFIX "_FIELDS");
    snprintf(fields, sizeof fields, ",%s,", told ? told : "");
    sm_file = getenv(PREFIX "_SM");
    tells_use = sm_file != NULL;
    if (sm_file && *sm_file == '@')
        sm_file++;
    else {
        read_uses(sm_file);
        sm_file = NULL;
    }
    for (int i = 0; i < MOST_BOARDS; i++)
        for (int n = 0; n < MOST_INSTANCES; n++)
            slices[i][n].index = i;
}

/* The MIG instance that a handle stands for, or -1 for a whole board. */
static int instance_of(Handle board)
{
    long place = board - &slices[board->index][0];
    return place >= 0 && place < MOST_INSTANCES ? (int)place : -1;
}

void fake_set_utc(int64_t nanoseconds_ahead) { utc_ahead = nanoseconds_ahead; }

/* What a meter takes a board to have drawn between two of its refreshes, in J, if it looks at the
   last `look` s of each only. */
static double metered(int index, double from, double to, double look)
{
    if (look <= 0 || look >= refresh || refresh <= 0)
        return drawn(index, to) - drawn(index, from);
    double sum = 0;
    for (double end = to; end > from + refresh / 2; end -= refresh)
        sum += (drawn(index, end) - drawn(index, end - look)) * refresh / look;
    return sum;
}

/* A deviate that is the same for one instant at each run: the sum of twelve uniform ones. */
static double deviate(int index, double t)
{
    uint64_t state = (uint64_t)(t * 1e6) * 2654435761u + (uint64_t)index * 40503u + 1;
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        sum += (double)(state >> 11) / 9007199254740992.0;
    }
    return sum;
}

/* Mean power in W that is told of the `window` s before the last refresh (0: of one refresh). */
static double watts_over(int index, double window)
{
    double end = refreshed(), least = refresh > 0 ? refresh : 1e-3;
    double start = end - (window > least ? window : least);
    double watts = metered(index, start, end, sees) / (end - start) * gain;
    watts += noise > 0 ? noise * deviate(index, end) : 0;
    return watts > 0 ? watts : 0;
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
    case NO_PERMISSION: return "Insufficient Permissions";
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
    return answer(buffer, length, product && *product ? product : "NVIDIA H100 80GB HBM3");
}

Result nvmlDeviceGetPowerManagementLimit(Handle board, unsigned *milliwatts)
{
    PASS(board);
    unsigned set = set_limits[board->index];
    *milliwatts = set ? set : (unsigned)(limit * 1e3);
    return SUCCESS;
}

Result nvmlDeviceSetPowerManagementLimit(Handle board, unsigned milliwatts)
{
    PASS(board);
    if (!is_root)
        return NO_PERMISSION;
    if (milliwatts < LEAST_LIMIT || milliwatts > limit * 1e3)
        return INVALID_ARGUMENT;
    set_limits[board->index] = milliwatts;
    const char *path = getenv(PREFIX "_LIMITS");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) {
        fprintf(file, "%d %u\n", board->index, milliwatts);
        fclose(file);
    }
    return SUCCESS;
}

#ifndef OLD_DRIVER
/* What the counter's meter has seen by its refresh at `t`; it looks part-time from when it is first
   asked. */
static double counted(int index, double t)
{
    static double until[MOST_BOARDS], sum[MOST_BOARDS];
    if (counter_sees <= 0)
        return drawn(index, t);
    pthread_mutex_lock(&lock);
    if (until[index] <= 0 || t < until[index])
        sum[index] = drawn(index, t);
    else
        sum[index] += metered(index, until[index], t, counter_sees);
    until[index] = t;
    double found = sum[index];
    pthread_mutex_unlock(&lock);
    return found;
}

Result nvmlDeviceGetTotalEnergyConsumption(Handle board, unsigned long long *millijoules)
{
    PASS(board);
    if (instance_of(board) >= 0)
        return NOT_SUPPORTED;
    double t = refreshed();
    double joules = counted(board->index, t) + module * t - board->energy_at_reset;
    *millijoules = (unsigned long long)((joules * gain * counter_gain + board->ahead) * 1e3);
    return SUCCESS;
}
#endif

Result nvmlDeviceGetPowerUsage(Handle board, unsigned *milliwatts)
{
    PASS(board);
    if (instance_of(board) >= 0)
        return NOT_SUPPORTED;
    *milliwatts = (unsigned)(watts_over(board->index, average) * 1e3 + 0.5);
    return SUCCESS;
}

#ifndef OLD_DRIVER
Result nvmlDeviceGetCudaComputeCapability(Handle board, int *major, int *minor)
{
    PASS(board);
    if (capability <= 0)
        return NOT_SUPPORTED;
    *major = (int)capability;
    *minor = (int)(capability * 10 + 0.5) % 10;
    return SUCCESS;
}

/* Time of day in µs at an instant of now(). */
static unsigned long long utc(double t)
{
    struct timespec day, steady;
    double ahead = utc_ahead / 1e3;
    if (utc_ahead < 0) {
        clock_gettime(CLOCK_REALTIME, &day);
        clock_gettime(CLOCK_MONOTONIC, &steady);
        ahead = (double)(day.tv_sec - steady.tv_sec) * 1e6 + (day.tv_nsec - steady.tv_nsec) / 1e3;
    }
    return (unsigned long long)(t * 1e6 + ahead + 0.5);
}

enum { POWER_AVERAGE = 185, POWER_INSTANT = 186, SCOPE_MODULE = 1, SCOPE_MEMORY = 2 };
enum { HELD_FOR_POWER = 74, HELD_FOR_HEAT = 75 };
enum { UNSIGNED_INT = 1, UNSIGNED_LONG_LONG = 3 };

struct field {
    unsigned field, scope;
    int64_t timestamp, latency;
    unsigned type;
    Result result;
    union {
        unsigned number;
        unsigned long long long_number;
    } value;
};

static int tells(const char *word)
{
    char wanted[32];
    snprintf(wanted, sizeof wanted, ",%s,", word);
    return strstr(fields, wanted) != NULL;
}

static Result tell_held(struct field *field)
{
    const char *told = getenv(PREFIX "_HELD");
    double parts[2];
    if (!told || sscanf(told, "%lf:%lf", &parts[0], &parts[1]) != 2)
        return NOT_SUPPORTED;
    field->type = UNSIGNED_LONG_LONG;
    field->value.long_number =
        (unsigned long long)(now() * parts[field->field == HELD_FOR_HEAT] * 1e9);
    return SUCCESS;
}

static Result tell_field(Handle board, struct field *field)
{
    if (field->field == HELD_FOR_POWER || field->field == HELD_FOR_HEAT)
        return tell_held(field);
    int instant = field->field == POWER_INSTANT;
    if ((!instant && field->field != POWER_AVERAGE) || !tells(instant ? "instant" : "average"))
        return NOT_SUPPORTED;
    if ((field->scope == SCOPE_MODULE && !tells("module")) ||
        (field->scope == SCOPE_MEMORY && !tells("memory")) || field->scope > SCOPE_MEMORY)
        return NOT_SUPPORTED;
    double watts = watts_over(board->index, instant ? 0 : average > 1 ? average : 1);
    if (field->scope == SCOPE_MODULE)
        watts += module * gain;
    if (field->scope == SCOPE_MEMORY)
        watts *= memory_part;
    field->type = UNSIGNED_INT;
    field->value.number = (unsigned)(watts * 1e3 + 0.5);
    return SUCCESS;
}

Result nvmlDeviceGetFieldValues(Handle board, int count, struct field *values)
{
    PASS(board);
    for (int i = 0; i < count; i++) {
        values[i].timestamp = (int64_t)utc(now());
        values[i].value.long_number = 0;
        values[i].result =
            instance_of(board) >= 0 ? NOT_SUPPORTED : tell_field(board, &values[i]);
    }
    return SUCCESS;
}

Result nvmlDeviceGetMigMode(Handle board, unsigned *current, unsigned *pending)
{
    PASS(board);
    *current = *pending = slice_count > 0;
    return SUCCESS;
}

Result nvmlDeviceGetMaxMigDeviceCount(Handle board, unsigned *count)
{
    PASS(board);
    *count = slice_count ? MOST_INSTANCES : 0;
    return SUCCESS;
}

Result nvmlDeviceGetMigDeviceHandleByIndex(Handle board, unsigned index, Handle *instance)
{
    PASS(board);
    if (index >= (unsigned)slice_count)
        return NOT_FOUND;
    *instance = &slices[board->index][index];
    return SUCCESS;
}

struct process {
    unsigned pid;
    unsigned long long memory;
    unsigned gpu_instance, compute_instance;
};

Result nvmlDeviceGetComputeRunningProcesses_v3(Handle board, unsigned *count, struct process *found)
{
    PASS(board);
    Handle whole = &boards[board->index];
    int instance = instance_of(board);
    unsigned room = *count, seen = 0;
    if (pid_file)
        read_pid_file(whole, pid_file);
    for (unsigned i = 0; i < whole->pid_count; i++) {
        unsigned place = slice_count ? i % (unsigned)slice_count : 0xffffffffu;
        if (instance >= 0 ? place != (unsigned)instance : slice_count && slices_hide)
            continue;
        if (found && seen < room)
            found[seen] = (struct process){whole->pids[i], 1 << 30, place, 0xffffffffu};
        seen++;
    }
    *count = seen;
    return seen && (!found || room < seen) ? INSUFFICIENT_SIZE : SUCCESS;
}

struct sample {
    unsigned pid;
    unsigned long long timestamp;
    unsigned sm, memory, encoder, decoder;
};

/* A process's mean use over the samples since `since` µs, and when it was last seen to use any. */
static struct sample sampled(const struct use *use, unsigned long long since)
{
    enum { KEPT = 100 };
    struct sample found = {.pid = use->pid};
    double t = floor(now() / sm_period) * sm_period, sum = 0;
    int samples = 0;
    for (; samples < KEPT && t > 0 && utc(t) > since; t -= sm_period, samples++) {
        int busy = use->from < t && t <= use->to && use->percent > 0;
        sum += busy ? use->percent : 0;
        if (busy && !found.timestamp)
            found.timestamp = utc(t);
    }
    found.sm = samples ? (unsigned)(sum / samples + 0.5) : 0;
    return found;
}

static void read_sm_file(int index)
{
    char word[80];
    FILE *file = fopen(sm_file, "r");
    use_counts[index] = 0;
    while (file && fscanf(file, "%79s", word) == 1)
        add_use(index, word);
    if (file)
        fclose(file);
}

Result nvmlDeviceGetProcessUtilization(Handle board, struct sample *found, unsigned *count,
                                       unsigned long long since)
{
    PASS(board);
    if (slice_count || !tells_use)
        return NOT_SUPPORTED;
    if (sm_file)
        read_sm_file(board->index);
    unsigned room = *count, seen = 0;
    for (unsigned i = 0; i < use_counts[board->index]; i++) {
        struct sample sample = sampled(&uses[board->index][i], since);
        if (!sample.timestamp)
            continue;
        if (found && seen < room)
            found[seen] = sample;
        seen++;
    }
    *count = seen;
    if (!seen)
        return NOT_FOUND;
    return !found || room < seen ? INSUFFICIENT_SIZE : SUCCESS;
}
#endif

#include "nvml_asked.h"
