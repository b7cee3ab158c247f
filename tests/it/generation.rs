//! From a spec to a client: what is wrong with a spec is said with its place, and what is right compiles.

pub mod scratch;

use std::ffi::OsStr;
use std::path::Path;

use executions_spec::{Problem, Spec};

const SPECS: [(&str, &str); 4] = [
    ("b3os", include_str!("../../specs/b3os.yaml")),
    ("crosstrade", include_str!("../../specs/crosstrade.yaml")),
    ("hummingbot", include_str!("../../specs/hummingbot.yaml")),
    ("refold", include_str!("../../specs/refold.yaml")),
];

/// What `build.rs` makes of a spec.
fn generate(service: &str, yaml: &str) -> Result<(Spec, String), Vec<Problem>> {
    let spec = Spec::read(service, yaml)?;
    let module = spec.to_rust()?;
    Ok((spec, module))
}

pub fn module(service: &str, yaml: &str) -> String {
    match generate(service, yaml) {
        Ok((_, module)) => module,
        Err(problems) => panic!("{service}: {problems:#?}"),
    }
}

/// The module, where `build.rs` takes the spec.
pub fn accepted(service: &str, yaml: &str) -> Option<String> {
    Some(generate(service, yaml).ok()?.1)
}

/// A spec as the library has it in itself: JSON, members and digits as in its file.
pub fn json(service: &str) -> String {
    let spec = Spec::read(service, spec(service));
    spec.expect(service).to_json()
}

fn spec(service: &str) -> &'static str {
    SPECS.iter().find(|(name, _)| *name == service).unwrap().1
}

#[test]
fn every_object_and_enum_of_the_specs_becomes_a_documented_type() {
    for (service, yaml) in SPECS {
        let module = module(service, yaml);
        let file: syn::File = syn::parse_str(&module).unwrap();
        let types = file.items.iter().find_map(|item| match item {
            syn::Item::Mod(types) if types.ident == "types" => types.content.as_ref(),
            _ => None,
        });
        for item in &types.unwrap().1 {
            let syn::Item::Struct(made) = item else {
                continue;
            };
            let attributes = |attributes: &[syn::Attribute], name| {
                attributes
                    .iter()
                    .any(|attribute| attribute.path().is_ident(name))
            };
            assert!(
                attributes(&made.attrs, "non_exhaustive"),
                "{service} {}",
                made.ident
            );
            assert!(attributes(&made.attrs, "doc"), "{service} {}", made.ident);
            for field in &made.fields {
                let name = field.ident.as_ref().unwrap();
                assert!(
                    attributes(&field.attrs, "doc"),
                    "{service} {}.{name}",
                    made.ident
                );
            }
        }
    }
}

#[test]
fn no_number_goes_through_floating_point() {
    for (service, yaml) in SPECS {
        let module = module(service, yaml);
        assert!(
            !module.contains("f64") && !module.contains("f32"),
            "{service}"
        );
    }
}

#[test]
fn a_method_builds_its_request_and_says_what_its_success_is() {
    let module = module("refold", spec("refold"));
    let flat: String = module.split_whitespace().collect();
    assert!(flat.contains(
        "pubfnbuild(self,)->Result<crate::transport::request::Request<types::Execution>,Error<()>>"
    ));
    assert!(!flat.contains("async") && !flat.contains(".await") && !flat.contains("from_response"));
}

#[test]
fn a_member_is_read_under_its_other_names_and_keeps_its_type() {
    let module = module("refold", spec("refold"));
    let (_, execution) = module.split_once("pub struct Execution {").unwrap();
    let (before, after) = execution.split_once("#[serde(alias = \"_id_\")]").unwrap();
    assert!(
        before.ends_with("skip_serializing_if = \"::std::option::Option::is_none\")]\n        ")
    );
    let field = "pub id: ::std::option::Option<crate::values::Id>";
    assert!(after.trim_start().starts_with(field));
}

#[test]
fn bounds_and_ways_to_sign_become_constants() {
    let flat = |service| {
        module(service, spec(service))
            .split_whitespace()
            .collect::<String>()
    };
    let bound =
        "pubconstLIST_EXECUTIONS_LOOKBACK_TIME:std::ops::RangeInclusive<u64>=1u64..=900u64;";
    assert!(flat("crosstrade").contains(bound));
    assert!(flat("crosstrade").contains(
        "pubconstTOKEN:crate::transport::auth::Scheme=crate::transport::auth::Scheme::Bearer;"
    ));
    assert!(flat("crosstrade").contains("wrapper:Some(\"data\")"));
    assert!(flat("hummingbot").contains(
        "pubconstBASIC:crate::transport::auth::Scheme=crate::transport::auth::Scheme::Basic;"
    ));
    assert!(flat("refold").contains("API_KEY:crate::transport::auth::Scheme=crate::transport::auth::Scheme::Header(\"x-api-key\",);"));
    assert!(flat("refold").contains("wrapper:None"));
}

#[test]
fn what_must_be_given_is_a_field_and_what_may_be_given_a_setter() {
    let flat = |service| {
        let module = module(service, spec(service));
        module.split_whitespace().collect::<String>()
    };
    let crosstrade = flat("crosstrade");
    assert!(crosstrade.contains("pubstructListExecutions<'a>{pubaccount:&'astr,}"));
    assert!(crosstrade.contains("pubfnlookback_time(mutself,lookback_time:Option<u64>)->Self"));
    let get = "pubstructGetExecution<'a>{pubaccount:&'astr,pubexecution_id:&'astr,}";
    assert!(crosstrade.contains(get));
    assert!(flat("hummingbot").contains("pubstructGetExecutor<'a>{pubexecutor_id:&'astr,}"));
    assert!(flat("b3os").contains("pubfnx_org_id(mutself,x_org_id:Option<&'astr>)->Self"));
    let refold = "pubfnlinked_account_id(mutself,linked_account_id:Option<&'astr>)->Self";
    assert!(flat("refold").contains(refold));
}

#[test]
fn the_spec_as_json_keeps_members_in_order_and_digits_as_spelt() {
    let example = "              value: {\"error\": \"Invalid request\"}";
    let value = "              value: {z: 1.0, a: 0.0, m: 1.50, b: 123456789012345678901234567890, e: 1e3, n: no, q: \"0.00\"}";
    let yaml = spec("crosstrade").replacen(example, value, 1);
    let json = Spec::read("crosstrade", &yaml).unwrap().to_json();
    let expected = r#""value":{"z":1.0,"a":0.0,"m":1.50,"b":123456789012345678901234567890,"e":1e3,"n":"no","q":"0.00"}"#;
    assert!(json.contains(expected), "{json}");
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
}

#[test]
fn a_users_folder_replaces_specs_of_the_same_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("refold.yaml"), "").unwrap();
    std::fs::write(folder.path().join("other.yaml"), "").unwrap();
    std::fs::write(folder.path().join("b3os.yml"), "").unwrap();
    std::fs::write(folder.path().join("README.md"), "").unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");

    let (specs, mut problems) = executions_spec::files::find(&own, Some(folder.path().as_os_str()));
    let found: Vec<_> = specs.iter().map(|spec| spec.label.clone()).collect();
    let refold = folder.path().join("refold.yaml").display().to_string();
    assert_eq!(
        found,
        [
            "specs/b3os.yaml",
            "specs/crosstrade.yaml",
            "specs/hummingbot.yaml",
            &refold
        ]
    );
    problems.sort();
    let starts = [
        format!("{}:1:1: ", folder.path().join("b3os.yml").display()),
        format!("{}:1:1: ", folder.path().join("other.yaml").display()),
    ];
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(
        problems
            .iter()
            .zip(&starts)
            .all(|(problem, start)| problem.starts_with(start)),
        "{problems:?}"
    );

    for (folder, says) in [
        ("specs", "relative = true"),
        ("/no/such/folder", "cannot be read"),
    ] {
        let (_, problems) = executions_spec::files::find(&own, Some(OsStr::new(folder)));
        assert!(
            problems.len() == 1 && problems[0].contains(says),
            "{problems:?}"
        );
    }
    let (specs, problems) = executions_spec::files::find(&own, None);
    assert!(specs.len() == 4 && problems.is_empty());
}
