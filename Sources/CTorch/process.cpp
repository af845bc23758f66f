// Errors, devices, threads, and the facts about a tensor.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <dlfcn.h>
#include <torch/csrc/api/include/torch/version.h>

#include "guard.hpp"

namespace hf {

std::atomic<int64_t> live{0};

hf_status failure(int32_t code, const char *message) {
  return {code, strdup(message ? message : "")};
}

/// The kind of an error that libtorch describes only in words.
int32_t classify(const std::string &message) {
  const auto has = [&](const char *word) { return message.find(word) != std::string::npos; };
  if (has("can't allocate memory") || has("out of memory") || has("not enough memory"))
    return HF_ERROR_OUT_OF_MEMORY;
  if (has("on the same device") || has("Expected all tensors") || has("No CUDA") ||
      has("CUDA driver") || has("Could not run") || has("device type"))
    return HF_ERROR_DEVICE;
  if (has("dtype") || has("scalar type") || has("ScalarType") || has("data type"))
    return HF_ERROR_DTYPE;
  if (has("size") || has("shape") || has("dim") || has("Dim") || has("broadcast") ||
      has("out of range") || has("elements") || has("numel"))
    return HF_ERROR_SHAPE;
  return HF_ERROR_BACKEND;
}

at::ScalarType scalar_type(int32_t dtype) {
  switch (dtype) {
    case HF_FLOAT32: return at::kFloat;
    case HF_FLOAT64: return at::kDouble;
    case HF_FLOAT16: return at::kHalf;
    case HF_BFLOAT16: return at::kBFloat16;
    case HF_INT64: return at::kLong;
    case HF_UINT8: return at::kByte;
    case HF_BOOL: return at::kBool;
    case HF_COMPLEX64: return at::kComplexFloat;
    case HF_COMPLEX128: return at::kComplexDouble;
    default: TORCH_CHECK(false, "unknown dtype ", dtype);
  }
}

at::Device device(hf_device device) {
  switch (device.kind) {
    case HF_CPU: return at::Device(at::kCPU);
    case HF_CUDA:
      TORCH_CHECK(
          hf_load_cuda() && device.index < hf_cuda_device_count(), "No CUDA device with index ",
          device.index, " is available");
      return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(device.index));
    case HF_MPS: return at::Device(at::kMPS);
    default: TORCH_CHECK(false, "unknown device type ", device.kind);
  }
}

}  // namespace hf

extern "C" {

void hf_free(void *pointer) { free(pointer); }

void hf_release(hf_tensor tensor) {
  delete tensor;
  hf::live.fetch_sub(1, std::memory_order_relaxed);
}

int64_t hf_live_tensors(void) { return hf::live.load(std::memory_order_relaxed); }

const char *hf_torch_version(void) { return TORCH_VERSION; }

const char *hf_cpu_capability(void) {
  static const std::string capability = at::get_cpu_capability();
  return capability.c_str();
}

int32_t hf_thread_count(void) { return at::get_num_threads(); }

hf_status hf_set_thread_count(int32_t count) {
  return hf::guard([&] { at::set_num_threads(count); });
}

bool hf_gradients_enabled(void) { return c10::GradMode::is_enabled(); }
void hf_set_gradients_enabled(bool enabled) { c10::GradMode::set_enabled(enabled); }

/// The CUDA kernels register themselves when their library is loaded; one binary serves both.
bool hf_load_cuda(void) {
  static const bool loaded = [] {
    if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) return false;
    // What counts is float32: no shortened mantissas behind the caller's back.
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
    return true;
  }();
  return loaded;
}

int32_t hf_cuda_device_count(void) {
  if (!at::hasCUDA()) return 0;
  try {
    return static_cast<int32_t>(
        c10::impl::getDeviceGuardImpl(at::kCUDA)->deviceCount());
  } catch (...) {
    return 0;
  }
}

hf_status hf_peak_memory(hf_device device, int64_t *out) {
  return hf::guard([&] {
    const auto where = hf::device(device);
    auto *allocator = c10::getDeviceAllocator(where.type());
    *out = allocator->getDeviceStats(where.index()).allocated_bytes[0].peak;
  });
}

bool hf_has_mps(void) { return at::hasMPS(); }

hf_status hf_synchronize(hf_device device) {
  return hf::guard([&] {
    if (device.kind == HF_CPU) return;
    const auto target = hf::device(device);
    c10::impl::getDeviceGuardImpl(target.type())->synchronizeDevice(target.index());
  });
}

int32_t hf_rank(hf_tensor a) { return static_cast<int32_t>(a->value.dim()); }

void hf_sizes(hf_tensor a, int64_t *sizes) {
  const auto source = a->value.sizes();
  std::copy(source.begin(), source.end(), sizes);
}

int32_t hf_dtype(hf_tensor a) {
  switch (a->value.scalar_type()) {
    case at::kFloat: return HF_FLOAT32;
    case at::kDouble: return HF_FLOAT64;
    case at::kHalf: return HF_FLOAT16;
    case at::kBFloat16: return HF_BFLOAT16;
    case at::kLong: return HF_INT64;
    case at::kByte: return HF_UINT8;
    case at::kBool: return HF_BOOL;
    case at::kComplexFloat: return HF_COMPLEX64;
    case at::kComplexDouble: return HF_COMPLEX128;
    default: return -1;
  }
}

hf_device hf_device_of(hf_tensor a) {
  const auto device = a->value.device();
  if (device.is_cuda()) return {HF_CUDA, std::max<int32_t>(0, device.index())};
  if (device.is_mps()) return {HF_MPS, 0};
  return {HF_CPU, 0};
}

bool hf_requires_grad(hf_tensor a) { return a->value.requires_grad(); }
bool hf_is_contiguous(hf_tensor a) { return a->value.is_contiguous(); }

}  // extern "C"
