//! Every example in the specs: it validates, decodes and encodes back, and the checks have nothing to say of it.

use executions::Service;
use executions::contract::{Contract, Rule};
use executions::serde_json::Value;

use super::oracle::Oracle;
use super::tree::Tree;
use super::{check, spec, types};

/// A payload in a spec.
#[derive(Clone, Debug)]
pub struct Example {
    pub service: Service,
    pub operation: String,
    pub status: u16,
    pub name: String,
    /// The component that it is.
    pub component: String,
    pub payload: Tree,
}

impl Example {
    pub fn json(&self) -> String {
        self.payload.write()
    }
}

/// All of them, those of errors too.
pub fn all() -> Vec<Example> {
    let mut examples = Vec::new();
    for service in Service::ALL {
        let spec = Tree::read(spec(*service));
        let paths = spec.get("paths").expect("paths");
        for (_, path) in paths.members() {
            let get = path.get("get").expect("an operation");
            let operation = get.get("operationId").and_then(Tree::text).expect("a name");
            for (status, response) in get.get("responses").expect("responses").members() {
                let status = status.replace("XX", "00").parse().expect("a status");
                examples.extend(of_response(&spec, response).into_iter().map(
                    |(name, component, payload)| Example {
                        service: *service,
                        operation: operation.clone(),
                        status,
                        name,
                        component,
                        payload,
                    },
                ));
            }
        }
    }
    examples
}

/// The successes that are no refusals.
pub fn successes() -> Vec<Example> {
    let mut examples = all();
    examples.retain(|example| example.status == 200 && example.name != "failed");
    examples
}

fn of_response(spec: &Tree, response: &Tree) -> Vec<(String, String, Tree)> {
    let reference = |tree: &Tree| {
        let target = tree.get("$ref").and_then(Tree::text)?;
        Some(target.rsplit('/').next().expect("a name").to_owned())
    };
    let components = spec.get("components").expect("components");
    let response = match reference(response) {
        Some(name) => components
            .get("responses")
            .and_then(|all| all.get(&name))
            .expect("a response"),
        None => response,
    };
    let content = response
        .get("content")
        .and_then(|content| content.get("application/json"));
    let Some(content) = content else {
        return Vec::new();
    };
    let component = content
        .get("schema")
        .and_then(reference)
        .expect("a component");
    let examples = content.get("examples").map_or(&[][..], Tree::members);
    examples
        .iter()
        .map(|(name, example)| {
            let payload = example.get("value").expect("a value").clone();
            (name.clone(), component.clone(), payload)
        })
        .collect()
}

#[test]
fn every_operation_has_an_example_of_its_success() {
    let examples = successes();
    for service in Service::ALL {
        for operation in Contract::of(*service).operations() {
            let is_of =
                |example: &&Example| example.service == *service && example.operation == operation;
            assert!(
                examples.iter().any(|example| is_of(&example)),
                "{service} {operation}"
            );
        }
    }
    assert!(
        all().len() > examples.len() + 10,
        "the errors are there too"
    );
}

#[test]
fn every_example_validates_against_its_schema() {
    for service in Service::ALL {
        for example in all().iter().filter(|example| example.service == *service) {
            let value: Value = example.json().parse().expect("JSON");
            let problems = Oracle::problems(*service, &example.component, &value);
            assert!(
                problems.is_empty(),
                "{service} {}: {problems:?}",
                example.name
            );
        }
    }
}

#[test]
fn every_example_comes_back_from_its_type_with_every_member_and_digit() {
    for example in all() {
        let reread = types::of(example.service, &example.component).reread;
        let back =
            reread(&example.json()).unwrap_or_else(|error| panic!("{}: {error}", example.name));
        // An optional member that is null is read as one that is not there.
        let (came, back) = (example.payload.canonical(), Tree::read(&back).canonical());
        assert_eq!(came, back, "{} {}", example.service, example.name);
    }
}

#[test]
fn the_checks_find_nothing_in_any_example() {
    for example in all() {
        let Example {
            service,
            operation,
            status,
            name,
            ..
        } = &example;
        let verdict = check(*service, operation, *status, &example.json());
        let rules: Vec<Rule> = verdict
            .findings()
            .iter()
            .map(|finding| finding.rule)
            .collect();
        match name.as_str() {
            // A refusal in a 200, in the envelope of the vendor's introduction.
            "failed" => assert_eq!(rules, [Rule::Refused]),
            _ => assert!(
                rules.is_empty(),
                "{service} {operation} {status} {name}:\n{verdict}"
            ),
        }
    }
}
