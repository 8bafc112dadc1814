/// The messages of the engine, and who speaks to whom. Each family has a header of its own, with the interfaces of the
/// actors whose family it is; this one is for whoever wires them all.
///
///   front ──commands──▶ registry ──▶ campaign ──spawns──▶ contact ──place──▶ gateway      campaign_messages.hpp
///     │                    ▲            │  ▲                 │
///     └─uploads─▶ upload ──┘            │  └────call news────┘                              list_messages.hpp
///                    │                  ├──appends──▶ store writer (group commit)          store_messages.hpp
///                    └──────stages──────┴──lines────▶ line pool                             line_messages.hpp
///
///   everybody: ticks, birth, end (life_messages.hpp)       readers and exporters: questions (read_messages.hpp)
///   do-not-call keeper (dnc_messages.hpp)                  feed reader (feed_messages.hpp)
///   webhooks (webhook_messages.hpp, which is not included here)
///
/// Messages stay within the process. Each is one struct; what is large travels as a shared pointer.
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/dnc_messages.hpp"
#include "actors/feed_messages.hpp"
#include "actors/life_messages.hpp"
#include "actors/line_messages.hpp"
#include "actors/list_messages.hpp"
#include "actors/read_messages.hpp"
#include "actors/store_messages.hpp"
