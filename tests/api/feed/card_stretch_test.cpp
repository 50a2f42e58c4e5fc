#include "api/feed/card_stretch.hpp"

#include <gtest/gtest.h>

namespace weike::feed {
namespace {

// A stretch of cards at the places "aaa…", "ccc…", "eee…" and so on.
class CardStretches : public testing::Test {
 protected:
  static std::string place(char letter) { return std::string(CardStretch::kPlaceBytes, letter); }

  static std::string card(const std::string& json, Audience audience = Audience::members) {
    FeedCard card;
    card.audience = audience;
    card.json = json;
    return card.encode();
  }

  CardStretch stretch(CardStretch::Rest rest, const std::string& places = "acegi") {
    CardStretch made({1, 2}, "");
    for (const char letter : places)
      made.add(place(letter), card(std::string(R"({"title":")") + letter + '"'), links);
    made.finish(rest);
    return made;
  }

  // "1..3" for a page of the second and third card, "1..3+" if others follow.
  static std::string show(const std::optional<CardStretch::Cards>& cards) {
    if (!cards) return "not known";
    return std::to_string(cards->first) + ".." + std::to_string(cards->last) +
           (cards->has_more ? "+" : "");
  }

  ManualClock clock;
  playback::MediaSigner signer{std::string(32, 'k')};
  playback::MediaLinks links{signer, clock};
};

TEST_F(CardStretches, PagesBeginBehindAPlaceWhetherACardIsThereOrNot) {
  const auto cards = stretch(CardStretch::Rest::unknown);

  EXPECT_EQ(show(cards.page_behind("", 2)), "0..2+");
  EXPECT_EQ(show(cards.page_behind(place('c'), 2)), "2..4+");
  EXPECT_EQ(show(cards.page_behind(place('d'), 2)), "2..4+");
  EXPECT_EQ(show(cards.page_behind("", 4)), "0..4+");
}

TEST_F(CardStretches, TellNothingOfAPageWhoseEndTheyDoNotKnow) {
  const auto cards = stretch(CardStretch::Rest::unknown);

  EXPECT_EQ(show(cards.page_behind("", 5)), "not known");
  EXPECT_EQ(show(cards.page_behind(place('e'), 2)), "not known");
  EXPECT_EQ(show(cards.page_behind(place('z'), 1)), "not known");
}

TEST_F(CardStretches, AtTheEndOfTheListShowWhatIsLeft) {
  const auto cards = stretch(CardStretch::Rest::none);

  EXPECT_EQ(show(cards.page_behind("", 5)), "0..5");
  EXPECT_EQ(show(cards.page_behind(place('e'), 3)), "3..5");
  EXPECT_EQ(show(cards.page_behind(place('z'), 3)), "5..5");
  EXPECT_EQ(show(stretch(CardStretch::Rest::none, "").page_behind("", 3)), "0..0");
}

TEST_F(CardStretches, HoldFinishedCardsWithLinksForThoseThatEveryoneSees) {
  CardStretch cards({1, 2}, "");
  cards.add(place('a'), card(R"({"title":"x")"), links);
  cards.add(place('b'), card(R"({"title":"y")", Audience::everyone), links);

  EXPECT_EQ(cards.json(0), R"({"title":"x","media":null)");
  EXPECT_TRUE(cards.json(1).starts_with(R"({"title":"y","media":{"hls_url":"/media/)"));
}

TEST_F(CardStretches, ACardOfAFutureFormatKeepsItsPlaceAndShowsNothing) {
  CardStretch cards({1, 2}, "");
  cards.add(place('a'), "\x7f of the future", links);
  cards.add(place('b'), card("{\"a\":1"), links);
  cards.finish(CardStretch::Rest::unknown);

  EXPECT_EQ(cards.json(0), "");
  EXPECT_EQ(cards.json(1), R"({"a":1,"media":null)");
  EXPECT_EQ(show(cards.page_behind(place('a'), 1)), "not known");
  EXPECT_EQ(show(cards.page_behind("", 1)), "0..1+");
}

TEST_F(CardStretches, TagsAreOfTheStoredBytes) {
  const auto first = stretch(CardStretch::Rest::unknown);
  const auto longer = stretch(CardStretch::Rest::none, "acegik");
  const auto other = stretch(CardStretch::Rest::none, "axegi");

  EXPECT_EQ(first.tags({0, 5, true}), longer.tags({0, 5, true}));
  EXPECT_EQ(first.tags({2, 4, true}), other.tags({2, 4, true}));
  EXPECT_NE(first.tags({1, 3, true}), other.tags({1, 3, true}));
  EXPECT_NE(first.tags({0, 4, true}), first.tags({0, 5, true}));
}

}  // namespace
}  // namespace weike::feed
