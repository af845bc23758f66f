// x Wᵀ + b, and the two of an MLP, by oneDNN if the weights are frozen.
//
// MKL, by which libtorch multiplies float32, keeps its AVX-512 kernels to Intel's processors;
// oneDNN, which libtorch carries too, uses them on every processor that has them: a third faster on
// AMD's. The same holds for bfloat16 if the processor multiplies it. oneDNN wants weights in
// blocks, so a weight keeps copies in blocks, one for each direction, from when that is first used
// until the weight is written to. Weights that train take libtorch's usual path.
//
// What is added behind a product, and the activation between the two of an MLP, is computed while the
// product's values are in registers: each pass over memory that this saves is 1 to 4 % of a tower's time.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/cpu/Utils.h>
#include <torch/csrc/autograd/custom_function.h>

#include "guard.hpp"

namespace {

using Maybe = std::optional<at::Tensor>;

/// oneDNN's product as libtorch registers it for its compiler: no C++ header declares it.
struct OneDNN {
  using Product = at::Tensor(
      const at::Tensor &, const at::Tensor &, const Maybe &, std::string_view,
      c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);
  using Sum = at::Tensor(
      const at::Tensor &, const at::Tensor &, const at::Tensor &, const Maybe &, std::string_view);
  using Blocks = at::Tensor(const at::Tensor &, std::optional<int64_t>);

  c10::TypedOperatorHandle<Product> product;
  c10::TypedOperatorHandle<Sum> sum;
  c10::TypedOperatorHandle<Blocks> blocks;

  /// Empty if this libtorch lacks it, or on a processor for which nobody has measured that it pays.
  static const std::optional<OneDNN> &shared() {
    static const std::optional<OneDNN> found = []() -> std::optional<OneDNN> {
#if defined(__x86_64__)
      auto &dispatcher = c10::Dispatcher::singleton();
      const auto product = dispatcher.findSchema({"mkldnn::_linear_pointwise", ""});
      const auto sum = dispatcher.findSchema({"mkldnn::_linear_pointwise", "binary"});
      const auto blocks = dispatcher.findSchema({"mkldnn::_reorder_linear_weight", ""});
      if (product && sum && blocks)
        return OneDNN{product->typed<Product>(), sum->typed<Sum>(), blocks->typed<Blocks>()};
#endif
      return std::nullopt;
    }();
    return found;
  }

  /// x Wᵀ + b, with an activation behind it or without.
  at::Tensor linear(
      const at::Tensor &x, const at::Tensor &weight, const Maybe &bias,
      std::string_view activation = "none", std::string_view algorithm = "") const {
    at::AutoDispatchBelowADInplaceOrView unrecorded;
    return product.call(
        x, weight, bias, activation, c10::List<std::optional<at::Scalar>>(), algorithm);
  }

  /// x Wᵀ + b + added.
  at::Tensor linear_plus(
      const at::Tensor &x, const at::Tensor &weight, const Maybe &bias,
      const at::Tensor &added) const {
    at::AutoDispatchBelowADInplaceOrView unrecorded;
    return sum.call(x, added, weight, bias, "add");
  }

  /// The rows it is told to expect are always the same, so that results do not depend on who
  /// came first.
  at::Tensor in_blocks(const at::Tensor &weight) const {
    at::AutoDispatchBelowADInplaceOrView unrecorded;
    return blocks.call(weight.contiguous(), /*rows=*/512);
  }
};

/// Whether this processor multiplies bfloat16 itself.
bool multiplies_bfloat16() {
  static const bool found = [] {
    const auto capabilities = at::cpu::get_cpu_capabilities();
    for (const auto name : {"avx512_bf16", "amx_bf16"}) {
      const auto entry = capabilities.find(name);
      if (entry != capabilities.end() && entry->second.isBool() && entry->second.toBool())
        return true;
    }
    return false;
  }();
  return found;
}

bool is_plain(const at::Tensor &tensor) {
  const auto type = tensor.scalar_type();
  return tensor.device().is_cpu() && tensor.numel() > 0 && !tensor.is_inference() &&
         (type == at::kFloat || (type == at::kBFloat16 && multiplies_bfloat16()));
}

/// Whether a layer of so many inputs of a type is one that oneDNN can do, and none of its parameters
/// is trained. Shapes that do not match are left to libtorch, which says best what is wrong with them.
bool is_frozen(
    const at::Tensor &weight, const Maybe &bias, int64_t inputs, at::ScalarType type) {
  const auto suits = [&](const at::Tensor &parameter) {
    return is_plain(parameter) && parameter.scalar_type() == type && !parameter.requires_grad();
  };
  if (!OneDNN::shared() || !suits(weight) || weight.dim() != 2 || weight.size(1) != inputs)
    return false;
  return !bias || (suits(*bias) && bias->is_contiguous() &&
                   bias->sizes() == weight.sizes().slice(0, 1));
}

/// The same for what is multiplied.
bool fits(const at::Tensor &x, const at::Tensor &weight, const Maybe &bias) {
  return is_plain(x) && x.dim() >= 2 && is_frozen(weight, bias, x.size(-1), x.scalar_type());
}

/// x (s W)ᵀ + b + added, of which `x` and `added` may have gradients.
struct FrozenLinear : torch::autograd::Function<FrozenLinear> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
      const hf::Blocks &blocks, const Maybe &bias, const Maybe &added) {
    context->save_for_backward({weight});
    context->saved_data["transposed"] = blocks.backward;
    context->saved_data["scale"] = blocks.scale;
    context->saved_data["adds"] = added.has_value();
    return added ? OneDNN::shared()->linear_plus(x, blocks.forward, bias, *added)
                 : OneDNN::shared()->linear(x, blocks.forward, bias);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto weight = context->get_saved_variables()[0];
    at::Tensor x;
    if (context->needs_input_grad(0)) {
      x = at::GradMode::is_enabled()  // recorded: a second derivative may follow
              ? at::matmul(incoming[0], weight * context->saved_data["scale"].toDouble())
              : OneDNN::shared()->linear(
                    incoming[0].contiguous(), context->saved_data["transposed"].toTensor(),
                    std::nullopt);
    }
    const bool adds = context->saved_data["adds"].toBool();
    return {x, {}, {}, {}, adds ? incoming[0] : at::Tensor()};
  }
};

bool is_recorded(const at::Tensor &x, const Maybe &added = std::nullopt) {
  return at::GradMode::is_enabled() && (x.requires_grad() || (added && added->requires_grad()));
}

/// The blocks of a frozen weight, or of a multiple of it, for the directions that are asked for.
const hf::Blocks &blocks_of(hf_tensor weight, double scale, bool backward) {
  const auto &w = weight->value;
  auto &blocks = weight->blocks;
  if (blocks.version != w._version() || blocks.scale != scale)
    blocks = {{}, {}, w._version(), scale};
  const auto scaled = [&] { return scale == 1 ? w : w * scale; };
  if (!blocks.forward.defined()) blocks.forward = OneDNN::shared()->in_blocks(scaled());
  if (backward && !blocks.backward.defined())
    blocks.backward = OneDNN::shared()->in_blocks(scaled().t());
  return blocks;
}

/// x (s W)ᵀ + b + added, of what fits.
at::Tensor frozen_linear(
    const at::Tensor &x, hf_tensor weight, const Maybe &bias, const Maybe &added,
    double scale = 1) {
  const bool recorded = is_recorded(x, added);
  const auto &blocks = blocks_of(weight, scale, recorded && x.requires_grad());
  if (recorded) return FrozenLinear::apply(x, weight->value, blocks, bias, added);
  return added ? OneDNN::shared()->linear_plus(x, blocks.forward, bias, *added)
               : OneDNN::shared()->linear(x, blocks.forward, bias);
}

/// Whether oneDNN can add this to `x` Wᵀ as it writes it.
bool adds(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &added) {
  return is_plain(added) && added.is_contiguous() && added.scalar_type() == x.scalar_type() &&
         added.dim() == x.dim() && added.size(-1) == weight.size(0) &&
         added.sizes().slice(0, added.dim() - 1) == x.sizes().slice(0, x.dim() - 1);
}

/// x Wᵀ + b + added, in the element type of `added`.
at::Tensor linear(
    const at::Tensor &x, hf_tensor weight, const Maybe &bias, const Maybe &added) {
  const auto &w = weight->value;
  const bool is_frozen = fits(x, w, bias);
  if (is_frozen && (!added || adds(x, w, *added))) return frozen_linear(x, weight, bias, added);
  const auto y = is_frozen ? frozen_linear(x, weight, bias, {}) : at::linear(x, w, bias);
  return added ? *added + y.to(added->scalar_type()) : y;
}

/// QuickGELU is x σ(1.702 x) = silu(1.702 x) / 1.702, so with both factors in the weights it is silu,
/// for which oneDNN and libtorch have kernels.
constexpr double slope = 1.702;

/// A hidden layer of a frozen MLP with its activation, `(…, hidden)`, of what fits.
at::Tensor hidden(const at::Tensor &x, hf_tensor up, const Maybe &bias, int32_t activation) {
  const bool is_quick = activation == HF_QUICK_GELU;
  const double scale = is_quick ? slope : 1;
  const auto shift = bias && is_quick ? Maybe(*bias * slope) : bias;
  if (is_recorded(x)) {
    const auto y = frozen_linear(x, up, shift, {}, scale);
    return is_quick ? at::silu(y) : at::gelu(y, activation == HF_GELU_TANH ? "tanh" : "none");
  }
  return OneDNN::shared()->linear(
      x, blocks_of(up, scale, false).forward, shift, is_quick ? "swish" : "gelu",
      is_quick ? "" : activation == HF_GELU_TANH ? "tanh" : "none");
}

}  // namespace

extern "C" bool hf_multiplies_bfloat16(void) { return multiplies_bfloat16(); }

extern "C" hf_status hf_linear(
    hf_tensor a, hf_tensor weight, hf_tensor bias, hf_tensor added, hf_tensor *out) {
  return hf::make(
      out, [&] { return linear(a->value, weight, hf::maybe(bias), hf::maybe(added)); });
}

extern "C" hf_status hf_mlp(
    hf_tensor a, hf_tensor up_weight, hf_tensor up_bias, hf_tensor down_weight,
    hf_tensor down_bias, int32_t activation, hf_tensor added, hf_tensor *out) {
  return hf::make(out, [&] {
    const auto &x = a->value, &up = up_weight->value, &down = down_weight->value;
    const auto rise = hf::maybe(up_bias), fall = hf::maybe(down_bias), stream = hf::maybe(added);
    const bool is_quick = activation == HF_QUICK_GELU;
    // A multiple of bfloat16's weights would be rounded once more.
    const bool is_fused = x.scalar_type() == at::kFloat || !is_quick;
    if (is_fused && fits(x, up, rise) &&
        is_frozen(down, fall, up.size(0), x.scalar_type()) &&
        (!stream || adds(x, down, *stream)))
      return frozen_linear(
          hidden(x, up_weight, rise, activation), down_weight, fall, stream,
          is_quick ? 1 / slope : 1);
    const auto y = linear(x, up_weight, rise, {});
    const auto z = is_quick ? hf::quick_gelu(y)
                            : at::gelu(y, activation == HF_GELU_TANH ? "tanh" : "none");
    return linear(z, down_weight, fall, stream);
  });
}
