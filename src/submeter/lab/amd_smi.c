/* A stand-in libamd_smi.so whose modules draw a power that is known exactly.
 *
 * Build: cc -O2 -shared -fPIC -pthread -o libamd_smi.so amd_smi.c -lm
 *
 * Its boards are told by the environment, FAKE_AMD_BOARDS and others: see boards.h; and
 *
 *   FAKE_AMD_NAME        market name ("AMD Instinct MI300X")
 *   FAKE_AMD_VERSION     first number of the library's version (26): 24 and 25 lay out the version,
 *                        the power and the list of processes as those releases do
 *   FAKE_AMD_POWER       which power is told: "current", "average", "both", "socket", "none"
 *   FAKE_AMD_MICROWATTS  1: powers are told in µW and not in W (0)
 *   FAKE_AMD_RESOLUTION  µJ that one step of the counter stands for (15.259)
 *   FAKE_AMD_BEGIN       the counter's value at time 0, in steps (0); it has 64 bits
 *   FAKE_AMD_COUNTS      what the counter counts of what is drawn (1.0): 0 stands still
 *   FAKE_AMD_DIES        dies of a module (1); with 2, boards 0 and 1 are one module, drawn by
 *                        board 0; the second die tells 0, or with FAKE_AMD_REPEATS=1 the same
 *   FAKE_AMD_PARTITIONS  processors that one socket is split into (1), each telling the socket's
 *
 * Layouts are those of the public header amdsmi.h of ROCm 6.2 (24), 6.4 (25) and 7.0 (26).
 */
#define PREFIX "FAKE_AMD"

enum {
    SUCCESS = 0,
    INVALID_ARGUMENT = 1,
    NOT_SUPPORTED = 2,
    OUT_OF_RESOURCES = 15,
    GPU_IS_LOST = 31, /* NOT_FOUND */
    UNINITIALIZED = 32,
    UNKNOWN = -1,
};

#include "boards.h"

enum { MOST_PARTITIONS = 8 };

static int version = 26, dies = 1, partitions = 1, repeats, in_microwatts;
static double resolution = 15.259, counts = 1.0;
static uint64_t begins;
static const char *name, *power_told;
static int handles[MOST_BOARDS][MOST_PARTITIONS];

__attribute__((constructor)) static void begin(void)
{
    read_boards();
    version = (int)number(PREFIX "_VERSION", 26);
    dies = (int)number(PREFIX "_DIES", 1);
    partitions = (int)number(PREFIX "_PARTITIONS", 1);
    repeats = (int)number(PREFIX "_REPEATS", 0);
    in_microwatts = (int)number(PREFIX "_MICROWATTS", 0);
    resolution = number(PREFIX "_RESOLUTION", 15.259);
    counts = number(PREFIX "_COUNTS", 1.0);
    const char *text = getenv(PREFIX "_BEGIN");
    begins = text && *text ? strtoull(text, NULL, 10) : 0;
    name = getenv(PREFIX "_NAME");
    power_told = getenv(PREFIX "_POWER");
}

/* The board behind a processor's handle, which may be one of its partitions. */
static Handle board_of(void *processor)
{
    long place = ((int *)processor - &handles[0][0]) / MOST_PARTITIONS;
    return &boards[place];
}

/* The board whose meter a board's numbers come from, or NULL for a second die that has none. */
static Handle metered(Handle board)
{
    if (board->index % dies == 0)
        return board;
    return repeats ? &boards[board->index - board->index % dies] : NULL;
}

Result amdsmi_init(uint64_t flags)
{
    (void)flags;
    add_user(1);
    Result passed = pass(__func__, NULL);
    if (passed != SUCCESS)
        add_user(-1);
    return passed;
}

Result amdsmi_shut_down(void)
{
    PASS(NULL);
    add_user(-1);
    return SUCCESS;
}

Result amdsmi_status_code_to_string(Result result, const char **text)
{
    switch (result) {
    case SUCCESS: *text = "AMDSMI_STATUS_SUCCESS"; break;
    case NOT_SUPPORTED: *text = "AMDSMI_STATUS_NOT_SUPPORTED"; break;
    case GPU_IS_LOST: *text = "AMDSMI_STATUS_NOT_FOUND"; break;
    case UNINITIALIZED: *text = "AMDSMI_STATUS_NOT_INIT"; break;
    default: *text = "AMDSMI_STATUS_UNKNOWN_ERROR";
    }
    return SUCCESS;
}

struct version_25 {
    uint32_t year, major, minor, release;
    const char *build;
};

struct version_26 {
    uint32_t major, minor, release;
    const char *build;
};

Result amdsmi_get_lib_version(void *told)
{
    PASS(NULL);
    if (version >= 26)
        *(struct version_26 *)told = (struct version_26){(uint32_t)version, 1, 0, "stand-in"};
    else
        *(struct version_25 *)told = (struct version_25){(uint32_t)version, 6, 1, 0, "stand-in"};
    return SUCCESS;
}

Result amdsmi_get_socket_handles(uint32_t *count, void **sockets)
{
    PASS(NULL);
    for (uint32_t i = 0; sockets && i < *count && i < (uint32_t)board_count; i++)
        sockets[i] = &boards[i];
    *count = (uint32_t)board_count;
    return SUCCESS;
}

Result amdsmi_get_processor_handles(void *socket, uint32_t *count, void **processors)
{
    Handle board = socket;
    PASS(board);
    for (uint32_t i = 0; processors && i < *count && i < (uint32_t)partitions; i++)
        processors[i] = &handles[board->index][i];
    *count = (uint32_t)partitions;
    return SUCCESS;
}

Result amdsmi_get_gpu_device_uuid(void *processor, uint32_t *length, char *uuid)
{
    Handle board = board_of(processor);
    PASS(board);
    long partition = ((int *)processor - &handles[0][0]) % MOST_PARTITIONS;
    if (*length < 38)
        return INVALID_ARGUMENT;
    snprintf(uuid, *length, "%02lxff74a1-0000-1000-80d3-%012d", partition, board->index);
    return SUCCESS;
}

/* The market name stands first in every release. */
Result amdsmi_get_gpu_asic_info(void *processor, char *told)
{
    Handle board = board_of(processor);
    PASS(board);
    strcpy(told, name && *name ? name : "AMD Instinct MI300X");
    return SUCCESS;
}

struct power_cap {
    uint64_t cap, usual, dpm, least, most, reserved[3];
};

Result amdsmi_get_power_cap_info(void *processor, uint32_t sensor, struct power_cap *told)
{
    Handle board = board_of(processor);
    PASS(board);
    (void)sensor;
    uint64_t cap = (uint64_t)((metered(board) ? limit : 0) * 1e6);
    *told = (struct power_cap){cap, cap, 0, 0, cap, {0}};
    return SUCCESS;
}

Result amdsmi_get_energy_count(void *processor, uint64_t *steps, float *step, uint64_t *timestamp)
{
    Handle board = board_of(processor), source = metered(board);
    PASS(board);
    double joules = 0;
    if (source)
        joules = (drawn(source->index, refreshed()) - source->energy_at_reset) * counts * gain +
                 source->ahead;
    *steps = source ? begins + (uint64_t)(joules * 1e6 / resolution) : 0;
    *step = (float)resolution;
    *timestamp = (uint64_t)(refreshed() * 1e9);
    return SUCCESS;
}

struct power_24 {
    uint32_t current, average, gfx_voltage, soc_voltage, mem_voltage, limit, reserved[11];
};

struct power_25 {
    uint64_t socket;
    uint32_t current, average, gfx_voltage, soc_voltage, mem_voltage, limit, reserved[2];
};

struct power_26 {
    uint64_t socket;
    uint32_t current, average;
    uint64_t gfx_voltage, soc_voltage, mem_voltage;
    uint32_t limit;
    uint64_t reserved[18];
};

static int tells(const char *which)
{
    const char *told = power_told && *power_told ? power_told : "current";
    return !strcmp(told, which) || (!strcmp(told, "both") && strcmp(which, "socket"));
}

Result amdsmi_get_power_info(void *processor, void *told)
{
    Handle board = board_of(processor), source = metered(board);
    PASS(board);
    double end = refreshed(), start = end - (refresh > 0 ? refresh : 1e-3), watts = 0;
    if (source)
        watts = gain * (drawn(source->index, end) - drawn(source->index, start)) / (end - start);
    uint32_t value = (uint32_t)(watts * (in_microwatts ? 1e6 : 1) + 0.5);
    uint32_t current = tells("current") ? value : UINT32_MAX;
    uint32_t average = tells("average") ? value : UINT32_MAX;
    uint64_t socket = tells("socket") ? value : UINT32_MAX;
    if (version <= 24)
        *(struct power_24 *)told = (struct power_24){.current = current, .average = average};
    else if (version == 25)
        *(struct power_25 *)told = (struct power_25){socket, current, average, 0, 0, 0, 0, {0}};
    else
        *(struct power_26 *)told = (struct power_26){.socket = socket, .current = current, .average = average};
    return SUCCESS;
}

struct process {
    char name[256];
    uint32_t pid;
    uint64_t memory;
    struct {
        uint64_t gfx, enc;
        uint32_t reserved[12];
    } engine_usage;
    struct {
        uint64_t gtt, cpu, vram;
        uint32_t reserved[10];
    } memory_usage;
    char container[256];
    uint32_t cu_occupancy, reserved[11];
};

Result amdsmi_get_gpu_process_list(void *processor, uint32_t *count, struct process *found)
{
    Handle board = board_of(processor);
    PASS(board);
    if (pid_file)
        read_pid_file(board, pid_file);
    uint32_t room = *count;
    *count = board->pid_count;
    if (!room)
        return SUCCESS;
    if (!found || room < board->pid_count)
        return OUT_OF_RESOURCES;
    memset(found, 0, board->pid_count * sizeof *found);
    for (unsigned i = 0; i < board->pid_count; i++) {
        strcpy(found[i].name, "python");
        found[i].pid = board->pids[i];
    }
    return SUCCESS;
}
