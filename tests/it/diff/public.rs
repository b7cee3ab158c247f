//! Two versions of a public description that nobody wrote for this crate; tests/data/public/SOURCE.md says which.

use executions::diff::{Bump, Grade};

use super::{compared, line};

const OLD: &str = include_str!("../../data/public/dialogporten-1.40.0.json");
const NEW: &str = include_str!("../../data/public/dialogporten-1.47.5.json");

#[test]
fn two_versions_of_a_public_description_are_compared_by_their_rust() {
    let changes = compared("dialogporten", OLD, NEW);
    assert!(
        changes.notes().len() == 1 && changes.notes()[0].contains("progenitor"),
        "{:#?}",
        changes.notes()
    );
    assert!(
        changes.not_compared().is_empty(),
        "{:#?}",
        changes.not_compared()
    );
    assert!(changes.all().iter().all(|change| change.is_proven));
    assert_eq!(changes.bump(), Bump::Major);
    assert_eq!(changes.bump().before_one(), Bump::Minor);
    let count = |grade| changes.count(grade);
    let counts = [
        Grade::Compile,
        Grade::Decode,
        Grade::Silent,
        Grade::Harmless,
    ]
    .map(count);
    assert_eq!(counts, [14, 0, 38, 10]);

    let find = |what: &str| {
        changes
            .all()
            .iter()
            .find(|change| change.what.contains(what))
            .unwrap()
    };
    let word = find("the word `FormSaved`");
    assert_eq!(
        line(word),
        "compile+decode: types::DialogsEntitiesActivitiesDialogActivityType::FormSaved"
    );
    let place = word.new.as_ref().unwrap();
    assert_eq!(place.to_string(), "new.yaml:94:11");
    assert_eq!(
        place.pointer,
        "/components/schemas/DialogsEntitiesActivities_DialogActivityType/enum/14"
    );
    let renamed = find("DialogCommand` is now called");
    assert!(renamed.what.contains("perhaps") && renamed.grade == Grade::Compile);
    let listed = find("as application/json: `type` is `array`");
    assert!(listed.effects[0].contains("Vec<"), "{listed:#?}");
    assert_eq!(find("`Validation error occurred").grade, Grade::Silent);
    assert_eq!(find("`Etag`").grade, Grade::Harmless);
}

#[test]
fn the_way_back_breaks_too() {
    let changes = compared("dialogporten", NEW, OLD);
    let gone = changes
        .all()
        .iter()
        .find(|change| change.what.contains("the word `FormSaved`"))
        .unwrap();
    assert_eq!(
        line(gone),
        "compile+decode: types::DialogsEntitiesActivitiesDialogActivityType::FormSaved"
    );
    assert!(compared("dialogporten", NEW, NEW).is_harmless());
}
