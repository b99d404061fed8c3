// Whose conversation it is, where the user's id is not the conversation's.

#include "store/contract/store_contract.h"

namespace lampjack::store::testing {
namespace {

class Users : public StoreContract {};
LJK_ON_EVERY_STORE(Users);

using Refs = std::vector<std::string>;

void give_to(Store& store, const std::string& ref, const UserKey& user) {
    Edit edit(store, ref);
    edit.say("message");
    edit.put();
    must(edit.tx().set_user(edit.row().key, user));
    edit.commit();
}

TEST_P(Users, have_the_conversations_that_were_given_to_them) {
    const UserKey ada = user_key("shop", "ada"), lee = user_key("shop", "lee");
    EXPECT_NE(ada, lee);
    EXPECT_NE(ada, user_key("line", "ada")) << "an account's users are its own";
    give_to(store(), ref_of("u2"), ada);
    give_to(store(), ref_of("u1"), ada);
    give_to(store(), ref_of("u3"), lee);
    EXPECT_EQ(must(store().conversations_of(ada)), (Refs{ref_of("u1"), ref_of("u2")}));
    EXPECT_EQ(must(store().conversations_of(lee)), Refs{ref_of("u3")});
    EXPECT_TRUE(must(store().conversations_of(user_key("shop", "u1"))).empty());
    give_to(store(), ref_of("u2"), lee);
    EXPECT_EQ(must(store().conversations_of(ada)), Refs{ref_of("u1")}) << "the last one has it";
}

TEST_P(Users, stay_the_same_when_the_conversation_is_stored_again) {
    const UserKey ada = user_key("shop", "ada");
    give_to(store(), ref_of("u1"), ada);
    Edit edit(store(), ref_of("u1"));
    edit.say("message");
    edit.finish();
    EXPECT_EQ(must(store().conversations_of(ada)), Refs{ref_of("u1")});
}

TEST_P(Users, are_forgotten_with_the_conversation_and_with_the_transaction) {
    const UserKey ada = user_key("shop", "ada");
    {
        Edit edit(store(), ref_of("u1"));
        edit.say("message");
        edit.put();
        must(edit.tx().set_user(edit.row().key, ada));
    }
    EXPECT_TRUE(must(store().conversations_of(ada)).empty()) << "it was not committed";
    give_to(store(), ref_of("u1"), ada);
    Edit edit(store(), ref_of("u1"));
    must(edit.tx().erase(edit.row().key));
    edit.commit();
    EXPECT_TRUE(must(store().conversations_of(ada)).empty());
}

}  // namespace
}  // namespace lampjack::store::testing
