//! What schemars derives from the generated types agrees with the specs' schemas. Where a type is more lenient than its
//! schema, the difference stands in one of the tables here with its reason.

use std::collections::BTreeSet;

use executions::Service;
use executions::serde_json::{self, Value, json};

use super::types;

/// The formats that have a type of their own: the spec's format, the derived schema's name and JSON types, and why these are
/// more than the spec's one.
const FORMATS: [(&str, &str, &[&str], &str); 7] = [
    (
        "decimal",
        "Decimal",
        &["number", "string"],
        "CrossTrade sends some amounts as numbers and others as text",
    ),
    (
        "id",
        "Id",
        &["string", "integer"],
        "CrossTrade's document calls an id an integer, and its examples are text",
    ),
    (
        "date-time",
        "date-time",
        &["string", "number"],
        "a time of another form is kept as it came",
    ),
    (
        "maybe-date-time",
        "date-time",
        &["string", "number"],
        "the same type: nothing more is promised of its text",
    ),
    (
        "local-date-time",
        "local-date-time",
        &["string", "number"],
        "a time of another form is kept as it came",
    ),
    (
        "epoch-seconds",
        "epoch-seconds",
        &["string", "number"],
        "a number may come as text",
    ),
    (
        "epoch-milliseconds",
        "epoch-milliseconds",
        &["string", "number"],
        "a number may come as text",
    ),
];

/// What else the types say otherwise than the specs, of which the comparison takes account.
///
/// * A member that is not required may be null: services send null for what is not there.
/// * An enum's words are examples: a service may add one.
const NULL_IS_ABSENT: &str = "null";

fn spec(service: Service) -> Value {
    serde_json::from_str(super::spec(service)).expect("JSON")
}

/// What a property of a spec must be in Rust, by name.
fn promised(property: &Value) -> String {
    let component = |reference: &Value| {
        let target = reference["$ref"].as_str()?;
        target.rsplit('/').next().map(str::to_owned)
    };
    if let Some(component) = component(&property["allOf"][0]).or_else(|| component(property)) {
        return component;
    }
    if property["type"] == "array" {
        return format!("[{}]", promised(&property["items"]));
    }
    match property["format"].as_str() {
        Some(format) => {
            let row = FORMATS.iter().find(|row| row.0 == format);
            row.unwrap_or_else(|| panic!("{format} is in the table"))
                .1
                .to_owned()
        }
        None => property["type"].as_str().expect("a type").to_owned(),
    }
}

/// What a derived property is, by name, and whether it may be null.
fn derived(property: &Value) -> (String, bool) {
    if let Some(either) = property["anyOf"].as_array() {
        assert_eq!(either.len(), 2, "{property}");
        assert_eq!(either[1], json!({ "type": NULL_IS_ABSENT }), "{property}");
        return (derived(&either[0]).0, true);
    }
    if let Some(target) = property["$ref"].as_str() {
        return (target.rsplit('/').next().expect("a name").to_owned(), false);
    }
    let types = match &property["type"] {
        Value::Array(types) => types.clone(),
        other => vec![other.clone()],
    };
    let is_nullable = types.contains(&json!(NULL_IS_ABSENT));
    let sort = types[0].as_str().unwrap_or("any");
    match sort {
        "array" => (format!("[{}]", derived(&property["items"]).0), is_nullable),
        sort => (sort.to_owned(), is_nullable),
    }
}

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn every_component_of_the_specs_is_among_the_types_compared() {
    for service in Service::ALL {
        let spec = spec(*service);
        let components = spec["components"]["schemas"]
            .as_object()
            .expect("components");
        for (component, schema) in components {
            // Any JSON is no type of the spec's own.
            let is_any = schema["type"].is_null();
            let is_known = types::ALL
                .iter()
                .any(|known| known.service == *service && known.component == component);
            assert!(is_any != is_known, "{service} {component}");
        }
    }
}

#[test]
fn the_types_have_the_properties_of_the_specs_and_require_the_same() {
    for made in types::ALL {
        let spec = spec(made.service);
        let promise = &spec["components"]["schemas"][made.component];
        let Some(properties) = promise["properties"].as_object() else {
            continue;
        };
        let schema = (made.schema)();
        let is = format!("{} {}", made.service, made.component);
        assert_eq!(
            names(&promise["required"]),
            names(&schema["required"]),
            "{is}"
        );
        let made = schema["properties"].as_object().expect("properties");
        assert!(
            properties.keys().collect::<BTreeSet<_>>() == made.keys().collect(),
            "{is}"
        );
        for (name, property) in properties {
            let (sort, is_nullable) = derived(&made[name]);
            let expected = match promised(property) {
                // Any JSON needs no name.
                any if any == "Json" && sort == "any" => "any".to_owned(),
                expected => expected,
            };
            assert_eq!(sort, expected, "{is}.{name}");
            let is_required = names(&promise["required"]).contains(name.as_str());
            assert!(is_required || is_nullable || sort == "any", "{is}.{name}");
            assert!(!is_required || !is_nullable, "{is}.{name}");
        }
    }
}

#[test]
fn the_types_of_the_formats_read_what_the_table_says_and_no_more() {
    let mut met = BTreeSet::new();
    for made in types::ALL {
        let spec = spec(made.service);
        let properties = &spec["components"]["schemas"][made.component]["properties"];
        let schema = (made.schema)();
        for property in properties
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, property)| property)
        {
            for (format, name, sorts, reason) in FORMATS {
                if property["format"] == format {
                    assert_eq!(schema["$defs"][name]["type"], json!(sorts), "{reason}");
                    assert!(
                        sorts.contains(&property["type"].as_str().expect("a type"))
                            || property["type"] == "integer"
                    );
                    met.insert(format);
                }
            }
        }
    }
    assert_eq!(met.len(), FORMATS.len(), "each row is needed");
}

#[test]
fn the_enums_know_the_words_of_the_specs() {
    let mut count = 0;
    for made in types::ALL {
        let spec = spec(made.service);
        let promise = &spec["components"]["schemas"][made.component];
        let Some(words) = promise["enum"].as_array() else {
            continue;
        };
        let schema = (made.schema)();
        let words: Vec<&Value> = words.iter().filter(|word| !word.is_null()).collect();
        assert!(
            schema["examples"]
                .as_array()
                .expect("words")
                .iter()
                .eq(words)
        );
        assert_eq!(schema["type"], "string");
        count += 1;
    }
    assert_eq!(count, 6);
}
