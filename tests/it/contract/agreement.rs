//! Four judges on the same bytes: the generated types, the spec's schema as another library reads it, `serde_json::Value`, and
//! the checks. Where they do not agree, the difference is one of [`Difference`] and has its reason there.

use std::collections::BTreeSet;

use executions::Service;
use executions::bytes::Bytes;
use executions::contract::{Contract, Finding, Grade, Rule, Verdict};
use executions::jiff::Timestamp;
use executions::serde_json::{self, Value};
use proptest::prelude::*;

use super::examples::{Example, successes};
use super::oracle::Oracle;
use super::tree::Tree;
use super::{check, types};

/// Every way in which the judges are meant to differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// The schema refuses an unlisted word; the types keep it, so that a service can add one. Drift.
    NewWord,
    /// The schema refuses a null that it does not mention; the types read an optional member as if it were not there. Drift.
    Null,
    /// The schema refuses a number as text, an amount as number, an id as integer, a time as number, a whole number with a
    /// fraction; the types read them, as services mix them. Drift.
    OtherForm,
    /// The schema refuses a text that is no time; the types keep the text, since a fill without its time is still a fill. Drift,
    /// and `breaks` where it is a time that means another instant.
    NoTime,
    /// A time in another unit is a number as good as any to the types and the schema. Breaks, or drift where it is no time.
    OtherTime,
    /// Schemas allow members that they do not name, and so do the types. Drift.
    NewMember,
    /// Schemas and `Value` never see the second of two members of a name; the types refuse it, as nobody knows which one is
    /// meant. Breaks, or drift where nobody reads it.
    Twice,
    /// `Value` and so the schema cannot be asked about a number that no f64 holds; the types keep its digits.
    HugeNumber,
    /// `Value` rounds to an f64, so that a schema sees an integer where the digits have a fraction. Drift.
    LostDigits,
    /// `Value` refuses text with half a surrogate pair even where no type looks: in members that nobody knows or that are any JSON.
    HalfPair,
    /// What nests too deep is refused by the transport and by `Value`, and may be free JSON to a type.
    Depth,
    /// To serde an array is an object by the order of its members. The checks say that it is none.
    ArrayAsObject,
    /// Where no member is required, anything fits type and schema; the client wants some of what it asked for. Breaks.
    Blank,
    /// What says `success: false` is a refusal, whatever else is in it. A note.
    Refusal,
}

use Difference as D;

const ALL: [Difference; 14] = [
    D::NewWord,
    D::Null,
    D::OtherForm,
    D::NoTime,
    D::OtherTime,
    D::NewMember,
    D::Twice,
    D::HugeNumber,
    D::LostDigits,
    D::HalfPair,
    D::Depth,
    D::ArrayAsObject,
    D::Blank,
    D::Refusal,
];

/// What the four say of a text; `None` of the schema where there is no value to show it.
struct Said {
    types: bool,
    value: bool,
    schema: Option<bool>,
    checks: Verdict,
}

impl Said {
    fn on(example: &Example, text: &str) -> Self {
        let value: Option<Value> = serde_json::from_str(text).ok();
        Self {
            types: (types::of(example.service, &example.component).reread)(text).is_ok(),
            value: value.is_some(),
            schema: value.map(|value| Oracle::accepts(example.service, &example.component, &value)),
            checks: check(example.service, &example.operation, 200, text),
        }
    }

    /// The differences that explain what the four say, or what is not explained.
    fn differences(&self, text: &str) -> Result<BTreeSet<Difference>, String> {
        let findings = self.checks.findings();
        if findings.iter().any(|finding| finding.rule == Rule::Refused) {
            return Ok(BTreeSet::from([D::Refusal]));
        }
        let mut seen: BTreeSet<Difference> = BTreeSet::new();
        let breaks = self.checks.is_broken();
        let drifts = self.checks.grade() >= Some(Grade::Drift);
        if !self.types && !breaks {
            return Err("the types refuse it and no check says that it breaks".to_owned());
        }
        for finding in findings
            .iter()
            .filter(|finding| finding.grade == Grade::Breaks && self.types)
        {
            seen.insert(broken_and_read(finding)?);
        }
        // A schema is shown the last of several members of a name, and nothing of the others.
        let is_shown_all = findings
            .iter()
            .all(|finding| finding.rule != Rule::Duplicate);
        if !is_shown_all {
            seen.insert(D::Twice);
        }
        if self.schema == Some(false) && !drifts {
            return Err("the schema refuses it and no check says so".to_owned());
        }
        if self.schema == Some(false) && self.types {
            let said = findings.iter().filter_map(refused_and_read);
            seen.extend(said);
            if seen.is_empty() {
                return Err("the schema refuses what the types read".to_owned());
            }
        }
        if self.schema == Some(true) && drifts && is_shown_all {
            for finding in findings {
                seen.insert(accepted_and_drifted(finding)?);
            }
        }
        if !self.value && self.types {
            seen.insert(match () {
                () if findings.iter().any(is_depth) => D::Depth,
                () if text.contains("e400") => D::HugeNumber,
                () if text.contains("\\ud800") => D::HalfPair,
                () => return Err("only Value refuses it".to_owned()),
            });
        }
        Ok(seen)
    }
}

fn is_depth(finding: &Finding) -> bool {
    finding.found.as_str() == "JSON that nests too deep"
}

/// Why something breaks that the types read.
fn broken_and_read(finding: &Finding) -> Result<Difference, String> {
    match (finding.rule, finding.found.as_str()) {
        (Rule::Zone, _) => Ok(D::NoTime),
        (Rule::Unit, _) => Ok(D::OtherTime),
        (Rule::Type | Rule::Body, "array") => Ok(D::ArrayAsObject),
        (Rule::Unreadable, _) => Ok(D::Blank),
        _ if is_depth(finding) => Ok(D::Depth),
        _ => Err(format!("the types read what breaks: {finding:?}")),
    }
}

/// Why the schema refuses what the types read.
fn refused_and_read(finding: &Finding) -> Option<Difference> {
    match (finding.rule, finding.grade) {
        (Rule::Word, _) => Some(D::NewWord),
        (Rule::Null, Grade::Drift) => Some(D::Null),
        (Rule::Type, Grade::Drift) => Some(D::OtherForm),
        (Rule::Format, Grade::Drift) => Some(D::NoTime),
        _ => None,
    }
}

/// Why the checks have something against what the schema accepts.
fn accepted_and_drifted(finding: &Finding) -> Result<Difference, String> {
    match finding.rule {
        Rule::Member => Ok(D::NewMember),
        Rule::Unit => Ok(D::OtherTime),
        Rule::Format if finding.expected.contains("since 1970") => Ok(D::OtherTime),
        Rule::Unreadable => Ok(D::Blank),
        Rule::Type if finding.found.as_str() == "number with a fraction" => Ok(D::LostDigits),
        Rule::Wrapped => Ok(D::NewMember),
        _ => Err(format!("the schema accepts: {finding:?}")),
    }
}

/// What is done to one place of an example.
#[derive(Clone, Debug)]
enum Change {
    Drop,
    Put(&'static str),
    PutDeep,
    PutLong,
    Twice,
    AddMember,
}

const PUTS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1.0",
    "1.5",
    "1e400",
    "1727399378",
    "1727399378373",
    "1727399378373000",
    "18446744073709551616",
    "123456789012345678901234567890.12345678901234567890",
    "\"\"",
    "\"a new word\"",
    "\"new_word\"",
    "\"1.5\"",
    "\"\\ud800\"",
    "\"2025-09-26T18:09:38.3736787\"",
    "\"2025-09-26T18:09:38Z\"",
    "[]",
    "{}",
    "[null]",
    "[\"a\",\"b\",\"c\"]",
    "{\"a\":{\"b\":[1]}}",
];

fn changes() -> Vec<Change> {
    let puts = PUTS.iter().map(|token| Change::Put(token));
    let others = [
        Change::Drop,
        Change::PutDeep,
        Change::PutLong,
        Change::Twice,
        Change::AddMember,
    ];
    puts.chain(others).collect()
}

fn change(tree: &mut Tree, place: &[usize], change: &Change) {
    let (last, above) = place.split_last().expect("below the root");
    let parent = tree.at(above);
    match (change, parent) {
        (Change::Drop, Tree::Object(members)) => drop(members.remove(*last)),
        (Change::Drop, Tree::Array(items)) => drop(items.remove(*last)),
        (Change::Twice, Tree::Object(members)) => members.push(members[*last].clone()),
        (Change::Twice, Tree::Array(items)) => items.push(items[*last].clone()),
        (Change::AddMember, Tree::Object(members)) => {
            members.push((
                "new_member".to_owned(),
                Tree::Token("\"\\ud800\"".to_owned()),
            ));
        }
        (Change::AddMember, parent) => *parent.at(&[*last]) = Tree::Object(Vec::new()),
        (Change::Put(token), parent) => *parent.at(&[*last]) = Tree::Token((*token).to_owned()),
        (Change::PutDeep, parent) => {
            let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
            *parent.at(&[*last]) = Tree::Token(deep);
        }
        (Change::PutLong, parent) => {
            *parent.at(&[*last]) = Tree::Token(format!("\"{}\"", "9".repeat(10_000)));
        }
        (_, Tree::Token(_)) => {}
    }
}

#[test]
fn on_every_variation_of_every_example_the_judges_differ_only_as_meant() {
    let mut seen = BTreeSet::new();
    let mut count = 0;
    for example in successes() {
        let mut judge = |text: &str| {
            let differences = Said::on(&example, text).differences(text);
            let (service, name) = (example.service, &example.name);
            seen.extend(
                differences.unwrap_or_else(|why| panic!("{service} {name}: {why}\n{text}")),
            );
            count += 1;
        };
        for place in example.payload.places() {
            for step in changes() {
                let mut tree = example.payload.clone();
                change(&mut tree, &place, &step);
                judge(&tree.write());
            }
        }
        PUTS.iter().for_each(|token| judge(token));
    }
    assert!(count > 3_000, "{count}");
    for difference in ALL {
        assert!(
            seen.contains(&difference),
            "{difference:?} is listed and was never seen"
        );
    }
}

#[test]
fn what_the_types_of_the_pushes_refuse_breaks_and_nothing_else_does_but_another_time() {
    let mut refused = 0;
    for (component, push) in [
        (
            "MarketData",
            r#"{"type":"marketData","quotes":[{"instrument":"ES","last":1.5,"bid":1,"ask":2,"volume":3}]}"#,
        ),
        (
            "PnlUpdate",
            r#"{"type":"pnlUpdate","epoch":1727399378373,"accounts":[{"pnl":1}]}"#,
        ),
    ] {
        let tree = Tree::read(push);
        // The type itself stays, or it is another frame.
        for place in tree.places().iter().filter(|place| place[0] > 0) {
            for step in changes() {
                let mut tree = tree.clone();
                change(&mut tree, place, &step);
                let text = tree.write();
                let reads = (types::of(Service::CrossTrade, component).reread)(&text).is_ok();
                let data = Bytes::copy_from_slice(text.as_bytes());
                let contract = Contract::of(Service::CrossTrade);
                let verdict = contract.check_frame(None, &data, Timestamp::UNIX_EPOCH);
                assert!(reads || verdict.is_broken(), "{text}");
                for finding in verdict.findings() {
                    if reads && finding.grade == Grade::Breaks {
                        broken_and_read(finding).expect(&text);
                    }
                }
                refused += u32::from(!reads);
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn on_examples_changed_in_several_places_too(
        which in any::<prop::sample::Index>(),
        steps in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(changes())), 2..5),
    ) {
        let examples = successes();
        let example = which.get(&examples);
        let mut tree = example.payload.clone();
        for (at, step) in steps {
            let places = tree.places();
            if !places.is_empty() {
                let place: &Vec<usize> = at.get(&places);
                change(&mut tree, place, &step);
                // What was put may have members of its own.
                tree = Tree::read(&tree.write());
            }
        }
        let text = tree.write();
        let said = Said::on(example, &text);
        let differences = said.differences(&text);
        prop_assert!(differences.is_ok(), "{differences:?}\n{text}");
    }
}
