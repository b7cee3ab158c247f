//! The four forms of an answer.

use serde_json::Value;

use super::{FILL, FILLS, answering, json, run, simulator};

const LIST: [&str; 2] = ["list", "crosstrade:Sim101"];

/// Digits that a float would lose, and texts that would act on a terminal.
const HOSTILE: &str = "{\"executions\": [ {\"id\": \"a1\",\n \"instrument\": \"ES \\u001b[2J\\tx\", \"name\": \"\u{202e}gpj\",\n \
    \"quantity\": 1.0, \"price\": 5804.500000000000000000000001, \"orderId\": \"o 1\", \"commission\": \"0.00\",\n \
    \"epoch\": 1727399378373, \"new\": {\"b\": [1e400, { }]}} ], \"success\": true}";

#[tokio::test]
async fn a_piped_list_is_complete_and_tab_separated() {
    let (_simulator, variables) = simulator().await;
    let ended = run(
        &variables,
        &["list", "crosstrade:Sim101", "--lookback", "15m"],
    )
    .await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let rows: Vec<Vec<&str>> = ended
        .out
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    let names = [
        "time",
        "instrument",
        "side",
        "name",
        "quantity",
        "price",
        "commission",
        "order",
        "id",
        "reference",
    ];
    assert_eq!(rows[0], names);
    assert!(rows.len() > 5, "{}", ended.out);
    for row in &rows[1..] {
        assert_eq!(row.len(), names.len(), "{row:?}");
        assert!(row[0].parse::<jiff::Timestamp>().is_ok(), "{row:?}");
        assert_eq!(row[9], format!("crosstrade:Sim101/{}", row[8]));
    }
}

#[tokio::test]
async fn a_piped_execution_is_a_line_a_fact_with_all_that_came() {
    let (_simulator, variables) = simulator().await;
    let ended = run(&variables, &["get", FILL]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    for fact in [
        &format!("reference\t{FILL}"),
        "state\tsucceeded",
        "started\t2024-09-27T01:09:38.373Z",
        "about\tES 12-25",
        "raw.price\t5804.5",
        "raw.commission\t0.00",
        "raw.isLastExit\ttrue",
    ] {
        assert!(
            ended.out.lines().any(|line| line == fact),
            "{fact}: {}",
            ended.out
        );
    }
}

#[tokio::test]
async fn what_could_act_on_a_terminal_is_escaped_in_tables_alone() {
    let (_server, variables) = answering(json(HOSTILE)).await;
    let table = run(&variables, &LIST).await;
    assert_eq!(
        table.out.lines().nth(1),
        Some(
            "2024-09-27T01:09:38.373Z\tES \\u{1b}[2J\\tx\t\t\\u{202e}gpj\t1.0\t5804.500000000000000000000001\t0.00\to 1\ta1\tcrosstrade:Sim101/a1"
        )
    );
    for form in ["json", "ndjson", "raw"] {
        let ended = run(&variables, &[LIST[0], LIST[1], "-o", form]).await;
        assert!(ended.out.contains("ES \\u001b[2J\\tx"), "{}", ended.out);
        assert!(ended.out.contains("\"\u{202e}gpj\""), "{}", ended.out);
    }
}

#[tokio::test]
async fn a_list_in_json_is_an_array_of_neutral_views_with_every_digit() {
    let (_server, variables) = answering(json(HOSTILE)).await;
    let ended = run(&variables, &[LIST[0], LIST[1], "-o", "json"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    for text in [
        "5804.500000000000000000000001",
        "1e400",
        "\"quantity\": 1.0,",
        "\"commission\": \"0.00\"",
    ] {
        assert!(ended.out.contains(text), "{text}: {}", ended.out);
    }
    let fills: Vec<executions::Execution> =
        serde_json::from_str(&ended.out).expect("neutral views");
    assert_eq!(fills.len(), 1);
    assert_eq!(fills[0].reference.to_string(), "crosstrade:Sim101/a1");
}

#[tokio::test]
async fn ndjson_is_one_line_an_execution_whatever_line_ends_came() {
    let (_server, variables) = answering(json(HOSTILE)).await;
    let ended = run(&variables, &[LIST[0], LIST[1], "-o", "ndjson"]).await;
    assert_eq!(ended.out.lines().count(), 1);
    assert!(
        ended
            .out
            .contains("\"price\":5804.500000000000000000000001,"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.ends_with("\"new\":{\"b\":[1e400,{}]}}}\n"),
        "{}",
        ended.out
    );

    let (_simulator, variables) = simulator().await;
    let ended = run(
        &variables,
        &[
            "list",
            "crosstrade:Sim101",
            "--lookback",
            "900s",
            "-o",
            "ndjson",
        ],
    )
    .await;
    assert!(ended.out.lines().count() > 4);
    for line in ended.out.lines() {
        serde_json::from_str::<executions::Execution>(line).expect("a neutral view");
    }
}

#[tokio::test]
async fn raw_is_the_bytes_that_came_and_nothing_else() {
    for (body, arguments) in [
        (FILLS, ["list", "crosstrade:Sim101", "-o", "raw"]),
        (HOSTILE, ["list", "crosstrade:Sim101", "-o", "raw"]),
        (
            include_str!("../../data/crosstrade-execution.json"),
            ["get", FILL, "-o", "raw"],
        ),
    ] {
        let (_server, variables) = answering(json(body)).await;
        let ended = run(&variables, &arguments).await;
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
        assert_eq!(ended.bytes, body.as_bytes());
    }
}

#[tokio::test]
async fn an_empty_list_is_a_success_and_says_so_in_words() {
    let (_server, variables) = answering(json(
        r#"{"executions": [], "success": true, "warning": "slow\u001b"}"#,
    ))
    .await;
    let table = run(&variables, &LIST).await;
    assert_eq!((table.code, table.out.lines().count()), (Some(0), 1));
    assert!(table.err.contains("--lookback"), "{}", table.err);
    assert!(
        table.err.contains("CrossTrade warns: slow\\u{1b}"),
        "{}",
        table.err
    );
    for (form, text) in [("json", "[]\n"), ("ndjson", "")] {
        let ended = run(&variables, &[LIST[0], LIST[1], "-o", form]).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(0), text));
    }
}

#[tokio::test]
async fn every_service_prints_in_every_form() {
    let (simulator, variables) = simulator().await;
    for reference in simulator.references() {
        for form in ["table", "json", "ndjson", "raw"] {
            let ended = run(&variables, &["get", &reference, "--output", form]).await;
            assert_eq!(
                (ended.code, ended.err.as_str()),
                (Some(0), ""),
                "{reference} {form}"
            );
            assert!(ended.out.len() > 100, "{reference} {form}: {}", ended.out);
        }
    }
}

#[tokio::test]
async fn the_schema_describes_what_json_prints() {
    let schema = run(&Vec::new(), &["schema"]).await;
    assert_eq!((schema.code, schema.err.as_str()), (Some(0), ""));
    let schema: Value = serde_json::from_str(&schema.out).expect("JSON");
    let (_simulator, variables) = simulator().await;
    let view = run(&variables, &["get", FILL, "-o", "json"]).await;
    let view: Value = serde_json::from_str(&view.out).expect("JSON");
    let names = |value: &Value| -> Vec<String> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(names(&view), names(&schema["properties"]));
    for name in schema["required"].as_array().expect("an array") {
        assert!(!view[name.as_str().expect("a name")].is_null(), "{name}");
    }
}

#[tokio::test]
async fn the_schema_of_any_type_is_printed_and_an_unknown_name_gets_the_known_ones() {
    for name in executions::schemas::names() {
        let schema = run(&Vec::new(), &["schema", "--type", name]).await;
        assert_eq!((schema.code, schema.err.as_str()), (Some(0), ""), "{name}");
        let schema: Value = serde_json::from_str(&schema.out).expect("JSON");
        let (_, title) = name.split_once('.').expect("a service and a type");
        assert_eq!(schema["title"], title, "{name}");
    }
    let unknown = run(&Vec::new(), &["schema", "--type", "crosstrade.Fill"]).await;
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(2), ""));
    for name in ["crosstrade.Execution", "b3os.Event"] {
        assert!(unknown.err.contains(name), "{}", unknown.err);
    }
}
