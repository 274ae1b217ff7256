/* A stand-in libnvidia-ml.so.1 whose boards draw a power that is known exactly.
 *
 * Build: cc -O2 -shared -fPIC -pthread -o libnvidia-ml.so.1 nvml.c -lm
 *
 * Its boards are told by the environment, FAKE_NVML_BOARDS and others: see boards.h.
 * Built with -DOLD_DRIVER it has no energy counter and no list of processes.
 */
#define PREFIX "FAKE_NVML"

enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    INSUFFICIENT_SIZE = 7,
    GPU_IS_LOST = 15,
    UNKNOWN = 999,
};

#include "boards.h"

__attribute__((constructor)) static void begin(void) { read_boards(); }

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
