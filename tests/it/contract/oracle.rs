//! The specs' schemas as another library reads them, which knows nothing of the clients.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use executions::Service;
use executions::serde_json::{self, Value, json};
use jsonschema::Validator;

use super::spec;

/// The specs as JSON Schema sees them.
pub struct Oracle;

type Validators = HashMap<(Service, String), Arc<Validator>>;

impl Oracle {
    pub fn problems(service: Service, component: &str, value: &Value) -> Vec<String> {
        static VALIDATORS: LazyLock<Mutex<Validators>> = LazyLock::new(Mutex::default);
        let mut validators = VALIDATORS.lock().expect("nobody panics with it");
        let validator = validators.entry((service, component.to_owned()));
        let validator =
            Arc::clone(validator.or_insert_with(|| Arc::new(validator_of(service, component))));
        drop(validators);
        let errors = validator.iter_errors(value);
        errors
            .map(|error| format!("{component}{}: {error}", error.instance_path()))
            .collect()
    }

    pub fn accepts(service: Service, component: &str, value: &Value) -> bool {
        Self::problems(service, component, value).is_empty()
    }
}

fn validator_of(service: Service, component: &str) -> Validator {
    let spec: Value = serde_json::from_str(spec(service)).expect("JSON");
    let schema = json!({
        "$ref": format!("#/components/schemas/{component}"),
        "components": { "schemas": rewritten(&spec["components"]["schemas"]) },
    });
    jsonschema::options()
        .with_format("decimal", is_decimal)
        .with_format("local-date-time", is_local)
        // Of the vendors' texts that say an instant, some do not have its form: see the specs.
        .with_format("maybe-date-time", |_: &str| true)
        .with_format("id", |_: &str| true)
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
}

/// OpenAPI 3.0 as JSON Schema: what is `nullable` may be null.
fn rewritten(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(rewritten).collect(),
        Value::Object(members) => {
            let mut members: serde_json::Map<String, Value> = members
                .iter()
                .map(|(name, value)| (name.clone(), rewritten(value)))
                .collect();
            if members.remove("nullable") == Some(json!(true)) {
                let sort = members["type"].take();
                members["type"] = json!([sort, "null"]);
            }
            Value::Object(members)
        }
        other => other.clone(),
    }
}

/// By JSON's own grammar.
fn is_decimal(text: &str) -> bool {
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    is_number
        && !text.contains(char::is_whitespace)
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// `2025-09-26T18:09:38.3736787`, by its characters.
fn is_local(text: &str) -> bool {
    let (seconds, fraction) = text.split_at_checked(19).unwrap_or((text, ""));
    let form = "dddd-dd-ddTdd:dd:dd".chars();
    let fits = |(form, c): (char, char)| match form {
        'd' => c.is_ascii_digit(),
        other => c == other,
    };
    let digits = fraction.strip_prefix('.');
    seconds.len() == 19
        && form.zip(seconds.chars()).all(fits)
        && (fraction.is_empty()
            || digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit())))
}
