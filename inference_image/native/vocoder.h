// The C surface of the native vocoder, called through ctypes. Nothing throws or aborts across it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vp_generator vp_generator;

enum { VP_OK = 0, VP_STOPPED = 1, VP_BAD_ARGUMENT = 2, VP_OUT_OF_MEMORY = 3, VP_FAILED = 4 };

// Version of the packed file and of this surface; they change together.
int vp_version(void);

// The fastest kernels this processor can run: "scalar", "avx2" or "avx512".
const char* vp_cpu_class(void);

// A generator over packed weights, which stay the caller's and must outlive it (map them read-only).
// Null on failure; then `error` holds a sentence that says why.
vp_generator* vp_open(const void* packed, size_t bytes, int threads, char* error, size_t error_size);

void vp_close(vp_generator* generator);

// How many samples `frames` frames of features become, and how many source frames they need; negative when out of range.
int64_t vp_samples(const vp_generator* generator, int64_t frames);
int64_t vp_source_frames(const vp_generator* generator, int64_t frames);

// features [512][frames], timbre [128] (null for a generator without norms), source [2 * bins][source_frames] -> samples [n].
// `stop` may be null; once it is not zero the call returns VP_STOPPED within some 10 ms. Calls on one generator wait for
// each other.
int vp_run(vp_generator* generator, const float* features, int64_t frames, const float* timbre, const float* source,
           int64_t source_frames, float* samples, int64_t n, const volatile int* stop);

typedef struct vp_language vp_language;

// A language model over packed weights, as vp_open is for a generator.
vp_language* vp_language_open(const void* packed, size_t bytes, int threads, char* error, size_t error_size);
void vp_language_close(vp_language* model);

// Bytes in which one text's keys and values are kept. They need not be set to anything.
int64_t vp_language_kept(const vp_language* model);

// rows [count][width] behind `before` others whose keys and values are in `kept` -> scores [tokens] of what follows the last.
int vp_language_run(vp_language* model, const float* rows, int count, int before, void* kept, float* scores, const volatile int* stop);

#ifdef __cplusplus
}
#endif
