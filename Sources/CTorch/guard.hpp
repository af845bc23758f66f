// What the files of the shim share: handles, the guard that turns exceptions into a status.
#pragma once
#include <ATen/ATen.h>
#include <atomic>
#include <cstring>
#include <new>
#include <string>

#include "ctorch.h"

namespace hf {

/// A weight in the blocks that oneDNN multiplies by; see linear.cpp.
struct Blocks {
  at::Tensor forward, backward;
  /// The version of the weight they were made of.
  int64_t version = -1;
  /// What it was multiplied by.
  double scale = 1;
};

}  // namespace hf

struct hf_tensor_box {
  at::Tensor value;
  hf::Blocks blocks{};
};

namespace hf {

extern std::atomic<int64_t> live;

inline hf_tensor wrap(at::Tensor value) {
  auto *box = new hf_tensor_box{std::move(value)};
  live.fetch_add(1, std::memory_order_relaxed);
  return box;
}

hf_status failure(int32_t code, const char *message);
int32_t classify(const std::string &message);

/// Runs `body` and turns whatever it throws into a status; nothing escapes to C.
template <typename Body>
hf_status guard(Body &&body) noexcept {
  try {
    body();
    return {HF_OK, nullptr};
  } catch (const c10::OutOfMemoryError &error) {
    return failure(HF_ERROR_OUT_OF_MEMORY, error.what_without_backtrace());
  } catch (const c10::IndexError &error) {
    return failure(HF_ERROR_SHAPE, error.what_without_backtrace());
  } catch (const c10::Error &error) {
    return failure(classify(error.what_without_backtrace()), error.what_without_backtrace());
  } catch (const std::bad_alloc &) {
    return failure(HF_ERROR_OUT_OF_MEMORY, "the system has no memory left for this");
  } catch (const std::exception &error) {
    return failure(classify(error.what()), error.what());
  } catch (...) {
    return failure(HF_ERROR_BACKEND, "an exception of unknown type");
  }
}

/// Runs `body`, which makes one tensor.
template <typename Body>
hf_status make(hf_tensor *out, Body &&body) noexcept {
  return guard([&] { *out = wrap(body()); });
}

at::ScalarType scalar_type(int32_t dtype);
at::Device device(hf_device device);

/// x σ(1.702 x), with a gradient of its own.
at::Tensor quick_gelu(const at::Tensor &x);

inline at::IntArrayRef list(const int64_t *values, int32_t count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

inline std::optional<at::Tensor> maybe(hf_tensor tensor) {
  return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

inline std::vector<at::Tensor> values(const hf_tensor *tensors, int32_t count) {
  std::vector<at::Tensor> result;
  result.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) result.push_back(tensors[i]->value);
  return result;
}

}  // namespace hf
