#include "hub/xet_reconstruction.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hub/xet_fixture.h"
#include "hub/xet_links.h"

namespace kohaku::hub {
namespace {

class XetReconstructionTest : public XetTest {
 protected:
  XetReconstructionTest() {
    const auto ada = writer(ada_, bird_);
    value_of(put(ada, one_));
    value_of(put(ada, two_));
    value_of(put_shard(ada, shard_of({file_})));
  }

  Reconstruction plan(ByteSpan span) {
    return value_of(plan_reconstruction(hub(), reader(ada_, bird_), file_.hash, span));
  }
  const MadeXorb& made(const FetchedXorb& xorb) { return xorb.hash == one_.hash ? one_ : two_; }
  static const FetchedXorb& of(const Reconstruction& plan, const MadeXorb& wanted) {
    return *std::ranges::find(plan.xorbs, wanted.hash, &FetchedXorb::hash);
  }

  const MadeXorb one_ = noise_xorb({3, 5, 2, 7}, 1);
  const MadeXorb two_ = noise_xorb({4, 6}, 10);
  // Chunks 1–4 of one, all of two, chunks 0–2 of one, and its last chunk: 14 + 10 + 8 + 7 bytes.
  const xet::FileEntry file_ = file_of({{&one_, one_.term(1, 4)},
                                        {&two_, two_.term()},
                                        {&one_, one_.term(0, 2)},
                                        {&one_, one_.term(3, 4)}});
  const std::string bytes_ =
      one_.content(1, 4) + two_.content() + one_.content(0, 2) + one_.content(3, 4);
};

TEST_F(XetReconstructionTest, EveryPartOfAFile) {
  for (std::uint64_t offset = 0; offset < bytes_.size(); ++offset) {
    for (std::uint64_t length = 1; offset + length <= bytes_.size(); ++length) {
      SCOPED_TRACE(std::to_string(offset) + " " + std::to_string(length));
      const auto found = plan({offset, length});
      std::string content;
      for (const auto& term : found.terms) {
        ASSERT_LT(term.first, term.last);
        const auto text = made(found.xorbs.at(term.xorb)).content(term.first, term.last);
        ASSERT_EQ(term.size, text.size());
        content += text;

        const auto& ranges = found.xorbs.at(term.xorb).ranges;
        EXPECT_EQ(std::ranges::count_if(ranges,
                                        [&](const FetchRange& range) {
                                          return range.first <= term.first &&
                                                 term.last <= range.last;
                                        }),
                  1);
      }
      ASSERT_EQ(content.substr(found.offset_into_first_term, length),
                bytes_.substr(offset, length));
      // No chunk too many at either end.
      const auto& first = found.terms.front();
      EXPECT_LT(found.offset_into_first_term,
                made(found.xorbs.at(first.xorb)).chunks[first.first].size);
      const auto& last = found.terms.back();
      const auto behind = content.size() - found.offset_into_first_term - length;
      EXPECT_LT(behind, made(found.xorbs.at(last.xorb)).chunks[last.last - 1].size);
    }
  }
}

TEST_F(XetReconstructionTest, RangesAreInOrderAndApart) {
  for (std::uint64_t offset = 0; offset < bytes_.size(); ++offset) {
    for (std::uint64_t length = 1; offset + length <= bytes_.size(); ++length) {
      const auto found = plan({offset, length});
      for (const auto& fetched : found.xorbs) {
        const auto xorb = value_of(hub().objects.xorbs().get(fetched.hash));
        EXPECT_EQ(fetched.physical_name, xorb->place().physical_name);
        std::uint32_t before = 0;
        for (const auto& range : fetched.ranges) {
          EXPECT_TRUE(before == 0 || range.first > before);
          EXPECT_LT(range.first, range.last);
          EXPECT_EQ(range.begin, xorb->packed_offset(range.first));
          EXPECT_EQ(range.end, xorb->packed_offset(range.last));
          before = range.last;
        }
      }
    }
  }
  // Chunks 1–4 and 0–2 and 3–4 of one xorb are fetched as one.
  const auto whole = plan({0, bytes_.size()});
  ASSERT_EQ(of(whole, one_).ranges.size(), 1U);
  EXPECT_EQ(of(whole, one_).ranges[0].last, 4U);
  EXPECT_EQ(of(whole, one_).ranges[0].end, one_.bytes.size());
  EXPECT_EQ(whole.terms.size(), 4U);
  // The end of the third term and the fourth are not next to each other.
  const auto part = plan({14 + 10, 15});
  ASSERT_EQ(part.xorbs.size(), 1U);
  EXPECT_EQ(of(part, one_).ranges.size(), 2U);
}

TEST_F(XetReconstructionTest, NothingIsAskedFor) {
  EXPECT_TRUE(plan({0, 0}).terms.empty());
  EXPECT_TRUE(plan({bytes_.size(), 0}).terms.empty());
}

TEST_F(XetReconstructionTest, BeyondTheEnd) {
  const auto ada = reader(ada_, bird_);
  const auto size = bytes_.size();
  EXPECT_EQ(value_of(find_xet_file(hub(), ada, file_.hash)).size, size);
  EXPECT_EQ(value_of(find_xet_file(hub(), ada, file_.hash)).sha256, file_.sha256);
  for (const ByteSpan span : {ByteSpan{size, 1}, ByteSpan{size + 1, 0}, ByteSpan{0, size + 1},
                              ByteSpan{1, ~std::uint64_t{0}}, ByteSpan{~std::uint64_t{0}, 1}}) {
    EXPECT_EQ(code_of(plan_reconstruction(hub(), ada, file_.hash, span)),
              Code::range_not_satisfiable);
  }
}

TEST_F(XetReconstructionTest, AFileOfAnotherRepositoryIsNotThere) {
  const auto other = reader(ada_, add_repo(ada_, "other"));
  EXPECT_EQ(code_of(plan_reconstruction(hub(), other, file_.hash, {0, 1})), Code::entry_not_found);
  EXPECT_EQ(code_of(find_xet_file(hub(), other, file_.hash)), Code::entry_not_found);
  EXPECT_EQ(code_of(find_xet_file(hub(), reader(ada_, bird_), one_.hash)), Code::entry_not_found);
}

class XetLinksTest : public XetReconstructionTest {
 protected:
  Result<std::shared_ptr<const store::Xorb>> open(const FetchGrant& grant, const LinkProof& proof) {
    return TRY(open_fetch_link(hub(), grant, proof)).xorb;
  }
  LinkProof sign(const FetchGrant& grant) {
    auto whole = grant;
    whole.physical_name = value_of(hub().objects.xorbs().get(grant.xorb))->place().physical_name;
    return sign_fetch_link(hub().secrets, whole, clock().now());
  }
  FetchGrant grant_for(AccountId user) { return {one_.hash, 8, 20, bird_.id, user, {}}; }
};

TEST_F(XetLinksTest, ALinkOpensWhatItSays) {
  const auto grant = grant_for(bob_.id);
  const auto proof = sign(grant);
  EXPECT_EQ(value_of(open(grant, proof))->hash(), one_.hash);
  for (const auto change :
       {+[](FetchGrant& wrong) { ++wrong.begin; }, +[](FetchGrant& wrong) { ++wrong.end; },
        +[](FetchGrant& wrong) { ++wrong.repo.value; }, +[](FetchGrant& wrong) { wrong.user = {}; },
        +[](FetchGrant& wrong) { ++wrong.user.value; }}) {
    auto wrong = grant;
    change(wrong);
    EXPECT_EQ(code_of(open(wrong, proof)), Code::forbidden);
  }
  auto other = grant;
  other.xorb = two_.hash;
  EXPECT_EQ(code_of(open(other, proof)), Code::forbidden);
  other.xorb = file_.hash;
  EXPECT_EQ(code_of(open(other, proof)), Code::forbidden);
  EXPECT_EQ(code_of(open(grant, {std::to_string(clock().now().seconds() + 9999), proof.signature})),
            Code::forbidden);
}

TEST_F(XetLinksTest, ALinkEnds) {
  const auto grant = grant_for({});
  const auto proof = sign(grant);
  clock().advance_seconds(3599);
  EXPECT_TRUE(open(grant, proof));
  clock().advance_seconds(1);
  EXPECT_EQ(code_of(open(grant, proof)), Code::forbidden);
}

TEST_F(XetLinksTest, ALinkEndsWithTheRightToRead) {
  const auto bob = grant_for(bob_.id);
  const auto anybody = grant_for({});
  const auto ada = grant_for(ada_.id);
  const auto bob_proof = sign(bob);
  const auto anybody_proof = sign(anybody);
  const auto ada_proof = sign(ada);
  execute("UPDATE repository SET private = 1");
  EXPECT_FALSE(open(bob, bob_proof));
  EXPECT_FALSE(open(anybody, anybody_proof));
  EXPECT_TRUE(open(ada, ada_proof));
  execute("UPDATE account SET is_active = 0");
  EXPECT_EQ(code_of(open(ada, ada_proof)), Code::forbidden);
}

// The same chunks, packed in another way, have other offsets.
TEST_F(XetLinksTest, ALinkEndsWhenTheBytesMove) {
  const auto grant = grant_for({});
  const auto proof = sign(grant);
  execute("UPDATE xorb SET physical_name = 'elsewhere' WHERE hash = ?1", one_.hash);
  hub().objects.xorbs().forget(one_.hash);
  EXPECT_EQ(code_of(open(grant, proof)), Code::forbidden);
}

}  // namespace
}  // namespace kohaku::hub
