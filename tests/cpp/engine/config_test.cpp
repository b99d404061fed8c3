// The configuration: one table of keys, one reader, one form of error; secrets that are kept elsewhere.

#include "engine/config_keys.h"
#include "engine/environment.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <unistd.h>

namespace lampjack::engine {
namespace {

using platforms::Setting;
using Kind = Setting::Kind;

class FakeEnvironment final : public Environment {
public:
    std::map<std::string, std::string> variables;
    std::map<std::string, std::string> files;

    std::optional<std::string> variable(const std::string& name) const override {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    }
    Result<std::string> file(const std::string& path) const override {
        const auto found = files.find(path);
        if (found == files.end()) return fail(Code::config, "No such file or directory");
        return found->second;
    }
};

std::string error_of(const Result<Config>& config) {
    if (config) return "";
    EXPECT_EQ(config.error().code, Code::config);
    return config.error().message;
}

std::string with_key(std::string_view name, const std::string& value) {
    return error_of(read_config("{\"" + std::string(name) + "\":" + value + "}"));
}

std::string with_setting(std::string_view name, const std::string& value) {
    return error_of(read_config(
        R"({"account":{"shop":{"platform":"certainly","webhook_token":"t","deployment_id":"d",")" +
        std::string(name) + "\":" + value + "}}}"));
}

// ---- The table

TEST(ConfigTable, holds_the_defaults_of_the_structures) {
    const Config config;
    for (const HubKey& key : hub_keys()) {
        if (key.get == nullptr) continue;
        EXPECT_EQ(key.get(config), key.row.fallback) << key.row.name;
    }
}

TEST(ConfigTable, sets_the_member_of_each_row_and_no_other) {
    for (const HubKey& key : hub_keys()) {
        if (key.row.kind != Kind::integer) continue;
        Config changed;
        const std::int64_t value = key.row.most - 1;
        key.set(changed, json::Value(value));
        for (const HubKey& other : hub_keys()) {
            if (other.get == nullptr) continue;
            EXPECT_EQ(other.get(changed), other.row.name == key.row.name
                                              ? std::to_string(value)
                                              : std::string(other.row.fallback))
                << key.row.name << " changed " << other.row.name;
        }
    }
}

void check_rows(std::span<const Setting> rows, std::set<std::string_view>& names) {
    for (const Setting& row : rows) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name << " is there twice";
        EXPECT_FALSE(row.meaning.empty()) << row.name;
        EXPECT_FALSE(row.meaning.ends_with('.')) << row.name;
        EXPECT_EQ(row.kind == Kind::choice, !row.choices.empty()) << row.name;
        if (row.kind != Kind::integer) continue;
        EXPECT_FALSE(row.unit.empty()) << row.name;
        const auto fallback = std::stoll(std::string(row.fallback));
        EXPECT_LE(row.least, fallback) << row.name;
        EXPECT_GE(row.most, fallback) << row.name;
    }
}

TEST(ConfigTable, explains_every_row) {
    std::set<std::string_view> hub;
    for (const HubKey& key : hub_keys()) check_rows({&key.row, 1}, hub);
    for (const platforms::Adapter* adapter : platforms::all()) {
        std::set<std::string_view> names;
        check_rows(platforms::common_settings(), names);
        check_rows(adapter->settings, names);
    }
}

// ---- The reader

TEST(ConfigReader, takes_an_integer_from_its_least_to_its_most_and_no_other) {
    for (const HubKey& key : hub_keys()) {
        const Setting& row = key.row;
        if (row.kind != Kind::integer) continue;
        const std::string range = std::to_string(row.least) + " to " + std::to_string(row.most) +
                                  " " + std::string(row.unit);
        const std::string wrong = std::string(row.name) + ": must be a whole number from " + range;
        EXPECT_EQ(with_key(row.name, std::to_string(row.least)), "");
        EXPECT_EQ(with_key(row.name, std::to_string(row.most)), "");
        EXPECT_EQ(with_key(row.name, std::to_string(row.least - 1)), wrong);
        EXPECT_EQ(with_key(row.name, std::to_string(row.most + 1)), wrong);
        EXPECT_EQ(with_key(row.name, "18446744073709551615"), wrong);
        EXPECT_EQ(with_key(row.name, "1.5"), wrong + ", not a number with a fraction");
        EXPECT_EQ(with_key(row.name, "\"1\""), wrong + ", not a text");
        EXPECT_EQ(with_key(row.name, "true"), wrong + ", not true or false");
        EXPECT_EQ(with_key(row.name, "null"), wrong + ", not null");
    }
}

TEST(ConfigReader, names_the_kind_that_a_key_must_have) {
    EXPECT_EQ(with_key("store", "1"), "store: must be a text, not a number");
    EXPECT_EQ(with_key("account", "[]"), "account: must be a table of tables by name, not a list");
    EXPECT_EQ(with_key("account", R"({"shop":1})"), "account.shop: must be a table of settings");
    EXPECT_EQ(with_key("allow_networks", R"("127.0.0.0/8")"),
              "allow_networks: must be a list of texts, not a text");
    EXPECT_EQ(with_key("allow_networks", "[1]"), "allow_networks: must be a list of texts");
    EXPECT_EQ(with_key("compressed_bodies", "1"),
              "compressed_bodies: must be true or false, not a number");
    EXPECT_EQ(with_key("secrets", R"("keep")"),
              "secrets: must be one of: resolve, literal, placeholder");
    EXPECT_EQ(error_of(read_config("[]")), "the configuration must be a table of keys");
}

TEST(ConfigReader, names_the_path_of_an_accounts_setting) {
    EXPECT_EQ(with_setting("t_accept", R"("soon")"),
              "account.shop.t_accept: must be a whole number from 0 to 1000000000000 ms, not a "
              "text");
    EXPECT_EQ(with_setting("t_answer", "0"),
              "account.shop.t_answer: must be a whole number from 1 to 600000 ms");
    EXPECT_EQ(with_setting("record", R"("some")"),
              "account.shop.record: must be one of: all, handover, none");
    EXPECT_EQ(with_setting("api_base", R"("ftp://example.org")"),
              "account.shop.api_base: must be an http or https address without a user name");
    EXPECT_EQ(with_setting("message_takes", "1"),
              "account.shop.message_takes: must be true or false, not a number");
}

TEST(ConfigReader, suggests_the_closest_name) {
    EXPECT_EQ(with_key("stroe", R"("memory:")"), "stroe: is not a known key; did you mean store?");
    EXPECT_EQ(with_key("zzzzzzzzzzzz", "1"), "zzzzzzzzzzzz: is not a known key");
    EXPECT_EQ(with_setting("api_bsae", R"("https://example.org")"),
              "account.shop.api_bsae: is not a known key; did you mean api_base?");
}

TEST(ConfigReader, says_where_a_key_belongs_that_stands_in_the_wrong_place) {
    EXPECT_EQ(with_setting("max_tries", "3"),
              "account.shop.max_tries: is a key of the hub: it stands at the top, above the first "
              "[account.NAME]");
    for (const char* setting : {"t_accept", "verify_token", "webhook_url"})
        EXPECT_EQ(with_key(setting, "3"),
                  std::string(setting) +
                      ": is a setting of an account: it stands below [account.NAME]");
}

TEST(ConfigReader, says_what_is_required) {
    EXPECT_EQ(with_key("account", R"({"shop":{"platform":"certainly","webhook_token":"t"}})"),
              "account.shop.deployment_id: is required: the bot deployment's id, from the widget's "
              "script; not the botId of the claim");
    EXPECT_EQ(with_key("account", R"({"shop":{}})"),
              "account.shop.platform: is required: a text, one of: chatlayer_offloading "
              "certainly omnichannel chatlayer_app");
    EXPECT_EQ(with_key("account", R"({"Shop!":{}})"),
              "account.Shop!: the name must be 1 to 64 characters of a-z, 0-9, _ and -");
}

TEST(ConfigReader, refuses_blank_secrets_and_shows_none) {
    for (const char* const blank :
         {R"("")", R"("  ")", R"("\n")", "[]", R"(["hush-hush",""])", R"([" "])"})
        EXPECT_EQ(with_setting("api_token", blank),
                  "account.shop.api_token: must be a text that is not blank, or a list of them");
    EXPECT_EQ(with_setting("api_token", "7"),
              "account.shop.api_token: must be a text that is not blank, or a list of them, not a "
              "number");
    EXPECT_EQ(with_setting("api_token", R"(["hush-hush","other"])"), "");
}

TEST(ConfigReader, refuses_secrets_that_cannot_be_sent_and_shows_none) {
    for (const char* const token :
         {R"("hush\nhush")", R"("hush\r\nX-Evil: 1")", R"("hush\u0000hush")", R"("\ufeffhush")",
          R"("h\u00fcsh")", R"(["good","h\u007fsh"])"})
        EXPECT_EQ(with_setting("api_token", token),
                  "account.shop.api_token: holds a line end, another control character or a letter "
                  "that is not ASCII: no token can be sent with it")
            << token;
    EXPECT_EQ(with_setting("api_password", R"("h\u00fcsh hush")"), "") << "it travels encoded";
    EXPECT_EQ(with_setting("api_password", R"("hush\n")"),
              "account.shop.api_password: holds a control character or a byte order mark");
}

TEST(ConfigReader, lets_the_time_of_silence_follow_the_time_of_a_call) {
    EXPECT_EQ(read_config(R"({"total_ms":60000})")->timeouts.stalled, std::chrono::seconds(40));
    EXPECT_EQ(read_config("{}")->timeouts.stalled, transport::Timeouts{}.stalled);
    EXPECT_EQ(read_config(R"({"breaker_open_ms":600000})")->breaker.longest, 600'000);
    EXPECT_EQ(read_config(R"({"breaker_open_ms":1})")->breaker.longest,
              transport::BreakerLimits{}.longest);
}

// ---- Secrets that are kept elsewhere

std::string account(const std::string& token) {
    return R"("account":{"shop":{"platform":"certainly","deployment_id":"d","webhook_token":)" +
           token + "}}}";
}

std::string token_of(const Result<Config>& config) {
    if (!config) return config.error().message;
    return std::string(config->accounts.at("shop").secrets("webhook_token").front().reveal());
}

TEST(ConfigSecrets, come_from_variables) {
    FakeEnvironment world;
    world.variables = {
        {"SHOP_TOKEN", "made-up"}, {"EMPTY", ""}, {"BAD", "\xff"}, {"LINE", "made-up\r\n"}};
    const auto read = [&](const char* token) { return read_config("{" + account(token), world); };
    EXPECT_EQ(token_of(read(R"("env:SHOP_TOKEN")")), "made-up");
    EXPECT_EQ(token_of(read(R"(["env:SHOP_TOKEN","old"])")), "made-up");
    EXPECT_EQ(token_of(read(R"("env:LINE")")), "made-up");
    EXPECT_EQ(token_of(read(R"("env:OTHER")")),
              "account.shop.webhook_token: environment variable OTHER is not set");
    EXPECT_EQ(token_of(read(R"("env:EMPTY")")),
              "account.shop.webhook_token: environment variable EMPTY is not set");
    EXPECT_EQ(token_of(read(R"("env:BAD")")),
              "account.shop.webhook_token: environment variable BAD is not UTF-8");
    EXPECT_EQ(token_of(read(R"("ENV:SHOP_TOKEN")")), "ENV:SHOP_TOKEN");
}

TEST(ConfigSecrets, come_from_files_that_are_absolute_or_in_the_configurations_folder) {
    FakeEnvironment world;
    world.files = {{"/run/token", "made-up\r\n\n"}, {"/etc/shop/token", "beside"}};
    const auto read = [&](const std::string& members, const char* token) {
        return read_config("{" + members + account(token), world);
    };
    EXPECT_EQ(token_of(read("", R"("file:/run/token")")), "made-up");
    EXPECT_EQ(token_of(read(R"("config_dir":"/etc/shop",)", R"("file:token")")), "beside");
    EXPECT_EQ(token_of(read(R"("config_dir":"/etc/shop",)", R"("file:/run/token")")), "made-up");
    EXPECT_EQ(token_of(read("", R"("file:token")")),
              "account.shop.webhook_token: file token has a relative path: write the absolute "
              "path, or set config_dir to the folder it is relative to");
    EXPECT_EQ(token_of(read("", R"("file:/run/none")")),
              "account.shop.webhook_token: file /run/none cannot be read: No such file or "
              "directory");
    EXPECT_EQ(token_of(read(R"("config_dir":"etc",)", R"("x")")),
              "config_dir: must be an absolute path");
}

TEST(ConfigSecrets, are_found_at_any_depth_and_in_the_hubs_own_keys) {
    FakeEnvironment world;
    world.variables = {{"STORE", "memory:"}, {"NET", "10.0.0.0/8"}, {"WORD", "pause"}};
    const auto config = read_config(
        R"({"store":"env:STORE","allow_networks":["env:NET"],"account":{"shop":{
            "platform":"chatlayer_offloading","verify_token":"t","pause_action":{"a":["env:WORD"]},
            "resume_action":{}}}})",
        world);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->store, "memory:");
    EXPECT_EQ(config->allow_networks.front(), "10.0.0.0/8");
    EXPECT_EQ(config->accounts.at("shop").text("pause_action"), R"({"a":["pause"]})");
}

TEST(ConfigSecrets, are_texts_as_they_stand_when_they_are_literal) {
    FakeEnvironment world;
    const auto read = [&](const std::string& how) {
        return read_config(R"({"secrets":)" + how + "," + account(R"("env:SHOP_TOKEN")"), world);
    };
    EXPECT_EQ(token_of(read(R"("literal")")), "env:SHOP_TOKEN");
    EXPECT_EQ(token_of(read(R"("placeholder")")), "not-set");
    EXPECT_EQ(token_of(read(R"("resolve")")),
              "account.shop.webhook_token: environment variable SHOP_TOKEN is not set");
}

TEST(ConfigSecrets, are_not_needed_to_read_the_store) {
    FakeEnvironment world;
    world.variables = {{"STORE", "memory:"}};
    const auto store = read_store(R"({"store":"env:STORE",)" + account(R"("env:NONE")"), world);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(*store, "memory:");
    EXPECT_EQ(read_store("{}", world).error().message, "store: is required");
}

class ProcessFiles : public testing::Test {
protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  ("lampjack-config-" + std::string(test->name()) + std::to_string(getpid()));
        std::filesystem::create_directory(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string write(const char* name, const std::string& content) const {
        std::ofstream(folder_ / name) << content;
        return (folder_ / name).string();
    }
    static std::string token(const std::string& path) {
        return token_of(read_config("{" + account("\"file:" + path + "\"")));
    }
    static std::string refused(const std::string& path, const std::string& why) {
        return "account.shop.webhook_token: file " + path + " " + why;
    }

    std::filesystem::path folder_;
};

TEST_F(ProcessFiles, are_read_up_to_64_KiB) {
    EXPECT_EQ(token(write("good", "made-up\n")), "made-up");
    EXPECT_EQ(token(write("most", std::string(64 << 10, 'x'))).size(), std::size_t{64 << 10});
    const std::string large = write("large", std::string((64 << 10) + 1, 'x'));
    EXPECT_EQ(token(large), refused(large, "is larger than 64 KiB"));
    const std::string bad = write("bad", "\xff");
    EXPECT_EQ(token(bad), refused(bad, "is not UTF-8"));
}

TEST_F(ProcessFiles, are_refused_when_they_are_no_files) {
    const std::string folder = folder_.string();
    EXPECT_EQ(token(folder), refused(folder, "cannot be read: it is not a regular file"));
    const std::string none = folder + "/none";
    EXPECT_EQ(token(none), refused(none, "cannot be read: No such file or directory"));
    const std::string loop = folder + "/loop";
    std::filesystem::create_symlink(loop, loop);
    EXPECT_EQ(token(loop), refused(loop, "cannot be read: Too many levels of symbolic links"));
    std::filesystem::create_symlink(write("real", "made-up"), folder + "/link");
    EXPECT_EQ(token(folder + "/link"), "made-up") << "as Kubernetes mounts secrets";
}

}  // namespace
}  // namespace lampjack::engine
