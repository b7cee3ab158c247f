//! The dialect takes these, and makes this of them.

use executions_spec::Spec;

use super::{DESK, changed, generate};

/// The spec of the desk as Rust, without white space.
fn desk(yaml: &str) -> String {
    let rust = Spec::read("desk", yaml).and_then(|spec| spec.to_rust());
    rust.unwrap().split_whitespace().collect()
}

/// The schema of a parameter, and the type it has in Rust; `T` for one of the module's own.
#[rustfmt::skip] // A row a case.
const PARAMETERS: &[(&str, &str)] = &[
    ("type: string", "&'astr"),
    ("type: boolean", "bool"),
    ("type: integer", "i64"),
    ("{type: integer, minimum: 0}", "u64"),
    ("{type: integer, format: decimal}", "&'acrate::values::Decimal"),
    ("{type: number, format: decimal}", "&'acrate::values::Decimal"),
    ("{type: string, format: decimal}", "&'acrate::values::Decimal"),
    ("{type: string, format: id}", "&'acrate::values::Id"),
    ("{type: string, format: date-time}", "&'acrate::values::DateTime"),
    ("{type: string, format: local-date-time}", "&'acrate::values::LocalDateTime"),
    ("{type: number, format: epoch-seconds}", "&'acrate::values::EpochSeconds"),
    ("{type: string, enum: [a, b]}", "&'acrate::generated::echo::types::GetEchoLoud"),
    ("$ref: '#/components/schemas/Mood'", "&'acrate::generated::echo::types::Mood"),
];

#[test]
fn parameters_are_plain_values_and_enums_wherever_they_are_sent() {
    for (schema, rust) in PARAMETERS {
        let schema = schema.trim_matches(['{', '}']);
        for (location, kind) in [
            ("query", ""),
            ("header", ""),
            ("path", ""),
            ("query", "array"),
        ] {
            let (schema, rust) = match kind {
                "array" if schema.contains("minimum") => continue,
                "array" => {
                    let rust = rust.replace("&'astr", "::std::string::String");
                    let rust = rust.trim_start_matches("&'a");
                    let schema = format!("{{type: array, items: {{{schema}}}}}");
                    (schema, format!("&'a::std::vec::Vec<{rust}>"))
                }
                _ => (format!("{{{schema}}}"), (*rust).to_owned()),
            };
            let mut yaml = changed(
                "          in: query\n          description: Whether to shout.\n          schema:\n            type: boolean\n",
                &format!(
                    "          in: {location}\n          description: A.\n          required: {}\n          schema: {schema}\n",
                    location == "path"
                ),
            );
            if location == "path" {
                yaml = yaml.replace("/echo/{word}:", "/echo/{word}/{loud}:");
            }
            let made = generate("echo", &yaml).unwrap_or_else(|it| panic!("{schema}: {it:?}"));
            let made = prettyplease::unparse(&made);
            let made: String = made.split_whitespace().collect();
            let field = match location {
                "path" => format!("publoud:{rust},"),
                _ => format!("pubfnloud(mutself,loud:Option<{rust}>"),
            };
            let made = made.replace(",)", ")");
            assert!(made.contains(&field), "{schema} in {location}: {field}");
        }
    }
}

#[test]
fn each_method_of_a_path_is_an_operation_with_its_effect() {
    let made = desk(DESK);
    for operation in [
        "LIST_ORDERS:Operation=Operation{id:\"list_orders\",effect:Effect::Read,rpc:None,}",
        "PLACE_ORDER:Operation=Operation{id:\"place_order\",effect:Effect::Write{refuses_before:&[401u16,403u16,404u16,422u16,429u16],},rpc:Some(\"PlaceOrder\"),}",
        "CANCEL_ALL:Operation=Operation{id:\"cancel_all\",effect:Effect::Write{refuses_before:&[],},rpc:None,}",
        "SEARCH_ORDERS:Operation=Operation{id:\"search_orders\",effect:Effect::Read,rpc:None,}",
    ] {
        assert!(made.contains(operation), "{operation}");
    }
    for call in [".get(url)", ".post(url)", ".delete(url)"] {
        assert!(made.contains(call), "{call}");
    }
}

#[test]
fn what_is_sent_can_be_made_and_what_is_answered_may_grow() {
    let made = desk(DESK);
    let attributes = |name: &str| {
        let end = made.find(&format!("pubstruct{name}{{")).expect(name);
        let begin = made[..end].rfind("#[derive(").unwrap();
        made[begin..end].to_owned()
    };
    for sent in ["NewOrder", "Bracket", "Leg", "Filter"] {
        assert!(!attributes(sent).contains("non_exhaustive"), "{sent}");
    }
    assert!(attributes("Order").contains("non_exhaustive"));
    for (name, has_default) in [("NewOrder", false), ("Filter", true), ("Bracket", true)] {
        assert_eq!(
            attributes(name).contains(",Default,"),
            has_default,
            "{name}"
        );
    }
    let (_, filter) = made.split_once("pubstructFilter{").unwrap();
    let (filter, _) = filter.split_once('}').unwrap();
    assert_eq!(filter.matches("skip_serializing_if").count(), 2, "{filter}");
    assert!(made.contains("pubstructPlaceOrder<'a>{pubbody:&'atypes::NewOrder,}"));
    // Once nothing sends it any more, it may grow too.
    let unsent = DESK.replace(
        "'#/components/schemas/NewOrder'}}}",
        "'#/components/schemas/Leg'}}}",
    );
    assert!(desk(&unsent).contains("#[non_exhaustive]pubstructNewOrder{"));
}

#[test]
fn arrays_and_maps_have_names_and_a_success_may_have_no_body() {
    let made = desk(DESK);
    for part in [
        "pubtypeLegs=::std::vec::Vec<Leg>;",
        "pubtypeFees=::std::collections::BTreeMap<::std::string::String,crate::values::Decimal",
        "pubtypeBook=::std::collections::BTreeMap<::std::string::String,Orders>;",
        "pubtypeListOrdersResponse=::std::vec::Vec<Order>;",
        "publabels:::std::option::Option<::std::collections::BTreeMap<::std::string::String,::std::string::String",
        "Request<crate::generated::desk::types::ListOrdersResponse",
        "Request<crate::generated::desk::types::Book",
        "pubfnbuild(self)->Result<crate::transport::request::Request<()>,Error<()>>",
    ] {
        assert!(made.replace("(self,)", "(self)").contains(part), "{part}");
    }
}

#[test]
fn what_stands_inline_must_not_have_the_name_of_a_component() {
    for (name, find) in [
        (
            "ListOrdersResponse",
            "type: array, items: {$ref: '#/components/schemas/Order'}",
        ),
        ("ListOrdersOrder", "type: string, enum: [newest"),
    ] {
        let component = format!("  schemas:\n    {name}: {{description: Any JSON.}}\n");
        let yaml = DESK.replacen("  schemas:\n", &component, 1);
        let problems = generate("desk", &yaml).unwrap_err();
        let line = DESK.lines().position(|line| line.contains(find)).unwrap() as u64 + 1;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].at.line == line && problems[0].text.contains(name),
            "{problems:?}"
        );
    }
}
