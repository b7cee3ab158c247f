//! The public Rust of the four specs, as a text to review.
//!
//! After a change of a spec, `UPDATE_SURFACES=1 cargo test --features cli --test it diff::surfaces` writes it anew.

use std::fs;
use std::path::Path;

use executions::diff::Document;

#[test]
fn a_change_of_a_spec_shows_what_it_does_to_the_public_rust() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut other = Vec::new();
    for service in ["b3os", "crosstrade", "hummingbot", "refold"] {
        let yaml = fs::read_to_string(root.join(format!("specs/{service}.yaml"))).unwrap();
        let document = Document::read(service, service, &yaml).unwrap();
        let found = document.surface().to_string();
        let path = root.join(format!("tests/data/surface-{service}.txt"));
        if std::env::var_os("UPDATE_SURFACES").is_some() {
            fs::write(&path, &found).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != found {
            other.push(service);
        }
    }
    assert!(
        other.is_empty(),
        "review and renew tests/data/surface-*.txt of {other:?} with UPDATE_SURFACES=1"
    );
}
