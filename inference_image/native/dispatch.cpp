// Which kernels this processor can run.
#include "generator.h"
#include "language.h"

namespace vp {

namespace {

struct Processor {
    bool avx2 = false, avx512 = false, vnni = false;

    Processor() {
#if defined(__x86_64__)
        __builtin_cpu_init();  // in a library, clang's runtime does not do it by itself
        avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        avx512 = avx2 && __builtin_cpu_supports("avx512f");
        vnni = avx512 && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl");
#endif
    }
};

}  // namespace

const Kernels& best_kernels() {
    static const Processor processor;
    if (processor.avx512 && avx512_kernels()) return *avx512_kernels();
    if (processor.avx2 && avx2_kernels()) return *avx2_kernels();
    return *baseline_kernels();
}

const Kernels* kernels_named(std::string_view name) {
    static const Processor processor;
    if (name == "scalar") return baseline_kernels();
    if (name == "avx2") return processor.avx2 ? avx2_kernels() : nullptr;
    if (name == "avx512") return processor.avx512 ? avx512_kernels() : nullptr;
    return nullptr;
}

const LanguageKernels* language_kernels_named(std::string_view name) {
    static const Processor processor;
    if (name == "scalar") return baseline_language_kernels();
    if (name == "avx2") return processor.avx2 ? avx2_language_kernels() : nullptr;
    if (name == "vnni") return processor.vnni ? vnni_language_kernels() : nullptr;
    return nullptr;
}

const LanguageKernels& best_language_kernels() {
    for (const auto* name : {"vnni", "avx2"})
        if (const auto* kernels = language_kernels_named(name)) return *kernels;
    return *baseline_language_kernels();
}

}  // namespace vp
