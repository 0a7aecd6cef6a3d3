// Threads that sleep until there is a task and take its blocks one by one. With one thread there is no pool.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace vp {

// Whether a caller's stop flag is there and set. It is a plain int of C and Python that another thread writes, and each
// thread of the pool reads: an atomic load, which std::atomic_ref cannot do on what is const.
inline bool is_set(const volatile int* stop) { return stop && __atomic_load_n(stop, __ATOMIC_RELAXED) != 0; }

class Pool {
public:
    // A block of work for thread `thread` (0 is the caller).
    using Work = void (*)(const void* context, int64_t block, int thread);

    // Throws std::system_error when threads cannot be started.
    explicit Pool(int threads);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    int threads() const { return static_cast<int>(workers_.size()) + 1; }

    // Returns when every block is done, or, once *stop is not zero, when the blocks under way are.
    void run(int64_t blocks, Work work, const void* context, const volatile int* stop);

private:
    void serve(int thread);
    void take_blocks(int thread);
    void end_workers();

    std::vector<std::thread> workers_;
    std::mutex mutex_;
    std::condition_variable wake_, done_;
    std::atomic<uint64_t> round_{0};  // written under the mutex; read without it by who looks for a moment before sleeping
    std::atomic<int> busy_{0};
    bool ending_ = false;

    Work work_ = nullptr;
    const void* context_ = nullptr;
    const volatile int* stop_ = nullptr;
    int64_t blocks_ = 0;
    std::atomic<int64_t> next_{0};
};

}  // namespace vp
