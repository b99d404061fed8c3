// The export tells every conversation with its items, whatever the store.

#include "store/export.h"

#include "store/contract/store_contract.h"
#include "json/value.h"

namespace lampjack::store::testing {
namespace {

class Export : public StoreContract {
protected:
    std::vector<std::string> exported() {
        std::vector<std::string> all;
        const auto count = must(export_lines(store(), [&](std::string_view line) -> Result<void> {
            all.emplace_back(line);
            return {};
        }));
        EXPECT_EQ(count, all.size());
        return all;
    }
};
LJK_ON_EVERY_STORE(Export);

TEST_P(Export, tells_conversations_and_items_as_one_object_a_line) {
    {
        Edit edit(store(), ref_of("u1"), 100);
        edit.row().id = "u1";
        edit.row().user = "{\"id\": \"u1\",\n \"name\": \"Z\\u00e9\"}";
        edit.row().state.state = conversation::State::agent;
        edit.row().state.agent = "ann";
        edit.say("message");
        edit.finish();
    }
    say(ref_of("u2"), "message", 200);
    const auto all = exported();
    ASSERT_EQ(all.size(), 4U);
    for (const std::string& line : all) {
        EXPECT_TRUE(json::parse_value(line, "line")) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos);
    }
    EXPECT_EQ(all[2], "{\"conversation\":\"shop:live:u1\",\"account\":\"shop\",\"mode\":\"live\","
                      "\"id\":\"u1\",\"user\":{\"id\":\"u1\",\"name\":\"Z\\u00e9\"},"
                      "\"state\":\"agent\",\"agent\":\"ann\",\"epoch\":1,\"episode\":0,"
                      "\"muted\":\"no\",\"sync\":\"confirmed\",\"touched\":100}");
    EXPECT_EQ(all[3],
              "{\"conversation\":\"shop:live:u1\",\"seq\":1,\"received\":100,"
              "\"kind\":\"message\",\"is_fact\":false,\"to\":\"desk\",\"state\":\"agent\","
              "\"epoch\":1,\"episode\":0,\"flags\":[\"late\",\"echo\"],\"body\":{\"n\":1}}");
}

TEST_P(Export, tells_what_belongs_to_no_conversation) {
    {
        Edit edit(store(), ref_of("~unattributed"), 300);
        edit.row().id = "~unattributed";
        edit.row().state = conversation::Conversation();
        edit.say("message");
        edit.finish();
    }
    say(ref_of("u2"), "message", 200);
    const auto all = exported();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0], "{\"conversation\":\"shop:live:~unattributed\",\"account\":\"shop\","
                      "\"mode\":\"live\",\"id\":\"~unattributed\",\"unattributed\":true,"
                      "\"touched\":300}");
    EXPECT_NE(all[1].find("\"conversation\":\"shop:live:~unattributed\",\"seq\":1"),
              std::string::npos);
    EXPECT_NE(all[2].find("shop:live:u2"), std::string::npos);
}

TEST_P(Export, tells_long_conversations_to_the_end) {
    {
        Edit edit(store(), ref_of("u1"));
        for (int i = 0; i < 1001; ++i) edit.say("message");
        edit.finish();
    }
    EXPECT_EQ(exported().size(), 1002U);
}

TEST_P(Export, ends_with_the_error_of_whoever_takes_the_lines) {
    say(ref_of("u1"));
    const auto full = [](std::string_view) -> Result<void> { return fail(Code::store, "no room"); };
    EXPECT_EQ(code_of(export_lines(store(), full)), Code::store);
}

}  // namespace
}  // namespace lampjack::store::testing
