//! Which operation a request is of.

use executions_spec::model::Operation;
use http::Method;

/// The segments of an operation's path; `None` for a parameter.
fn segments(operation: &Operation) -> impl Iterator<Item = Option<&str>> {
    let segments = operation.path.trim_start_matches('/').split('/');
    segments.map(|segment| Some(segment).filter(|segment| !segment.starts_with('{')))
}

/// The segments of an operation's path, with these values for its parameters in turn.
pub(super) fn path<'a>(operations: &'a [Operation], id: &str, values: &[&'a str]) -> Vec<&'a str> {
    let mut values = values.iter().copied();
    let known = operations.iter().find(|operation| operation.id == id);
    let segments = known.into_iter().flat_map(segments);
    let value = |segment: Option<&'a str>| segment.or_else(|| values.next());
    segments.map(value).map(Option::unwrap_or_default).collect()
}

/// The operation that the WebSocket calls so.
pub(super) fn called<'a>(operations: &'a [Operation], api: &str) -> Option<&'a Operation> {
    let mut operations = operations.iter();
    operations.find(|operation| operation.rpc.as_deref() == Some(api))
}

/// The operation of a request, by as much of the end of its path as fits: a base URL may bring segments of its own.
pub(super) fn at<'a>(
    operations: &'a [Operation],
    method: &Method,
    path: &str,
) -> Option<&'a Operation> {
    let given: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let fits = |operation: &&Operation| {
        let length = segments(operation).count();
        let mut pairs = segments(operation).zip(&given[given.len().saturating_sub(length)..]);
        method.as_str().eq_ignore_ascii_case(&operation.method)
            && length <= given.len()
            && pairs.all(|(segment, given)| match segment {
                Some(segment) => segment == *given,
                None => !given.is_empty(),
            })
    };
    let fitting = operations.iter().filter(fits);
    fitting.max_by_key(|operation| segments(operation).count())
}
