#include "actors/feed_source.hpp"

#include <algorithm>

namespace redial::actors {

namespace {

/// So many events and commits are looked at in one reading at most: who reads next must not wait long.
constexpr std::uint64_t most_looked_at = 10'000;
constexpr std::size_t kept_rows = 8;
constexpr std::size_t kept_profiles = 16;
constexpr std::size_t kept_rendered = 1024;

problem no_such_event() { return {error_code::not_found, "there is no such event", {}}; }

} // namespace

result<feed_page> feed_source::read(const feed_query& query) {
  const feed_position last{store_.last_commit()};
  feed_page page;
  // A place that was given out by data that have since been restored from a backup.
  page.upto = std::min(query.after, last);
  const auto after = page.upto;
  std::uint64_t looked_at = 0;
  std::optional<problem> failed;
  const auto take_run = [&](std::uint64_t commit, const persistence::event_run& run, std::uint32_t first_index) {
    if (query.campaign && *query.campaign != run.campaign)
      return true;
    const auto campaign = store_.definition(run.campaign);
    if (!campaign || campaign->workspace != query.workspace)
      return true;
    const auto row = row_of(run.campaign, run.first_seq);
    if (!row) {
      failed = row.error();
      return false;
    }
    for (std::uint64_t i = 0; i < run.count; ++i) {
      feed_position at{commit, first_index + static_cast<std::uint32_t>(i), 0};
      if (commit == after.commit && at.index < after.index)
        continue;
      ++looked_at;
      const auto seq = run.first_seq + i;
      for (auto& what : notices_of(*campaign, (*row)->events.at(seq - (*row)->first_seq))) {
        at.sub = what.sub;
        if (at <= after || !query.types.has(what.type))
          continue;
        if (page.events.size() == query.limit) {
          page.more = true;
          return false;
        }
        auto made = render(campaign, {run.campaign, seq, what.sub}, what, at);
        if (!made) {
          failed = made.error();
          return false;
        }
        page.upto = at;
        page.events.push_back(std::move(*made));
      }
    }
    return true;
  };
  const auto first = after.index == feed_position::end ? after.commit + 1 : after.commit;
  auto scanned = store_.read_commits(first, [&](const persistence::commit_entry& entry) {
    if (looked_at >= most_looked_at) {
      page.more = true;
      return false;
    }
    ++looked_at;
    std::uint32_t index = 0;
    for (const auto& run : entry.runs) {
      if (!take_run(entry.number, run, index))
        return false;
      index += static_cast<std::uint32_t>(run.count);
    }
    page.upto = {entry.number};
    return true;
  });
  if (!scanned)
    return scanned.error();
  if (failed)
    return *failed;
  return page;
}

result<campaign_feed_page> feed_source::read(const campaign_feed_query& query) {
  campaign_feed_page page;
  const auto campaign = store_.definition(query.campaign);
  if (!campaign)
    return page;
  std::uint64_t looked_at = 0;
  for (auto seq = std::max<std::uint64_t>(query.after_seq, 1); seq <= query.upto_seq;) {
    const auto row = row_of(query.campaign, seq);
    if (!row)
      return row.error();
    for (auto i = seq - (*row)->first_seq; i < (*row)->events.size() && seq <= query.upto_seq; ++i, ++seq) {
      for (auto& what : notices_of(*campaign, (*row)->events[i])) {
        if ((seq == query.after_seq && what.sub <= query.after_sub) || !query.types.has(what.type))
          continue;
        if (page.events.size() == query.limit) {
          page.more = true;
          return page;
        }
        auto made = render(campaign, {query.campaign, seq, what.sub}, what, {});
        if (!made)
          return made.error();
        page.events.push_back(std::move(*made));
      }
      page.read_seq = seq;
      if (++looked_at >= most_looked_at && seq < query.upto_seq) {
        page.more = true;
        return page;
      }
    }
  }
  page.read_seq = query.upto_seq;
  return page;
}

result<feed_position> feed_source::before(time_point at) const {
  const auto commit = store_.first_commit_since(at);
  if (!commit)
    return commit.error();
  return feed_position{*commit - 1};
}

result<feed_position> feed_source::before(const workspace_name& workspace, const notice_id& id) {
  const auto campaign = store_.definition(id.campaign);
  if (!campaign || campaign->workspace != workspace)
    return no_such_event();
  const auto row = row_of(id.campaign, id.seq);
  if (!row)
    return row.error().code == error_code::not_found ? no_such_event() : row.error();
  const auto& e = (*row)->events.at(id.seq - (*row)->first_seq);
  const auto told = notices_of(*campaign, e);
  if (std::none_of(told.begin(), told.end(), [&](const notice& each) { return each.sub == id.sub; }))
    return no_such_event();
  // Its commit cannot be before the first one that its own instant may stand in.
  const auto first = store_.first_commit_since(time_of(e));
  if (!first)
    return first.error();
  std::optional<feed_position> found;
  auto scanned = store_.read_commits(*first, [&](const persistence::commit_entry& entry) {
    std::uint32_t index = 0;
    for (const auto& run : entry.runs) {
      if (run.campaign == id.campaign && run.first_seq > id.seq)
        return false; // committed before there was a log
      if (run.campaign == id.campaign && id.seq < run.first_seq + run.count)
        found = feed_position{entry.number, index + static_cast<std::uint32_t>(id.seq - run.first_seq), id.sub};
      index += static_cast<std::uint32_t>(run.count);
    }
    return !found;
  });
  if (!scanned)
    return scanned.error();
  if (!found)
    return no_such_event();
  if (found->sub > 0)
    --found->sub;
  else if (found->index > 0)
    *found = {found->commit, found->index - 1, 0xff};
  else
    *found = {found->commit - 1};
  return *found;
}

result<feed_source::row_ptr> feed_source::row_of(campaign_no campaign, std::uint64_t seq) {
  const auto known = std::find_if(rows_.begin(), rows_.end(), [&](const auto& each) {
    return each.first == campaign && each.second->first_seq <= seq
           && seq < each.second->first_seq + each.second->events.size();
  });
  if (known != rows_.end()) {
    rows_.splice(rows_.begin(), rows_, known);
    return rows_.front().second;
  }
  auto read = store_.read_journal_row(campaign, seq);
  if (!read)
    return read.error();
  rows_.emplace_front(campaign, std::make_shared<const persistence::journal_row>(std::move(*read)));
  if (rows_.size() > kept_rows)
    rows_.pop_back();
  return rows_.front().second;
}

profile_cache& feed_source::profiles_of(campaign_no campaign) {
  const auto known =
    std::find_if(profiles_.begin(), profiles_.end(), [&](const auto& each) { return each.first == campaign; });
  if (known != profiles_.end()) {
    profiles_.splice(profiles_.begin(), profiles_, known);
  } else {
    profiles_.emplace_front(campaign, std::make_unique<profile_cache>(store_, campaign));
    if (profiles_.size() > kept_profiles)
      profiles_.pop_back();
  }
  return *profiles_.front().second;
}

result<feed_event_ptr> feed_source::render(
  const definition_ptr& campaign, const notice_id& id, const notice& what, const feed_position& at) {
  auto made = std::make_shared<feed_event>();
  made->at = at;
  made->id = id;
  made->type = what.type;
  made->created_at = what.at;
  auto& json = rendered_[id];
  if (!json) {
    feed_message message{id, what, campaign, std::nullopt, std::nullopt};
    if (what.call) {
      auto contact = profiles_of(id.campaign).get(what.call->contact);
      if (!contact) {
        rendered_.erase(id);
        return contact.error();
      }
      message.contact = **contact;
    } else {
      message.state = store_.find(id.campaign);
    }
    json = std::make_shared<const std::string>(render_(message));
    rendered_order_.push_back(id);
    made->json = json;
    if (rendered_order_.size() > kept_rendered) {
      rendered_.erase(rendered_order_.front());
      rendered_order_.pop_front();
    }
  } else {
    made->json = json;
  }
  return feed_event_ptr{std::move(made)};
}

} // namespace redial::actors
