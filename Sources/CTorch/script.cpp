// TorchScript: modules that carry their own code, run by libtorch's interpreter.
#include <c10/core/GradMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include "guard.hpp"

struct hf_script_box {
  torch::jit::Module value;
  c10::Device device;
  std::vector<std::string> names;  // of its floating-point parameters and buffers
};

namespace {

/// The reason at the end of what the interpreter reports, without the code that it quotes.
std::string reason(const std::string &report) {
  std::string text = report;
  for (const char *mark : {"RuntimeError: ", "Error: "}) {
    const auto at = report.rfind(mark);
    if (at == std::string::npos) continue;
    text = report.substr(at + strlen(mark));
    break;
  }
  const auto end = text.find('\n');
  return end == std::string::npos ? text : text.substr(0, end);
}

/// Runs `body`; what the compiler or the interpreter throws is brought down to its reason.
template <typename Body>
hf_status guarded(Body &&body) noexcept {
  return hf::guard([&] {
    try {
      body();
    } catch (const c10::OutOfMemoryError &) {
      throw;
    } catch (const c10::Error &error) {
      throw std::runtime_error(reason(error.what_without_backtrace()));
    } catch (const std::bad_alloc &) {
      throw;
    } catch (const std::exception &error) {
      throw std::runtime_error(reason(error.what()));
    }
  });
}

/// The tensor in a result: the result itself, or what stands at a place of a tuple or list, or
/// under a name of a dictionary or named tuple.
at::Tensor tensor_in(const c10::IValue &result, const std::string &place) {
  if (place.empty()) {
    TORCH_CHECK(result.isTensor(), "gives a ", result.tagKind(), " and not a tensor");
    return result.toTensor();
  }
  const bool is_index = place.find_first_not_of("0123456789") == std::string::npos;
  c10::IValue found;
  if (is_index && (result.isTuple() || result.isList() || result.isTensorList())) {
    const auto elements =
        result.isTuple() ? result.toTuple()->elements().vec() : result.toListRef().vec();
    const auto index = std::stoul(place);
    TORCH_CHECK(
        index < elements.size(), "gives ", elements.size(), " results, and none with the index ",
        index);
    found = elements[index];
  } else if (result.isGenericDict()) {
    const auto entries = result.toGenericDict();
    const auto entry = entries.find(place);
    TORCH_CHECK(entry != entries.end(), "gives a dictionary without `", place, "`");
    found = entry->value();
  } else if (result.isTuple() && result.toTuple()->type()->schema()) {
    const auto tuple = result.toTuple();
    const auto index = tuple->type()->schema()->argumentIndexWithName(place);
    TORCH_CHECK(index, "gives a named tuple without `", place, "`");
    found = tuple->elements()[*index];
  } else {
    TORCH_CHECK(
        false, "gives a ", result.tagKind(), ", in which there is no `", place, "`");
  }
  TORCH_CHECK(
      found.isTensor(), "has a ", found.tagKind(), " at `", place, "` and not a tensor");
  return found.toTensor();
}

/// The names of what a module computes with in floating point, parameters first: `a.b.weight`.
std::vector<std::string> names_in(const torch::jit::Module &module) {
  std::vector<std::string> names;
  for (const auto &parameter : module.named_parameters())
    if (parameter.value.is_floating_point()) names.push_back(parameter.name);
  for (const auto &buffer : module.named_buffers())
    if (buffer.value.is_floating_point()) names.push_back(buffer.name);
  return names;
}

/// The module that a name lies in, and what it is called there.
std::pair<torch::jit::Module, std::string> place_of(
    const torch::jit::Module &root, const std::string &name) {
  auto module = root;
  size_t start = 0;
  for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', start)) {
    module = module.attr(name.substr(start, dot - start)).toModule();
    start = dot + 1;
  }
  return {module, name.substr(start)};
}

}  // namespace

extern "C" {

hf_status hf_script_load(const char *path, hf_device where, hf_script *out) {
  return guarded([&] {
    const auto device = hf::device(where);
    auto module = torch::jit::load(std::string(path), device);
    module.eval();
    for (auto parameter : module.parameters()) parameter.set_requires_grad(false);
    auto names = names_in(module);
    *out = new hf_script_box{std::move(module), device, std::move(names)};
  });
}

/// Numbers that are not floats, such as indices in buffers, stay what they are.
hf_status hf_script_convert(hf_script script, int32_t dtype) {
  return guarded([&] {
    c10::NoGradGuard guard;
    const auto type = hf::scalar_type(dtype);
    const auto convert = [&](at::Tensor tensor) {
      if (tensor.is_floating_point()) tensor.set_data(tensor.to(type));
    };
    for (auto parameter : script->value.parameters()) convert(parameter);
    for (auto buffer : script->value.buffers()) convert(buffer);
  });
}

size_t hf_script_parameter_count(hf_script script) { return script->names.size(); }

const char *hf_script_parameter_name(hf_script script, size_t index) {
  return script->names[index].c_str();
}

hf_status hf_script_parameter(hf_script script, size_t index, hf_tensor *out) {
  return guarded([&] {
    const auto [module, name] = place_of(script->value, script->names[index]);
    *out = hf::wrap(module.attr(name).toTensor());
  });
}

/// The copy is a deep one, since a shallow one would share its inner modules with the original.
hf_status hf_script_with(hf_script script, const hf_tensor *tensors, hf_script *out) {
  return guarded([&] {
    auto copy = script->value.deepcopy();
    for (size_t i = 0; i < script->names.size(); i++) {
      auto [module, name] = place_of(copy, script->names[i]);
      module.setattr(name, tensors[i]->value);
    }
    *out = new hf_script_box{std::move(copy), script->device, script->names};
  });
}

bool hf_script_has(hf_script script, const char *method) {
  return script->value.find_method(method).has_value();
}

/// The graph runs as it was written. The profiling executor would take other kernels from the
/// second or third call on, and so give other last digits than at the first.
hf_status hf_script_call(
    hf_script script, const char *method, const char *place, hf_tensor input, hf_tensor *out) {
  return guarded([&] {
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    const auto result = script->value.get_method(method)({input->value});
    *out = hf::wrap(tensor_in(result, place));
  });
}

void hf_script_release(hf_script script) { delete script; }

}  // extern "C"
