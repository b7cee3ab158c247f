//! What `build.rs` writes from `specs/`, one module a service. Private: each service's own module names what its users see.

#![allow(
    dead_code,
    unreachable_patterns,
    missing_docs,
    clippy::all,
    rustdoc::bare_urls
)]

include!(concat!(env!("OUT_DIR"), "/services.rs"));
