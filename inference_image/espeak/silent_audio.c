/* libpcaudio's interface without a sound card.
 *
 * libespeak-ng asks libpcaudio for an audio device when it starts, also when it is only to write phonemes. Debian's
 * libpcaudio brings ALSA, PulseAudio, D-Bus, X11 and five codecs (25 MB) for that, none of which can do anything in a
 * sandbox. NULL is what the real one answers where there is no device. */
#include <stddef.h>

void *create_audio_device_object(const char *device, const char *application, const char *description)
{
    (void)device, (void)application, (void)description;
    return NULL;
}

int audio_object_open(void *object, int format, unsigned rate, unsigned char channels)
{
    (void)object, (void)format, (void)rate, (void)channels;
    return -1;
}

int audio_object_write(void *object, const void *data, size_t bytes)
{
    (void)object, (void)data, (void)bytes;
    return -1;
}

int audio_object_drain(void *object) { return object ? -1 : 0; }
int audio_object_flush(void *object) { return object ? -1 : 0; }
void audio_object_close(void *object) { (void)object; }
void audio_object_destroy(void *object) { (void)object; }

const char *audio_object_strerror(void *object, int error)
{
    (void)object, (void)error;
    return "built without audio devices";
}
