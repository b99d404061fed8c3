#include "model/canonical.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::model {
namespace {

/// The error of an event, or of content; empty when it is read.
std::string refusal(const std::string& event) {
    const auto read = read_events(event);
    return read ? std::string{} : read.error().message;
}

TEST(CanonicalRead, takes_no_member_twice) {
    const std::string whole = R"({"v":1,"kind":"message","conversation":{"id":"me"},"content":[]})";
    EXPECT_EQ(refusal(whole), "") << "the control";
    struct Case {
        const char* event;
        const char* member;
    };
    for (const auto& [event, member] : {
             Case{R"({"kind":"message","content":[],"kind":"handover"})", "kind"},
             Case{R"({"conversation":{"id":"me"},"conversation":{"id":"you"}})", "conversation"},
             Case{R"({"conversation":{"id":"me","mode":"live","id":"you"}})", "conversation.id"},
             Case{R"({"actor":{"role":"user","id":"a","role":"agent"}})", "actor.role"},
             Case{R"({"content":[{"type":"text","text":"a","text":"b"}]})", "content.text"},
             Case{R"({"content":[{"type":"text","t\u0065xt":"a","text":"b"}]})", "content.text"},
             Case{R"({"handover":{"to":"bot","to":"agent"}})", "handover.to"},
         }) {
        const Result<BatchPtr> read = read_events(event);
        ASSERT_FALSE(read) << event;
        EXPECT_EQ(read.error().code, Code::payload);
        EXPECT_EQ(read.error().message, std::string(member) + " appears twice");
    }
}

TEST(CanonicalRead, takes_content_that_is_one_value_and_nothing_beside_it) {
    for (const char* content :
         {R"([{"type":"text","text":"a"}],"conversation":{"id":"victim"},"kind":"handover")",
          R"({"type":"text","text":"a"}],"kind":"handover","warnings":[)",
          R"([{"type":"text","text":"a","text":"b"}])"})
        EXPECT_FALSE(read_content(content, Role::user)) << content;
    EXPECT_TRUE(read_content(R"( {"type":"text","text":"a"} )", Role::user)) << "the control";
}

TEST(CanonicalRead, keeps_what_a_vendor_wrote_twice) {
    EXPECT_EQ(refusal(R"({"kind":"message","extra":{"a":1,"a":2,"item":{"b":1,"b":2}}})"), "");
    EXPECT_EQ(refusal(R"({"kind":"session","session":{"a":1,"a":2}})"), "");
}

/// Two names may fall together in what the reader remembers of an object: both are read.
TEST(CanonicalRead, tells_all_names_of_a_part_apart) {
    EXPECT_EQ(
        refusal(R"({"content":[{"type":"file","text":"a","media":"image","url":"u","name":"n",)"
                R"("mime":"m","state":"s","vendor_id":"v","size":1,"latitude":1,"longitude":2,)"
                R"("title":"t","payload":"p","target":"x","parameters":{},"raw":{},)"
                R"("options":[],"cards":[],"extra":{}}]})"),
        "");
}

}  // namespace
}  // namespace lampjack::model
