// The border: C types, argument checks, and no exception beyond it.
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "generator.h"
#include "language.h"
#include "vocoder.h"

struct vp_generator {
    std::unique_ptr<vp::Generator> generator;
};

struct vp_language {
    std::unique_ptr<vp::LanguageModel> model;
};

namespace {

constexpr int most_threads = 256;

void tell(char* error, size_t size, const std::string& text) {
    if (error && size > 0) std::snprintf(error, size, "%s", text.c_str());
}

// A handle of Model::open, or null and a sentence.
template <class Handle, class Model>
Handle* opened(const void* packed, size_t bytes, int threads, char* error, size_t error_size) {
    try {
        if (threads < 1 || threads > most_threads) {
            tell(error, error_size, std::to_string(threads) + " threads; 1 to 256 are accepted");
            return nullptr;
        }
        std::string problem;
        auto model = Model::open(packed, bytes, threads, problem);
        if (model) return new Handle{std::move(model)};
        tell(error, error_size, problem);
    } catch (const std::exception& caught) {
        tell(error, error_size, caught.what());
    } catch (...) {
        tell(error, error_size, "an unknown exception");
    }
    return nullptr;
}

bool in_range(int64_t frames) { return frames >= 1 && frames <= vp::Generator::most_frames; }

}  // namespace

#define VP_EXPORT __attribute__((visibility("default")))

VP_EXPORT int vp_version(void) { return static_cast<int>(vp::packed_version); }

VP_EXPORT const char* vp_cpu_class(void) { return vp::best_kernels().name; }

VP_EXPORT vp_generator* vp_open(const void* packed, size_t bytes, int threads, char* error, size_t error_size) {
    return opened<vp_generator, vp::Generator>(packed, bytes, threads, error, error_size);
}

VP_EXPORT void vp_close(vp_generator* generator) { delete generator; }

VP_EXPORT int64_t vp_samples(const vp_generator* generator, int64_t frames) {
    return generator && in_range(frames) ? generator->generator->family().samples(frames) : -1;
}

VP_EXPORT int64_t vp_source_frames(const vp_generator* generator, int64_t frames) {
    return generator && in_range(frames) ? generator->generator->family().source_frames(frames) : -1;
}

VP_EXPORT int vp_run(vp_generator* generator, const float* features, int64_t frames, const float* timbre, const float* source,
                     int64_t source_frames, float* samples, int64_t n, const volatile int* stop) {
    if (!generator || !features || !source || !samples || !in_range(frames)) return VP_BAD_ARGUMENT;
    const vp::Family& family = generator->generator->family();
    if (!timbre && family.timbre > 0) return VP_BAD_ARGUMENT;
    if (source_frames != family.source_frames(frames) || n != family.samples(frames)) return VP_BAD_ARGUMENT;
    try {
        return generator->generator->run(features, frames, timbre, source, samples, stop);
    } catch (const std::bad_alloc&) {
        return VP_OUT_OF_MEMORY;
    } catch (...) {
        return VP_FAILED;
    }
}

VP_EXPORT vp_language* vp_language_open(const void* packed, size_t bytes, int threads, char* error, size_t error_size) {
    return opened<vp_language, vp::LanguageModel>(packed, bytes, threads, error, error_size);
}

VP_EXPORT void vp_language_close(vp_language* model) { delete model; }

VP_EXPORT int64_t vp_language_kept(const vp_language* model) { return model ? model->model->sizes().bytes() : -1; }

VP_EXPORT int vp_language_run(vp_language* model, const float* rows, int count, int before, void* kept, float* scores,
                              const volatile int* stop) {
    if (!model || !rows || !kept || !scores) return VP_BAD_ARGUMENT;
    try {
        return model->model->run(rows, count, before, static_cast<uint16_t*>(kept), scores, stop);
    } catch (const std::bad_alloc&) {
        return VP_OUT_OF_MEMORY;
    } catch (...) {
        return VP_FAILED;
    }
}
