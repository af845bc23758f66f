// Making and copying tensors, and what works element by element or along axes.
#include <c10/core/GradMode.h>

#include "guard.hpp"

using hf::guard;
using hf::list;
using hf::make;

namespace {

at::Tensor unary(int32_t op, const at::Tensor &a) {
  switch (op) {
    case HF_NEGATE: return -a;
    case HF_ABS: return a.abs();
    case HF_EXP: return a.exp();
    case HF_LOG: return a.log();
    case HF_LOG1P: return a.log1p();
    case HF_SQRT: return a.sqrt();
    case HF_RSQRT: return a.rsqrt();
    case HF_SIN: return a.sin();
    case HF_COS: return a.cos();
    case HF_ACOS: return a.acos();
    case HF_TANH: return a.tanh();
    case HF_ATANH: return a.atanh();
    case HF_SIGMOID: return a.sigmoid();
    case HF_RELU: return a.relu();
    case HF_SIGN: return a.sign();
    case HF_FLOOR: return a.floor();
    case HF_CEIL: return a.ceil();
    case HF_ROUND: return a.round();
    case HF_SQUARE: return a.square();
    case HF_RECIPROCAL: return a.reciprocal();
    case HF_ERF: return a.erf();
    case HF_IS_NAN: return a.isnan();
    case HF_IS_FINITE: return a.isfinite();
    case HF_NOT: return a.logical_not();
    case HF_GELU: return at::gelu(a);
    case HF_GELU_TANH: return at::gelu(a, "tanh");
    case HF_QUICK_GELU: return hf::quick_gelu(a);
    case HF_SILU: return at::silu(a);
    case HF_REAL: return at::real(a).contiguous();
    case HF_IMAG: return at::imag(a).contiguous();
    default: TORCH_CHECK(false, "unknown operation ", op);
  }
}

/// One switch for tensors and numbers alike: libtorch overloads every operation for both.
template <typename Operand>
at::Tensor binary(int32_t op, const at::Tensor &a, const Operand &b) {
  switch (op) {
    case HF_ADD: return at::add(a, b);
    case HF_SUBTRACT: return at::sub(a, b);
    case HF_MULTIPLY: return at::mul(a, b);
    case HF_DIVIDE: return at::div(a, b);
    case HF_POWER: return at::pow(a, b);
    case HF_EQUAL: return at::eq(a, b);
    case HF_NOT_EQUAL: return at::ne(a, b);
    case HF_LESS: return at::lt(a, b);
    case HF_LESS_EQUAL: return at::le(a, b);
    case HF_GREATER: return at::gt(a, b);
    case HF_GREATER_EQUAL: return at::ge(a, b);
    default: TORCH_CHECK(false, "unknown operation ", op);
  }
}

at::Tensor reduce(int32_t op, const at::Tensor &a, at::IntArrayRef dims, bool keep) {
  switch (op) {
    case HF_SUM: return dims.empty() ? a.sum() : a.sum(dims, keep);
    case HF_MEAN: return dims.empty() ? a.mean() : a.mean(dims, keep);
    case HF_MAX: return a.amax(dims, keep);
    case HF_MIN: return a.amin(dims, keep);
    case HF_ANY: return dims.empty() ? a.any() : a.any(dims, keep);
    case HF_ALL: return dims.empty() ? a.all() : a.all(dims, keep);
    case HF_LOG_SUM_EXP: return a.logsumexp(dims, keep);
    case HF_VARIANCE: return dims.empty() ? a.var(false) : a.var(dims, false, keep);
    default: TORCH_CHECK(false, "unknown operation ", op);
  }
}

}  // namespace

extern "C" {

hf_status hf_from_bytes(
    const void *bytes, const int64_t *sizes, int32_t rank, int32_t dtype, hf_tensor *out) {
  return make(out, [&] {
    auto result = at::empty(list(sizes, rank), at::TensorOptions(hf::scalar_type(dtype)));
    if (result.nbytes() > 0) std::memcpy(result.data_ptr(), bytes, result.nbytes());
    return result;
  });
}

hf_status hf_full(
    double value, const int64_t *sizes, int32_t rank, int32_t dtype, hf_device device,
    hf_tensor *out) {
  return make(out, [&] {
    return at::full(
        list(sizes, rank), value,
        at::TensorOptions(hf::scalar_type(dtype)).device(hf::device(device)));
  });
}

hf_status hf_arange(int64_t count, int32_t dtype, hf_device device, hf_tensor *out) {
  return make(out, [&] {
    return at::arange(
        count, at::TensorOptions(hf::scalar_type(dtype)).device(hf::device(device)));
  });
}

hf_status hf_copy_to_bytes(hf_tensor a, void *bytes, size_t count) {
  return guard([&] {
    const auto host = a->value.detach().to(at::kCPU).contiguous();
    TORCH_CHECK(host.nbytes() == count, "the buffer has another size than the tensor");
    if (count > 0) std::memcpy(bytes, host.data_ptr(), count);
  });
}

hf_status hf_to_dtype(hf_tensor a, int32_t dtype, hf_tensor *out) {
  return make(out, [&] { return a->value.to(hf::scalar_type(dtype)); });
}
hf_status hf_to_device(hf_tensor a, hf_device device, hf_tensor *out) {
  return make(out, [&] { return a->value.to(hf::device(device)); });
}
hf_status hf_contiguous(hf_tensor a, hf_tensor *out) {
  return make(out, [&] { return a->value.contiguous(); });
}
hf_status hf_clone(hf_tensor a, hf_tensor *out) {
  return make(out, [&] { return a->value.clone(at::MemoryFormat::Contiguous); });
}
hf_status hf_detach(hf_tensor a, hf_tensor *out) {
  return make(out, [&] { return a->value.detach(); });
}
hf_status hf_item(hf_tensor a, double *out) {
  return guard([&] { *out = a->value.item().toDouble(); });
}

hf_status hf_unary(int32_t op, hf_tensor a, hf_tensor *out) {
  return make(out, [&] { return unary(op, a->value); });
}

hf_status hf_binary(int32_t op, hf_tensor a, hf_tensor b, hf_tensor *out) {
  return make(out, [&]() -> at::Tensor {
    switch (op) {
      case HF_MAXIMUM: return at::maximum(a->value, b->value);
      case HF_MINIMUM: return at::minimum(a->value, b->value);
      case HF_AND: return at::logical_and(a->value, b->value);
      case HF_OR: return at::logical_or(a->value, b->value);
      case HF_XOR: return at::logical_xor(a->value, b->value);
      case HF_MATMUL: return at::matmul(a->value, b->value);
      case HF_NEXT_AFTER: return at::nextafter(a->value, b->value);
      default: return binary(op, a->value, b->value);
    }
  });
}

hf_status hf_binary_scalar(int32_t op, hf_tensor a, double b, hf_tensor *out) {
  return make(out, [&]() -> at::Tensor {
    switch (op) {
      case HF_MAXIMUM: return at::clamp_min(a->value, b);
      case HF_MINIMUM: return at::clamp_max(a->value, b);
      default: return binary(op, a->value, at::Scalar(b));
    }
  });
}

hf_status hf_scalar_binary(int32_t op, double a, hf_tensor b, hf_tensor *out) {
  return make(out, [&]() -> at::Tensor {
    switch (op) {
      case HF_SUBTRACT: return at::rsub(b->value, a);
      case HF_DIVIDE: return at::reciprocal(b->value) * a;
      case HF_POWER: return at::pow(at::Scalar(a), b->value);
      default: TORCH_CHECK(false, "unknown operation ", op);
    }
  });
}

hf_status hf_clamp(hf_tensor a, hf_tensor low, hf_tensor high, hf_tensor *out) {
  return make(out, [&] { return at::clamp(a->value, hf::maybe(low), hf::maybe(high)); });
}
hf_status hf_clamp_scalar(hf_tensor a, double low, double high, hf_tensor *out) {
  return make(out, [&] { return at::clamp(a->value, low, high); });
}
hf_status hf_where(hf_tensor mask, hf_tensor a, hf_tensor b, hf_tensor *out) {
  return make(out, [&] { return at::where(mask->value, a->value, b->value); });
}
hf_status hf_masked_fill(hf_tensor a, hf_tensor mask, double value, hf_tensor *out) {
  return make(out, [&] { return a->value.masked_fill(mask->value, value); });
}

hf_status hf_copy_(hf_tensor a, hf_tensor source) {
  return guard([&] {
    c10::NoGradGuard none;
    a->value.copy_(source->value);
  });
}
hf_status hf_index_copy_(hf_tensor a, int32_t dim, hf_tensor index, hf_tensor source) {
  return guard([&] {
    c10::NoGradGuard none;
    a->value.index_copy_(dim, index->value, source->value);
  });
}

hf_status hf_reduce(
    int32_t op, hf_tensor a, const int64_t *dims, int32_t count, bool keep, hf_tensor *out) {
  return make(out, [&] { return reduce(op, a->value, list(dims, count), keep); });
}
hf_status hf_norm(
    hf_tensor a, double order, const int64_t *dims, int32_t count, bool keep, hf_tensor *out) {
  return make(out, [&] {
    return at::linalg_vector_norm(
        a->value, order,
        count == 0 ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(list(dims, count)), keep);
  });
}
hf_status hf_argmax(hf_tensor a, int32_t dim, bool keep, hf_tensor *out) {
  return make(out, [&] { return a->value.argmax(dim, keep); });
}
hf_status hf_cumsum(hf_tensor a, int32_t dim, hf_tensor *out) {
  return make(out, [&] { return a->value.cumsum(dim); });
}
hf_status hf_softmax(hf_tensor a, int32_t dim, hf_tensor *out) {
  return make(out, [&] { return a->value.softmax(dim); });
}
hf_status hf_log_softmax(hf_tensor a, int32_t dim, hf_tensor *out) {
  return make(out, [&] { return a->value.log_softmax(dim); });
}
hf_status hf_sort(
    hf_tensor a, int32_t dim, bool descending, hf_tensor *values, hf_tensor *indices) {
  return guard([&] {
    auto result = at::sort(a->value, /*stable=*/true, dim, descending);
    *values = hf::wrap(std::get<0>(result));
    *indices = hf::wrap(std::get<1>(result));
  });
}
hf_status hf_topk(
    hf_tensor a, int64_t k, int32_t dim, bool largest, hf_tensor *values, hf_tensor *indices) {
  return guard([&] {
    auto result = a->value.topk(k, dim, largest, /*sorted=*/true);
    *values = hf::wrap(std::get<0>(result));
    *indices = hf::wrap(std::get<1>(result));
  });
}

hf_status hf_reshape(hf_tensor a, const int64_t *sizes, int32_t rank, hf_tensor *out) {
  return make(out, [&] { return a->value.reshape(list(sizes, rank)); });
}
hf_status hf_expand(hf_tensor a, const int64_t *sizes, int32_t rank, hf_tensor *out) {
  return make(out, [&] { return a->value.expand(list(sizes, rank)); });
}
hf_status hf_permute(hf_tensor a, const int64_t *dims, int32_t rank, hf_tensor *out) {
  return make(out, [&] { return a->value.permute(list(dims, rank)); });
}
hf_status hf_transpose(hf_tensor a, int32_t first, int32_t second, hf_tensor *out) {
  return make(out, [&] { return a->value.transpose(first, second); });
}
hf_status hf_unsqueeze(hf_tensor a, int32_t dim, hf_tensor *out) {
  return make(out, [&] { return a->value.unsqueeze(dim); });
}
hf_status hf_squeeze(hf_tensor a, int32_t dim, hf_tensor *out) {
  return make(out, [&] { return a->value.squeeze(dim); });
}
hf_status hf_slice(
    hf_tensor a, int32_t dim, int64_t start, int64_t end, int64_t step, hf_tensor *out) {
  return make(out, [&] { return a->value.slice(dim, start, end, step); });
}
hf_status hf_select(hf_tensor a, int32_t dim, int64_t index, hf_tensor *out) {
  return make(out, [&] { return a->value.select(dim, index); });
}
hf_status hf_index_select(hf_tensor a, int32_t dim, hf_tensor index, hf_tensor *out) {
  return make(out, [&] { return a->value.index_select(dim, index->value); });
}
hf_status hf_masked_select_rows(hf_tensor a, hf_tensor mask, hf_tensor *out) {
  return make(out, [&] { return a->value.index({mask->value}); });
}
hf_status hf_nonzero(hf_tensor a, hf_tensor *out) {
  return make(out, [&] { return a->value.nonzero(); });
}
hf_status hf_gather(hf_tensor a, int32_t dim, hf_tensor index, hf_tensor *out) {
  return make(out, [&] { return a->value.gather(dim, index->value); });
}
hf_status hf_scatter(
    hf_tensor a, int32_t dim, hf_tensor index, hf_tensor source, hf_tensor *out) {
  return make(out, [&] { return a->value.scatter(dim, index->value, source->value); });
}
hf_status hf_flip(hf_tensor a, const int64_t *dims, int32_t count, hf_tensor *out) {
  return make(out, [&] { return a->value.flip(list(dims, count)); });
}
hf_status hf_cat(const hf_tensor *tensors, int32_t count, int32_t dim, hf_tensor *out) {
  return make(out, [&] { return at::cat(hf::values(tensors, count), dim); });
}
hf_status hf_split(
    hf_tensor a, const int64_t *sizes, int32_t count, int32_t dim, hf_tensor *out) {
  return guard([&] {
    auto parts = a->value.split_with_sizes(list(sizes, count), dim);
    for (int32_t i = 0; i < count; ++i) out[i] = hf::wrap(std::move(parts[i]));
  });
}
hf_status hf_stack(const hf_tensor *tensors, int32_t count, int32_t dim, hf_tensor *out) {
  return make(out, [&] { return at::stack(hf::values(tensors, count), dim); });
}
hf_status hf_pad(
    hf_tensor a, const int64_t *widths, int32_t count, double value, hf_tensor *out) {
  return make(out, [&] {
    return at::constant_pad_nd(a->value, list(widths, count), value);
  });
}

}  // extern "C"
