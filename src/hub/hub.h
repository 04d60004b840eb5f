// Everything the rules work on, made once in app/ and passed by reference. No global state.
#pragma once

#include <memory>
#include <mutex>

#include "db/database.h"
#include "git/repository.h"
#include "hub/config.h"
#include "hub/git_work.h"
#include "hub/guards.h"
#include "hub/queues.h"
#include "hub/read_caches.h"
#include "hub/secrets.h"
#include "os/clock.h"
#include "os/pool.h"
#include "stats/journal.h"
#include "store/object_store.h"

namespace kohaku::hub {

struct CurrentCaches;  // hub/current_caches.h
std::shared_ptr<CurrentCaches> make_current_caches();
class LogWork;  // hub/log_work.h
std::shared_ptr<LogWork> make_log_work(const Config& config);
class Metrics;  // hub/metrics.h
std::shared_ptr<Metrics> make_metrics();

struct Hub {
  const Config& config;
  const Secrets& secrets;
  const os::Clock& clock;
  os::Pool& pool;  // for what blocks
  db::Database& database;
  git::Repositories& repositories;
  store::ObjectStore& objects;                                  // large objects
  std::unique_ptr<Guards> guards = std::make_unique<Guards>();  // never null
  std::unique_ptr<Queues<RepoId>> queues =
      std::make_unique<Queues<RepoId>>();  // of writers; never null
  std::unique_ptr<Queues<AccountId>> verifications =
      std::make_unique<Queues<AccountId>>();  // of shards, by user; never null
  // Held by the one collection of large objects that is under way; never null.
  std::unique_ptr<std::mutex> collection = std::make_unique<std::mutex>();
  std::unique_ptr<GitWork> git_work = std::make_unique<GitWork>(config);  // never null
  std::shared_ptr<ReadCaches> read_caches = std::make_shared<ReadCaches>();
  std::shared_ptr<CurrentCaches> current = make_current_caches();  // never null
  std::shared_ptr<LogWork> log_work = make_log_work(config);       // never null
  std::shared_ptr<Metrics> metrics = make_metrics();               // never null
  // Of downloads; null: nothing is counted.
  std::shared_ptr<stats::Journal> journal = nullptr;
};

}  // namespace kohaku::hub
