/* Calls of NVML that tell nothing of energy: how a board fares, and what other meters start with.
 *
 * Included by nvml.c. Their numbers are plausible and never change, but for those that it says how
 * to set.
 */

Result nvmlSystemGetNVMLVersion(char *buffer, unsigned length)
{
    PASS(NULL);
    return answer(buffer, length, "999.1");
}

Result nvmlSystemGetCudaDriverVersion_v2(int *version)
{
    PASS(NULL);
    *version = 13000;
    return SUCCESS;
}

Result nvmlDeviceGetIndex(Handle board, unsigned *index)
{
    PASS(board);
    *index = (unsigned)board->index;
    return SUCCESS;
}

Result nvmlDeviceGetArchitecture(Handle board, unsigned *architecture)
{
    PASS(board);
    *architecture = (unsigned)number(PREFIX "_ARCHITECTURE", 9);
    return SUCCESS;
}

Result nvmlDeviceGetEnforcedPowerLimit(Handle board, unsigned *milliwatts)
{
    return nvmlDeviceGetPowerManagementLimit(board, milliwatts);
}

Result nvmlDeviceGetPowerManagementDefaultLimit(Handle board, unsigned *milliwatts)
{
    PASS(board);
    *milliwatts = (unsigned)(limit * 1e3);
    return SUCCESS;
}

Result nvmlDeviceGetPowerManagementLimitConstraints(Handle board, unsigned *least, unsigned *most)
{
    PASS(board);
    *least = LEAST_LIMIT;
    *most = (unsigned)(limit * 1e3);
    return SUCCESS;
}

struct memory {
    unsigned long long total, free, used;
};

Result nvmlDeviceGetMemoryInfo(Handle board, struct memory *found)
{
    PASS(board);
    *found = (struct memory){80ull << 30, 79ull << 30, 1ull << 30};
    return SUCCESS;
}

struct memory_v2 {
    unsigned version;
    unsigned long long total, reserved, free, used;
};

Result nvmlDeviceGetMemoryInfo_v2(Handle board, struct memory_v2 *found)
{
    PASS(board);
    *found = (struct memory_v2){found->version, 80ull << 30, 0, 79ull << 30, 1ull << 30};
    return SUCCESS;
}

struct rates {
    unsigned gpu, memory;
};

Result nvmlDeviceGetUtilizationRates(Handle board, struct rates *found)
{
    PASS(board);
    *found = (struct rates){50, 10};
    return SUCCESS;
}

Result nvmlDeviceGetTemperature(Handle board, int sensor, unsigned *celsius)
{
    (void)sensor;
    PASS(board);
    *celsius = (unsigned)number(PREFIX "_TEMPERATURE", 40);
    return SUCCESS;
}

Result nvmlDeviceGetClockInfo(Handle board, int which, unsigned *megahertz)
{
    (void)which;
    PASS(board);
    *megahertz = (unsigned)number(PREFIX "_CLOCK", 1980);
    return SUCCESS;
}

Result nvmlDeviceGetCurrentClocksThrottleReasons(Handle board, unsigned long long *reasons)
{
    PASS(board);
    *reasons = (unsigned long long)number(PREFIX "_EVENTS", 0);
    return SUCCESS;
}

#ifndef OLD_DRIVER
Result nvmlDeviceGetCurrentClocksEventReasons(Handle board, unsigned long long *reasons)
{
    PASS(board);
    *reasons = (unsigned long long)number(PREFIX "_EVENTS", 0);
    return SUCCESS;
}
#endif

Result nvmlDeviceGetComputeMode(Handle board, int *mode)
{
    PASS(board);
    *mode = 0;
    return SUCCESS;
}

#ifndef OLD_DRIVER
Result nvmlDeviceGetComputeRunningProcesses_v2(Handle board, unsigned *count, struct process *found)
{
    return nvmlDeviceGetComputeRunningProcesses_v3(board, count, found);
}

Result nvmlDeviceGetGraphicsRunningProcesses_v3(Handle board, unsigned *count, void *found)
{
    (void)found;
    PASS(board);
    *count = 0;
    return SUCCESS;
}

Result nvmlDeviceGetGraphicsRunningProcesses_v2(Handle board, unsigned *count, void *found)
{
    return nvmlDeviceGetGraphicsRunningProcesses_v3(board, count, found);
}
#endif
