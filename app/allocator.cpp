/// The memory of the server, and of the programs that are measured against it: jemalloc, and how it is set. What
/// allocates in one thread and frees in another, as messages do, costs it less than the C library.
/// Not in builds with a sanitizer, which has an allocator of its own.

/// Read by jemalloc when the process begins; the environment's MALLOC_CONF goes before it.
/// - percpu_arena: an arena for each core, so that threads do not wait for each other, and what one frees another
/// finds;
/// - background_thread, dirty_decay_ms: what is not used any more goes back to the system within seconds, also where
///   nothing is allocated meanwhile.
extern "C" const char* malloc_conf;
const char* malloc_conf = "percpu_arena:percpu,background_thread:true,max_background_threads:1,dirty_decay_ms:1000";
