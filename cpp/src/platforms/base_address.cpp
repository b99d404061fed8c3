#include "platforms/base_address.h"

#include <algorithm>
#include <string>

namespace lampjack::platforms {
namespace {

/// "/a/b/" of "https://host/a/b?query"; "/" without a path.
std::string path_of(std::string_view address) {
    const auto host = address.find("://") + 3;
    const std::string_view place = address.substr(0, address.find_first_of("?#"));
    std::string path(place.substr(std::min(place.find('/', host), place.size())));
    while (path.ends_with('/')) path.pop_back();
    return path + "/";
}

bool holds(std::string_view path, std::string_view added) {
    if (path.find(added) != std::string_view::npos) return true;
    for (auto end = added.find('/', 1); end != std::string_view::npos;
         end = added.find('/', end + 1))
        if (path.ends_with(added.substr(0, end + 1))) return true;
    return false;
}

}  // namespace

Result<void> check_added(const Account& account, std::string_view setting, std::string_view added) {
    const std::string_view address = account.text(setting);
    if (address.empty() || added.size() < 2 || !holds(path_of(address), added)) return {};
    return setting_error(account, setting,
                         "holds a part of the path that is added to it: give the address that "
                         "stands before that part");
}

Result<void> check_base(const Account& account, std::string_view setting, std::string_view added) {
    LJK_CHECK(check_added(account, setting, added));
    if (account.text(setting).find_first_of("?#") == std::string_view::npos) return {};
    return setting_error(account, setting, "must have no query: a path is added to it");
}

}  // namespace lampjack::platforms
