//! Makes what is sent with nothing but the public API.

use executions::desk;
use executions::desk::types::{Bracket, Leg, NewOrder, Side};
use executions::values::Decimal;

fn main() {
    let number = |text: &str| text.parse::<Decimal>().expect("a number");
    let since = serde_json::from_str(r#""2025-01-02T03:04:05.678+01:00""#).expect("a time");
    let prices = vec![number("1.50"), number("0.0000000000000000000000000001")];
    let (price, largest) = (number("0.10"), number("1e400"));
    println!("{}", desk::list(&price, &prices, &largest, &since));
    println!("{}", desk::list_all(&price));
    let order = NewOrder {
        instrument: "ES 12-25".to_owned(),
        side: Side::Buy,
        quantity: number("1.50"),
        price: None,
        bracket: Some(Bracket {
            stop: Some(number("99.5")),
            ..Bracket::default()
        }),
        legs: None,
        labels: None,
    };
    println!("{}", desk::place(&order));
    let labels = [("b", "2"), ("a", "1")].map(|(name, label)| (name.to_owned(), label.to_owned()));
    let order = NewOrder {
        instrument: "NQ".to_owned(),
        side: Side::from("hold"),
        quantity: number("2"),
        bracket: None,
        legs: Some(vec![Leg {
            instrument: Some("MNQ".to_owned()),
        }]),
        labels: Some(labels.into()),
        ..order
    };
    println!("{}", desk::place(&order));
    for line in desk::cancel(&Side::from("left/right"), &largest) {
        println!("{line}");
    }
    println!("{}", desk::search());
}
