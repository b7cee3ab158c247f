use super::*;

#[derive(Debug, serde::Deserialize, PartialEq)]
struct Fill {
    id: String,
    #[serde(default)]
    legs: Vec<Leg>,
    success: Option<bool>,
}

#[derive(Debug, serde::Deserialize, PartialEq)]
struct Leg {
    price: crate::values::Decimal,
}

impl Success for Fill {
    fn says_it_failed(&self) -> bool {
        self.success == Some(false)
    }
}

fn fill(json: &str) -> Result<Box<Fill>, Unusable> {
    decode(
        &HeaderMap::new(),
        &Bytes::copy_from_slice(json.as_bytes()),
        Some("data"),
        None,
    )
}

fn place(json: &str) -> (Option<String>, String) {
    match fill(json) {
        Err(Unusable::Unfit(Kind::Unfit { path, problem })) => (path, problem),
        // No caller expects that.
        other => (None, format!("{json}: {other:?}")),
    }
}

#[test]
fn an_answer_is_read_bare_or_in_its_wrapper() {
    assert_eq!(
        fill(r#"{"id": "a", "success": true}"#).expect("bare").id,
        "a"
    );
    assert_eq!(
        fill(r#"{"success": true, "data": {"id": "a"}}"#)
            .expect("wrapped")
            .id,
        "a"
    );
}

#[test]
fn a_success_without_a_body_is_one_whatever_comes_but_a_refusal() {
    let read = |text: &'static str| decode::<()>(&HeaderMap::new(), &text.into(), None, None);
    for text in [
        "",
        " ",
        "OK",
        "{}",
        r#"{"id": 1}"#,
        "\u{feff}",
        r#"{"success": true}"#,
    ] {
        assert!(read(text).is_ok(), "{text}");
    }
    for text in [r#"{"success": false}"#, r#"{"error": "x"}"#] {
        assert!(matches!(read(text), Err(Unusable::Failed)), "{text}");
    }
    let bytes = Bytes::from_static(&[0xff, 0xfe]);
    assert!(decode::<()>(&HeaderMap::new(), &bytes, None, None).is_ok());
}

#[test]
fn an_array_is_read_bare_or_in_its_wrapper_and_no_object_is_one() {
    fn read<T: Success>(text: &'static str) -> Result<Box<T>, Unusable> {
        decode(&HeaderMap::new(), &text.into(), Some("data"), None)
    }
    for text in [r#"[{"price": 1.50}]"#, r#"{"data": [{"price": 1.50}]}"#] {
        assert_eq!(read::<Vec<Leg>>(text).expect(text).len(), 1);
    }
    for text in ["", "1", "{}", r#"{"price": 1}"#, "[1]", "[", "null"] {
        let read = read::<Vec<Leg>>(text);
        assert!(matches!(read, Err(Unusable::Unfit(_))), "{text}");
    }
    let refusal = read::<Vec<Leg>>(r#"{"error": "x"}"#);
    assert!(matches!(refusal, Err(Unusable::Failed)));
    let map = read::<BTreeMap<String, Leg>>(r#"{"a": {"price": 1}}"#);
    assert_eq!(map.expect("a map").len(), 1);
    assert!(read::<BTreeMap<String, Leg>>("[]").is_err());
}

#[test]
fn a_refusal_is_one_in_any_form() {
    for json in [
        r#"{"success": false, "error": "x"}"#,
        r#"{"id": "a", "success": false}"#,
        r#"{"error": "x"}"#,
        r#"{"data": {"id": "a"}, "success": false}"#,
        r#"{"success": true, "data": {"id": "a", "success": false}}"#,
        r#"{"data": {"success": false, "error": "x"}}"#,
        r#"{"data": {"error": "x"}}"#,
        r#"{"id": "a", "success": true, "error": "x"}"#,
        r#"{"id": "a", "error": "x"}"#,
        r#"{"data": {"id": "a"}, "error": {}}"#,
        r#"{"id": "a", "succes\u0073": false}"#,
        r#"{"id": "a", "err\u006fr": "x"}"#,
    ] {
        assert!(matches!(fill(json), Err(Unusable::Failed)), "{json}");
    }
}

#[test]
fn what_says_twice_whether_it_failed_is_no_success() {
    for json in [
        r#"{"id": "a", "success": true, "success": true}"#,
        r#"{"id": "a", "success": false, "success": true}"#,
        r#"{"id": "a", "success": true, "succes\u0073": true}"#,
        r#"{"id": "a", "error": null, "error": null}"#,
        r#"{"id": "a", "error": null, "err\u006fr": "x"}"#,
    ] {
        assert!(place(json).1.contains("duplicate field"), "{json}");
        assert!(refuses(json, None).is_err(), "{json}");
    }
    for (json, is) in [
        (r#"{"success": true}"#, false),
        (r#"{"success" : true, "x": "success"}"#, false),
        (r#"{"success":null,"error":null}"#, false),
        (r#"{"x": {"success": false, "error": "x"}}"#, false),
        (r#"[{"success": false}]"#, false),
        (r#"{"success":false}"#, true),
        (r#"{"error":{}}"#, true),
    ] {
        assert_eq!(refuses(json, None).expect(json), is, "{json}");
    }
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    assert_eq!(
        place(r#"{"id": "a", "legs": [{"price": 1}, {"price": "x"}]}"#)
            .0
            .as_deref(),
        Some("legs[1].price")
    );
    assert!(
        place(r#"{"id": "a", "id": "b"}"#)
            .1
            .contains("duplicate field")
    );
    assert!(place(r#"{"legs": []}"#).1.contains("missing field `id`"));
    assert!(
        place(r#"{"data": {"legs": []}}"#)
            .1
            .contains("missing field `id`")
    );
    assert!(place(r#"{"id": "\ud800"}"#).1.contains("not valid JSON"));
    assert_eq!(place(r#"{"id": "a""#).1, "it ends in the middle");
    for json in ["", " ", "[]", "null", "5", "\u{feff}{}", "{} {}", "oops"] {
        assert!(matches!(fill(json), Err(Unusable::Unfit(_))), "{json}");
    }
}

#[test]
fn depth_and_encoding_are_checked_in_members_nobody_knows() {
    let nested = |depth: usize| {
        format!(
            r#"{{"id": "]}}", "x": {}{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert!(fill(&nested(127)).is_ok());
    assert!(place(&nested(128)).1.contains("nests deeper"));
    assert!(place(&nested(100_000)).1.contains("nests deeper"));
    let hidden = format!(
        r#"{{"id": "a", "x": ["]]]]\"]{{", {}]}}"#,
        "[],".repeat(200) + "[]"
    );
    assert!(fill(&hidden).is_ok());
    let body = Bytes::from_static(b"{\"id\": \"a\", \"x\": \"\xff\"}");
    assert!(decode::<Fill>(&HeaderMap::new(), &body, None, None).is_err());
}

#[test]
fn unknown_members_are_found_with_their_exact_text() {
    let json =
        r#"{"id": "a", "venue": {"n": 1.10}, "legs": [{"price": 1}, {"price": 2, "fee": 0.30}]}"#;
    let found = unknown_members::<Fill>(json.as_bytes(), None);
    let found: Vec<_> = found
        .iter()
        .map(|m| (m.path.as_str(), m.json.as_str()))
        .collect();
    assert_eq!(
        found,
        [("venue", r#"{"n": 1.10}"#), ("legs[1].fee", "0.30")]
    );
    let wrapped = unknown_members::<Fill>(br#"{"data": {"id": "a", "x": 1}}"#, Some("data"));
    assert_eq!(wrapped[0].path, "x");
    let beside = br#"{"success": true, "warning": "w", "data": {"id": "a"}}"#;
    let beside = unknown_members::<Fill>(beside, Some("data"));
    assert_eq!(
        (beside[0].path.as_str(), beside[0].json.as_str()),
        ("warning", "\"w\"")
    );
}

#[test]
fn json_must_say_that_it_is() {
    let body = Bytes::from_static(br#"{"id": "a"}"#);
    for (content_type, fits) in [
        ("application/json", true),
        ("Application/JSON; charset=utf-8", true),
        ("application/problem+json", true),
        ("text/html", false),
        ("", false),
    ] {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().expect("ascii"))]);
        assert_eq!(
            decode::<Fill>(&headers, &body, None, None).is_ok(),
            fits,
            "{content_type}"
        );
    }
}
