#include "hub/xet_reconstruction.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "store/object_terms.h"

namespace kohaku::hub {
namespace {

// Of one answer. A client asks for at most 8 GiB at once, which has some 16,000.
constexpr std::size_t most_terms = 200'000;
constexpr std::size_t most_xorbs = 20'000;

// A term without the chunks that stand before, or behind, what is asked for.
void cut_front(xet::Term& term, const store::Xorb& xorb, std::uint64_t& skip) {
  while (skip >= xorb.chunks()[term.first].size) {
    skip -= xorb.chunks()[term.first].size;
    term.size -= xorb.chunks()[term.first].size;
    ++term.first;
  }
}

void cut_back(xet::Term& term, const store::Xorb& xorb, std::uint64_t wanted) {
  while (term.size - xorb.chunks()[term.last_exclusive - 1].size >= wanted) {
    --term.last_exclusive;
    term.size -= xorb.chunks()[term.last_exclusive].size;
  }
}

// Sorted, with what overlaps or touches made one.
void merge(std::vector<FetchRange>& ranges) {
  std::ranges::sort(ranges, {}, &FetchRange::first);
  std::vector<FetchRange> merged;
  for (const auto& range : ranges) {
    if (merged.empty() || range.first > merged.back().last) {
      merged.push_back(range);
    } else if (range.last > merged.back().last) {
      merged.back().last = range.last;
      merged.back().end = range.end;
    }
  }
  ranges = std::move(merged);
}

// Adds terms one by one, each xorb once.
class Planner {
 public:
  Result<> add(const xet::Term& term, const store::Xorb& xorb) {
    const auto [found, is_new] = numbers_.try_emplace(term.xorb, plan.xorbs.size());
    if (is_new) plan.xorbs.push_back({term.xorb, xorb.place().physical_name, {}});
    if (plan.terms.size() == most_terms || plan.xorbs.size() > most_xorbs) {
      return fail(
          Code::payload_too_large,
          "This part of the file has too many terms for one answer. Ask for a smaller Range.");
    }
    plan.terms.push_back({found->second, term.first, term.last_exclusive, term.size});
    plan.xorbs[found->second].ranges.push_back(
        {term.first, term.last_exclusive,
         static_cast<std::uint32_t>(xorb.packed_offset(term.first)),
         static_cast<std::uint32_t>(xorb.packed_offset(term.last_exclusive))});
    return {};
  }

  Reconstruction plan;

 private:
  std::unordered_map<xet::Hash, std::uint32_t> numbers_;
};

}  // namespace

Result<XetFile> find_xet_file(Hub& hub, const XetReader& reader, const xet::Hash& file) {
  const auto row = TRY(hub.database.read_now([&](db::Connection& connection) {
    return connection
        .sql("SELECT o.sha256, o.size FROM large_object AS o JOIN object_link AS l"
             " ON l.sha256 = o.sha256 WHERE o.xet_hash = ?1 AND l.repo_id = ?2")
        .bind(file, reader.repository().id)
        .first<Sha256, std::uint64_t>();
  }));
  if (!row) {
    return fail(Code::entry_not_found,
                "This repository holds no file of the hash " + xet::to_text(file) + ".");
  }
  return XetFile{std::get<0>(*row), std::get<1>(*row)};
}

Result<Reconstruction> plan_reconstruction(Hub& hub, const XetReader& reader, const xet::Hash& file,
                                           ByteSpan span) {
  const auto found = TRY(find_xet_file(hub, reader, file));
  if (span.offset > found.size || span.length > found.size - span.offset) {
    return fail(Code::range_not_satisfiable, "The range lies beyond the end of the file.");
  }
  Planner planner;
  if (span.length == 0) return std::move(planner.plan);
  store::TermReader terms(hub.database, found.sha256);
  auto skip = TRY(terms.seek(span.offset));
  for (auto left = span.length; left > 0;) {
    auto term = TRY(terms.next());
    if (!term) return fail_internal("object " + found.sha256.hex() + " has too few terms");
    const auto xorb = TRY(terms.open(hub.objects.xorbs(), *term));
    cut_front(*term, *xorb, skip);
    cut_back(*term, *xorb, skip + left);
    if (planner.plan.terms.empty()) planner.plan.offset_into_first_term = skip;
    left -= std::min<std::uint64_t>(left, term->size - skip);
    skip = 0;
    TRY(planner.add(*term, *xorb));
  }
  for (auto& xorb : planner.plan.xorbs) merge(xorb.ranges);
  return std::move(planner.plan);
}

}  // namespace kohaku::hub
