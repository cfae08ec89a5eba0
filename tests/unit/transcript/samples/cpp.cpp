// A cache that forgets the oldest entry.
#include <algorithm>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace store {

/* The key is copied twice:
   once in the list, once in the map. */
template <typename Key, typename Value>
class Cache final {
public:
    explicit Cache(std::size_t limit = 1'000) noexcept : limit_{limit} {}
    Cache(const Cache&) = delete;
    virtual ~Cache() = default;

    [[nodiscard]] std::optional<Value> find(const Key& key) {
        auto found = index_.find(key);
        if (found == index_.end()) return std::nullopt;
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->second;
    }

    void put(Key key, Value value) {
        if (auto old = index_.find(key); old != index_.end()) {
            entries_.erase(old->second);
            index_.erase(old);
        }
        entries_.emplace_front(key, std::move(value));
        index_[key] = entries_.begin();
        while (entries_.size() > limit_) {
            index_.erase(entries_.back().first);
            entries_.pop_back();
        }
    }

private:
    std::size_t limit_;
    std::list<std::pair<Key, Value>> entries_;
    std::unordered_map<Key, typename decltype(entries_)::iterator> index_;
};

enum class Colour : unsigned char { red = 1, green = 0b10, blue = 0x04 };

constexpr std::string_view text = R"sql(SELECT "name"
  FROM things -- not a comment of ours
 WHERE id = 1)sql";

}  // namespace store

int main() {
    using namespace std::literals;
    store::Cache<std::string, int> cache{2};
    cache.put("one"s, 1);
    cache.put("tab\t\x41", 2);
    const auto print = [&cache](auto&& key) -> bool { return cache.find(key).has_value(); };
    static_assert(sizeof(long) >= 4, "too small");
    return print("one") ? 0 : static_cast<int>('x' - 'a' + 3.25f);
}
