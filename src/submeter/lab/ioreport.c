/* A stand-in for macOS' libIOReport and CoreFoundation, whose channels count a power that is known.
 *
 * Build: cc -O2 -shared -fPIC -o ioreport.so ioreport.c
 *
 *   FAKE_IOREPORT_CHANNELS  "name|unit|watts;name|unit|watts;...": the energy channels; watts "none"
 *                           is a channel without a value, "state" one that is no whole number
 *   FAKE_IOREPORT_GROUP     the name of their group ("Energy Model")
 *
 * A channel counts from time 0 in its unit (nJ, uJ, mJ); units are told with blanks behind, as macOS
 * does. Time is CLOCK_MONOTONIC, or what fake_set_clock(ns) last said. fake_held() is the number of
 * objects that were given and not yet released.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* By these words the lab knows it: submeter/lab/marks.py. */
const char fake_mark[] = "a stand-in, not hardware";

enum { MOST_CHANNELS = 64, SIMPLE = 1, STATE = 2 };

struct object {
    char text[96]; /* of a string */
};

struct channel {
    struct object name, unit;
    double watts;
    int told, format;
    int64_t value;
};

static struct channel channels[MOST_CHANNELS];
static int channel_count;
static int64_t virtual_now = -1;
static long held;
static struct object array;

static struct object *given(const char *text)
{
    struct object *object = calloc(1, sizeof *object);
    snprintf(object->text, sizeof object->text, "%s", text);
    held++;
    return object;
}

__attribute__((constructor)) static void begin(void)
{
    char copy[8192], *rest = NULL;
    const char *told = getenv("FAKE_IOREPORT_CHANNELS");
    snprintf(copy, sizeof copy, "%s", told ? told : "");
    for (char *word = strtok_r(copy, ";", &rest); word && channel_count < MOST_CHANNELS;
         word = strtok_r(NULL, ";", &rest)) {
        struct channel *channel = &channels[channel_count++];
        char unit[16], watts[32];
        if (sscanf(word, "%95[^|]|%15[^|]|%31s", channel->name.text, unit, watts) != 3)
            abort();
        snprintf(channel->unit.text, sizeof channel->unit.text, "%-8s", unit);
        channel->told = strcmp(watts, "none") != 0;
        channel->format = strcmp(watts, "state") ? SIMPLE : STATE;
        channel->watts = atof(watts);
    }
}

void fake_set_clock(int64_t nanoseconds) { virtual_now = nanoseconds; }

long fake_held(void) { return held; }

static double now(void)
{
    struct timespec t;
    if (virtual_now >= 0)
        return virtual_now / 1e9;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

void *CFStringCreateWithCString(void *allocator, const char *text, uint32_t encoding)
{
    (void)allocator, (void)encoding;
    return given(text);
}

unsigned char CFStringGetCString(struct object *string, char *buffer, long size, uint32_t encoding)
{
    (void)encoding;
    return snprintf(buffer, (size_t)size, "%s", string->text) < size;
}

void *CFDictionaryGetValue(void *dictionary, struct object *key)
{
    (void)dictionary;
    return strcmp(key->text, "IOReportChannels") ? NULL : &array;
}

long CFArrayGetCount(void *of)
{
    (void)of;
    return channel_count;
}

void *CFArrayGetValueAtIndex(void *of, long place)
{
    (void)of;
    return &channels[place];
}

void CFRelease(void *object)
{
    held--;
    free(object);
}

void *IOReportCopyChannelsInGroup(struct object *group, void *sub, uint64_t a, uint64_t b, uint64_t c)
{
    (void)sub, (void)a, (void)b, (void)c;
    const char *own = getenv("FAKE_IOREPORT_GROUP");
    return strcmp(group->text, own ? own : "Energy Model") ? NULL : given("channels");
}

void *IOReportCreateSubscription(void *a, void *wanted, void **subscribed, uint64_t id, void *b)
{
    (void)a, (void)wanted, (void)id, (void)b;
    *subscribed = given("subscribed");
    return given("subscription");
}

void *IOReportCreateSamples(void *subscription, void *subscribed, void *a)
{
    (void)subscription, (void)subscribed, (void)a;
    for (int i = 0; i < channel_count; i++) {
        char prefix = channels[i].unit.text[0];
        double unit = prefix == 'n' ? 1e-9 : prefix == 'u' ? 1e-6 : 1e-3;
        channels[i].value = channels[i].told ? (int64_t)(channels[i].watts * now() / unit) : INT64_MIN;
    }
    return given("sample");
}

void *IOReportChannelGetChannelName(struct channel *channel) { return &channel->name; }

void *IOReportChannelGetUnitLabel(struct channel *channel) { return &channel->unit; }

int IOReportChannelGetFormat(struct channel *channel) { return channel->format; }

int64_t IOReportSimpleGetIntegerValue(struct channel *channel, int32_t index)
{
    (void)index;
    return channel->value;
}
