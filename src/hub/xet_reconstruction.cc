#include "hub/xet_reconstruction.h"

#include <algorithm>
#include <utility>

#include "store/object_terms.h"

namespace kohaku::hub {
namespace {

struct FoundFile {
  Sha256 sha256;
  std::uint64_t size = 0;
};

Result<FoundFile> find_file(Hub& hub, const XetReader& reader, const xet::Hash& file) {
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
  return FoundFile{std::get<0>(*row), std::get<1>(*row)};
}

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

}  // namespace

Result<std::uint64_t> find_xet_size(Hub& hub, const XetReader& reader, const xet::Hash& file) {
  return TRY(find_file(hub, reader, file)).size;
}

Result<Reconstruction> plan_reconstruction(Hub& hub, const XetReader& reader, const xet::Hash& file,
                                           ByteSpan span) {
  const auto found = TRY(find_file(hub, reader, file));
  if (span.offset > found.size || span.length > found.size - span.offset) {
    return fail(Code::range_not_satisfiable, "The range lies beyond the end of the file.");
  }
  Reconstruction plan;
  if (span.length == 0) return plan;
  store::TermReader terms(hub.database, found.sha256);
  auto skip = TRY(terms.seek(span.offset));
  for (auto left = span.length; left > 0;) {
    auto term = TRY(terms.next());
    if (!term) return fail_internal("object " + found.sha256.hex() + " has too few terms");
    const auto xorb = TRY(terms.open(hub.objects.xorbs(), *term));
    cut_front(*term, *xorb, skip);
    cut_back(*term, *xorb, skip + left);
    if (plan.terms.empty()) plan.offset_into_first_term = skip;
    left -= std::min<std::uint64_t>(left, term->size - skip);
    skip = 0;
    plan.terms.push_back(*term);
    auto& fetched = plan.xorbs[term->xorb];
    fetched.xorb = xorb;
    fetched.ranges.push_back({term->first, term->last_exclusive, xorb->packed_offset(term->first),
                              xorb->packed_offset(term->last_exclusive)});
  }
  for (auto& [hash, fetched] : plan.xorbs) merge(fetched.ranges);
  return plan;
}

}  // namespace kohaku::hub
