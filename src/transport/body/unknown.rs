//! Members of an answer that its type skips.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::members::Members;
use crate::values::Json;

/// A member of an answer that the spec does not know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UnknownMember {
    /// Where it stands: `executions[0].venue`.
    pub path: String,
    /// Its JSON text, as it came.
    pub json: Json,
}

/// The members of an answer that its type skips, in the order they came. Costs a second reading, so only when asked.
pub(crate) fn unknown_members<T: DeserializeOwned>(
    body: &[u8],
    wrapper: Option<&str>,
) -> Vec<UnknownMember> {
    let read = |text: &str| {
        let mut found = Vec::new();
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_ignored::deserialize::<_, _, T>(&mut reader, |path| found.push(steps(&path))).ok()?;
        let mut members = Vec::new();
        gather(text, "", &found, 0, &mut members);
        Some(members)
    };
    let Ok(text) = std::str::from_utf8(body) else {
        return Vec::new();
    };
    read(text)
        .or_else(|| {
            let Members(mut members) = Members::of(text)?;
            let at = members
                .iter()
                .position(|(name, _)| Some(name.as_str()) == wrapper)?;
            let mut found = read(members.remove(at).1.get())?;
            // What stands beside a wrapper, but for the word that it succeeded, is nobody's member.
            let beside = members.into_iter().filter(|(name, _)| name != "success");
            found.extend(beside.filter_map(|(path, raw)| {
                let json = serde_json::from_str(raw.get()).ok()?;
                Some(UnknownMember { path, json })
            }));
            Some(found)
        })
        .unwrap_or_default()
}

#[derive(PartialEq)]
enum Step {
    Index(usize),
    Name(String),
}

fn steps(path: &serde_ignored::Path<'_>) -> Vec<Step> {
    use serde_ignored::Path;
    let (parent, step) = match path {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Step::Index(*index)),
        Path::Map { parent, key } => (parent, Step::Name(key.clone())),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => {
            return steps(parent);
        }
    };
    let mut steps = steps(parent);
    steps.push(step);
    steps
}

/// Finds the texts of the members at `places`, which come in the order of the document, opening each level once.
fn gather(
    json: &str,
    path: &str,
    places: &[Vec<Step>],
    depth: usize,
    found: &mut Vec<UnknownMember>,
) {
    if places.is_empty() {
        return;
    }
    let mut items: Vec<&RawValue> = Vec::new();
    let mut members: BTreeMap<String, &RawValue> = BTreeMap::new();
    match places.first().and_then(|place| place.get(depth)) {
        Some(Step::Index(_)) => items = serde_json::from_str(json).unwrap_or_default(),
        Some(Step::Name(_)) => members = serde_json::from_str(json).unwrap_or_default(),
        None => {
            if let Ok(json) = serde_json::from_str(json) {
                found.push(UnknownMember {
                    path: path.to_owned(),
                    json,
                });
            }
            return;
        }
    }
    for places in places.chunk_by(|a, b| a.get(depth) == b.get(depth)) {
        let (child, path) = match &places[0].get(depth) {
            Some(Step::Index(index)) => (items.get(*index), format!("{path}[{index}]")),
            Some(Step::Name(name)) if path.is_empty() => (members.get(name), name.clone()),
            Some(Step::Name(name)) => (members.get(name), format!("{path}.{name}")),
            None => continue,
        };
        if let Some(child) = child {
            gather(child.get(), &path, places, depth + 1, found);
        }
    }
}
