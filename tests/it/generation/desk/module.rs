//! The desk, whose requests are shown and not sent.

use reqwest::Request;

pub use crate::generated::desk::types;
use crate::generated::desk::types::{ListOrdersOrder, NewOrder, Side};
use crate::generated::desk::{Client, required};
use crate::values::{DateTime, Decimal};

fn client() -> Client {
    Client::new_with_client("http://desk", reqwest::Client::new())
}

/// The method, the path with its query, the headers that say something, and the body.
fn shown(request: &Request) -> String {
    let url = &request.url()[url::Position::BeforePath..];
    let mut shown = format!("{} {url}", request.method());
    let headers = request.headers().iter();
    let headers = headers.filter(|(name, _)| *name != "accept");
    let headers = headers.map(|(name, value)| format!(" {name}: {}", value.to_str().expect("a text")));
    let mut headers: Vec<String> = headers.collect();
    headers.sort();
    shown += &headers.concat();
    if let Some(body) = request.body().and_then(|body| body.as_bytes()) {
        shown += " ";
        shown += &String::from_utf8_lossy(body);
    }
    shown
}

/// Every parameter.
pub fn list(price: &Decimal, prices: &Vec<Decimal>, largest: &Decimal, since: &DateTime) -> String {
    let client = client();
    let (sides, tags) = (vec![Side::Buy, Side::from("left&right")], vec!["a b".to_owned()]);
    let call = client.list_orders(required::ListOrders { min_price: price });
    let call = call.sides(Some(&sides)).tag(Some(&tags));
    let numbers = vec![1, -2];
    let call = call.number(Some(&numbers));
    let call = call.prices(Some(prices)).order(Some(&ListOrdersOrder::Newest));
    let call = call.max_price(Some(largest)).since(Some(since));
    let call = call.x_desk(Some(&Side::Sell)).x_limit(Some(&prices[0]));
    shown(&call.build().expect("a request").http)
}

/// Only what must be given.
pub fn list_all(price: &Decimal) -> String {
    let required = required::ListOrders { min_price: price };
    shown(&client().list_orders(required).build().expect("a request").http)
}

/// A body.
pub fn place(order: &NewOrder) -> String {
    let required = required::PlaceOrder { body: order };
    shown(&client().place_order(required).build().expect("a request").http)
}

/// No body, and no answer.
pub fn cancel(side: &Side, price: &Decimal) -> [String; 2] {
    let client = client();
    let all = client.cancel_all(required::CancelAll {}).x_desk(Some(&Side::Buy));
    let some = client.cancel_orders(required::CancelOrders { side, price });
    [
        shown(&all.build().expect("a request").http),
        shown(&some.build().expect("a request").http),
    ]
}

/// A body of which nothing is required.
pub fn search() -> String {
    let filter = types::Filter::default();
    let required = required::SearchOrders { body: &filter };
    shown(&client().search_orders(required).build().expect("a request").http)
}
