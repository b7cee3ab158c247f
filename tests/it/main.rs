//! All tests, a file a topic.

mod generation;
