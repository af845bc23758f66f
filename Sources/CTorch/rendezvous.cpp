// Rendezvous of processes: libtorch's TCPStore.
#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "guard.hpp"

struct hf_store_box {
  c10::intrusive_ptr<c10d::TCPStore> value;
};

namespace {

/// Runs `body` and says of what it throws whether a limit was reached or a connection failed.
template <typename Body>
hf_status over_network(Body &&body) noexcept {
  const auto failed = [](const char *message) {
    const std::string text(message);
    const auto has = [&](const char *word) { return text.find(word) != std::string::npos; };
    const bool late = has("timed out") || has("timeout") || has("Timed out");
    return hf::failure(late ? HF_ERROR_TIMEOUT : HF_ERROR_NETWORK, message);
  };
  try {
    body();
    return {HF_OK, nullptr};
  } catch (const c10::Error &error) {
    return failed(error.what_without_backtrace());
  } catch (const std::exception &error) {
    return failed(error.what());
  } catch (...) {
    return hf::failure(HF_ERROR_BACKEND, "an exception of unknown type");
  }
}

/// Keeps libtorch's own remarks about connections off standard error: what matters is thrown.
void quiet() {
  static const bool once = [] {
    FLAGS_caffe2_log_level = c10::GLOG_FATAL;
    return true;
  }();
  (void)once;
}

/// Gives a store another limit for the length of one call.
struct Limit {
  c10d::StoreTimeoutGuard guard;
  Limit(hf_store store, int64_t ms) : guard(*store->value, std::chrono::milliseconds(ms)) {}
};

}  // namespace

extern "C" {

hf_status hf_store_open(
    const char *host, uint16_t port, bool is_server, int64_t limit_ms, hf_store *out) {
  return over_network([&] {
    quiet();
    c10d::TCPStoreOptions options;
    options.port = port;
    options.isServer = is_server;
    options.waitWorkers = false;
    options.timeout = std::chrono::milliseconds(limit_ms);
    *out = new hf_store_box{c10::make_intrusive<c10d::TCPStore>(host, options)};
  });
}

hf_status hf_store_set(
    hf_store store, const char *key, const char *value, size_t count, int64_t limit_ms) {
  return over_network([&] {
    Limit limit(store, limit_ms);
    store->value->set(key, std::vector<uint8_t>(value, value + count));
  });
}

hf_status hf_store_get(
    hf_store store, const char *key, int64_t limit_ms, char **out, size_t *count) {
  return over_network([&] {
    Limit limit(store, limit_ms);
    const auto bytes = store->value->get(key);
    *out = static_cast<char *>(malloc(bytes.size() + 1));
    TORCH_CHECK(*out, "the system has no memory left for this");
    memcpy(*out, bytes.data(), bytes.size());
    *count = bytes.size();
  });
}

hf_status hf_store_add(
    hf_store store, const char *key, int64_t value, int64_t limit_ms, int64_t *out) {
  return over_network([&] {
    Limit limit(store, limit_ms);
    *out = store->value->add(key, value);
  });
}

hf_status hf_store_has(hf_store store, const char *key, int64_t limit_ms, bool *out) {
  return over_network([&] {
    Limit limit(store, limit_ms);
    *out = store->value->check({key});
  });
}

hf_status hf_store_wait(hf_store store, const char *const *keys, int32_t count, int64_t limit_ms) {
  return over_network([&] {
    store->value->wait(
        std::vector<std::string>(keys, keys + count), std::chrono::milliseconds(limit_ms));
  });
}

hf_status hf_store_delete(hf_store store, const char *key, int64_t limit_ms) {
  return over_network([&] {
    Limit limit(store, limit_ms);
    store->value->deleteKey(key);
  });
}

void hf_store_release(hf_store store) { delete store; }

}  // extern "C"
